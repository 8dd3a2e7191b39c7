//! One round of the Compactor over one stream. Thanos 0.42, `cmd/thanos/compact.go`, `compactMainFn`.

use super::downsample::{coarser, due};
use super::duplicates::duplicates;
use super::planner::{Merge, merge, share_time};
use super::sources::Sources;
use super::{Jobs, Piece, Played, RANGES_MS, Rules};
use crate::model::thanos::Resolution;

impl Played {
    /// Delete, collect duplicates, merge, downsample, mark: in this order, each until nothing is left of it. `now` in seconds since
    /// 1970, UTC. Whether it did anything.
    pub(super) fn round(&mut self, rules: &Rules, now: i64) -> bool {
        self.halted = self.halted.or(rules.halts_at.filter(|at| *at <= now));
        if self.halted.is_some() || self.is_settled(now) {
            return false;
        }
        let before = self.jobs;
        let there = self.pieces.len();
        self.delete(rules, now);
        let mut did = self.pieces.len() != there;
        let mut seen = self.collect(rules, now, &mut did);
        while rules.compacts && self.merge_once(rules, &seen, now) {
            seen = self.collect(rules, now, &mut did);
        }
        if self.halted.is_some() {
            return true;
        }
        for _pass in 0..2 {
            if rules.compacts && self.downsample(&seen) {
                seen = self.collect(rules, now, &mut did);
            }
        }
        did |= self.mark(rules, &seen, now);
        did |= self.jobs != before;
        self.settle(rules, &seen, (now, did));
        did
    }

    fn delete(&mut self, rules: &Rules, now: i64) {
        let stays = |piece: &Piece| {
            piece.marked.is_none_or(|marked| marked.saturating_add_unsigned(rules.delete_delay) >= now)
        };
        self.pieces.retain(stays);
    }

    /// The blocks that the Compactor works with, by resolution and time. Duplicates are marked.
    fn collect(&mut self, rules: &Rules, now: i64, did: &mut bool) -> Vec<usize> {
        let mut seen: Vec<usize> =
            (0..self.pieces.len()).filter(|at| self.pieces[*at].is_seen(rules.delete_delay, now)).collect();
        let mut gone = Vec::new();
        for resolution in Resolution::ALL.into_iter().filter(|_| rules.compacts) {
            let group: Vec<usize> = self.group(&seen, resolution);
            gone.extend(duplicates(&self.pieces, &group));
        }
        for at in &gone {
            *did |= self.pieces[*at].marked.is_none();
            self.pieces[*at].marked.get_or_insert(now);
        }
        gone.sort_unstable();
        seen.retain(|at| gone.binary_search(at).is_err());
        seen.sort_by_key(|at| {
            let piece = &self.pieces[*at];
            (piece.resolution, piece.min_time, piece.max_time)
        });
        seen
    }

    fn group(&self, seen: &[usize], resolution: Resolution) -> Vec<usize> {
        seen.iter().copied().filter(|at| self.pieces[*at].resolution == resolution).collect()
    }

    /// One merge in each resolution. Whether there was any.
    fn merge_once(&mut self, rules: &Rules, seen: &[usize], now: i64) -> bool {
        let mut any = false;
        for resolution in Resolution::ALL {
            let group = self.group(seen, resolution);
            if let Some(merge) = self.next_merge(rules, resolution, &group, now) {
                self.carry_out(&merge, now);
                any = true;
            }
        }
        any
    }

    /// Coarse blocks that hold the same time are never merged: they are marked so (thanos-io/thanos #6775), and the rest goes on.
    fn next_merge(
        &mut self,
        rules: &Rules,
        resolution: Resolution,
        group: &[usize],
        now: i64,
    ) -> Option<Merge> {
        if !rules.merges_overlaps && share_time(&self.pieces, group) {
            self.halted = self.halted.or(Some(now));
        }
        if self.halted.is_some() {
            return None;
        }
        loop {
            let next = merge(&self.pieces, group, &RANGES_MS)?;
            if !next.overlapping {
                return Some(next);
            }
            if resolution == Resolution::Raw {
                return Some(next);
            }
            next.members.iter().for_each(|at| self.pieces[*at].no_compact = true);
        }
    }

    fn carry_out(&mut self, merge: &Merge, now: i64) {
        let members: Vec<&Piece> = merge.members.iter().map(|at| &self.pieces[*at]).collect();
        let merged = merged(&members, merge.overlapping);
        self.jobs += Jobs { merges: 1, merged: merge.members.len() as u64, downsamplings: 0 };
        merge.members.iter().for_each(|at| self.pieces[*at].marked = self.pieces[*at].marked.or(Some(now)));
        self.add(merged);
    }

    /// One pass. Whether there was anything to do.
    fn downsample(&mut self, seen: &[usize]) -> bool {
        let due = due(&self.pieces, seen);
        for at in &due {
            let fine = &self.pieces[*at];
            let Some(resolution) = coarser(fine.resolution) else { continue };
            let share = if resolution == Resolution::FiveMinutes {
                self.shares.five_minutes
            } else {
                self.shares.one_hour
            };
            let coarse = Piece {
                today: None,
                resolution,
                bytes: (fine.bytes as f64 * share) as u64,
                marked: None,
                no_compact: false,
                failed: false,
                ..fine.clone()
            };
            self.jobs += Jobs { downsamplings: 1, ..Jobs::default() };
            self.add(coarse);
        }
        !due.is_empty()
    }

    /// By the retentions. Whether anything was marked.
    fn mark(&mut self, rules: &Rules, seen: &[usize], now: i64) -> bool {
        let mut any = false;
        for at in seen {
            let piece = &mut self.pieces[*at];
            let ended = rules.retention.has_ended(piece.resolution, piece.max_time / 1_000, now);
            if ended && piece.marked.is_none() {
                piece.marked = Some(now);
                any = true;
            }
        }
        any
    }
}

/// What is made of these, of one resolution.
pub(super) fn merged(members: &[&Piece], overlapping: bool) -> Piece {
    let bytes = members.iter().map(|piece| piece.bytes);
    Piece {
        resolution: members.first().map_or(Resolution::Raw, |first| first.resolution),
        min_time: members.iter().map(|piece| piece.min_time).min().unwrap_or_default(),
        max_time: members.iter().map(|piece| piece.max_time).max().unwrap_or_default(),
        sources: Sources::union(members.iter().map(|piece| &piece.sources)),
        level: members.iter().map(|piece| piece.level).max().unwrap_or_default() + 1,
        // Replicas that hold the same time come to the bytes of one.
        bytes: if overlapping { bytes.max().unwrap_or_default() } else { bytes.sum() },
        ..Piece::default()
    }
}
