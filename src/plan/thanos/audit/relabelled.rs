//! Streams that end where another begins which is named nearly as they are: somebody has changed an external label.

use std::collections::HashMap;

use super::super::finding::{Check, Finding};
use super::super::view::{Group, is_plausible, written};
use super::Scene;
use super::objects::day;
use crate::model::thanos::Labels;

/// Prometheus is restarted with its new labels, and cuts a block of up to two hours on each side.
const APART_MS: i64 = 6 * 3_600_000;

/// A stream, and when its samples begin and end: milliseconds since 1970, UTC.
struct Lived<'a> {
    labels: &'a Labels,
    from: i64,
    to: i64,
}

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let lived: Vec<Lived<'_>> =
        scene.view.groups.iter().filter_map(|group| lived(group, scene.now)).collect();
    let mut alike: HashMap<Labels, Vec<&Lived<'_>>> = HashMap::new();
    for one in &lived {
        likenesses(one.labels).for_each(|likeness| alike.entry(likeness).or_default().push(one));
    }
    let over = |one: &&Lived<'_>| scene.now.saturating_mul(1_000).saturating_sub(one.to) > APART_MS;
    for one in lived.iter().filter(over) {
        let others = likenesses(one.labels).filter_map(|likeness| alike.get(&likeness)).flatten();
        let follows = |other: &&&Lived<'_>| {
            other.labels != one.labels
                && other.to > one.to
                && other.from.abs_diff(one.to) <= APART_MS.unsigned_abs()
        };
        // Of several the one that comes first by its labels: the same bucket gives the same finding.
        let next = others.filter(follows).min_by_key(|other| other.labels);
        findings.extend(next.map(|next| told(one, next)));
    }
}

fn lived<'a>(group: &Group<'a>, now: i64) -> Option<Lived<'a>> {
    let spans =
        || group.blocks.values().flatten().filter(|known| is_plausible(known, now)).map(|known| known.span());
    let (from, to) = (spans().map(|span| span.0).min()?, spans().map(|span| span.1).max()?);
    Some(Lived { labels: group.labels, from, to })
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
fn told(ended: &Lived<'_>, next: &Lived<'_>) -> Finding {
    let text = format!(
        "{} ended on {}, and {} began",
        written(ended.labels),
        day(ended.to.div_euclid(1_000)),
        written(next.labels)
    );
    Finding::new(Check::LabelsChanged, text)
}
