//! Blocks of one stream and resolution that hold the same time.

use super::super::finding::{Check, Finding};
use super::super::view::{Group, Known, written};
use super::Scene;
use crate::model::thanos::{BlockId, Resolution};

/// Windows of the Compactor in milliseconds, the last one of fourteen days.
const WIDEST_MS: i64 = 14 * 24 * 3_600_000;
const WINDOWS_MS: [i64; 4] = [2 * 3_600_000, 8 * 3_600_000, 48 * 3_600_000, WIDEST_MS];

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for group in &scene.view.groups {
        for (resolution, blocks) in &group.blocks {
            // A marked block is on its way out: its successor overlaps it, rightly.
            let staying: Vec<&Known<'_>> = blocks.iter().filter(|known| known.deletion().is_none()).collect();
            pairs(scene, group, *resolution, &staying, findings);
        }
        for known in group.of(Resolution::Raw) {
            stuck(known, findings);
        }
    }
}

/// Each block with those before it that reach into it.
fn pairs(
    scene: &Scene<'_>,
    group: &Group<'_>,
    resolution: Resolution,
    blocks: &[&Known<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut open: Vec<&Known<'_>> = Vec::new();
    for known in blocks {
        open.retain(|earlier| earlier.meta.max_time > known.meta.min_time);
        let mut told = false;
        for earlier in &open {
            let (inner, outer) = if is_within(&earlier.meta.sources, &known.meta.sources) {
                (*earlier, *known)
            } else {
                (*known, *earlier)
            };
            if is_within(&inner.meta.sources, &outer.meta.sources) {
                let text = format!("all of {} is in {}", inner.block.id, outer.block.id);
                let finding = Finding::new(Check::Duplicate, text).of(inner.block.id);
                findings.push(
                    finding.bytes(inner.block.bytes()).keys([inner.block.id, outer.block.id].map(folder)),
                );
            } else if !told {
                findings.push(overlap(scene, group, resolution, earlier, known));
                told = true;
            }
        }
        open.push(known);
    }
}

fn overlap(
    scene: &Scene<'_>,
    group: &Group<'_>,
    resolution: Resolution,
    earlier: &Known<'_>,
    later: &Known<'_>,
) -> Finding {
    let merged = !scene.spec.replica_labels.is_empty();
    let id = if merged { Check::OverlapReplica } else { Check::Overlap };
    let hours = (earlier.meta.max_time.min(later.meta.max_time) - later.meta.min_time) as f64 / 3_600_000.0;
    let text = format!(
        "{} and {} share {hours:.1} hours of {} ({})",
        earlier.block.id,
        later.block.id,
        written(group.labels),
        resolution.word()
    );
    let finding =
        Finding::new(id, text).of(later.block.id).bytes(earlier.block.bytes() + later.block.bytes());
    finding.keys([earlier.block.id, later.block.id].map(folder))
}

fn folder(id: BlockId) -> String {
    format!("{id}/")
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
    if width <= WINDOWS_MS[0] || known.meta.level < 2 || known.deletion().is_some() {
        return;
    }
    let fits = |window: &i64| from.div_euclid(*window) == (to - 1).div_euclid(*window);
    if !WINDOWS_MS.iter().any(fits) {
        let text = format!(
            "{} holds {:.0} hours and lies across every window",
            known.block.id,
            width as f64 / 3_600_000.0
        );
        findings.push(Finding::new(Check::StuckBlock, text).of(known.block.id).bytes(known.block.bytes()));
    }
}
