//! The seam between what Sidecars still have and what the bucket has by now, for each stream that is being written.
//!
//! A stream without a Sidecar is over, and has no seam.

use std::collections::BTreeMap;

use super::super::super::finding::{Check, Finding};
use super::super::super::view::{AHEAD_SECONDS, ANCIENT_MS, is_plausible, written};
use super::super::Scene;
use super::super::objects::day;
use super::{of, querier};
use crate::model::thanos::{Component, Labels, MetaSeen, SETTLED_SECONDS, StoreSeen};

/// Where a Querier tells no labels, all its Sidecars are held together against the whole bucket.
pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let mut streams: BTreeMap<Option<&Labels>, Vec<&StoreSeen>> = BTreeMap::new();
    for store in sidecars(scene).filter(|store| begins(scene, store)) {
        for labels in &store.label_sets {
            streams.entry(Some(labels)).or_default().push(store);
        }
        if store.label_sets.is_empty() {
            streams.entry(None).or_default().push(store);
        }
    }
    findings.extend(streams.into_iter().filter_map(|(labels, sidecars)| {
        let oldest = sidecars.iter().map(|store| store.min_time).min()?;
        match newest(scene, labels) {
            Newest::At(newest) => judged(scene, labels, oldest, newest),
            Newest::Nowhere => nowhere(scene, labels?, oldest, &sidecars),
            Newest::Unread => None,
        }
    }));
}

/// Those that answer their Querier.
fn sidecars<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = &'a StoreSeen> {
    let stores = of(scene, Component::Query).flat_map(|(_, facts)| &facts.stores);
    stores.filter(|store| store.kind == "sidecar" && store.error.is_none())
}

/// Whether it has a first sample: one that has none yet tells the end of all times.
fn begins(scene: &Scene<'_>, sidecar: &StoreSeen) -> bool {
    (ANCIENT_MS..=scene.now.saturating_add(AHEAD_SECONDS).saturating_mul(1_000)).contains(&sidecar.min_time)
}

/// Where the bucket ends, in milliseconds.
enum Newest {
    At(i64),
    Nowhere,
    /// A block that was made since could not be read, and may be of any stream.
    Unread,
}

fn newest(scene: &Scene<'_>, labels: Option<&Labels>) -> Newest {
    let replicas = replica_labels(scene);
    let of_it = |stream: &Labels| labels.is_none_or(|labels| is_of(stream, labels, &replicas));
    let groups = scene.view.groups.iter().filter(|group| of_it(group.labels));
    let blocks = groups.flat_map(|group| group.blocks.values().flatten());
    let end = blocks.filter(|known| is_plausible(known, scene.now)).map(|known| known.meta.max_time).max();
    let unread = scene.inventory.blocks.iter().filter(|block| matches!(block.meta, MetaSeen::Unread(_)));
    match (end, unread.map(|block| block.id.created_ms()).max()) {
        (Some(end), unread) if unread.is_none_or(|unread| unread <= end) => Newest::At(end),
        (None, None) => Newest::Nowhere,
        _ => Newest::Unread,
    }
}

/// Declared ones, and those that a Compactor merges by.
fn replica_labels<'a>(scene: &'a Scene<'_>) -> Vec<&'a str> {
    let merged = of(scene, Component::Compact)
        .filter_map(|(_, facts)| facts.flags.get("deduplication.replica-label"))
        .flat_map(|labels| labels.split(','));
    scene.spec.replica_labels.iter().map(String::as_str).chain(merged).collect()
}

/// What the Compactor puts where no label is left of a block.
const DEDUPED: &str = "deduped";

/// Whether a stream of the bucket is the Sidecar's own, or what replicas of it were merged into: the same labels, but for those of
/// replicas that merging took away.
fn is_of(stream: &Labels, sidecar: &Labels, replicas: &[&str]) -> bool {
    let replica = |name: &String| replicas.contains(&name.as_str());
    let kept = |(name, value): (&String, &String)| match stream.get(name) {
        Some(own) => own == value || (own == DEDUPED && replica(name)),
        None => replica(name),
    };
    sidecar.iter().all(kept) && stream.keys().all(|name| sidecar.contains_key(name))
}

fn judged(scene: &Scene<'_>, labels: Option<&Labels>, oldest: i64, newest: i64) -> Option<Finding> {
    let (begins, ends) = (day(oldest / 1_000), day(newest / 1_000));
    let tolerance = scene.spec.gap_ms();
    if oldest > newest.saturating_add(tolerance) {
        let text = match labels {
            Some(labels) => {
                format!(
                    "{} ends in the bucket on {ends}, and its Sidecar begins on {begins}",
                    written(labels)
                )
            }
            None => format!("the bucket ends on {ends}, and the Sidecars begin on {begins}"),
        };
        return Some(Finding::new(Check::Seam, text));
    }
    let what = labels.map_or_else(|| "the bucket".to_owned(), written);
    let stopped = scene.now.saturating_sub(newest / 1_000) > SETTLED_SECONDS;
    stopped.then(|| Finding::new(Check::UploadsStopped, format!("the newest block of {what} ends on {ends}")))
}

/// A stream of which the bucket has no block. A Prometheus has uploaded some long before two days are over.
fn nowhere(scene: &Scene<'_>, labels: &Labels, oldest: i64, sidecars: &[&StoreSeen]) -> Option<Finding> {
    let late = scene.now.saturating_sub(oldest / 1_000) > SETTLED_SECONDS;
    (late && sidecars.iter().any(|sidecar| is_of_this_bucket(scene, sidecar))).then(|| {
        let (stream, begins) = (written(labels), day(oldest / 1_000));
        let text =
            format!("no block of {stream} is in the bucket, and its Sidecar has samples since {begins}");
        Finding::new(Check::UploadsStopped, text)
    })
}

/// A Querier may also know Sidecars that write to other buckets. Where some are declared, there are no more of this one than those.
fn is_of_this_bucket(scene: &Scene<'_>, sidecar: &StoreSeen) -> bool {
    let declared: Vec<&str> = scene
        .running
        .iter()
        .filter(|one| one.component == Component::Sidecar)
        .map(|one| one.url.as_str())
        .collect();
    let mut known: Vec<&str> = sidecars(scene).map(|store| store.address.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    declared.is_empty()
        || known.len() <= declared.len()
        || declared.iter().any(|url| querier::is_on_host_of(sidecar, url))
}
