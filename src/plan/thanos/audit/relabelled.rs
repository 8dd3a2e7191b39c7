//! Streams that end where another begins which is named nearly as they are: somebody has changed an external label.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::finding::{Check, Finding};
use super::super::view::{Known, is_plausible, written};
use super::Scene;
use super::coverage::seen_once;
use super::objects::day;
use crate::model::thanos::{Labels, Resolution};

/// Prometheus is restarted with its new labels, and cuts a block of up to two hours on each side.
const APART_MS: i64 = 6 * 3_600_000;
/// Streams of one likeness that begin at about the same time; among more it cannot be told which took over from which.
const TOGETHER: usize = 16;

/// When the samples of a stream begin and end: milliseconds since 1970, UTC.
#[derive(Clone, Copy)]
struct Lived {
    from: i64,
    to: i64,
}

/// Told only where one stream alone follows, and follows that one alone: where streams come and go by the dozen, none took over.
pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let streams = streams(scene);
    let mut alike: HashMap<Labels, Vec<(&Labels, Lived)>> = HashMap::new();
    for (labels, lived) in &streams {
        likenesses(labels).for_each(|likeness| alike.entry(likeness).or_default().push((labels, *lived)));
    }
    alike.values_mut().for_each(|like| like.sort_by_key(|(_, lived)| lived.from));
    let ended = streams.iter().filter(|(_, lived)| is_over(scene, lived));
    let followed =
        ended.filter_map(|(labels, lived)| Some((labels, lived.to, only_follower(&alike, labels, lived)?)));
    let followed: Vec<(&Labels, i64, &Labels)> = followed.collect();
    let mut before: HashMap<&Labels, usize> = HashMap::new();
    followed.iter().for_each(|(_, _, next)| *before.entry(next).or_default() += 1);
    let alone = followed.into_iter().filter(|(_, _, next)| before.get(next) == Some(&1));
    findings.extend(alone.map(|(labels, ended, next)| told(labels, ended, next)));
}

/// Ended, and not so long ago that a retention has taken what began then: the oldest block that is left is no beginning.
fn is_over(scene: &Scene<'_>, lived: &Lived) -> bool {
    let age = scene.now.saturating_mul(1_000).saturating_sub(lived.to);
    let kept = |one: Resolution| !scene.spec.retention.has_ended(one, lived.to / 1_000, scene.now);
    age > APART_MS && Resolution::ALL.into_iter().any(kept)
}

/// Of the streams by likeness, and in each in the order of their beginnings.
fn only_follower<'a>(
    alike: &HashMap<Labels, Vec<(&'a Labels, Lived)>>,
    labels: &Labels,
    lived: &Lived,
) -> Option<&'a Labels> {
    let like = likenesses(labels).filter_map(|likeness| alike.get(&likeness));
    let next: BTreeSet<&Labels> = like.flat_map(|like| followers(like, lived)).collect();
    next.first().copied().filter(|_| next.len() == 1)
}

/// Those of `like`, which is in the order of beginnings, that begin where it ended.
fn followers<'a>(like: &[(&'a Labels, Lived)], ended: &Lived) -> Vec<&'a Labels> {
    let from = like.partition_point(|(_, lived)| lived.from < ended.to.saturating_sub(APART_MS));
    let to = like.partition_point(|(_, lived)| lived.from <= ended.to.saturating_add(APART_MS));
    let begun = like.get(from..to).filter(|begun| begun.len() <= TOGETHER).unwrap_or_default();
    begun.iter().filter(|(_, lived)| lived.to > ended.to).map(|(labels, _)| *labels).collect()
}

/// By their labels. Replicas are one stream: their labels come and go where the Compactor merges them. What the audit names by its labels
/// already, or was seen once, is left out.
fn streams(scene: &Scene<'_>) -> BTreeMap<Labels, Lived> {
    let spec = scene.spec;
    let mut streams: BTreeMap<Labels, Lived> = BTreeMap::new();
    for group in scene.view.groups.iter().filter(|group| seen_once(scene, group).is_none()) {
        let labels = spec.without_replicas(group.labels);
        let named = !labels.is_empty() && spec.expected_labels().all(|name| labels.contains_key(name));
        let blocks = group.blocks.values().flatten().filter(|known| is_plausible(known, scene.now));
        let whole = blocks.map(Known::span).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        if let Some((from, to)) = whole.filter(|_| named) {
            let lived = streams.entry(labels).or_insert(Lived { from, to });
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
