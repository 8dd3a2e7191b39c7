//! The ten guards: named limits on what one run may do (`docs/guards.md`).
//!
//! Called by `plan`. A guard on the amount refuses the run and prints the flag that would allow exactly this amount; a guard
//! on the world's condition reports how many lines it took out. No guard ever adds a line.

use std::collections::BTreeMap;

use super::facts;
use super::input::PlanInput;
use super::types::{
    Blocker, Decision, GuardName, GuardOutcome, GuardVerdict, IndexItem, KeepReason, Plan, Series,
    SnapshotDecision,
};
use crate::model::{Bytes, Guards, LastRun, Policy, Unknown};

/// Keeps the youngest of what would go until `min_remaining` indices of the series stay, and marks why.
///
/// It looks at the whole series, not at the selection: a narrower selection must not reach a line that the whole run keeps.
pub(super) fn keep_floor(guards: &Guards, items: &mut [IndexItem]) {
    let staying = items.iter().filter(|item| !item.decision.removes()).count() as u64;
    let mut wanting = guards.min_remaining.saturating_sub(staying);
    for item in items.iter_mut().rev().filter(|item| item.decision.removes()) {
        if wanting == 0 {
            return;
        }
        item.decision = Decision::Keep { reason: KeepReason::MinRemaining };
        wanting -= 1;
    }
}

/// What every guard says about the finished lines, in the order of [`GuardName`].
pub(super) fn judge(input: &PlanInput, series: &[Series]) -> Vec<GuardOutcome> {
    let tallies: Vec<Tally> = series.iter().map(Tally::of).collect();
    let run = Tally::sum(&tallies);
    let each = || series.iter().zip(&tallies);
    let mut outcomes = vec![max_indices(input, &run), max_bytes(input, &run)];
    outcomes.extend(each().map(|(series, tally)| max_share(input, series, tally)));
    outcomes.extend(each().map(|(series, tally)| min_remaining(input, series, tally)));
    outcomes.extend(CONDITIONS.map(|guard| {
        let lines = run.blocked.get(&guard).copied().unwrap_or_default();
        outcome(guard, withheld(lines, condition_text(input, guard)))
    }));
    outcomes.push(growth(input, &run));
    outcomes
}

/// The guards that refuse this plan; none: it may be carried out.
pub fn refusals(plan: &Plan) -> Vec<&GuardOutcome> {
    plan.guards.iter().filter(|outcome| matches!(outcome.verdict, GuardVerdict::Refused { .. })).collect()
}

/// What the guards count, gathered in one pass over the lines.
#[derive(Default)]
struct Tally {
    /// Selected indices that leave the domain. An archived index counts: it goes as soon as its snapshot is proven.
    indices: u64,
    bytes: Bytes,
    /// Lines that the floor keeps.
    floored: u64,
    /// Lines, of indices and of snapshots, that a condition of the world takes out.
    blocked: BTreeMap<GuardName, u64>,
}

impl Tally {
    fn of(series: &Series) -> Self {
        let mut tally = Self::default();
        for item in &series.indices {
            match &item.decision {
                Decision::Archive { .. } | Decision::Delete { .. } if item.selected => tally.remove(item),
                Decision::Keep { reason: KeepReason::MinRemaining } => tally.floored += 1,
                Decision::Blocked { blocker } => tally.block(blocker),
                Decision::Archive { .. } | Decision::Delete { .. } => {}
                Decision::Keep { .. } | Decision::Held { .. } => {}
            }
        }
        for item in &series.snapshots {
            if let SnapshotDecision::Blocked { blocker } = &item.decision {
                tally.block(blocker);
            }
        }
        tally
    }

    fn sum(tallies: &[Tally]) -> Self {
        let mut sum = Self::default();
        for tally in tallies {
            sum.indices += tally.indices;
            sum.bytes += tally.bytes;
            tally.blocked.iter().for_each(|(guard, lines)| *sum.blocked.entry(*guard).or_default() += lines);
        }
        sum
    }

    fn remove(&mut self, item: &IndexItem) {
        self.indices += 1;
        self.bytes += item.bytes.unwrap_or_default();
    }

    fn block(&mut self, blocker: &Blocker) {
        if let Some(guard) = guard_of(blocker) {
            *self.blocked.entry(guard).or_default() += 1;
        }
    }
}

fn outcome(guard: GuardName, verdict: GuardVerdict) -> GuardOutcome {
    GuardOutcome { guard, series: None, verdict }
}

fn max_indices(input: &PlanInput, run: &Tally) -> GuardOutcome {
    outcome(GuardName::MaxIndices, by_count(input, run, input.wanted.guards.max_indices))
}

fn by_count(input: &PlanInput, run: &Tally, limit: u64) -> GuardVerdict {
    match input.overrides.delete_count {
        _ if run.indices <= limit => GuardVerdict::Passed,
        Some(allowed) if run.indices <= allowed => {
            GuardVerdict::Overridden { by: format!("--allow-delete-count={allowed}") }
        }
        _ => GuardVerdict::Refused {
            would: indices(run.indices),
            limit: indices(limit),
            allow: Some(format!("--allow-delete-count={}", run.indices)),
        },
    }
}

