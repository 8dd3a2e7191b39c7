//! Streams that end where another begins which is named nearly as they are: somebody has changed an external label.

use std::collections::{BTreeMap, HashMap};

use super::super::finding::{Check, Finding};
use super::super::view::{is_plausible, written};
use super::Scene;
use super::coverage::seen_once;
use super::objects::day;
use crate::model::thanos::Labels;

/// Prometheus is restarted with its new labels, and cuts a block of up to two hours on each side.
const APART_MS: i64 = 6 * 3_600_000;

/// When the samples of a stream begin and end: milliseconds since 1970, UTC.
#[derive(Clone, Copy)]
struct Lived {
    from: i64,
    to: i64,
}

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let streams = streams(scene);
    let mut alike: HashMap<Labels, Vec<&Labels>> = HashMap::new();
    for labels in streams.keys() {
        likenesses(labels).for_each(|likeness| alike.entry(likeness).or_default().push(labels));
    }
    let over = |lived: &Lived| scene.now.saturating_mul(1_000).saturating_sub(lived.to) > APART_MS;
    for (labels, ended) in streams.iter().filter(|(_, lived)| over(lived)) {
        let others = likenesses(labels).filter_map(|likeness| alike.get(&likeness)).flatten().copied();
        let follows = |other: &&Labels| {
            let Lived { from, to } = streams[*other];
            to > ended.to && from.abs_diff(ended.to) <= APART_MS.unsigned_abs()
        };
        // Of several the one that comes first by its labels: the same bucket gives the same finding.
        let next = others.filter(follows).min();
        findings.extend(next.map(|next| told(labels, ended.to, next)));
    }
}

/// By their labels. Replicas are one stream: their labels come and go where the Compactor merges them. What the audit names by its labels
/// already, or was seen once, is left out.
fn streams(scene: &Scene<'_>) -> BTreeMap<Labels, Lived> {
    let spec = scene.spec;
    let mut streams: BTreeMap<Labels, Lived> = BTreeMap::new();
    for group in scene.view.groups.iter().filter(|group| seen_once(scene, group).is_none()) {
        let mut labels = Labels::clone(group.labels);
        labels.retain(|name, _| !spec.replica_labels.contains(name));
        let expected = spec.labels.iter().filter(|name| !spec.replica_labels.contains(name));
        if labels.is_empty() || !expected.into_iter().all(|name| labels.contains_key(name)) {
            continue;
        }
        for known in group.blocks.values().flatten().filter(|known| is_plausible(known, scene.now)) {
            let (from, to) = known.span();
            let lived = streams.entry(labels.clone()).or_insert(Lived { from, to });
            *lived = Lived { from: lived.from.min(from), to: lived.to.max(to) };
        }
    }
    streams
}

/// Itself, and itself without each one of its labels: two sets that differ in one label have one of these in common.
fn likenesses(labels: &Labels) -> impl Iterator<Item = Labels> + '_ {
    let without = |name: &String| {
        let mut fewer = labels.clone();
        fewer.remove(name);
        fewer
    };
    std::iter::once(labels.clone()).chain(labels.keys().map(without))
}

/// `cluster="eu" ended on 2026-10-01, and cluster="eu-1" began`.
fn told(labels: &Labels, ended: i64, next: &Labels) -> Finding {
    let day = day(ended.div_euclid(1_000));
    Finding::new(
        Check::LabelsChanged,
        format!("{} ended on {day}, and {} began", written(labels), written(next)),
    )
}
