//! The audit of the layout: what a listing and the small objects say about every block, and about the bucket.
//!
//! Called by `plan::thanos` and, alone, by `es2s3 thanos audit`. Each file has one kind of evidence. Nothing is decided here.

mod backlog;
mod bucket;
mod components;
mod coverage;
mod indexes;
mod marks;
mod metas;
mod objects;
mod overlaps;
mod relabelled;
mod retention;

use super::finding::Finding;
use super::future::Lost;
use super::play::Streamed;
use super::types::Item;
use super::view::View;
use crate::model::thanos::{Block, Compactor, Inventory, Running, ThanosSpec};

/// What the checks look at. `now` in seconds since 1970, UTC.
pub(super) struct Scene<'a> {
    pub spec: &'a ThanosSpec,
    pub inventory: &'a Inventory,
    pub view: &'a View<'a>,
    /// As the Compactor merges them.
    pub streams: &'a [Streamed<'a>],
    /// What would be done, the clock taken to be right.
    pub items: &'a [Item],
    /// What the Compactor that is played comes to lose.
    pub never: &'a [Lost],
    pub running: &'a [Running],
    pub now: i64,
}

impl Scene<'_> {
    /// What becomes of a folder that says nothing of itself: `; the Compactor deletes it in its next round`.
    fn fate(&self, block: &Block) -> String {
        match (self.spec.compactor, block.given_up_after()) {
            (Compactor::None, _) | (_, None) => String::new(),
            (Compactor::Thanos, Some(after)) if after < self.now => {
                "; the Compactor deletes it in its next round".to_owned()
            }
            (Compactor::Thanos, Some(after)) => {
                format!("; the Compactor deletes it from {} on", moment(after))
            }
        }
    }
}

/// `2026-11-25 10:00`.
fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// The worst first, then by check and block.
pub(super) fn audit(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in &scene.inventory.blocks {
        objects::check(scene, block, &mut findings);
        metas::check(scene, block, &mut findings);
        marks::check(scene, block, &mut findings);
    }
    overlaps::check(scene, &mut findings);
    indexes::check(scene, &mut findings);
    coverage::check(scene, &mut findings);
    retention::check(scene, &mut findings);
    backlog::check(scene, &mut findings);
    relabelled::check(scene, &mut findings);
    bucket::check(scene, &mut findings);
    components::check(scene, &mut findings);
    findings.sort_by(|a, b| {
        (a.level, a.id, a.block).cmp(&(b.level, b.id, b.block)).then_with(|| a.text.cmp(&b.text))
    });
    findings
}
