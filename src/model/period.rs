//! The stretch of time that an index's name says it covers.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How long one period of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    Hour,
    Day,
    /// ISO 8601 week, Monday first.
    Week,
    Month,
    Year,
}

/// A half-open stretch of time in UTC: `start` is inside, `end` is not.
///
/// An index's age counts from `end`: until then it may still be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
    pub granularity: Granularity,
}

impl Period {
    /// The UTC day in which the period starts: a snapshot holds the indices of one such day.
    pub fn first_day(&self) -> Date {
        self.start.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}
