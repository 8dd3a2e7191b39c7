//! What is wanted of log retention: one policy per prefix, and the guards on the amount.

use serde::{Deserialize, Serialize};

use super::{Bytes, Days, PolicyName};

/// Retention of one series of indices: those named *prefix + date (+ `-` + digits)* and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub name: PolicyName,
    /// The literal start of the name, up to the date: `app-`.
    pub prefix: String,
    /// How long an index stays searchable, counted from the end of its period.
    pub index_retention: Days,
    /// How long a snapshot stays in S3, counted from the snapshot's start.
    pub snapshot_retention: Days,
    pub proof: ProofLevel,
    /// Set a write block before the snapshot, so that nothing is written between it and the delete.
    pub freeze: bool,
    pub age_from: AgeFrom,
    pub managed: ManagedIndices,
    /// Whether a snapshot whose retention has run out may go although it is the last copy of an index that is no longer live.
    pub expire_last_copy: bool,
}

/// How much must be proven before an index goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofLevel {
    /// All five clauses, from the bytes in S3.
    Full,
    /// Only what the REST API tells: clause 1, and 5. For engines or buckets where the rest cannot be had; the plan says so.
    Api,
}

/// Which dates an index's age is taken from; of several the youngest decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeFrom {
    /// The end of the period in the name, the creation date and the rollover: the youngest.
    Youngest,
    /// Only the end of the period in the name: for indices that were re-indexed or imported later than written.
    Name,
}

/// What to do with an index that ILM or ISM manages as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManagedIndices {
    /// Leave it to its manager.
    Leave,
    /// Treat it like any other.
    Take,
}

/// Limits on what one run may delete, from the domain and from the repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guards {
    /// At most so many indices leave the domain in one run.
    pub max_indices: u64,
    /// At most so many bytes of primaries leave the domain in one run.
    pub max_bytes: Bytes,
    /// At most this percentage of a series' live indices leaves in one run, 1 to 100.
    /// A first run over a long backlog needs its override, which is the moment to look at it.
    pub max_share_percent: u8,
    /// At least so many indices of a series stay, whatever their age.
    pub min_remaining: u64,
    /// At most so many snapshots expire in one run.
    pub max_snapshots: u64,
    /// At most this percentage of a series' snapshots expires in one run, 1 to 100.
    pub max_snapshot_share_percent: u8,
    /// Of the blocks of Thanos that are not marked yet.
    pub max_block_share_percent: u8,
    /// A run may not delete or expire more than this many times what the last one did after a retention or prefix changed.
    pub max_growth: u32,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            max_indices: 500,
            max_bytes: Bytes(10 * 1024 * Bytes::GIB),
            max_share_percent: 50,
            min_remaining: 1,
            max_snapshots: 500,
            max_snapshot_share_percent: 50,
            max_block_share_percent: 50,
            max_growth: 2,
        }
    }
}
