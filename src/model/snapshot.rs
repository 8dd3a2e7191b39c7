//! Snapshots as the repository's catalogue lists them, and as their own files describe them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bytes, IndexName, IndexUuid, PolicyName, RunId, SnapshotName, SnapshotUuid};

/// State of a snapshot; the numbers are those of `index-N` (0 to 4 in this order).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SnapshotState {
    InProgress,
    Success,
    Failed,
    Partial,
    Incompatible,
}

impl std::fmt::Display for SnapshotState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            SnapshotState::InProgress => "IN_PROGRESS",
            SnapshotState::Success => "SUCCESS",
            SnapshotState::Failed => "FAILED",
            SnapshotState::Partial => "PARTIAL",
            SnapshotState::Incompatible => "INCOMPATIBLE",
        })
    }
}

/// The repository's catalogue, `index-N`: which snapshots there are and which index UUIDs each holds.
///
/// Compact on purpose: 20,000 snapshots of a few indices each stay under some ten megabytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// N of `index-N`.
    pub generation: i64,
    pub snapshots: Vec<SnapshotEntry>,
    /// One entry per index name: the repository's index id follows the name, not the UUID.
    pub indices: Vec<CatalogueIndex>,
    /// Which snapshot holds which index; sorted by (index, snapshot), both positions in the lists above.
    pub copies: Vec<Copy>,
    /// The cluster that wrote last (Elasticsearch 7.12 and later).
    pub cluster_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotEntry {
    pub name: SnapshotName,
    pub uuid: SnapshotUuid,
    pub state: SnapshotState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueIndex {
    pub name: IndexName,
    /// The repository's own id, the folder's name: `indices/<id>/`.
    pub id: String,
    /// OpenSearch: 0 fixed, 1 hashed prefix, 2 hashed infix. Others make the index unreadable by name.
    pub shard_path_type: u8,
}

/// One index inside one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Position in `Catalogue::indices`.
    pub index: u32,
    /// Position in `Catalogue::snapshots`.
    pub snapshot: u32,
    /// From `index_metadata_lookup`; absent for snapshots of engines before 7.9 (Elasticsearch #59578).
    pub uuid: Option<IndexUuid>,
}

/// A snapshot as its own root file `snap-<uuid>.dat` (or the verbose REST reply) describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotInfo {
    pub name: SnapshotName,
    pub uuid: SnapshotUuid,
    pub state: SnapshotState,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
    pub indices: Vec<IndexName>,
    pub shards_total: u64,
    pub shards_successful: u64,
    /// One line per failed shard.
    pub failures: Vec<String>,
    /// Set only on snapshots that es2s3 made.
    pub marks: Option<Marks>,
    /// OpenSearch: shallow copies of a remote store hold no data and are never proof.
    pub shallow: bool,
}

/// es2s3's own `metadata` in a snapshot: under 1024 bytes, key `es2s3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    pub policy: PolicyName,
    /// The day of data, `yyyy-mm-dd`.
    pub day: jiff::civil::Date,
    pub run: RunId,
    /// Bytes of the primaries when the snapshot was planned.
    pub bytes: Bytes,
}

/// A snapshot that the engine is writing at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningSnapshot {
    pub repository: String,
    pub name: SnapshotName,
    pub indices: Vec<IndexName>,
    pub marks: Option<Marks>,
}

impl Catalogue {
    /// Every copy of the index of this name, whatever its UUID.
    pub fn copies_of(&self, index: u32) -> &[Copy] {
        let start = self.copies.partition_point(|c| c.index < index);
        let end = self.copies.partition_point(|c| c.index <= index);
        &self.copies[start..end]
    }

    /// Position of each index name in `indices`.
    pub fn index_positions(&self) -> BTreeMap<&str, u32> {
        self.indices.iter().zip(0u32..).map(|(index, at)| (index.name.as_str(), at)).collect()
    }
}
