//! Snapshots: those that run, those that are there, making and deleting one.

use serde_json::{Value, json};

use super::{repositories, since};
use crate::clients::engine::Request;
use crate::clients::engine::request::{chunk_names, encoded, joined};
use crate::model::{Distribution, Engine, IndexName, Marks, RepositoryName, SnapshotName};

/// Verbose snapshots read one blob each on the server.
const AT_ONCE: usize = 50;

/// Those that the repository is writing at this moment.
pub fn running(repository: &RepositoryName) -> Request {
    Request::get(format!("{}/_current", repositories::path(repository)))
}

/// One in full.
pub fn get(repository: &RepositoryName, name: &SnapshotName) -> Request {
    Request::get(path(repository, name))
}

/// Several in full, at most fifty a request, each with the names that it asks for. One that is missing fails its whole request.
pub fn get_many(repository: &RepositoryName, names: &[SnapshotName]) -> Vec<(Request, Vec<SnapshotName>)> {
    let build = |names: &[SnapshotName]| {
        Request::get(format!("{}/{}", repositories::path(repository), joined(names)))
    };
    let overhead = build(&[]).line_bytes();
    let chunks = names.chunks(AT_ONCE).flat_map(|some| chunk_names(some, overhead));
    chunks.map(|chunk| (build(chunk), chunk.to_vec())).collect()
}

/// Bytes of a running one. Of a finished one this reads every shard's file on the server, so that is not asked.
pub fn status(repository: &RepositoryName, name: &SnapshotName) -> Request {
    Request::get(format!("{}/_status", path(repository, name)))
        .query("filter_path=snapshots.snapshot,snapshots.state,snapshots.stats")
}

/// Begins a snapshot of exactly these indices; answers at once, because load balancers cut long calls.
///
/// Repeatable: a name is taken once, so a repeat meets "exists already" and the caller looks whose it is. `metadata` needs
/// Elasticsearch 7.3, and feature states come along from 7.12 on unless they are refused by name.
pub fn create(
    engine: Engine,
    repository: &RepositoryName,
    name: &SnapshotName,
    indices: &[IndexName],
    marks: &Marks,
) -> Request {
    let mut body = json!({
        "indices": indices,
        "partial": false,
        "include_global_state": false,
        "ignore_unavailable": false,
    });
    if since(engine, 7, 3) {
        body["metadata"] = json!({"es2s3": marked(marks)});
    }
    if engine.distribution == Distribution::Elasticsearch && since(engine, 7, 12) {
        body["feature_states"] = json!(["none"]);
    }
    Request::put(path(repository, name)).query("wait_for_completion=false").body(body).repeatable()
}

/// The marks with the number of their format, so that a later form can be told from this one.
fn marked(marks: &Marks) -> Value {
    let mut value = json!(marks);
    value["format"] = json!(1);
    value
}

/// Deletes one; of a running one this aborts the writing. Not repeatable: an index may have been mounted from it since the permit,
/// and Elasticsearch deletes it all the same.
pub fn delete(repository: &RepositoryName, name: &SnapshotName) -> Request {
    Request::delete(path(repository, name))
}

pub(super) fn path(repository: &RepositoryName, name: &SnapshotName) -> String {
    format!("{}/{}", repositories::path(repository), encoded(name.as_str()))
}
