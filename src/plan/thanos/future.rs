//! The bucket at a later time, by the retentions alone: as if nothing were uploaded, compacted or downsampled from now on.
//!
//! So it shows what of today's blocks is left, what that costs, and what time loses its last samples of a resolution before a coarser
//! copy of them has been made. What a Compactor will have merged by then is not guessed at.

use serde::{Deserialize, Serialize};

use super::WantedThanos;
use super::decide::{coarser, has_ended, sources};
use super::effect::storage;
use super::spans::Spans;
use super::streams::streams;
use super::types::{Amounts, Seen, Stream};
use super::view::{Group, Known, View, written};
use crate::model::thanos::{Observed, Resolution, ThanosSpec};
use crate::model::{Live, Prices};
use crate::plan::Amount;

/// What the retentions will have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Future {
    pub spec: ThanosSpec,
    /// Seconds since 1970, UTC.
    pub now: i64,
    pub at: i64,
    pub seen: Live<Seen>,
    /// What is left then, by labels and resolution.
    pub streams: Vec<Stream>,
    /// Deleted by then, by resolution.
    pub gone: Vec<Amounts>,
    /// Time that loses these samples without a coarser copy, unless one is made before.
    pub lost: Vec<Lost>,
    /// US dollars a month for storage, now and then.
    pub storage_now: f64,
    pub storage_then: f64,
}

/// Samples that go without a coarser copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    pub labels: String,
    pub resolution: Resolution,
    /// The resolution that is kept longer and has none of them.
    pub coarser: Resolution,
    pub spans: Spans,
}

/// `now` and `at` in seconds since 1970, UTC.
pub fn future(wanted: &WantedThanos, seen: &Observed, prices: &Prices, now: i64, at: i64) -> Future {
    let spec = &wanted.spec;
    let mut future = Future {
        spec: spec.clone(),
        now,
        at,
        seen: seen.bucket.as_ref().map(super::streams::seen),
        streams: Vec::new(),
        gone: Vec::new(),
        lost: Vec::new(),
        storage_now: 0.0,
        storage_then: 0.0,
    };
    let Live::Present(inventory) = &seen.bucket else { return future };
    let view = View::of(inventory);
    for resolution in Resolution::ALL {
        let blocks = view.groups.iter().flat_map(|group| group.of(resolution));
        let mut amount = Amount::default();
        for known in blocks.filter(|known| is_gone(spec, known, at)) {
            amount.count += 1;
            amount.bytes += known.block.bytes();
        }
        if !amount.is_nothing() {
            future.gone.push(Amounts { resolution, amount });
        }
    }
    future.lost = view.groups.iter().flat_map(|group| lost(spec, group, now, at)).collect();
    future.storage_now = inventory.blocks.iter().map(|block| storage(block, prices)).sum();
    let gone: f64 =
        all(&view).filter(|known| is_gone(spec, known, at)).map(|known| storage(known.block, prices)).sum();
    future.storage_then = future.storage_now - gone;
    let left = view.groups.iter().map(|group| group.filtered(|known| !is_gone(spec, known, at))).collect();
    future.streams = streams(&View { groups: left }, spec);
    future
}

fn all<'a, 'b>(view: &'b View<'a>) -> impl Iterator<Item = &'b Known<'a>> {
    view.groups.iter().flat_map(|group| group.blocks.values().flatten())
}

/// Marked by then, by whomever, and the delay is over.
fn is_gone(spec: &ThanosSpec, known: &Known<'_>, at: i64) -> bool {
    let marked = known.deletion().map(|mark| mark.time);
    let before = at.saturating_sub_unsigned(spec.delete_delay);
    marked.is_some_and(|marked| marked < before) || has_ended(spec, known, before)
}

fn lost(spec: &ThanosSpec, group: &Group<'_>, now: i64, at: i64) -> Vec<Lost> {
    let one = |resolution: Resolution| {
        let coarse = coarser(spec, resolution)?;
        let made = sources(group, coarse, spec, now);
        let without = |known: &&Known<'_>| {
            known.deletion().is_none()
                && has_ended(spec, known, at)
                && !known.meta.sources.iter().all(|source| made.contains(source))
        };
        let spans = Spans::union(group.of(resolution).iter().filter(without).map(Known::span), 0);
        let labels = written(group.labels);
        (!spans.is_empty()).then_some(Lost { labels, resolution, coarser: coarse, spans })
    };
    [Resolution::Raw, Resolution::FiveMinutes].into_iter().filter_map(one).collect()
}
