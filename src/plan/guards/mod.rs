//! The guards: named limits on what one run may do (`docs/guards.md`).
//!
//! Called by `plan`. A guard on the amount refuses the run and prints the flag that would allow exactly this amount; a guard
//! on the world's condition reports how many lines it took out. No guard ever adds a line.

mod blocks;
mod conditions;
mod growth;
mod indices;
mod limit;
mod snapshots;
mod tally;

use self::tally::Tally;
use super::input::PlanInput;
use super::thanos::ThanosPlan;
use super::types::{Decision, GuardName, GuardOutcome, GuardVerdict, IndexItem, KeepReason, Plan, Series};
use crate::model::Guards;

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
pub(super) fn judge(input: &PlanInput, series: &[Series], thanos: Option<&ThanosPlan>) -> Vec<GuardOutcome> {
    let tallies: Vec<Tally> = series.iter().map(Tally::of).collect();
    let run = Tally::sum(&tallies);
    let of_run = |guard, verdict| GuardOutcome { guard, series: None, verdict };
    let of_each = |guard, verdict: fn(&PlanInput, &Series, &Tally) -> GuardVerdict| {
        let each = series.iter().zip(&tallies);
        each.map(move |(series, tally)| GuardOutcome {
            guard,
            series: Some(series.policy.name.clone()),
            verdict: verdict(input, series, tally),
        })
    };
    let mut outcomes = vec![
        of_run(GuardName::MaxIndices, indices::max_count(input, &run)),
        of_run(GuardName::MaxBytes, indices::max_bytes(input, &run)),
    ];
    outcomes.extend(of_each(GuardName::MaxShare, indices::max_share));
    outcomes.extend(of_each(GuardName::MinRemaining, indices::min_remaining));
    outcomes.push(of_run(GuardName::MaxSnapshots, snapshots::max_count(input, &run)));
    outcomes.extend(of_each(GuardName::MaxSnapshotShare, snapshots::max_share));
    outcomes.extend(conditions::ALL.map(|guard| of_run(guard, conditions::verdict(input, &run, guard))));
    outcomes.push(of_run(GuardName::Growth, growth::of_indices(input, &run)));
    outcomes.push(of_run(GuardName::SnapshotGrowth, growth::of_snapshots(input, &run)));
    outcomes.extend(thanos.map(|half| of_run(GuardName::MaxBlockShare, blocks::max_share(input, half))));
    outcomes
}

/// The guards that refuse this plan; none: it may be carried out.
pub fn refusals(plan: &Plan) -> Vec<&GuardOutcome> {
    plan.guards.iter().filter(|outcome| matches!(outcome.verdict, GuardVerdict::Refused { .. })).collect()
}

fn withheld(lines: u64, why: impl FnOnce() -> String) -> GuardVerdict {
    if lines == 0 { GuardVerdict::Passed } else { GuardVerdict::Withheld { lines, why: why() } }
}
