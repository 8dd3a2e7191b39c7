//! Today's streams, given to the Compactor that is played.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::compactor::{Arrivals, CUT_MS, Piece, Played, Rules, Shares, Sources, run};
use super::decide::coarser;
use super::spans::Spans;
use super::view::{Group, Known, View, is_plausible, written};
use crate::model::thanos::{BlockId, Compactor, Labels, MarkKind, Resolution, ThanosSpec};

/// A stream whose newest samples are older is over: nothing comes any more.
const OVER_MS: i64 = 24 * 3_600_000;
/// A Compactor begins a round as soon as the last one has ended, or after five minutes; nothing that is told here hangs on less.
const EVERY_SECONDS: u64 = 3_600;

/// What the Compactor merges into one: a set of labels, without those of replicas where it merges them.
pub(super) struct Streamed<'a> {
    /// As Prometheus writes them.
    pub labels: String,
    groups: Vec<&'a Group<'a>>,
}

pub(super) fn streamed<'a>(view: &'a View<'a>, spec: &ThanosSpec) -> Vec<Streamed<'a>> {
    let mut streams: BTreeMap<Labels, Vec<&'a Group<'a>>> = BTreeMap::new();
    for group in &view.groups {
        let labels = if spec.merge_replicas {
            spec.without_replicas(group.labels)
        } else {
            Labels::clone(group.labels)
        };
        streams.entry(labels).or_default().push(group);
    }
    streams.into_iter().map(|(labels, groups)| Streamed { labels: written(&labels), groups }).collect()
}

pub(super) fn rules(spec: &ThanosSpec) -> Rules {
    Rules {
        retention: spec.retention,
        delete_delay: spec.delete_delay,
        compacts: spec.compactor == Compactor::Thanos,
        merges_overlaps: spec.merge_replicas,
        every: EVERY_SECONDS,
        halts_at: None,
    }
}

impl<'a> Streamed<'a> {
    pub(super) fn blocks(&self, now: i64) -> impl Iterator<Item = &'a Known<'a>> + '_ {
        let all = self.groups.iter().flat_map(|group| group.blocks.values().flatten());
        all.filter(move |known| is_plausible(known, now))
    }

    /// The stream as it stands, and a first round at `now` before it.
    pub(super) fn begin(&self, now: i64) -> Played {
        let blocks: Vec<&Known<'_>> = self.blocks(now).collect();
        let all = blocks.iter().flat_map(|known| known.meta.sources.iter().copied());
        let numbers: Vec<BlockId> = all.collect::<BTreeSet<BlockId>>().into_iter().collect();
        let mut played = Played::new(shares(&blocks), self.arrivals(&blocks, now));
        played.numbered = numbers.len() as u32;
        played.spans = vec![(i64::MIN, i64::MAX); numbers.len()];
        let sources = |known: &Known<'_>| -> Sources {
            let number = |source: &BlockId| numbers.binary_search(source).ok().map(|at| at as u32);
            Sources::of(known.meta.sources.iter().filter_map(number).collect())
        };
        for known in blocks {
            let sources = sources(known);
            let (from, to) = known.span();
            for number in sources.numbers() {
                let span = &mut played.spans[number as usize];
                if to.saturating_sub(from) < span.1.saturating_sub(span.0) {
                    *span = (from, to);
                }
            }
            played.add(piece(known, sources));
        }
        played
    }

    /// The blocks that nobody has marked and that were all there `before` this second, as far as their merging goes; but for these.
    pub(super) fn there_before(&self, before: i64, now: i64, but: &HashSet<BlockId>) -> Vec<Piece> {
        let stays = |known: &&Known<'_>| {
            let block = known.block;
            !known.bears_a_deletion_mark() && block.put_together() < before && !but.contains(&block.id)
        };
        self.blocks(now).filter(stays).map(|known| piece(known, Sources::default())).collect()
    }

    /// Prometheus goes on where it is: at the next even hour of two, with blocks like those of today.
    fn arrivals(&self, blocks: &[&Known<'_>], now: i64) -> Option<Arrivals> {
        let newest = |group: &&&Group<'_>| {
            let raw = group.of(Resolution::Raw).iter().filter(|known| is_plausible(known, now));
            raw.map(|known| known.meta.max_time).max()
        };
        let lives = |end: &i64| now.saturating_mul(1_000).saturating_sub(*end) <= OVER_MS;
        let ends: Vec<i64> = self.groups.iter().filter_map(|group| newest(&group)).filter(lives).collect();
        let end = ends.iter().copied().max()?;
        let next_ms = end.div_euclid(CUT_MS) * CUT_MS + if end.rem_euclid(CUT_MS) > 0 { CUT_MS } else { 0 };
        let (bytes, width) = taken(blocks, Resolution::Raw);
        let bytes = if width > 0.0 { (bytes / width * CUT_MS as f64) as u64 } else { 0 };
        Some(Arrivals { next_ms, replicas: ends.len() as u32, bytes })
    }
}

