//! The five clauses of the proof as data: what was found, or which clause is missing and where.
//!
//! Data only. The permission to delete is `proof::DeletePermit`, which nothing here can make.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bytes, IndexName, IndexUuid, SnapshotName, SnapshotUuid};

/// What must hold before an index may go, in the order in which it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// The snapshot is complete: SUCCESS, no failures, all shards, the index in its list.
    Snapshot,
    /// The catalogue in S3 says that the snapshot holds this index UUID.
    Identity,
    /// Every blob of every shard is in S3, of its exact length, in a class that can be read at once.
    Bytes,
    /// The snapshot holds the commit that is live, or one with the same history and sequence numbers.
    Commit,
    /// UUID and sequence numbers are unchanged just before the delete.
    Now,
}

impl Clause {
    pub const ALL: [Clause; 5] =
        [Clause::Snapshot, Clause::Identity, Clause::Bytes, Clause::Commit, Clause::Now];
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Clause::Snapshot => "snapshot",
            Clause::Identity => "identity",
            Clause::Bytes => "bytes",
            Clause::Commit => "commit",
            Clause::Now => "now",
        })
    }
}

/// One clause that holds, in one sentence that an auditor can check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseEvidence {
    pub clause: Clause,
    /// `212 of 212 blobs, each of its exact length, 133.9 GiB, all STANDARD`.
    pub says: String,
}

/// A copy that was verified, with what was seen. Evidence alone permits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub index: IndexName,
    pub uuid: IndexUuid,
    pub snapshot: SnapshotName,
    pub snapshot_uuid: SnapshotUuid,
    pub snapshot_started: Timestamp,
    /// `s3://bucket/base_path`.
    pub repository_url: String,
    pub docs: Option<u64>,
    pub shards: u32,
    pub blobs: u64,
    /// Bytes of the blobs in S3.
    pub bytes: Bytes,
    /// In clause order. All five at level `full`; fewer at level `api`.
    pub clauses: Vec<ClauseEvidence>,
    /// One per shard, in shard order; empty at level `api`.
    pub commits: Vec<ShardCommit>,
}

/// The Lucene commit that a shard's copy holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardCommit {
    pub shard: u32,
    /// 16 bytes in lower-case hexadecimal.
    pub commit: String,
    pub history_uuid: String,
    pub max_seq_no: i64,
}

/// The first clause that does not hold, and the object that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub clause: Clause,
    /// The snapshot that was looked at, when there was one.
    pub snapshot: Option<SnapshotName>,
    /// The S3 key, shard or REST path that shows it.
    pub object: Option<String>,
    /// A fragment that could be read aloud: `shard 3 took writes after the snapshot`.
    pub why: String,
    /// True when a new snapshot would mend it (the index moved on); false when the repository itself is damaged or unreadable.
    pub mended_by_snapshot: bool,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.clause, self.why)?;
        if let Some(object) = &self.object {
            write!(f, " ({object})")?;
        }
        Ok(())
    }
}

/// What the verifier found for one index and one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Proven(Evidence),
    Missing(Missing),
}
