//! The bucket at a later time: today's blocks and those that Prometheus will upload until then, as a Compactor that keeps up will have
//! merged them, made them coarser, marked and deleted them by the retentions.
//!
//! Streams whose newest samples are less than a day old go on with blocks like those of today; the others are over. Where no Compactor
//! runs, es2s3 is taken to be run as often.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::WantedThanos;
use super::compactor::{Piece, Played};
use super::effect::storage;
use super::play::{Streamed, never, played, rules, streamed};
use super::spans::Spans;
use super::streams::{Member, row};
use super::types::{Seen, Stream};
use super::view::View;
use crate::model::thanos::{Block, BlockId, Compactor, Inventory, Observed, Resolution, ThanosSpec};
use crate::model::{Bytes, Live, Prices};
use crate::plan::Amount;

/// What will have come of the bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Future {
    pub spec: ThanosSpec,
    /// Seconds since 1970, UTC.
    pub now: i64,
    pub at: i64,
    pub seen: Live<Seen>,
    /// What is there then, by labels (without those of replicas where they are merged) and resolution.
    pub streams: Vec<Stream>,
    /// By resolution, now and then.
    pub amounts: Vec<NowAndThen>,
    /// Time that will have lost these samples, and of which no coarser copy was ever made.
    pub lost: Vec<Lost>,
    /// Labels of streams at whose blocks the Compactor halts: two hold the same time.
    pub halted: Vec<String>,
    /// US dollars a month for storage, now and then.
    pub storage_now: f64,
    pub storage_then: f64,
}

/// Blocks of one resolution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NowAndThen {
    pub resolution: Resolution,
    pub now: Amount,
    pub then: Amount,
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

impl fmt::Display for Lost {
    /// `raw of cluster="eu" will go before a 5m copy is made: 2026-10-01 to 2026-10-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fine, coarse) = (self.resolution.word(), self.coarser.word());
        write!(f, "{fine} of {} will go before a {coarse} copy is made: {}", self.labels, self.spans)
    }
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
        amounts: Vec::new(),
        lost: Vec::new(),
        halted: Vec::new(),
        storage_now: 0.0,
        storage_then: 0.0,
    };
    let Live::Present(inventory) = &seen.bucket else { return future };
    let view = View::of(inventory);
    let mut sums = Sums::of(inventory, prices);
    let streams = streamed(&view, spec);
    let mut rules = rules(spec);
    let all = streams.iter().map(|stream| played(stream, &rules, now, at));
    let mut all: Vec<Played> = all.collect();
    // A halt at one stream's blocks is the end of the work at all.
    rules.halts_at = all.iter().filter_map(|stands| stands.halted).min();
    for (stream, mut stands) in streams.iter().zip(all.drain(..)) {
        future.halted.extend(stands.halted.map(|_| stream.labels.clone()));
        if rules.halts_at.is_some() && stands.halted != rules.halts_at {
            stands = played(stream, &rules, now, at);
        }
        sums.add(stream, &stands, now);
        future.lost.extend(lost(stream, &stands, spec, at));
        future.streams.extend(rows(stream, &stands, spec));
    }
    future.storage_now = inventory.blocks.iter().map(|block| storage(block, prices)).sum();
    future.storage_then = sums.storage + sums.left_alone(inventory, spec, at);
    future.amounts = sums.amounts();
    future
}

/// What the streams come to.
struct Sums<'a> {
    now: BTreeMap<Resolution, Amount>,
    then: BTreeMap<Resolution, Amount>,
    /// Today's blocks that are not played: nothing is known of their time.
    others: HashMap<BlockId, &'a Block>,
    blocks: HashMap<BlockId, &'a Block>,
    prices: &'a Prices,
    /// US dollars a month, then.
    storage: f64,
}

impl<'a> Sums<'a> {
    fn of(inventory: &'a Inventory, prices: &'a Prices) -> Self {
        let blocks: HashMap<BlockId, &Block> =
            inventory.blocks.iter().map(|block| (block.id, block)).collect();
        let (now, then) = (BTreeMap::new(), BTreeMap::new());
        Self { now, then, others: blocks.clone(), blocks, prices, storage: 0.0 }
    }

    fn add(&mut self, stream: &Streamed<'_>, stands: &Played, now: i64) {
        for known in stream.blocks(now) {
            self.others.remove(&known.block.id);
            let amount = self.now.entry(known.resolution).or_default();
            amount.add(Some(known.block.bytes()));
        }
        for piece in &stands.pieces {
            let amount = self.then.entry(piece.resolution).or_default();
            amount.add(Some(Bytes(piece.bytes)));
            let of_today = piece.today.and_then(|id| self.blocks.get(&id));
            let new = || piece.bytes as f64 / Bytes::GIB as f64 * self.prices.s3_gib_month;
            self.storage += of_today.map_or_else(new, |block| storage(block, self.prices));
        }
    }

    /// US dollars a month for blocks that are not played. Uploads that were given up go after 48 hours where a Compactor runs.
    fn left_alone(&self, inventory: &Inventory, spec: &ThanosSpec, at: i64) -> f64 {
        let given_up = |block: &Block| {
            spec.compactor == Compactor::Thanos && block.given_up_after().is_some_and(|after| after < at)
        };
        let others = inventory.blocks.iter().filter(|block| self.others.contains_key(&block.id));
        others.filter(|block| !given_up(block)).map(|block| storage(block, self.prices)).sum()
    }

    fn amounts(&self) -> Vec<NowAndThen> {
        let of = |amounts: &BTreeMap<Resolution, Amount>, one| amounts.get(&one).copied().unwrap_or_default();
        let both = Resolution::ALL.into_iter().map(|resolution| NowAndThen {
            resolution,
            now: of(&self.now, resolution),
            then: of(&self.then, resolution),
        });
        both.filter(|both| !both.now.is_nothing() || !both.then.is_nothing()).collect()
    }
}

fn lost<'a>(
    stream: &'a Streamed<'_>,
    stands: &'a Played,
    spec: &'a ThanosSpec,
    at: i64,
) -> impl Iterator<Item = Lost> + 'a {
    [Resolution::Raw, Resolution::FiveMinutes].into_iter().filter_map(move |resolution| {
        let (coarser, spans) = never(stands, spec, (resolution, at), u32::MAX)?;
        Some(Lost { labels: stream.labels.clone(), resolution, coarser, spans })
    })
}

/// The table's rows of one stream.
fn rows(stream: &Streamed<'_>, stands: &Played, spec: &ThanosSpec) -> Vec<Stream> {
    let mut by_resolution: BTreeMap<Resolution, Vec<&Piece>> = BTreeMap::new();
    for piece in &stands.pieces {
        by_resolution.entry(piece.resolution).or_default().push(piece);
    }
    by_resolution
        .into_iter()
        .map(|(resolution, pieces)| row(&stream.labels, resolution, pieces.into_iter().map(member), spec))
        .collect()
}

fn member(piece: &Piece) -> Member {
    Member {
        level: piece.level,
        bytes: Bytes(piece.bytes),
        marked: piece.marked.is_some(),
        span: (piece.min_time, piece.max_time),
    }
}
