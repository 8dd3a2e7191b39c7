//! The plan as data: complete enough that the executor makes no choice, self-contained enough to be saved and shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::infra::ObjectItem;
use super::thanos::ThanosPlan;
use crate::model::{
    Bytes, Cluster, Evidence, Hold, IndexName, IndexUuid, Lineage, Live, Marks, Missing, Period, Policy,
    PolicyName, RepositorySpec, SnapshotName, SnapshotUuid, Unknown,
};

/// A plan. Only `plan()` and the reader of saved plans make one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Plan {
    /// Version of this format: 1.
    pub format: u32,
    /// Version of es2s3 that made it.
    pub tool: String,
    pub created: Timestamp,
    /// Later than this a saved plan is refused: 24 hours.
    pub expires: Timestamp,
    pub header: Header,
    /// The AWS side, each line after what it needs.
    #[serde(default)]
    pub objects: Vec<ObjectItem>,
    pub repository: RepositoryItem,
    /// One per policy, in the configuration's order.
    pub series: Vec<Series>,
    /// The bucket of blocks; none where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanos: Option<ThanosPlan>,
    pub guards: Vec<GuardOutcome>,
    /// What could not be read and what is worth knowing: shown first, or apart.
    pub findings: Vec<Finding>,
    pub totals: Totals,
}

/// What the plan was made against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub config_file: String,
    pub config_hash: String,
    pub account: String,
    pub region: String,
    pub cluster: Live<Cluster>,
    /// Serial and lineage of the state that was read; `None` before bootstrap.
    pub state: Option<StateRef>,
    /// Whether the state could be read at all.
    pub state_unknown: Option<Unknown>,
    /// `None`: they could not be read.
    pub indices_read: Option<u64>,
    /// `None`: the catalogue could not be read.
    pub snapshots_read: Option<u64>,
    /// All of them: domain, S3 and AWS, every try counted.
    pub requests: u64,
    /// Of these, those to the domain.
    #[serde(default)]
    pub domain_requests: u64,
    /// Live indices that no policy owns.
    pub indices_unowned: u64,
    /// Whether any index or snapshot could be selected. A run of the AWS side alone is no run to compare the next one with.
    #[serde(default = "always")]
    pub data_side: bool,
}

fn always() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRef {
    pub lineage: Lineage,
    pub serial: u64,
}

/// The snapshot repository's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositoryItem {
    pub spec: RepositorySpec,
    pub change: RepositoryChange,
    pub selected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum RepositoryChange {
    /// Registered as wanted.
    Keep,
    /// Register it with these settings, complete.
    Create {
        settings: BTreeMap<String, String>,
    },
    /// Register it again with these settings, complete; `fields` is what differs, never empty.
    Update {
        settings: BTreeMap<String, String>,
        before: BTreeMap<String, String>,
        fields: Vec<FieldChange>,
    },
    Blocked {
        blocker: Blocker,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    /// Absent: not set, which means the engine's default.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// All lines of one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub policy: Policy,
    /// By period, oldest first.
    pub indices: Vec<IndexItem>,
    /// Snapshots to make, by day of data; every archived index that is selected is in exactly one.
    pub archives: Vec<Archive>,
    /// es2s3's snapshots of this policy that are due, oldest first; those that stay are only counted.
    pub snapshots: Vec<SnapshotItem>,
    /// es2s3's snapshots of this policy in the repository, due or not.
    pub snapshots_total: u64,
}

/// One index of a policy with its decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexItem {
    pub name: IndexName,
    pub uuid: IndexUuid,
    pub docs: Option<u64>,
    pub bytes: Option<Bytes>,
    pub primaries: u32,
    /// `index.creation_date`; the manifest keeps it, since a restored index is known by it.
    pub created: Option<Timestamp>,
    pub period: Period,
    /// When it came of age counts from here: the youngest of the known dates.
    pub aged_from: Timestamp,
    pub decision: Decision,
    /// Whether `--only` and `--exclude` leave it in. What is not selected is shown and never done.
    pub selected: bool,
}

/// What happens to one index, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Keep {
        reason: KeepReason,
    },
    /// Snapshot (or wait for the running one), verify, delete.
    Archive {
        snapshot: SnapshotName,
        /// A copy that exists but no longer matches the index: why it does not do.
        stale: Option<Missing>,
    },
    /// Proven already: delete.
    Delete {
        evidence: Box<Evidence>,
    },
    Held {
        hold: Hold,
    },
    Blocked {
        blocker: Blocker,
    },
}

/// Why an index stays although nothing is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum KeepReason {
    /// Younger than its retention; due at this time.
    Young {
        due: Timestamp,
    },
    WriteIndex {
        alias: String,
    },
    DataStreamWrite {
        stream: String,
    },
    Mounted {
        snapshot: SnapshotName,
    },
    Managed {
        by: String,
    },
    Hidden,
    System,
    NewestOfSeries,
    /// Fewer than `min_remaining` would stay.
    MinRemaining,
    /// Named in the state's `protected`.
    Protected,
}

