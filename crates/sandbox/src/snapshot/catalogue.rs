//! The catalogue, `index-N`: plain JSON, in each engine's dialect.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::paths::PathType;
use crate::engine::Engine;

/// All snapshots of a repository and where their indices are.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The repository's own, where the engine writes one.
    pub uuid: String,
    pub snapshots: Vec<SnapshotEntry>,
    /// By name: an index that was made again under its name shares the entry, and the folder.
    pub indices: BTreeMap<String, IndexEntry>,
    /// Identifier of an index's metadata to the name of the blob that holds it.
    pub identifiers: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub struct SnapshotEntry {
    pub name: String,
    pub uuid: String,
    pub state: State,
    /// Who made it.
    pub engine: Engine,
    /// Milliseconds since 1970.
    pub started: i64,
    pub ended: i64,
    /// Id of an index in the repository to the identifier of its metadata.
    pub lookup: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub struct IndexEntry {
    pub id: String,
    pub path_type: PathType,
    /// UUIDs of snapshots.
    pub snapshots: Vec<String>,
    /// Of each shard the newest `index-<generation>`, `None` while nothing of it was kept.
    pub generations: Vec<Option<String>>,
}

/// How a snapshot stands, by the words and numbers that repositories use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    InProgress,
    Success,
    Failed,
    Partial,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Partial => "PARTIAL",
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::InProgress => 0,
            Self::Success => 1,
            Self::Failed => 2,
            Self::Partial => 3,
        }
    }
}

impl Catalogue {
    /// The bytes of `index-N` as `engine`, of this cluster, writes them. The oldest snapshot decides what stands in them, so
    /// that its engine could still read the repository.
    pub fn bytes(&self, engine: &Engine, cluster_uuid: &str) -> Vec<u8> {
        let form = self.form(engine);
        let mut root = Map::new();
        let mut put = |key: &str, value: Value| drop(root.insert(key.to_owned(), value));
        if form.names_writer {
            put("min_version", "7.12.0".into());
            put("uuid", self.uuid.clone().into());
            put("cluster_id", cluster_uuid.into());
        }
        let snapshots = self.snapshots.iter().map(|entry| entry.json(form)).collect::<Vec<_>>();
        put("snapshots", snapshots.into());
        put("indices", self.indices.iter().map(|(name, entry)| (name.clone(), entry.json(form))).collect());
        if form.tells_uuids {
            // OpenSearch 3 says no least version any more.
            if !form.names_writer && !engine.opensearch_since(2, 0) {
                put("min_version", "7.9.0".into());
            }
            put("index_metadata_identifiers", json!(self.identifiers));
        } else if form.names_generations {
            put("min_version", "7.6.0".into());
        }
        Value::Object(root).to_string().into_bytes()
    }

    fn form(&self, engine: &Engine) -> Form {
        let all = |holds: &dyn Fn(&Engine) -> bool| {
            holds(engine) && self.snapshots.iter().all(|entry| holds(&entry.engine))
        };
        Form {
            names_generations: all(&|engine| engine.since(7, 6)),
            tells_uuids: all(&|engine| engine.since(7, 9)),
            names_writer: all(&|engine| engine.since(7, 12)),
            tells_times: engine.since(7, 14),
            has_path_types: engine.opensearch_since(2, 17),
        }
    }
}

/// What stands in a catalogue beside names, UUIDs and states.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each came with another version")]
struct Form {
    /// The newest file of each shard's folder, by a UUID (7.6).
    names_generations: bool,
    /// UUIDs of indices (7.9).
    tells_uuids: bool,
    /// The repository, and the cluster that wrote last (Elasticsearch 7.12).
    names_writer: bool,
    /// When snapshots began and ended (Elasticsearch 7.14).
    tells_times: bool,
    /// OpenSearch 2.17.
    has_path_types: bool,
}

impl SnapshotEntry {
    fn json(&self, form: Form) -> Value {
        let mut body = Map::new();
        let mut put = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
        put("name", self.name.clone().into());
        put("uuid", self.uuid.clone().into());
        put("state", self.state.number().into());
        if form.tells_uuids {
            put("index_metadata_lookup", json!(self.lookup));
        }
        if form.names_generations {
            put("version", self.version());
        }
        if form.tells_times {
            put("start_time_millis", self.started.into());
            put("end_time_millis", self.ended.into());
        }
        body.into()
    }

    /// Elasticsearch 8.11 and later count forms of an index.
    fn version(&self) -> Value {
        if !self.engine.is_opensearch() && self.engine.since(8, 11) {
            self.engine.version_id().into()
        } else {
            self.engine.version.clone().into()
        }
    }
}

impl IndexEntry {
    fn json(&self, form: Form) -> Value {
        let mut body = Map::new();
        body.insert("id".into(), self.id.clone().into());
        if form.has_path_types {
            body.insert("shard_path_type".into(), self.path_type.number().into());
        }
        body.insert("snapshots".into(), json!(self.snapshots));
        if form.names_generations {
            body.insert("shard_generations".into(), json!(self.generations));
        }
        body.into()
    }
}
