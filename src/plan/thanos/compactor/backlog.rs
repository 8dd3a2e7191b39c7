//! What a round would merge, and nothing else of it.

use super::{Jobs, Played, Rules};
use crate::model::thanos::Resolution;

/// In one resolution of one stream; more would not say more, and a stream of a hundred thousand blocks would take long.
const MOST: u64 = 1_000;

impl Played {
    /// The merges that can be done at `now`, in seconds since 1970, UTC. None where the Compactor halts.
    pub(in super::super) fn backlog(mut self, rules: &Rules, now: i64) -> Jobs {
        self.pieces.sort_by_key(|piece| (piece.min_time, piece.max_time));
        for resolution in Resolution::ALL {
            let of = |at: &usize| self.pieces[*at].resolution == resolution;
            let mut group: Vec<usize> = (0..self.pieces.len()).filter(of).collect();
            let before = self.jobs.merges;
            while self.jobs.merges - before < MOST
                && let Some(merge) = self.next_merge(rules, resolution, &group, now)
            {
                let (first, merged) = (merge.members[0], self.pieces.len());
                self.carry_out(&merge, now);
                group.iter_mut().filter(|at| **at == first).for_each(|at| *at = merged);
                group.retain(|at| !merge.members.contains(at));
            }
        }
        if self.halted.is_some() { Jobs::default() } else { self.jobs }
    }
}
