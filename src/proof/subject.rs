//! What is to be proven, against which snapshot, and what the live index said.

use std::collections::BTreeMap;

use crate::model::{IndexName, IndexUuid, SnapshotName, SnapshotUuid};

/// The live index whose copy is to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub name: IndexName,
    pub uuid: IndexUuid,
    /// `index.number_of_shards`.
    pub primaries: u32,
}

/// One snapshot of the repository, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotId {
    pub name: SnapshotName,
    pub uuid: SnapshotUuid,
}

/// The primaries of live indices, from one or few `_stats?level=shards` for a whole batch. An index that is closed or
/// gone is not in it.
pub type LiveShards = BTreeMap<IndexName, LiveIndex>;

/// One live index as `_stats` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveIndex {
    pub uuid: IndexUuid,
    /// Started primaries by shard number.
    pub shards: BTreeMap<u32, LiveShard>,
}

/// One primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveShard {
    /// Id of the last Lucene commit, lower-case hexadecimal.
    pub commit: String,
    pub history_uuid: String,
    /// The highest sequence number given out, committed or not; -1 before the first operation.
    pub max_seq_no: i64,
    /// Every operation up to this one is done.
    pub local_checkpoint: i64,
    pub docs: u64,
}

impl LiveIndex {
    pub fn docs(&self) -> u64 {
        self.shards.values().map(|shard| shard.docs).sum()
    }
}
