//! What es2s3 remembers between runs: ownership, holds, the last run. Kept in `state.json`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, Bytes, IndexName, IndexUuid, RunId};

/// The identity of a state from its first write on; another lineage means another state.
pub type Lineage = String;

/// `state.json`, version 1. Written only with `If-Match` on the ETag that was read.
///
/// A field that this program does not know makes the state unreadable to it: written back without it, a kind of hold that a
/// newer one knows would be gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Version of this format: 1.
    pub format: u32,
    /// Grows by one at each write; the fencing number of a run is the serial it started from.
    pub serial: u64,
    pub lineage: Lineage,
    /// What es2s3 made or adopted.
    #[serde(default)]
    pub owned: BTreeMap<Address, Owned>,
    /// Indices that no run may delete.
    #[serde(default)]
    pub holds: BTreeMap<IndexName, Hold>,
    /// Addresses that stay even when the configuration no longer names them.
    #[serde(default)]
    pub protected: Vec<Address>,
    #[serde(default)]
    pub last_run: Option<LastRun>,
    /// The run that has begun and not ended, or that ended while its snapshots were still being written: somebody has to carry
    /// on. One object tells, so that a look every quarter of an hour costs one request.
    #[serde(default)]
    pub waiting: Option<RunId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owned {
    /// The live id: a repository's `s3://bucket/base_path`, later an ARN.
    pub id: String,
    pub since: Timestamp,
    pub run: RunId,
}

/// A hold on one index: it stays until released or until the hold ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The UUID it was put on; a re-created index of the same name is still held.
    pub uuid: Option<IndexUuid>,
    pub reason: HoldReason,
    /// Who asked: `user@host`.
    pub by: String,
    pub since: Timestamp,
    /// Absent: until released.
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// Brought back by `es2s3 restore`.
    Restored { run: RunId },
    /// Put by `es2s3 hold`, with the words that were given.
    Asked { note: String },
}

/// What the last finished run did; the guard on growth compares with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRun {
    pub run: RunId,
    pub finished: Timestamp,
    pub exit: u8,
    pub deleted_indices: u64,
    pub deleted_bytes: Bytes,
    pub archived_indices: u64,
    pub expired_snapshots: u64,
    /// Prefix and retentions of each policy at that run, to tell a silent widening: (policy, prefix, index days, snapshot days).
    pub policies: Vec<(String, String, u32, u32)>,
}
