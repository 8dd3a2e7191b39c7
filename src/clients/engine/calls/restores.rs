//! Bringing one index back, and seeing how far it is.

use serde_json::json;

use super::snapshots;
use crate::clients::engine::Request;
use crate::clients::engine::request::encoded;
use crate::model::{IndexName, RepositoryName, SnapshotName};

/// A restored index gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub from: IndexName,
    pub to: IndexName,
}

/// Begins to bring one index back; answers at once. Sent once.
///
/// Aliases stay behind: two write indices of one alias would refuse (Elasticsearch #73934). So does the lifecycle policy: by its
/// age the index would be deleted again at once.
pub fn restore(
    repository: &RepositoryName,
    snapshot: &SnapshotName,
    index: &IndexName,
    rename: Option<&Rename>,
) -> Request {
    let mut body = json!({
        "indices": [index],
        "include_global_state": false,
        "include_aliases": false,
        "ignore_unavailable": false,
        "partial": false,
        "ignore_index_settings": ["index.lifecycle.name", "index.lifecycle.rollover_alias"],
    });
    if let Some(rename) = rename {
        body["rename_pattern"] = json!(format!("^{}$", literal(rename.from.as_str())));
        body["rename_replacement"] = json!(rename.to.as_str().replace('\\', "\\\\").replace('$', "\\$"));
    }
    Request::post(format!("{}/_restore", snapshots::path(repository, snapshot)))
        .query("wait_for_completion=false")
        .body(body)
}

/// The name as a Java regular expression that matches only itself.
fn literal(name: &str) -> String {
    name.chars().flat_map(|c| (!c.is_alphanumeric()).then_some('\\').into_iter().chain([c])).collect()
}

/// Health and documents of one index: until every primary is started it is red. Not `_cluster/health/{index}`, which waits half a
/// minute for an index that is not there.
pub fn progress(index: &IndexName) -> Request {
    Request::get(format!("/_cat/indices/{}", encoded(index.as_str()))).query(
        "format=json&bytes=b&h=health,status,index,uuid,pri,rep,docs.count,pri.store.size,creation.date",
    )
}
