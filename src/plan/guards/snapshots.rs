//! Guards on what leaves the repository: snapshots in number, and as a share of their series.
//!
//! An expired snapshot is mostly the last copy of what it holds, and its deletion cannot be undone.

use super::limit::{Counted, Share};
use super::tally::Tally;
use crate::plan::input::PlanInput;
use crate::plan::types::{GuardVerdict, Series};

pub(super) const COUNTED: Counted =
    Counted { one: "snapshot", many: "snapshots", flag: "--allow-expire-count" };

pub(super) fn max_count(input: &PlanInput, run: &Tally) -> GuardVerdict {
    COUNTED.judge(run.expired, input.wanted.guards.max_snapshots, input.overrides.expire_count)
}

/// One snapshot a run always may go: so a series that is written no more comes to its end.
pub(super) fn max_share(input: &PlanInput, series: &Series, tally: &Tally) -> GuardVerdict {
    if tally.expired <= 1 {
        return GuardVerdict::Passed;
    }
    let of = series.snapshots_total;
    let whole = format!("{} of {}", COUNTED.words(of), series.policy.name);
    let share = Share { part: tally.expired, of, whole, flag: "--allow-expire-share" };
    share.judge(input.wanted.guards.max_snapshot_share_percent, input.overrides.expire_share)
}
