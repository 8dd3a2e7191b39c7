//! The words of each decision, beside one another so that they stay one language.

use jiff::Timestamp;

use super::text::{day, minute, span};
use crate::model::{Evidence, Hold, HoldReason};
use crate::plan::{Blocker, GuardName, KeepReason};

/// Why an index stays.
pub(super) fn keep(reason: &KeepReason, now: Timestamp) -> String {
    match reason {
        KeepReason::Young { due } => format!("due in {}", span(due.duration_since(now))),
        KeepReason::WriteIndex { alias } => format!("takes the writes of alias {alias}"),
        KeepReason::DataStreamWrite { stream } => format!("takes the writes of data stream {stream}"),
        KeepReason::Mounted { snapshot } => {
            format!("mounted from snapshot {snapshot}: its data is in S3 already")
        }
        KeepReason::Managed { by } => {
            format!("managed by {by}; `managed: take` in its policy lets es2s3 decide instead")
        }
        KeepReason::Hidden => "hidden".into(),
        KeepReason::System => "a system index".into(),
        KeepReason::NewestOfSeries => "the newest of its series is never deleted".into(),
        KeepReason::MinRemaining => "so many must stay: guards.min_remaining".into(),
        KeepReason::Protected => "protected in the state".into(),
    }
}

/// What stands in the way, and what would lift it.
pub(super) fn blocker(blocker: &Blocker) -> String {
    match blocker {
        Blocker::Proof { missing } => format!("proof: {missing}"),
        Blocker::Unread { what, unknown } => match &unknown.missing {
            Some(permission) => format!("{what} could not be read: {}; missing: {permission}", unknown.why),
            None => format!("{what} could not be read: {}", unknown.why),
        },
        Blocker::ClusterRed => "the cluster is red: nothing is deleted until every primary is back".into(),
        Blocker::IndexRed => "the index is red: a primary is missing".into(),
        Blocker::Relocating => "its shards are moving between nodes; the next run looks again".into(),
        Blocker::Closed => "closed: a closed index cannot be proven; open it or delete it by hand".into(),
        Blocker::EngineBlock { setting } => {
            format!("{setting} is set, and the engine would refuse the delete")
        }
        Blocker::RestoredElsewhere => {
            "restored from a snapshot by other means: `es2s3 hold` keeps it, `es2s3 unhold` lets it go".into()
        }
        Blocker::FutureDate => "the date in its name lies ahead of the clock".into(),
        Blocker::ClockSkew { seconds } => {
            format!(
                "this machine's clock and the domain's differ by {seconds} s; more than 300 s is not trusted"
            )
        }
        Blocker::LineageChanged => "the state is another one than the plan was made with".into(),
        Blocker::Repository { why } => why.clone(),
        Blocker::SnapshotRunning { snapshot } => {
            format!("snapshot {snapshot} is running, and this engine makes one at a time")
        }
        Blocker::MountedBy { index } => format!("index {index} is mounted from it"),
        Blocker::LastCopy { index } => {
            format!("the last copy of {index}, and `expire_last_copy` is false")
        }
        Blocker::NeededAsProof { index } => format!("it is the copy that {index} is deleted on"),
        Blocker::Guard { guard } => format!("guard {} refuses the run", guard_name(*guard)),
    }
}

pub(super) fn hold(hold: &Hold) -> String {
    let what = match &hold.reason {
        HoldReason::Restored { run } => format!("restored by {} on {}, run {run}", hold.by, day(hold.since)),
        HoldReason::Asked { note } if note.is_empty() => {
            format!("held by {} since {}", hold.by, day(hold.since))
        }
        HoldReason::Asked { note } => format!("held by {} since {}: {note}", hold.by, day(hold.since)),
    };
    match hold.until {
        Some(until) => format!("{what}, until {}", minute(until)),
        None => format!("{what}, until released"),
    }
}

/// The copy in one line: `snapshot app-… , 5 shards, 212 blobs, same commit`.
pub(super) fn evidence(evidence: &Evidence) -> String {
    if evidence.commits.is_empty() {
        return format!(
            "snapshot {}, by the API alone: its bytes in S3 were not looked at",
            evidence.snapshot
        );
    }
    format!(
        "snapshot {}, {}, {}, same commit",
        evidence.snapshot,
        super::text::counted(u64::from(evidence.shards), "shard", "shards"),
        super::text::counted(evidence.blobs, "blob", "blobs"),
    )
}

/// What a run does too much of, for the guards on an amount.
pub(super) fn guard_verb(guard: GuardName) -> &'static str {
    match guard {
        GuardName::MaxSnapshots | GuardName::MaxSnapshotShare | GuardName::SnapshotGrowth => "expire",
        GuardName::MaxBlockShare => "mark",
        GuardName::MaxIndices
        | GuardName::MaxBytes
        | GuardName::MaxShare
        | GuardName::MinRemaining
        | GuardName::ClusterHealth
        | GuardName::Relocation
        | GuardName::RepositoryReadable
        | GuardName::StateLineage
        | GuardName::Clock
        | GuardName::Growth => "delete",
    }
}

pub(super) fn guard_name(guard: GuardName) -> &'static str {
    match guard {
        GuardName::MaxIndices => "max_indices",
        GuardName::MaxBytes => "max_bytes",
        GuardName::MaxShare => "max_share",
        GuardName::MinRemaining => "min_remaining",
        GuardName::MaxSnapshots => "max_snapshots",
        GuardName::MaxSnapshotShare => "max_snapshot_share",
        GuardName::MaxBlockShare => "max_block_share",
        GuardName::ClusterHealth => "cluster_health",
        GuardName::Relocation => "relocation",
        GuardName::RepositoryReadable => "repository_readable",
        GuardName::StateLineage => "state_lineage",
        GuardName::Clock => "clock",
        GuardName::Growth => "growth",
        GuardName::SnapshotGrowth => "snapshot_growth",
    }
}
