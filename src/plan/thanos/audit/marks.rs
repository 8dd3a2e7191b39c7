//! Marks: whether they say something, and whether anybody goes by them.

use super::super::finding::{Check, Finding};
use super::Scene;
use super::objects::day;
use crate::model::thanos::{BadMark, Block, Mark, MarkFault, MarkKind, MetaSeen, SETTLED_SECONDS};

/// A mark is written with the clock of another machine.
const AHEAD_SECONDS: i64 = 3_600;

pub(super) fn check(scene: &Scene<'_>, block: &Block, findings: &mut Vec<Finding>) {
    for seen in &block.marks {
        let key = format!("{}/{}", block.id, seen.kind.file());
        let mut tell = |id, text: String| {
            findings.push(Finding::new(id, text).of(block.id).bytes(block.bytes()).keys([key.clone()]));
        };
        match &seen.said {
            Ok(mark) => said(scene, block, mark, &mut tell),
            Err(MarkFault::Bad(bad @ BadMark::Unreadable(_))) => {
                tell(Check::MarkUnreadable, format!("{key} {bad}"));
            }
            Err(MarkFault::Bad(bad @ BadMark::Version(_))) => {
                tell(Check::MarkVersion, format!("{key} {bad}"));
            }
            Err(MarkFault::Unread(unknown)) => tell(Check::MetaUnread, unknown.why.clone()),
        }
    }
}

fn said(scene: &Scene<'_>, block: &Block, mark: &Mark, tell: &mut dyn FnMut(Check, String)) {
    let (id, file) = (block.id, mark.kind.file());
    if mark.id != id.to_string() {
        let fate = match mark.kind {
            MarkKind::Deletion => "; the Compactor deletes that block",
            MarkKind::NoCompact | MarkKind::NoDownsample => "",
        };
        tell(Check::MarkOfAnother, format!("{id}/{file} is of {}{fate}", mark.id));
    }
    if mark.time > scene.now.saturating_add(AHEAD_SECONDS) {
        let text = match jiff::Timestamp::from_millisecond(mark.time) {
            // A time of today in milliseconds lies far beyond any in seconds.
            Ok(at) if mark.time > 100_000_000_000 => {
                format!(
                    "{id}/{file} says {}, which in milliseconds is {}",
                    mark.time,
                    at.strftime("%Y-%m-%d")
                )
            }
            _ => format!("{id}/{file} says {}", day(mark.time)),
        };
        tell(Check::MarkTime, text);
    }
    let because = if mark.reason.is_empty() { &mark.details } else { &mark.reason };
    match mark.kind {
        MarkKind::Deletion => overdue(scene, block, mark, tell),
        MarkKind::NoCompact => tell(Check::NoCompact, format!("{id} since {}: {because}", day(mark.time))),
        MarkKind::NoDownsample => {
            tell(Check::NoDownsample, format!("{id} since {}: {because}", day(mark.time)))
        }
    }
}

/// Two days beyond its end: a Compactor that is busy cleans up only between two rounds.
fn overdue(scene: &Scene<'_>, block: &Block, mark: &Mark, tell: &mut dyn FnMut(Check, String)) {
    let end = mark.time.saturating_add_unsigned(scene.spec.delete_delay);
    let whole = matches!(block.meta, MetaSeen::Read(_)) && mark.id == block.id.to_string();
    if whole && scene.now > end.saturating_add(SETTLED_SECONDS) {
        tell(Check::MarkOverdue, format!("{} was to go on {}", block.id, day(end)));
    }
}
