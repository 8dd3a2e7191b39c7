//! Indices against the largest that the Compactor makes: it leaves the biggest block out of a merge that would come near.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::compactor::RANGES_MS;
use super::super::finding::{Check, Finding};
use super::super::play::Streamed;
use super::super::view::Known;
use super::Scene;
use super::objects::day;
use crate::model::Bytes;
use crate::model::thanos::{Block, MarkKind, Part, Resolution};

/// 85 % of 64 GiB, in bytes. Thanos `pkg/compact/planner.go`, `largeTotalIndexSizeFilter`: so many come together, and the biggest gets
/// a no-compact mark.
const LIMIT: u64 = (64 << 30) / 100 * 85;
/// Windows in which large indices come together, and the width that a block of theirs is wider than: narrower ones are merged before,
/// and their one index is smaller than the sum.
const WINDOWS: [(i64, i64); 2] = [(RANGES_MS[3], RANGES_MS[1]), (RANGES_MS[4], RANGES_MS[2])];

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    findings.extend(scene.inventory.blocks.iter().filter(|block| index(block) >= LIMIT).map(alone));
    for stream in scene.streams {
        for ((resolution, ..), mut blocks) in windows(scene, stream) {
            findings.extend(together(stream, resolution, &mut blocks));
        }
    }
}

/// Bytes; none where there is no index.
fn index(block: &Block) -> u64 {
    block.objects.iter().find(|object| object.part == Part::Index).map_or(0, |object| object.size)
}

fn key(block: &Block) -> String {
    format!("{}/{}", block.id, Part::Index)
}

fn alone(block: &Block) -> Finding {
    let size = Bytes(index(block));
    let text = format!("{} has {size}", key(block));
    Finding::new(Check::IndexNearLimit, text).of(block.id).bytes(size).keys([key(block)])
}

/// Blocks that will be merged with one another, by resolution, width of the window and its number from 1970 on.
fn windows<'a>(
    scene: &Scene<'_>,
    stream: &Streamed<'a>,
) -> BTreeMap<(Resolution, i64, i64), Vec<&'a Known<'a>>> {
    let mut windows: BTreeMap<_, Vec<&Known<'_>>> = BTreeMap::new();
    let is_left_out = |known: &Known<'_>| {
        known.meta.failed || known.deletion().is_some() || known.block.mark(MarkKind::NoCompact).is_some()
    };
    for known in stream.blocks(scene.now).filter(|known| !is_left_out(known)) {
        let (from, to) = known.span();
        for (range, narrower) in WINDOWS {
            let number = from.div_euclid(range);
            if to - from > narrower && (to - 1).div_euclid(range) == number {
                windows.entry((known.resolution, range, number)).or_default().push(known);
            }
        }
    }
    windows
}

fn together(stream: &Streamed<'_>, resolution: Resolution, blocks: &mut [&Known<'_>]) -> Option<Finding> {
    blocks.sort_by_key(|known| Reverse(index(known.block)));
    let sum = blocks.iter().fold(0, |sum: u64, known| sum.saturating_add(index(known.block)));
    let biggest = blocks.first()?.block;
    // One that is too large by itself is told of as such.
    if blocks.len() < 2 || sum < LIMIT || index(biggest) >= LIMIT {
        return None;
    }
    let from = blocks.iter().map(|known| known.meta.min_time).min()?;
    let text = format!(
        "the indices of {} blocks of {} of {} that are merged with one another, from {} on, come to {}",
        blocks.len(),
        resolution.word(),
        stream.labels,
        day(from.div_euclid(1_000)),
        Bytes(sum)
    );
    let finding = Finding::new(Check::IndexNearLimit, text).of(biggest.id).bytes(Bytes(sum));
    Some(finding.keys(blocks.iter().map(|known| key(known.block))))
}
