//! Sets of time, as ranges that do not touch. Milliseconds since 1970, UTC, half open.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ranges::without;

/// From, up to and without.
pub type Span = (i64, i64);

/// In order, none empty, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The union of ranges in any order; pauses of at most `tolerance` milliseconds between them are closed.
    pub fn union(ranges: impl IntoIterator<Item = Span>, tolerance: i64) -> Self {
        let mut ranges: Vec<Span> = ranges.into_iter().filter(|(from, to)| from < to).collect();
        ranges.sort_unstable();
        let mut spans: Vec<Span> = Vec::new();
        for (from, to) in ranges {
            match spans.last_mut() {
                Some(last) if from <= last.1.saturating_add(tolerance) => last.1 = last.1.max(to),
                _ => spans.push((from, to)),
            }
        }
        Self(spans)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From the first to the last.
    pub fn whole(&self) -> Option<Span> {
        Some((self.0.first()?.0, self.0.last()?.1))
    }

    /// What lies between its ranges.
    pub fn pauses(&self) -> Self {
        Self(self.0.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect())
    }

    /// What is in this and not in the other.
    pub fn without(&self, other: &Spans) -> Self {
        Self(without(&self.0, &other.0))
    }

    /// The part before `end`.
    pub fn before(&self, end: i64) -> Self {
        Self(self.iter().map(|(from, to)| (from, to.min(end))).filter(|(from, to)| from < to).collect())
    }

    /// The part from `start` on.
    pub fn from(&self, start: i64) -> Self {
        Self(self.iter().map(|(from, to)| (from.max(start), to)).filter(|(from, to)| from < to).collect())
    }

    /// Ranges longer than this many milliseconds.
    pub fn longer_than(&self, tolerance: i64) -> Self {
        Self(self.iter().filter(|(from, to)| to.saturating_sub(*from) > tolerance).collect())
    }

    /// Of the range, how much is covered: 0 to 1.
    pub fn share_of(&self, (from, to): Span) -> f64 {
        let within = |(start, end): Span| end.min(to).saturating_sub(start.max(from)).max(0);
        let covered: i64 = self.iter().map(within).fold(0, i64::saturating_add);
        covered as f64 / to.saturating_sub(from).max(1) as f64
    }
}

/// Ranges that are written out; more would not say more.
const WRITTEN: usize = 5;

impl fmt::Display for Spans {
    /// By days, UTC: `2026-10-01 to 2026-10-03, 2026-10-07 to 2026-10-09`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (from, to)) in self.iter().take(WRITTEN).enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{} to {}", day(from), day(to))?;
        }
        match self.0.len().saturating_sub(WRITTEN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(ranges: &[Span]) -> Spans {
        Spans::union(ranges.iter().copied(), 0)
    }

    #[test]
    fn ranges_that_touch_are_one_and_pauses_up_to_the_tolerance_are_closed() {
        assert_eq!(spans(&[(5, 7), (0, 2), (2, 4), (9, 9), (8, 6)]).0, [(0, 4), (5, 7)]);
        assert_eq!(Spans::union([(0, 2), (4, 6), (9, 10)], 2).0, [(0, 6), (9, 10)]);
        assert_eq!(spans(&[(0, 2), (5, 7)]).pauses().0, [(2, 5)]);
    }

    #[test]
    fn what_is_left_keeps_its_order() {
        for (left, right, rest) in [
            (&[(0, 10)][..], &[(2, 3), (5, 7)][..], &[(0, 2), (3, 5), (7, 10)][..]),
            (&[(0, 10)], &[(0, 10)], &[]),
            (&[(0, 10)], &[(-5, 5)], &[(5, 10)]),
            (&[(0, 4), (6, 10)], &[(3, 7)], &[(0, 3), (7, 10)]),
            (&[(0, 4), (6, 10)], &[], &[(0, 4), (6, 10)]),
        ] {
            assert_eq!(spans(left).without(&spans(right)).0, rest, "{left:?} without {right:?}");
        }
    }

    #[test]
    fn they_are_written_by_days_and_not_all_of_many() {
        const DAY: i64 = 86_400_000;
        assert_eq!(
            spans(&[(0, 2 * DAY), (4 * DAY, 5 * DAY)]).to_string(),
            "1970-01-01 to 1970-01-03, 1970-01-05 to 1970-01-06"
        );
        let many: Vec<Span> = (0..7).map(|n| (2 * n * DAY, 2 * n * DAY + DAY)).collect();
        assert!(spans(&many).to_string().ends_with("1970-01-09 to 1970-01-10 and 2 more"));
    }

    proptest! {
        #[test]
        fn each_instant_is_where_it_belongs(
            left in proptest::collection::vec((0_i64..60, 0_i64..60), 0..12),
            right in proptest::collection::vec((0_i64..60, 0_i64..60), 0..12),
        ) {
            let covers = |ranges: &[Span], at: i64| ranges.iter().any(|(from, to)| *from <= at && at < *to);
            let rest = spans(&left).without(&spans(&right));
            for at in 0..60 {
                let expected = covers(&left, at) && !covers(&right, at);
                prop_assert_eq!(covers(&rest.0, at), expected, "{}", at);
            }
        }
    }
}
