//! Blocks of one stream and resolution that hold the same time.

use super::super::compactor::{CUT_MS, RANGES_MS};
use super::super::finding::{Check, Finding};
use super::super::view::{Group, Known, is_plausible, written};
use super::Scene;
use crate::model::Bytes;
use crate::model::thanos::{BlockId, Resolution};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for group in &scene.view.groups {
        for (resolution, blocks) in &group.blocks {
            // A marked block is on its way out: its successor overlaps it, rightly.
            let staying: Vec<&Known<'_>> = blocks.iter().filter(|known| known.deletion().is_none()).collect();
            pairs(scene, group, *resolution, &staying, findings);
        }
        for known in group.of(Resolution::Raw).iter().filter(|known| is_plausible(known, scene.now)) {
            stuck(known, findings);
        }
    }
}

/// Each block with those before it that reach into it; blocks that hang together are one finding.
fn pairs(
    scene: &Scene<'_>,
    group: &Group<'_>,
    resolution: Resolution,
    blocks: &[&Known<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut open: Vec<&Known<'_>> = Vec::new();
    let mut together: Vec<&Known<'_>> = Vec::new();
    for known in blocks {
        open.retain(|earlier| earlier.meta.max_time > known.meta.min_time);
        if open.is_empty() {
            findings.extend(overlap(scene, group, resolution, &together));
            together.clear();
        }
        for earlier in &open {
            match contained(earlier, known) {
                Some((inner, outer)) => findings.push(duplicate(inner, outer)),
                None if together.is_empty() => together.extend([*earlier, *known]),
                None if together.last().is_none_or(|last| last.block.id != known.block.id) => {
                    together.push(known);
                }
                None => {}
            }
        }
        open.push(known);
    }
    findings.extend(overlap(scene, group, resolution, &together));
}

/// The one that is wholly in the other, first.
fn contained<'a, 'b>(one: &'a Known<'b>, other: &'a Known<'b>) -> Option<(&'a Known<'b>, &'a Known<'b>)> {
    if is_within(&one.meta.sources, &other.meta.sources) {
        Some((one, other))
    } else {
        is_within(&other.meta.sources, &one.meta.sources).then_some((other, one))
    }
}

fn duplicate(inner: &Known<'_>, outer: &Known<'_>) -> Finding {
    let text = format!("all of {} is in {}", inner.block.id, outer.block.id);
    let finding = Finding::new(Check::Duplicate, text).of(inner.block.id).bytes(inner.block.bytes());
    finding.keys([inner, outer].map(Known::folder))
}

fn overlap(
    scene: &Scene<'_>,
    group: &Group<'_>,
    resolution: Resolution,
    blocks: &[&Known<'_>],
) -> Option<Finding> {
    let (first, second) = (blocks.first()?, blocks.get(1)?);
    let merged = scene.spec.merge_replicas;
    let id = if merged { Check::OverlapReplica } else { Check::Overlap };
    let shared = first.meta.max_time.min(second.meta.max_time).saturating_sub(second.meta.min_time);
    let more = match blocks.len() {
        2 => String::new(),
        count => format!(", and {} more hang on them", count - 2),
    };
    let text = format!(
        "{} and {} share {:.1} hours of {} ({}){more}",
        first.block.id,
        second.block.id,
        shared as f64 / 3_600_000.0,
        written(group.labels),
        resolution.word()
    );
    let bytes: Bytes = blocks.iter().map(|known| known.block.bytes()).sum();
    let finding = Finding::new(id, text).of(first.block.id).bytes(bytes);
    Some(finding.keys(blocks.iter().map(|known| known.folder())))
}

/// Whether every source of the first is one of the second's. An empty list is within any, as Thanos has it.
fn is_within(inner: &[BlockId], outer: &[BlockId]) -> bool {
    inner.len() <= outer.len() && inner.iter().all(|source| outer.contains(source))
}

/// A block of Prometheus's own compaction fits none of Thanos's windows. Thanos `pkg/compact/planner.go`: a block that is wider than
/// its window, or lies across its edge, is passed over.
fn stuck(known: &Known<'_>, findings: &mut Vec<Finding>) {
    let (from, to) = known.span();
    let width = to.saturating_sub(from);
    // Up to two hours it fits the next window; beyond the widest nothing merges it anyway.
    if width <= CUT_MS || known.meta.level < 2 || known.deletion().is_some() {
        return;
    }
    let fits = |window: &i64| from.div_euclid(*window) == (to - 1).div_euclid(*window);
    if !RANGES_MS.iter().any(fits) {
        let text = format!(
            "{} holds {:.0} hours and lies across every window",
            known.block.id,
            width as f64 / 3_600_000.0
        );
        let finding = Finding::new(Check::StuckBlock, text).of(known.block.id).bytes(known.block.bytes());
        findings.push(finding.keys([known.folder()]));
    }
}
