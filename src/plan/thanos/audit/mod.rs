//! The audit of the layout: what a listing and the small objects say about every block, and about the bucket.
//!
//! Called by `plan::thanos` and, alone, by `es2s3 thanos audit`. Each file has one kind of evidence. Nothing is decided here.

mod bucket;
mod components;
mod coverage;
mod marks;
mod metas;
mod objects;
mod overlaps;

use super::finding::Finding;
use super::view::View;
use crate::model::thanos::{Inventory, Running, ThanosSpec};

/// What the checks look at. `now` in seconds since 1970, UTC.
pub(super) struct Scene<'a> {
    pub spec: &'a ThanosSpec,
    pub inventory: &'a Inventory,
    pub view: &'a View<'a>,
    pub running: &'a [Running],
    pub now: i64,
}

/// The Compactor and `tools bucket cleanup` leave what is younger alone, and so does es2s3. Thanos
/// `pkg/compact/clean.go`, `PartialUploadThresholdAge`.
pub(super) const SETTLED_SECONDS: i64 = 48 * 3_600;

/// The worst first, then by check and block.
pub(super) fn audit(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in &scene.inventory.blocks {
        objects::check(scene, block, &mut findings);
        metas::check(scene, block, &mut findings);
        marks::check(scene, block, &mut findings);
    }
    overlaps::check(scene, &mut findings);
    coverage::check(scene, &mut findings);
    bucket::check(scene, &mut findings);
    components::check(scene, &mut findings);
    findings.sort_by(|a, b| {
        (a.level, a.id, a.block).cmp(&(b.level, b.id, b.block)).then_with(|| a.text.cmp(&b.text))
    });
    findings
}
