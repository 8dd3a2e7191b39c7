//! The guard on what leaves the bucket of blocks, as a share of all blocks that are not marked yet.

use super::limit::{Counted, Share};
use crate::plan::input::PlanInput;
use crate::plan::thanos::{Action, ThanosPlan};
use crate::plan::types::GuardVerdict;

const COUNTED: Counted = Counted { one: "block", many: "blocks", flag: "--allow-mark-share" };

/// One block a run always may go: so a stream that is written no more comes to its end.
pub(super) fn max_share(input: &PlanInput, half: &ThanosPlan) -> GuardVerdict {
    let marks = half.items.iter().filter(|item| item.selected && matches!(item.action, Action::Mark { .. }));
    let part = marks.count() as u64;
    if part <= 1 {
        return GuardVerdict::Passed;
    }
    let of = half.streams.iter().map(|stream| stream.blocks - stream.marked.count).sum();
    let share = Share { part, of, whole: COUNTED.words(of), flag: COUNTED.flag };
    share.judge(input.wanted.guards.max_block_share_percent, input.overrides.mark_share)
}
