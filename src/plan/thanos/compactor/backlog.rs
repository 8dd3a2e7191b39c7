//! What a round would merge, and nothing else of it: each window is looked at once, however many blocks wait.

use super::planner::{chains, share_time, waiting};
use super::round::merged;
use super::{Piece, RANGES_MS, Rules};
use crate::model::thanos::Resolution;

/// Merges that can be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Backlog {
    pub merges: u64,
    /// Blocks that go into them.
    pub blocks: u64,
    /// The one that reads most.
    pub largest: Option<Largest>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Largest {
    pub resolution: Resolution,
    /// Milliseconds since 1970, UTC, half open.
    pub span: (i64, i64),
    /// Of the blocks that go into it.
    pub bytes: u64,
}

/// Of one stream, duplicates left out. None where the Compactor halts at it.
pub(in super::super) fn backlog(mut pieces: Vec<Piece>, rules: &Rules) -> Backlog {
    pieces.sort_by_key(in_order);
    let mut backlog = Backlog::default();
    for resolution in Resolution::ALL {
        let (mut group, others) = pieces.into_iter().partition(|piece| piece.resolution == resolution);
        pieces = others;
        if !rules.merges_overlaps && share_time(&group, &all(&group)) {
            return Backlog::default();
        }
        backlog.overlaps(&mut group, resolution);
        for range in RANGES_MS.into_iter().skip(1) {
            let numbers = all(&group);
            let Some((_, older)) = numbers.split_last() else { continue };
            let parts: Vec<&[usize]> = waiting(&group, older, range).collect();
            backlog.merge(&mut group, &parts, false);
        }
    }
    backlog
}

fn in_order(piece: &Piece) -> (i64, i64) {
    (piece.min_time, piece.max_time)
}

fn all(group: &[Piece]) -> Vec<usize> {
    (0..group.len()).collect()
}

impl Backlog {
    /// Coarse blocks that hold the same time are never merged: see [`super::Played`]'s rounds.
    fn overlaps(&mut self, group: &mut Vec<Piece>, resolution: Resolution) {
        let open: Vec<usize> = (0..group.len()).filter(|at| !group[*at].no_compact).collect();
        let parts: Vec<&[usize]> = chains(group, &open).collect();
        if resolution == Resolution::Raw {
            self.merge(group, &parts, true);
        } else {
            parts.concat().into_iter().for_each(|at| group[at].no_compact = true);
        }
    }

    /// Makes one block of each of these parts of the group.
    fn merge(&mut self, group: &mut Vec<Piece>, parts: &[&[usize]], overlapping: bool) {
        if parts.is_empty() {
            return;
        }
        let (mut gone, mut made) = (vec![false; group.len()], Vec::new());
        for part in parts {
            let members: Vec<&Piece> = part.iter().map(|at| &group[*at]).collect();
            let whole = merged(&members, overlapping);
            self.merges += 1;
            self.blocks += members.len() as u64;
            let (resolution, span) = (whole.resolution, (whole.min_time, whole.max_time));
            let bytes = members.iter().map(|piece| piece.bytes).sum();
            let largest = Largest { resolution, span, bytes };
            self.largest = self.largest.filter(|known| known.bytes >= bytes).or(Some(largest));
            part.iter().for_each(|at| gone[*at] = true);
            made.push(whole);
        }
        let mut gone = gone.into_iter();
        group.retain(|_| gone.next() == Some(false));
        group.append(&mut made);
        group.sort_by_key(in_order);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::planner::merge;
    use super::super::{CUT_MS, tests::rules};
    use super::*;

    /// As the Compactor does it: after each merge it looks at everything anew. Merges, and blocks that went into them.
    fn step_by_step(mut group: Vec<Piece>) -> (u64, u64) {
        let (mut merges, mut blocks) = (0, 0);
        loop {
            group.sort_by_key(in_order);
            let Some(next) = merge(&group, &all(&group), &RANGES_MS) else { return (merges, blocks) };
            let members: Vec<&Piece> = next.members.iter().map(|at| &group[*at]).collect();
            let whole = merged(&members, next.overlapping);
            merges += 1;
            blocks += next.members.len() as u64;
            for at in next.members.iter().rev() {
                group.remove(*at);
            }
            group.push(whole);
        }
    }

    proptest! {
        /// Blocks of two hours over forty days, with holes, some to be left alone, some uploaded by two replicas.
        #[test]
        fn at_once_comes_to_the_same_as_step_by_step(
            cuts in proptest::collection::vec((0_u8..30, 0_u8..10), 0..480),
            from in 0_i64..200,
        ) {
            let (mut pieces, mut at) = (Vec::new(), from * CUT_MS);
            for (kind, hole) in cuts {
                at += CUT_MS * if hole == 0 { 7 } else { 1 };
                let (no_compact, failed) = (kind == 1, kind == 2);
                let piece = Piece { min_time: at, max_time: at + CUT_MS, bytes: 1, no_compact, failed, ..Piece::default() };
                if kind == 0 {
                    pieces.push(piece.clone());
                }
                pieces.push(piece);
            }
            let backlog = backlog(pieces.clone(), &Rules { merges_overlaps: true, ..rules("0d 0d 0d", 48) });
            prop_assert_eq!((backlog.merges, backlog.blocks), step_by_step(pieces));
        }
    }
}
