//! What time each stream has samples of, and in which resolution.

use super::super::compactor::narrowest_ms;
use super::super::finding::{Check, Finding};
use super::super::spans::{Span, Spans};
use super::super::view::{Group, Known, is_plausible, is_visible, written};
use super::Scene;
use super::objects::day;
use crate::model::Bytes;
use crate::model::thanos::{Kept, Resolution};

/// A stream that was seen once, longer ago than this, is over.
const OVER_SECONDS: i64 = 2 * 24 * 3_600;

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for group in &scene.view.groups {
        gaps(scene, group, findings);
        not_made(scene, group, (Resolution::Raw, Resolution::FiveMinutes), findings);
        not_made(scene, group, (Resolution::FiveMinutes, Resolution::OneHour), findings);
        told_once(scene, group, findings);
    }
}

fn spans(scene: &Scene<'_>, group: &Group<'_>, resolution: Resolution, tolerance: i64) -> Spans {
    let blocks = group.of(resolution).iter().filter(|known| is_plausible(known, scene.now));
    Spans::union(blocks.map(Known::span), tolerance)
}

/// A time that no resolution holds. A downsampled block begins and ends a little inside its source.
fn gaps(scene: &Scene<'_>, group: &Group<'_>, findings: &mut Vec<Finding>) {
    let tolerance = scene.spec.gap_ms();
    let all = group.blocks.values().flatten().filter(|known| is_plausible(known, scene.now));
    let all = all.map(Known::span);
    let coarsest = group.blocks.keys().next_back().map_or(0, |coarsest| coarsest.ms());
    let finest = Resolution::ALL.iter().find(|one| !group.of(**one).is_empty());
    // Where only coarse samples are left, the pause between two of them is no gap.
    let tolerance = if finest == Some(&Resolution::Raw) { tolerance } else { tolerance.max(2 * coarsest) };
    for span in Spans::union(all, tolerance).pauses().iter() {
        let text = format!("{} has nothing {}", written(group.labels), words(span));
        findings.push(Finding::new(Check::Gap, text));
    }
}

/// Finer samples that are older than the newest coarser ones, and not in them.
fn not_made(
    scene: &Scene<'_>,
    group: &Group<'_>,
    (fine, coarse): (Resolution, Resolution),
    findings: &mut Vec<Finding>,
) {
    let tolerance = scene.spec.gap_ms().max(2 * coarse.ms());
    let narrowest = narrowest_ms(fine).unwrap_or_default();
    let made = spans(scene, group, coarse, tolerance);
    let Some((_, newest)) = made.whole() else { return };
    let wanted = match scene.spec.retention.of(coarse) {
        Kept::ForEver => i64::MIN,
        Kept::Seconds(kept) => scene.now.saturating_sub_unsigned(kept).saturating_mul(1_000),
    };
    let there = spans(scene, group, fine, tolerance).before(newest).from(wanted);
    for span in there.without(&made).longer_than(tolerance).iter() {
        let within = |known: &&Known<'_>| known.meta.min_time < span.1 && known.meta.max_time > span.0;
        let blocks =
            group.of(fine).iter().filter(within).filter(|known| is_visible(known, scene.spec, scene.now));
        let (mut bytes, mut narrow, mut keys) = (Bytes(0), 0_u64, Vec::new());
        for known in blocks {
            bytes += known.block.bytes();
            narrow += u64::from(known.meta.max_time.saturating_sub(known.meta.min_time) < narrowest);
            keys.push(known.folder());
        }
        let why = if narrow > 0 {
            format!("; {narrow} of {} blocks are too narrow for it", keys.len())
        } else {
            String::new()
        };
        let text = format!(
            "{} has {} but no {} {}{why}",
            written(group.labels),
            fine.word(),
            coarse.word(),
            words(span)
        );
        findings.push(Finding::new(Check::NotDownsampled, text).bytes(bytes).keys(keys));
    }
}

/// The only block of a set of labels, and an old one that was never merged with another.
pub(super) fn seen_once<'a>(scene: &Scene<'_>, group: &'a Group<'a>) -> Option<&'a Known<'a>> {
    let mut blocks = group.blocks.values().flatten();
    let only = blocks.next().filter(|_| blocks.next().is_none())?;
    let old = scene.now.saturating_sub(only.block.id.created_ms() / 1_000) > OVER_SECONDS;
    (old && only.meta.level < 2).then_some(only)
}

fn told_once(scene: &Scene<'_>, group: &Group<'_>, findings: &mut Vec<Finding>) {
    if let Some(only) = seen_once(scene, group) {
        let text = format!("{} has one block, {}", written(group.labels), only.block.id);
        let finding = Finding::new(Check::StreamSeenOnce, text).of(only.block.id).bytes(only.block.bytes());
        findings.push(finding.keys([only.folder()]));
    }
}

/// `from 2026-10-01 04:00 to 06:00 (2.0 hours)`.
fn words((from, to): Span) -> String {
    let time = |ms: i64| {
        jiff::Timestamp::from_millisecond(ms)
            .map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    };
    let hours = to.saturating_sub(from) as f64 / 3_600_000.0;
    if hours < 48.0 {
        format!("from {} to {} ({hours:.1} hours)", time(from), time(to))
    } else {
        format!(
            "from {} to {} ({:.1} days)",
            day(from.div_euclid(1_000)),
            day(to.div_euclid(1_000)),
            hours / 24.0
        )
    }
}
