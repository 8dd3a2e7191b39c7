//! One live index as observed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bytes, Health, IndexName, IndexUuid, RepositoryName, SnapshotName, SnapshotUuid};

/// One live index. Kept small: a plan may hold a hundred thousand of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    pub name: IndexName,
    pub uuid: IndexUuid,
    /// Absent for a closed index on some engines.
    pub health: Option<Health>,
    pub open: bool,
    /// `index.number_of_shards`.
    pub primaries: u32,
    pub replicas: u32,
    /// Live documents; absent when the index is closed or red.
    pub docs: Option<u64>,
    /// Bytes of the primaries; absent when the index is closed or red.
    pub bytes: Option<Bytes>,
    /// `index.creation_date`. A restored index keeps the one of its origin (Elasticsearch #101649).
    pub created: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_stream: Option<DataStream>,
    /// Set when the index is a mounted snapshot: its data is in S3, not in the domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mount: Option<Mount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<Managed>,
    pub blocks: Blocks,
    pub hidden: bool,
    /// `index.frozen`.
    pub frozen: bool,
    /// At least one of its shards moves between nodes.
    pub relocating: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    pub name: String,
    /// `is_write_index`; `None` when not said, which means "yes" if the alias points at this index alone.
    pub write: Option<bool>,
}

/// The data stream that an index backs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataStream {
    pub name: String,
    /// The last backing index, which takes the writes.
    pub write: bool,
}

/// The snapshot that a searchable-snapshot index reads from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub repository: RepositoryName,
    pub snapshot: SnapshotName,
    /// Absent where the engine does not tell it.
    pub snapshot_uuid: Option<SnapshotUuid>,
}

/// Who else decides over the index's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Managed {
    Ilm(String),
    Ism(String),
}

/// `index.blocks.*`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    pub write: bool,
    pub metadata: bool,
    pub read_only: bool,
    pub read_only_allow_delete: bool,
}
