//! A stream at rest: what a round need not look at again when nothing came to pass since but an upload.
//!
//! Most rounds are of this kind, and a look at every block in each would be most of the work.

use super::planner::merge;
use super::{Piece, Played, RANGES_MS, Rules};
use crate::model::thanos::{Kept, Resolution};

/// A round that did nothing.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    /// Seconds since 1970, UTC: until then, and without it, no mark ages and no retention ends.
    until: i64,
    /// Numbers of the raw blocks that the Compactor works with, by time.
    raw: Vec<usize>,
    /// How many blocks there were.
    blocks: usize,
}

impl Played {
    /// Whether a round would do nothing again: what came since are new blocks of Prometheus, and they complete no window.
    pub(super) fn is_settled(&mut self, now: i64) -> bool {
        let Some(settled) = &mut self.settled else { return false };
        if now >= settled.until {
            return false;
        }
        let pieces = &self.pieces;
        settled.raw.extend(settled.blocks..pieces.len());
        settled.blocks = pieces.len();
        settled.raw.sort_by_key(|at| (pieces[*at].min_time, pieces[*at].max_time));
        merge(pieces, &settled.raw, &RANGES_MS).is_none()
    }

    /// Remembers a round at `now` that did nothing to the blocks `seen`.
    pub(super) fn settle(&mut self, rules: &Rules, seen: &[usize], (now, did): (i64, bool)) {
        let raw =
            || seen.iter().copied().filter(|at| self.pieces[*at].resolution == Resolution::Raw).collect();
        let rests = !did && rules.compacts && self.halted.is_none();
        self.settled = rests.then(|| Settled {
            until: self.ages(rules, now).unwrap_or(i64::MAX),
            raw: raw(),
            blocks: self.pieces.len(),
        });
    }

    /// When this stream's blocks need a look again if none is uploaded.
    pub(super) fn rests_until(&self, rules: &Rules, now: i64) -> Option<i64> {
        match &self.settled {
            Some(settled) => Some(settled.until),
            None => self.ages(rules, now),
        }
    }

    /// When something may happen to these blocks by age alone, after a round at `now` that did nothing. Seconds since 1970, UTC.
    pub(super) fn ages(&self, rules: &Rules, now: i64) -> Option<i64> {
        let of_piece = |piece: &Piece| -> [Option<i64>; 2] {
            if let Some(marked) = piece.marked {
                let after = |seconds: u64| Some(marked.saturating_add_unsigned(seconds).saturating_add(1));
                return [after(rules.delete_delay / 2), after(rules.delete_delay)];
            }
            let ends = |kept: u64| (piece.max_time / 1_000).saturating_add_unsigned(kept).saturating_add(1);
            match rules.retention.of(piece.resolution) {
                Kept::ForEver => [None, None],
                Kept::Seconds(kept) => [Some(ends(kept)), None],
            }
        };
        self.pieces.iter().flat_map(of_piece).flatten().filter(|at| *at > now).min()
    }
}
