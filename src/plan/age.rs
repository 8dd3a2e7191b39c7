//! Ages: from when an index counts, and when it is due.
//!
//! Called by `owned` and `protect`. All times are UTC and none is read from a clock.

use jiff::{SignedDuration, Timestamp};

use crate::model::{AgeFrom, Days, Period};

/// A clock may be off by this much, and an index's creation date may lie ahead by it.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The time from which an index's age counts: of the end of its period, its creation and its rollover the youngest
/// that is known. With [`AgeFrom::Name`] the end of its period alone.
pub fn aged_from(
    from: AgeFrom,
    period: &Period,
    created: Option<Timestamp>,
    rolled_over: Option<Timestamp>,
) -> Timestamp {
    match from {
        AgeFrom::Name => period.end,
        AgeFrom::Youngest => {
            [created, rolled_over].into_iter().flatten().fold(period.end, |youngest, time| youngest.max(time))
        }
    }
}

/// When something of this age is past its retention; from that second on it is due.
pub fn due(aged_from: Timestamp, retention: Days) -> Timestamp {
    aged_from.checked_add(retention.span()).unwrap_or(Timestamp::MAX)
}

/// Whether a name or a creation date lies so far ahead of `now` that one of the two clocks must be wrong.
///
/// An index may be made one period (at least one day) ahead of its time: templates and crons do so.
pub fn lies_ahead(period: &Period, created: Option<Timestamp>, now: Timestamp) -> bool {
    let length = period.end.duration_since(period.start).max(SignedDuration::from_hours(24));
    let made_ahead = created.is_some_and(|created| created.duration_since(now) > CLOCK_TOLERANCE);
    made_ahead || period.start.duration_since(now) > length
}
