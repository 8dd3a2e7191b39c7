//! Guards on what leaves the domain: indices in number, in bytes, and as a share of their series.

use super::limit::{Counted, Share, bytes};
use super::tally::Tally;
use super::withheld;
use crate::plan::input::PlanInput;
use crate::plan::types::{GuardVerdict, Series};

pub(super) const COUNTED: Counted = Counted { one: "index", many: "indices", flag: "--allow-delete-count" };

pub(super) fn max_count(input: &PlanInput, run: &Tally) -> GuardVerdict {
    COUNTED.judge(run.indices, input.wanted.guards.max_indices, input.overrides.delete_count)
}

pub(super) fn max_bytes(input: &PlanInput, run: &Tally) -> GuardVerdict {
    let limit = input.wanted.guards.max_bytes;
    bytes(run.bytes, limit, input.overrides.delete_bytes, "--allow-delete-bytes")
}

pub(super) fn max_share(input: &PlanInput, series: &Series, tally: &Tally) -> GuardVerdict {
    let of = series.indices.len() as u64;
    let whole = format!("{} of {}", COUNTED.words(of), series.policy.prefix);
    let share = Share { part: tally.indices, of, whole, flag: "--allow-delete-share" };
    share.judge(input.wanted.guards.max_share_percent, input.overrides.delete_share)
}

pub(super) fn min_remaining(input: &PlanInput, series: &Series, tally: &Tally) -> GuardVerdict {
    let floor = input.wanted.guards.min_remaining;
    withheld(tally.floored, || format!("at least {} of {} stay", COUNTED.words(floor), series.policy.prefix))
}
