//! The metadata blobs beside the catalogue: of a snapshot (`snap-`), of the cluster (`meta-`) and of an index.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::catalogue::State;
use super::document::blob;
use crate::engine::{Engine, Kind};

/// What a snapshot says of itself.
#[derive(Clone, Debug)]
pub struct Root {
    pub name: String,
    pub uuid: String,
    pub state: State,
    pub indices: Vec<String>,
    /// What its maker wrote down; `Null` for nothing.
    pub metadata: Value,
    /// Milliseconds since 1970; the end is 0 while it runs.
    pub started: i64,
    pub ended: i64,
    pub shards_total: usize,
    pub shards_successful: usize,
    pub failures: Vec<Failure>,
    /// OpenSearch: the data stayed in a remote store.
    pub shallow: bool,
}

/// A shard that could not be kept.
#[derive(Clone, Debug)]
pub struct Failure {
    pub index: String,
    pub index_uuid: String,
    pub shard: usize,
    pub reason: String,
}

/// The bytes of `snap-<uuid>.dat`.
pub fn snapshot_blob(root: &Root, engine: &Engine, compress: bool) -> Vec<u8> {
    #[derive(Serialize)]
    struct Document {
        snapshot: Value,
    }
    blob("snapshot", &Document { snapshot: root.document(engine) }, compress)
}

impl Root {
    fn document(&self, engine: &Engine) -> Value {
        let mut body = Map::new();
        body.insert("name".into(), self.name.clone().into());
        body.insert("uuid".into(), self.uuid.clone().into());
        body.insert("version_id".into(), engine.version_id().into());
        if engine.kind == Kind::OpenSearch {
            body.insert("remote_store_index_shallow_copy".into(), self.shallow.into());
        }
        body.insert("indices".into(), json!(self.indices));
        if engine.since(7, 9) {
            body.insert("data_streams".into(), json!([]));
        }
        body.insert("state".into(), self.state.word().into());
        body.insert("include_global_state".into(), false.into());
        if !self.metadata.is_null() {
            body.insert("metadata".into(), self.metadata.clone());
        }
        body.insert("start_time".into(), self.started.into());
        body.insert("end_time".into(), self.ended.into());
        body.insert("total_shards".into(), self.shards_total.into());
        body.insert("successful_shards".into(), self.shards_successful.into());
        body.insert("failures".into(), self.failures.iter().map(Failure::json).collect());
        if engine.since(7, 12) {
            body.insert("feature_states".into(), json!([]));
        }
        body.into()
    }
}

impl Failure {
    /// As it stands in the blob and in replies.
    pub fn json(&self) -> Value {
        json!({
            "index": self.index,
            "index_uuid": self.index_uuid,
            "shard_id": self.shard,
            "reason": self.reason,
            "status": "INTERNAL_SERVER_ERROR",
        })
    }
}

/// The bytes of `meta-<uuid>.dat` of a snapshot without global state.
pub fn cluster_blob(compress: bool) -> Vec<u8> {
    let document = json!({"meta-data": {
        "version": 0,
        "cluster_uuid": "_na_",
        "cluster_uuid_committed": false,
        "cluster_coordination": {
            "term": 0,
            "last_committed_config": [],
            "last_accepted_config": [],
            "voting_config_exclusions": [],
        },
        "templates": {},
        "data_stream": {"data_stream": {}},
    }});
    blob("metadata", &document, compress)
}

/// What an index's metadata blob says.
#[derive(Clone, Debug)]
pub struct IndexMetadata<'a> {
    pub name: &'a str,
    pub open: bool,
    /// `index.uuid` and the rest, flat.
    pub settings: &'a BTreeMap<String, String>,
    /// Name to what is said of it, `{}` or `{"is_write_index":true}`.
    pub aliases: Value,
    pub primaries: usize,
    /// Versions of settings, mappings and aliases.
    pub versions: [u64; 3],
}

/// The bytes of `indices/<id>/meta-<blob>.dat`.
pub fn index_blob(index: &IndexMetadata<'_>, kind: Kind, compress: bool) -> Vec<u8> {
    let mut body = index.document();
    if kind == Kind::OpenSearch {
        append_opensearch(&mut body, index.primaries);
    }
    let document: Map<String, Value> = [(index.name.to_owned(), body.into())].into_iter().collect();
    blob("index-metadata", &document, compress)
}

impl IndexMetadata<'_> {
    fn document(&self) -> Map<String, Value> {
        let [settings, mappings, aliases] = self.versions;
        let allocations: Map<String, Value> =
            (0..self.primaries).map(|shard| (shard.to_string(), json!(["AAAAAAAAAAAAAAAAAAAAAA"]))).collect();
        let mut body = Map::new();
        let mut put = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
        put("version", (settings + mappings + aliases).into());
        put("mapping_version", mappings.into());
        put("settings_version", settings.into());
        put("aliases_version", aliases.into());
        put("routing_num_shards", 1024.into());
        put("state", if self.open { "open" } else { "close" }.into());
        put("settings", json!(self.settings));
        put("mappings", json!([{"_doc": {"properties": {"@timestamp": {"type": "date"}}}}]));
        put("aliases", self.aliases.clone());
        put("primary_terms", json!(vec![1; self.primaries]));
        put("in_sync_allocations", allocations.into());
        put("rollover_info", json!({}));
        put("system", false.into());
        body
    }
}

fn append_opensearch(body: &mut Map<String, Value>, primaries: usize) {
    let terms: Map<String, Value> = (0..primaries).map(|shard| (shard.to_string(), 1.into())).collect();
    body.insert("primary_terms_map".into(), terms.into());
    body.insert("ingestion_status".into(), json!({"is_paused": false}));
    let split = json!({
        "num_of_root_shards": primaries,
        "max_shard_id": primaries.saturating_sub(1),
        "active_shard_ids": (0..primaries).collect::<Vec<_>>(),
        "root_shards_to_all_children": {},
        "parent_to_child_shards": {},
    });
    body.insert("split_shards_metadata".into(), split);
}