/// Why something that is due is withheld. Each says what would lift it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "blocker", rename_all = "snake_case")]
pub enum Blocker {
    /// A proof clause is missing and no new snapshot would mend it.
    Proof {
        missing: Missing,
    },
    /// Something could not be read.
    Unread {
        what: String,
        unknown: Unknown,
    },
    ClusterRed,
    IndexRed,
    Relocating,
    Closed,
    /// A block of the engine that refuses the delete: `index.blocks.read_only`.
    EngineBlock {
        setting: String,
    },
    /// Restored from a snapshot and not by es2s3's own restore (no hold): UUID new, creation date that of a deleted index.
    RestoredElsewhere,
    /// The date in its name, or its creation date, lies ahead of the clock.
    FutureDate,
    ClockSkew {
        seconds: i64,
    },
    LineageChanged,
    /// The repository is not `s3`, or of another cluster, or registered elsewhere.
    Repository {
        why: String,
    },
    /// Another snapshot that is not ours runs now, and the engine makes one at a time (before Elasticsearch 7.9).
    SnapshotRunning {
        snapshot: SnapshotName,
    },
    /// A searchable-snapshot index reads from it.
    MountedBy {
        index: IndexName,
    },
    /// The last copy, and `expire_last_copy` is false.
    LastCopy {
        index: IndexName,
    },
    /// A copy in it stands as the proof of an index that is still live.
    NeededAsProof {
        index: IndexName,
    },
    /// A guard refuses the whole run's amount.
    Guard {
        guard: GuardName,
    },
}

/// One snapshot to make: one policy's indices of one day of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Archive {
    pub snapshot: SnapshotName,
    /// The day of data, UTC.
    pub day: jiff::civil::Date,
    /// Names in order; the items tell their UUIDs.
    pub indices: Vec<IndexName>,
    pub bytes: Bytes,
    /// Already being written by an earlier run: wait for it instead of creating it.
    pub running: bool,
}

/// One snapshot of es2s3's that is past its retention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotItem {
    pub name: SnapshotName,
    pub uuid: SnapshotUuid,
    pub started: Option<Timestamp>,
    pub marks: Option<Marks>,
    pub decision: SnapshotDecision,
    pub selected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum SnapshotDecision {
    /// Past retention. `last_copy_of`: indices that are no longer live and in no other snapshot.
    Expire {
        last_copy_of: Vec<IndexName>,
        /// Whole snapshots, not older, that keep another copy of something in it. The executor counts no other for a copy.
        #[serde(default)]
        leans_on: Vec<SnapshotUuid>,
    },
    Blocked {
        blocker: Blocker,
    },
    /// It holds an index that is held and no longer live: releasing the hold lets it expire.
    Held {
        index: IndexName,
        hold: Hold,
    },
    /// Due by its name, but its own file says otherwise.
    Keep {
        due: Timestamp,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardName {
    MaxIndices,
    MaxBytes,
    MaxShare,
    MinRemaining,
    MaxSnapshots,
    MaxSnapshotShare,
    ClusterHealth,
    Relocation,
    RepositoryReadable,
    StateLineage,
    Clock,
    Growth,
    SnapshotGrowth,
    MaxBlockShare,
}

/// What a guard said about the run's amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardOutcome {
    pub guard: GuardName,
    /// The series, for a guard that looks at one.
    pub series: Option<PolicyName>,
    pub verdict: GuardVerdict,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum GuardVerdict {
    Passed,
    /// Passed only because of this override.
    Overridden {
        by: String,
    },
    /// A condition of the world or a floor took so many lines out of the run; the rest of the run goes on.
    Withheld {
        lines: u64,
        why: String,
    },
    /// Refused: `would` against `limit` in the guard's own unit, written for people, and the flag that would allow exactly this
    /// amount (absent where no override exists).
    Refused {
        would: String,
        limit: String,
        allow: Option<String>,
    },
}

/// Something about the world that a person should read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// `could not read snapshots: ...`.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Note,
    Warning,
    /// Nothing that destroys is planned while this stands.
    Unread,
}

/// Sums over the selected lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub create: u64,
    pub change: u64,
    /// Objects of AWS that somebody else made and that are es2s3's from now on.
    #[serde(default)]
    pub adopt: u64,
    /// Objects of AWS that nothing asks for any more.
    #[serde(default)]
    pub remove: u64,
    pub archive: Amount,
    pub delete: Amount,
    pub expire: Amount,
    pub keep: Amount,
    pub held: Amount,
    pub blocked: Amount,
    /// Blocks of Thanos that get a deletion mark.
    #[serde(default, skip_serializing_if = "Amount::is_nothing")]
    pub mark: Amount,
    /// Blocks whose mark is taken away.
    #[serde(default, skip_serializing_if = "Amount::is_nothing")]
    pub unmark: Amount,
    /// Blocks that are deleted, where no Compactor does it.
    #[serde(default, skip_serializing_if = "Amount::is_nothing")]
    pub delete_blocks: Amount,
    /// What Thanos itself never removes.
    #[serde(default, skip_serializing_if = "Amount::is_nothing")]
    pub purge: Amount,
    /// Snapshots to make.
    pub snapshots: u64,
    /// Snapshots that hold the last copy of something and expire.
    pub last_copies: u64,
    /// US dollars a month saved (negative: added) once everything is carried out.
    pub monthly_saving: f64,
    /// US dollars, once, for requests of proof and snapshots.
    pub request_cost: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub count: u64,
    /// Bytes of primaries; for snapshots an upper bound, since blobs are shared.
    pub bytes: Bytes,
    /// Of `count`, how many have no size (closed or red indices).
    pub unsized_count: u64,
}

impl Amount {
    pub fn is_nothing(&self) -> bool {
        self.count == 0
    }
}
