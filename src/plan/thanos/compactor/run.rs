//! Round after round, and the time between them in which nothing can happen left out.

use super::sources::Sources;
use super::{CUT_MS, Piece, Played, Rules, SEEN_AFTER_MS};
use crate::model::thanos::Resolution;

/// Plays the stream from `from` up to and with `until`, in seconds since 1970, UTC: a first round at `from`, then one each
/// `rules.every` seconds.
pub(in super::super) fn run(played: &mut Played, rules: &Rules, from: i64, until: i64) {
    let mut now = from;
    while now <= until {
        played.arrive(now);
        let next = now.saturating_add_unsigned(rules.every.max(1));
        now =
            if played.round(rules, now) { next } else { on_the_grid(played.wakes(rules, now), next, rules) };
    }
}

/// The first round at or after `wakes`; `next` is one.
fn on_the_grid(wakes: Option<i64>, next: i64, rules: &Rules) -> i64 {
    let Some(wakes) = wakes else { return i64::MAX };
    let every = rules.every.max(1);
    let behind = wakes.saturating_sub(next).max(0).unsigned_abs();
    next.saturating_add_unsigned(behind.div_ceil(every).saturating_mul(every))
}

impl Played {
    /// Blocks of Prometheus that are seen by now.
    fn arrive(&mut self, now: i64) {
        while let Some(arrivals) = &mut self.arrivals
            && arrivals.next_ms.saturating_add(SEEN_AFTER_MS) <= now.saturating_mul(1_000)
        {
            let (min_time, bytes, replicas) = (arrivals.next_ms, arrivals.bytes, arrivals.replicas);
            let max_time = min_time.saturating_add(CUT_MS);
            arrivals.next_ms = max_time;
            for _replica in 0..replicas {
                let sources = Sources::one(self.numbered);
                self.numbered += 1;
                self.spans.push((min_time, max_time));
                self.add(Piece { min_time, max_time, sources, bytes, ..Piece::default() });
            }
        }
    }

    /// When something may happen next, in seconds since 1970, UTC, after a round at `now` that did nothing.
    fn wakes(&self, rules: &Rules, now: i64) -> Option<i64> {
        let seen_ms = self.arrivals.map(|arrivals| arrivals.next_ms.saturating_add(SEEN_AFTER_MS));
        let arrival = seen_ms.map(|ms| ms.div_euclid(1_000) + i64::from(ms.rem_euclid(1_000) > 0));
        self.rests_until(rules, now).into_iter().chain(arrival).filter(|at| *at > now).min()
    }

    /// Level-1 blocks that lie in a block of this resolution which the Compactor or a reader may still use at `now`.
    pub(in super::super) fn alive(&self, rules: &Rules, resolution: Resolution, now: i64) -> Sources {
        let there = self
            .pieces
            .iter()
            .filter(|piece| piece.resolution == resolution && piece.is_seen(rules.delete_delay, now));
        Sources::union(there.map(|piece| &piece.sources))
    }

    /// Of the samples that there were in `fine`, those of which the coarser resolution was never made and never will be: they are gone.
    pub(in super::super) fn never(&self, rules: &Rules, fine: Resolution, now: i64) -> Sources {
        let coarse = &self.made[fine as usize + 1];
        self.made[fine as usize].without(coarse).without(&self.alive(rules, fine, now))
    }
}
