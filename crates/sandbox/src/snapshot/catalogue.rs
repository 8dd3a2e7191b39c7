//! The catalogue, `index-N`: plain JSON, in each engine's dialect.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::paths::PathType;
use crate::engine::{Engine, Kind};

/// All snapshots of a repository and where their indices are.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
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
    /// The bytes of `index-N`.
    pub fn bytes(&self, engine: &Engine) -> Vec<u8> {
        let snapshots = self.snapshots.iter().map(|entry| entry.json(engine)).collect::<Vec<_>>();
        let indices: Map<String, Value> =
            self.indices.iter().map(|(name, entry)| (name.clone(), entry.json(engine.kind))).collect();
        let mut root = Map::new();
        root.insert("snapshots".into(), snapshots.into());
        root.insert("indices".into(), indices.into());
        if engine.kind == Kind::Elasticsearch {
            root.insert("min_version".into(), "7.9.0".into());
        }
        root.insert("index_metadata_identifiers".into(), json!(self.identifiers));
        Value::Object(root).to_string().into_bytes()
    }
}

impl SnapshotEntry {
    fn json(&self, engine: &Engine) -> Value {
        json!({
            "name": self.name,
            "uuid": self.uuid,
            "state": self.state.number(),
            "index_metadata_lookup": self.lookup,
            "version": engine.version,
        })
    }
}

impl IndexEntry {
    fn json(&self, kind: Kind) -> Value {
        match kind {
            Kind::OpenSearch => json!({
                "id": self.id,
                "shard_path_type": self.path_type.number(),
                "snapshots": self.snapshots,
                "shard_generations": self.generations,
            }),
            Kind::Elasticsearch => json!({
                "id": self.id,
                "snapshots": self.snapshots,
                "shard_generations": self.generations,
            }),
        }
    }
}
