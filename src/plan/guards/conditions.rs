//! Guards on the world's condition: which blocked line speaks for which guard, and what the guard says.

use super::tally::Tally;
use super::withheld;
use crate::model::Unknown;
use crate::plan::facts;
use crate::plan::input::PlanInput;
use crate::plan::types::{Blocker, GuardName, GuardVerdict};

pub(super) const ALL: [GuardName; 5] = [
    GuardName::ClusterHealth,
    GuardName::Relocation,
    GuardName::RepositoryReadable,
    GuardName::StateLineage,
    GuardName::Clock,
];

/// How many lines this condition took out, and why.
pub(super) fn verdict(input: &PlanInput, run: &Tally, guard: GuardName) -> GuardVerdict {
    let lines = run.blocked.get(&guard).copied().unwrap_or_default();
    withheld(lines, || text(input, guard))
}

/// The guard that a blocker speaks for.
pub(super) fn guard_of(blocker: &Blocker) -> Option<GuardName> {
    match blocker {
        Blocker::ClusterRed | Blocker::IndexRed => Some(GuardName::ClusterHealth),
        Blocker::Relocating => Some(GuardName::Relocation),
        Blocker::Repository { .. } => Some(GuardName::RepositoryReadable),
        Blocker::Unread { what, .. } => match what.as_str() {
            "cluster" | "index health" => Some(GuardName::ClusterHealth),
            "repository" | "catalogue" | "running snapshots" => Some(GuardName::RepositoryReadable),
            "state" => Some(GuardName::StateLineage),
            _ => None,
        },
        Blocker::LineageChanged => Some(GuardName::StateLineage),
        Blocker::ClockSkew { .. } => Some(GuardName::Clock),
        Blocker::Guard { guard } => Some(*guard),
        Blocker::Proof { .. }
        | Blocker::FutureDate
        | Blocker::Closed
        | Blocker::EngineBlock { .. }
        | Blocker::RestoredElsewhere
        | Blocker::SnapshotRunning { .. }
        | Blocker::MountedBy { .. }
        | Blocker::LastCopy { .. }
        | Blocker::NeededAsProof { .. } => None,
    }
}

fn text(input: &PlanInput, guard: GuardName) -> String {
    let why = |unknown: Option<&Unknown>| unknown.map(|u| format!(": {}", u.why)).unwrap_or_default();
    match guard {
        GuardName::ClusterHealth => "the cluster or the index is red, or its health is not known".into(),
        GuardName::Relocation => "shards of it move between nodes; the next run takes it".into(),
        GuardName::RepositoryReadable => {
            let observed = &input.observed;
            let unknown = observed.repository.unknown().or(observed.catalogue.unknown());
            format!("the repository cannot be used as it is{}", why(unknown))
        }
        GuardName::StateLineage => format!("the state could not be read{}", why(input.state.unknown())),
        GuardName::Clock => {
            let seconds = facts::skew(input).unwrap_or_default().unsigned_abs();
            format!("this clock and the domain's differ by {seconds} s, 300 s are tolerated")
        }
        GuardName::MaxIndices
        | GuardName::MaxBytes
        | GuardName::MaxShare
        | GuardName::MinRemaining
        | GuardName::Growth
        | GuardName::MaxSnapshots
        | GuardName::MaxSnapshotShare
        | GuardName::SnapshotGrowth
        | GuardName::MaxBlockShare => String::new(),
    }
}
