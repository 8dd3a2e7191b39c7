//! Thanos's Compactor, played: what it will do to a stream's blocks from now on, and what of them will be there at a later time.
//!
//! The order of a round, the planner, the rules of downsampling and of marks are those of Thanos 0.42 (`cmd/thanos/compact.go`,
//! `cmd/thanos/downsample.go`, `pkg/compact`). It is taken to keep up: each round ends all that can be done in it. Called by
//! `plan::thanos` for what a retention will do. Pure: time is a number, and the same blocks always come to the same end.

mod backlog;
mod downsample;
mod duplicates;
mod planner;
mod round;
mod run;
mod settled;
mod sources;

use std::ops::AddAssign;

pub(super) use self::backlog::{Backlog, Largest, backlog};
pub(super) use self::downsample::narrowest_ms;
use self::settled::Settled;
pub(super) use self::sources::Sources;
use crate::model::thanos::{BlockId, Resolution, Retention};

pub(super) use self::run::run;

const HOUR_MS: i64 = 3_600_000;
/// The windows of the Compactor. In the narrowest nothing is merged.
pub(super) const RANGES_MS: [i64; 5] = [HOUR_MS, 2 * HOUR_MS, 8 * HOUR_MS, 48 * HOUR_MS, 14 * 24 * HOUR_MS];
/// What Prometheus cuts.
pub(super) const CUT_MS: i64 = 2 * HOUR_MS;
/// A block of Prometheus is seen by the Compactor so long after its beginning: two hours, one until the cut, and the half hour of
/// `--consistency-delay`.
const SEEN_AFTER_MS: i64 = 3 * HOUR_MS + HOUR_MS / 2;

/// One block, as far as the Compactor's decisions go.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Which of today's blocks it is; none for one that is made later.
    pub today: Option<BlockId>,
    pub resolution: Resolution,
    /// Milliseconds since 1970, UTC, half open.
    pub min_time: i64,
    pub max_time: i64,
    pub sources: Sources,
    pub bytes: u64,
    /// 1 for a block as Prometheus cut it.
    pub level: u32,
    /// Seconds since 1970, UTC.
    pub marked: Option<i64>,
    pub no_compact: bool,
    pub no_downsample: bool,
    /// A compaction of it failed.
    pub failed: bool,
}

/// What the Compactor goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub retention: Retention,
    /// Seconds between mark and deletion.
    pub delete_delay: u64,
    /// Whether there is a Compactor at all; else es2s3 marks and deletes, and nothing is merged or made coarser.
    pub compacts: bool,
    /// Whether blocks that hold the same time are merged; else it halts at them.
    pub merges_overlaps: bool,
    /// Seconds from one round to the next.
    pub every: u64,
    /// It halts at another stream's blocks, at this second.
    pub halts_at: Option<i64>,
}

/// Prometheus goes on uploading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrivals {
    /// Milliseconds since 1970, UTC: where the next block begins.
    pub next_ms: i64,
    /// Replicas that are merged, each with a block of its own.
    pub replicas: u32,
    /// Of one block.
    pub bytes: u64,
}

/// How much of a finer resolution's bytes the coarser one takes, at 5m and at 1h.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    pub five_minutes: f64,
    pub one_hour: f64,
}

/// A stream as it is played.
#[derive(Debug, Clone)]
pub(super) struct Played {
    pub pieces: Vec<Piece>,
    pub arrivals: Option<Arrivals>,
    pub shares: Shares,
    /// How many level-1 blocks have a number.
    pub numbered: u32,
    /// The range of each level-1 block by its number, as far as it is known.
    pub spans: Vec<(i64, i64)>,
    /// What was ever made of each resolution, by its level-1 blocks.
    pub made: [Sources; 3],
    pub jobs: Jobs,
    /// It halted at blocks that hold the same time: at this second, since 1970, UTC. It does nothing any more, for any stream.
    pub halted: Option<i64>,
    /// What the last round that did nothing found.
    settled: Option<Settled>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Jobs {
    pub merges: u64,
    /// Blocks that went into them.
    pub merged: u64,
    pub downsamplings: u64,
}

impl Played {
    /// A stream without blocks.
    pub(super) fn new(shares: Shares, arrivals: Option<Arrivals>) -> Self {
        Self {
            pieces: Vec::new(),
            arrivals,
            shares,
            numbered: 0,
            spans: Vec::new(),
            made: Default::default(),
            jobs: Jobs::default(),
            halted: None,
            settled: None,
        }
    }

    /// A block more, as uploaded, merged or made coarser.
    pub(super) fn add(&mut self, piece: Piece) {
        let made = &mut self.made[piece.resolution as usize];
        *made = Sources::union([&*made, &piece.sources]);
        self.pieces.push(piece);
    }
}

impl AddAssign for Jobs {
    fn add_assign(&mut self, other: Self) {
        self.merges += other.merges;
        self.merged += other.merged;
        self.downsamplings += other.downsamplings;
    }
}

impl Default for Piece {
    fn default() -> Self {
        Self {
            today: None,
            resolution: Resolution::Raw,
            min_time: 0,
            max_time: 0,
            sources: Sources::default(),
            bytes: 0,
            level: 1,
            marked: None,
            no_compact: false,
            no_downsample: false,
            failed: false,
        }
    }
}

impl Default for Shares {
    /// Each aggregate takes about as much as a sample of it saves (Thanos `docs/components/compact.md`).
    fn default() -> Self {
        Self { five_minutes: 1.0, one_hour: 0.25 }
    }
}

impl Piece {
    pub(super) fn width(&self) -> i64 {
        self.max_time.saturating_sub(self.min_time)
    }

    /// Whether the Compactor still works with it at this second.
    pub(super) fn is_seen(&self, delete_delay: u64, now: i64) -> bool {
        self.marked.is_none_or(|marked| now.saturating_sub(marked) <= (delete_delay / 2) as i64)
    }
}

#[cfg(test)]
mod tests;