fn piece(known: &Known<'_>, sources: Sources) -> Piece {
    let has = |kind: MarkKind| known.block.mark(kind).is_some();
    Piece {
        today: Some(known.block.id),
        resolution: known.resolution,
        min_time: known.meta.min_time,
        max_time: known.meta.max_time,
        sources,
        bytes: known.block.bytes().0,
        level: known.meta.level,
        marked: known.deletion().map(|mark| mark.time),
        no_compact: has(MarkKind::NoCompact),
        no_downsample: has(MarkKind::NoDownsample),
        failed: known.meta.failed,
    }
}

/// Bytes and milliseconds of the blocks of a resolution that stay.
fn taken(blocks: &[&Known<'_>], resolution: Resolution) -> (f64, f64) {
    let of = blocks.iter().filter(|known| known.resolution == resolution && known.deletion().is_none());
    of.fold((0.0, 0.0), |(bytes, width), known| {
        let (from, to) = known.span();
        (bytes + known.block.bytes().0 as f64, width + to.saturating_sub(from) as f64)
    })
}

/// As this stream's own blocks have it, where there are such.
fn shares(blocks: &[&Known<'_>]) -> Shares {
    let usual = Shares::default();
    let [raw, five_minutes, one_hour] = Resolution::ALL.map(|one| taken(blocks, one));
    let share = |fine: (f64, f64), coarse: (f64, f64), usual: f64| {
        let known = fine.0 > 0.0 && coarse.1 > 0.0;
        if known { (coarse.0 / coarse.1) / (fine.0 / fine.1) } else { usual }
    };
    Shares {
        five_minutes: share(raw, five_minutes, usual.five_minutes),
        one_hour: share(five_minutes, one_hour, usual.one_hour),
    }
}

/// A stream as it is at `at`.
pub(super) fn played(stream: &Streamed<'_>, rules: &Rules, now: i64, at: i64) -> Played {
    let mut played = stream.begin(now);
    run(&mut played, rules, now, at);
    played
}

/// The time of the `fine` samples that are gone at `at`, and of which the coarser resolution, kept longer, was never made. `numbered`:
/// among the first so many level-1 blocks.
pub(super) fn never(
    played: &Played,
    spec: &ThanosSpec,
    (fine, at): (Resolution, i64),
    numbered: u32,
) -> Option<(Resolution, Spans)> {
    let coarse = coarser(spec, fine)?;
    let lost = played.never(&rules(spec), fine, at);
    let spans =
        lost.numbers().filter(|number| *number < numbered).map(|number| played.spans[number as usize]);
    let known = spans.filter(|(from, to)| *from != i64::MIN && *to != i64::MAX);
    let spans = Spans::union(known, spec.gap_ms());
    (!spans.is_empty()).then_some((coarse, spans))
}
