//! Guards on the amount after the configuration changed: a typing error in a retention is found before it is carried out.
//!
//! A changed run may do at most `max_growth` times what the last one did, where one for each policy is taken as the least
//! that a run normally does. Before the first run there is nothing to compare with, and the shares are the limit.

use super::tally::Tally;
use super::{indices, snapshots};
use crate::model::{LastRun, Policy};
use crate::plan::input::PlanInput;
use crate::plan::types::GuardVerdict;

/// What a policy was at the last run: prefix, days of index retention, days of snapshot retention.
type Then<'a> = (&'a str, u32, u32);

/// After a change of prefix or index retention.
pub(super) fn of_indices(input: &PlanInput, run: &Tally) -> GuardVerdict {
    let changed = |policy: &Policy, (prefix, days, _): Then<'_>| {
        prefix != policy.prefix || days != policy.index_retention.0
    };
    match usual(input, changed, |last| last.deleted_indices) {
        Some(limit) => indices::COUNTED.judge(run.indices, limit, input.overrides.delete_count),
        None => GuardVerdict::Passed,
    }
}

/// After a change of snapshot retention.
pub(super) fn of_snapshots(input: &PlanInput, run: &Tally) -> GuardVerdict {
    let changed = |policy: &Policy, (_, _, days): Then<'_>| days != policy.snapshot_retention.0;
    match usual(input, changed, |last| last.expired_snapshots) {
        Some(limit) => snapshots::COUNTED.judge(run.expired, limit, input.overrides.expire_count),
        None => GuardVerdict::Passed,
    }
}

/// The limit, if a policy changed. One that the last run did not know counts as changed: in the nine-key form a changed
/// prefix renames the policy.
fn usual(
    input: &PlanInput,
    changed: impl Fn(&Policy, Then<'_>) -> bool,
    done: impl Fn(&LastRun) -> u64,
) -> Option<u64> {
    let policies = &input.wanted.policies;
    let last = input.state.present()?.last_run.as_ref()?;
    let then = |policy: &Policy| {
        let known = last.policies.iter().find(|(name, ..)| name == policy.name.as_str());
        known.map(|(_, prefix, index, snapshot)| (prefix.as_str(), *index, *snapshot))
    };
    let any = policies.iter().any(|policy| then(policy).is_none_or(|then| changed(policy, then)));
    let usual = done(last).max(policies.len() as u64);
    any.then(|| usual.saturating_mul(u64::from(input.wanted.guards.max_growth)))
}