fn max_bytes(input: &PlanInput, run: &Tally) -> GuardOutcome {
    let limit = input.wanted.guards.max_bytes;
    let verdict = match input.overrides.delete_bytes {
        _ if run.bytes <= limit => GuardVerdict::Passed,
        Some(allowed) if run.bytes <= allowed => {
            GuardVerdict::Overridden { by: format!("--allow-delete-bytes={}", sufficient(allowed)) }
        }
        _ => GuardVerdict::Refused {
            would: run.bytes.to_string(),
            limit: limit.to_string(),
            allow: Some(format!("--allow-delete-bytes={}", sufficient(run.bytes))),
        },
    };
    outcome(GuardName::MaxBytes, verdict)
}

/// The shortest size with one decimal that is not below `bytes`: `1.3TiB`.
fn sufficient(bytes: Bytes) -> String {
    let amount = u128::from(bytes.0);
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let Some((shift, unit)) = units.into_iter().find(|(shift, _)| amount >= 1 << shift) else {
        return format!("{amount}B");
    };
    let tenths = (amount * 10).div_ceil(1 << shift);
    match tenths % 10 {
        0 => format!("{}{unit}", tenths / 10),
        tenth => format!("{}.{tenth}{unit}", tenths / 10),
    }
}

fn max_share(input: &PlanInput, series: &Series, tally: &Tally) -> GuardOutcome {
    let limit = u64::from(input.wanted.guards.max_share_percent);
    let (run, total) = (tally.indices, series.indices.len() as u64);
    let share = (run * 100).div_ceil(total.max(1));
    let verdict = match input.overrides.delete_share {
        _ if share <= limit => GuardVerdict::Passed,
        Some(allowed) if share <= u64::from(allowed) => {
            GuardVerdict::Overridden { by: format!("--allow-delete-share={allowed}%") }
        }
        _ => GuardVerdict::Refused {
            would: format!("{run} of {} of {} ({share} %)", indices(total), series.policy.prefix),
            limit: format!("{limit} %"),
            allow: Some(format!("--allow-delete-share={share}%")),
        },
    };
    GuardOutcome { guard: GuardName::MaxShare, series: Some(series.policy.name.clone()), verdict }
}

fn min_remaining(input: &PlanInput, series: &Series, tally: &Tally) -> GuardOutcome {
    let floor = input.wanted.guards.min_remaining;
    let why = format!("at least {} of {} stay", indices(floor), series.policy.prefix);
    let verdict = withheld(tally.floored, why);
    GuardOutcome { guard: GuardName::MinRemaining, series: Some(series.policy.name.clone()), verdict }
}

fn withheld(lines: u64, why: String) -> GuardVerdict {
    if lines == 0 { GuardVerdict::Passed } else { GuardVerdict::Withheld { lines, why } }
}

const CONDITIONS: [GuardName; 5] = [
    GuardName::ClusterHealth,
    GuardName::Relocation,
    GuardName::RepositoryReadable,
    GuardName::StateLineage,
    GuardName::Clock,
];

/// The guard that a blocker speaks for.
fn guard_of(blocker: &Blocker) -> Option<GuardName> {
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

fn condition_text(input: &PlanInput, guard: GuardName) -> String {
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
        | GuardName::Growth => String::new(),
    }
}

/// After a change of prefix or retention a run may delete at most `max_growth` times what the last one did, taking at
/// least one index for each policy as what a run normally does.
fn growth(input: &PlanInput, run: &Tally) -> GuardOutcome {
    let policies = &input.wanted.policies;
    let last = input.state.present().and_then(|state| state.last_run.as_ref());
    let verdict = match last {
        Some(last) if policies.iter().any(|policy| has_changed(last, policy)) => {
            let usual = last.deleted_indices.max(policies.len() as u64);
            by_count(input, run, usual.saturating_mul(u64::from(input.wanted.guards.max_growth)))
        }
        _ => GuardVerdict::Passed,
    };
    outcome(GuardName::Growth, verdict)
}

/// A policy that the last run did not know counts as changed: in the nine-key form a changed prefix renames the policy.
fn has_changed(last: &LastRun, policy: &Policy) -> bool {
    let then = last.policies.iter().find(|(name, ..)| name == policy.name.as_str());
    then.is_none_or(|(_, prefix, days, _)| *prefix != policy.prefix || *days != policy.index_retention.0)
}

fn indices(count: u64) -> String {
    if count == 1 { "1 index".into() } else { format!("{count} indices") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_size_always_suffices() {
        for (bytes, flag) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1KiB"),
            (1025, "1.1KiB"),
            (1 << 30, "1GiB"),
            ((1 << 30) + 1, "1.1GiB"),
            (1_429_365_116_109, "1.4TiB"),
            (1_429_365_116_108, "1.3TiB"),
            ((1 << 40) - 1, "1024GiB"),
        ] {
            assert_eq!(sufficient(Bytes(bytes)), flag);
        }
    }
}
