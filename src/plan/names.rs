//! The grammar of index names: exactly *prefix + date (+ `-` + digits)*, the whole name, no pattern and no guess.
//!
//! Called by `owned`. Where a name can be read in two ways, the reading whose period ends later is taken, so that a
//! misreading can only keep an index longer. `docs/retention.md` has the table.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;

use crate::model::{Granularity, Period};

/// What a policy's prefix makes of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The policy's own.
    Owned(Dated),
    /// Starts with the prefix, but what follows is no date that es2s3 reads.
    Undated,
    /// Does not start with the prefix.
    Foreign,
}

/// The date in a name, and the number behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    pub period: Period,
    /// `-000001`: a rollover's or a data stream's generation.
    pub number: Option<u64>,
    /// A backing index of a data stream: `.ds-<prefix><date>-<generation>`.
    pub backing: bool,
}

/// Reads `name` as a policy with this `prefix` does.
pub fn read(prefix: &str, name: &str) -> Reading {
    let (own, backing) = match name.strip_prefix(".ds-") {
        Some(stream) => (stream.strip_prefix(prefix), true),
        None => (name.strip_prefix(prefix), false),
    };
    let Some(rest) = own else { return Reading::Foreign };
    match period_and_number(rest) {
        Some((_, None)) if backing => Reading::Undated,
        Some((period, number)) => Reading::Owned(Dated { period, number, backing }),
        None => Reading::Undated,
    }
}

/// The parts of a date as far as the name gives them.
enum Parts {
    Year(i16),
    Month(i16, i8),
    Week(i16, i8),
    Day(i16, i8, i8),
    Hour(i16, i8, i8, i8),
}

fn period_and_number(rest: &str) -> Option<(Period, Option<u64>)> {
    let (parts, tail) = match leading_digits(rest) {
        4 => separated(rest)?,
        8 => (Parts::Day(year(rest)?, two(rest, 4)?, two(rest, 6)?), &rest[8..]),
        10 => (Parts::Hour(year(rest)?, two(rest, 4)?, two(rest, 6)?, two(rest, 8)?), &rest[10..]),
        _ => return None,
    };
    Some((period(parts)?, number(tail)?))
}

/// `2026`, `2026.10`, `2026.10.20`, `2026.10.20.05`, `2026.w43`: one separator throughout, of `.`, `-` and `_`.
///
/// Two digits behind that separator are always the date's next part; any other count of digits never is.
fn separated(rest: &str) -> Option<(Parts, &str)> {
    let (y, rest) = (year(rest)?, &rest[4..]);
    if let Some((week, tail)) = week(rest) {
        return Some((Parts::Week(y, week), tail));
    }
    let Some(separator) = rest.bytes().next().filter(|b| b".-_".contains(b)) else {
        return Some((Parts::Year(y), rest));
    };
    let Some((month, rest)) = next_part(rest, separator) else { return Some((Parts::Year(y), rest)) };
    let Some((day, rest)) = next_part(rest, separator) else { return Some((Parts::Month(y, month), rest)) };
    let Some((hour, rest)) = next_part(rest, separator) else {
        return Some((Parts::Day(y, month, day), rest));
    };
    Some((Parts::Hour(y, month, day, hour), rest))
}

/// `.w43`, `-w43`, `_w43` or `w43`.
fn week(rest: &str) -> Option<(i8, &str)> {
    let digits = rest.trim_start_matches(['.', '-', '_']).strip_prefix('w')?;
    let separators = rest.len() - digits.len() - 1;
    (separators <= 1 && leading_digits(digits) == 2).then_some(())?;
    Some((two(digits, 0)?, &digits[2..]))
}

fn next_part(rest: &str, separator: u8) -> Option<(i8, &str)> {
    let digits = rest.strip_prefix(char::from(separator))?;
    (leading_digits(digits) == 2).then_some(())?;
    Some((two(digits, 0)?, &digits[2..]))
}

/// Nothing, or `-` and digits.
fn number(tail: &str) -> Option<Option<u64>> {
    if tail.is_empty() {
        return Some(None);
    }
    let digits = tail.strip_prefix('-')?;
    let whole = (1..=18).contains(&digits.len()) && leading_digits(digits) == digits.len();
    whole.then(|| digits.parse().ok())?.map(Some)
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Logs are from 1970 to 9998: outside of it a number is no year, and dates beyond cannot be counted.
fn year(text: &str) -> Option<i16> {
    text.get(..4)?.parse().ok().filter(|year| (1970..=9998).contains(year))
}

fn two(text: &str, at: usize) -> Option<i8> {
    text.get(at..at + 2)?.parse().ok()
}

fn period(parts: Parts) -> Option<Period> {
    let (first, last, granularity) = match parts {
        Parts::Hour(y, m, d, h) => return hour(Date::new(y, m, d).ok()?, h),
        Parts::Day(y, m, d) => {
            let day = Date::new(y, m, d).ok()?;
            (day, day, Granularity::Day)
        }
        Parts::Week(y, week) => {
            let monday = ISOWeekDate::new(y, week, Weekday::Monday).ok()?.date();
            (monday, ISOWeekDate::new(y, week, Weekday::Sunday).ok()?.date(), Granularity::Week)
        }
        Parts::Month(y, m) => {
            let first = Date::new(y, m, 1).ok()?;
            (first, first.last_of_month(), Granularity::Month)
        }
        Parts::Year(y) => (Date::new(y, 1, 1).ok()?, Date::new(y, 12, 31).ok()?, Granularity::Year),
    };
    let end = last.tomorrow().ok()?;
    Some(Period { start: midnight(first)?, end: midnight(end)?, granularity })
}

fn hour(day: Date, hour: i8) -> Option<Period> {
    (0..24).contains(&hour).then_some(())?;
    let start = utc(day.at(hour, 0, 0, 0))?;
    let end = start.checked_add(jiff::SignedDuration::from_hours(1)).ok()?;
    Some(Period { start, end, granularity: Granularity::Hour })
}

fn midnight(day: Date) -> Option<Timestamp> {
    utc(day.at(0, 0, 0, 0))
}

fn utc(time: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(prefix: &str, name: &str) -> String {
        match read(prefix, name) {
            Reading::Owned(dated) => {
                let number = dated.number.map(|n| format!(" #{n}")).unwrap_or_default();
                let Period { start, end, granularity } = dated.period;
                format!("{granularity:?} {start} {end}{number}").replace(":00:00Z", "")
            }
            Reading::Undated => "undated".into(),
            Reading::Foreign => "foreign".into(),
        }
    }

    #[test]
    fn names_read_as_the_grammar_says() {
        for (name, reading) in [
            ("app-2026.10.20", "Day 2026-10-20T00 2026-10-21T00"),
            ("app-2026-10-20", "Day 2026-10-20T00 2026-10-21T00"),
            ("app-2026_10_20", "Day 2026-10-20T00 2026-10-21T00"),
            ("app-20261020", "Day 2026-10-20T00 2026-10-21T00"),
            ("app-2024.02.29", "Day 2024-02-29T00 2024-03-01T00"),
            ("app-2026.12", "Month 2026-12-01T00 2027-01-01T00"),
            ("app-2026-02", "Month 2026-02-01T00 2026-03-01T00"),
            ("app-2026.w43", "Week 2026-10-19T00 2026-10-26T00"),
            ("app-2026-w01", "Week 2025-12-29T00 2026-01-05T00"),
            ("app-2026w53", "Week 2026-12-28T00 2027-01-04T00"),
            ("app-2026", "Year 2026-01-01T00 2027-01-01T00"),
            ("app-2026.10.20.05", "Hour 2026-10-20T05 2026-10-20T06"),
            ("app-2026-10-20-23", "Hour 2026-10-20T23 2026-10-21T00"),
            ("app-2026102005", "Hour 2026-10-20T05 2026-10-20T06"),
            // A number behind the date: the period stays that of the date.
            ("app-2026.10.20-000001", "Day 2026-10-20T00 2026-10-21T00 #1"),
            ("app-2026-10-20-000012", "Day 2026-10-20T00 2026-10-21T00 #12"),
            ("app-20261020-1", "Day 2026-10-20T00 2026-10-21T00 #1"),
            ("app-2026.10.20.05-2", "Hour 2026-10-20T05 2026-10-20T06 #2"),
            ("app-2026.w43-000003", "Week 2026-10-19T00 2026-10-26T00 #3"),
            ("app-2026-000007", "Year 2026-01-01T00 2027-01-01T00 #7"),
            // Two readings: the one that ends later.
            ("app-2026.10.20-05", "Day 2026-10-20T00 2026-10-21T00 #5"),
            ("app-2026.10-20", "Month 2026-10-01T00 2026-11-01T00 #20"),
            ("app-2026-10-5", "Month 2026-10-01T00 2026-11-01T00 #5"),
            ("app-2026.07", "Month 2026-07-01T00 2026-08-01T00"),
            // Backing indices of the data stream `app`.
            (".ds-app-2026.10.20-000001", "Day 2026-10-20T00 2026-10-21T00 #1"),
            (".ds-app-2026.10.20", "undated"),
            (".ds-app-000001", "undated"),
            // Starts with the prefix and has no date.
            ("app-", "undated"),
            ("app-prod-2026.01.01", "undated"),
            ("app-2026.13.01", "undated"),
            ("app-2026.02.30", "undated"),
            ("app-2025.02.29", "undated"),
            ("app-2026.43", "undated"),
            ("app-2025.w53", "undated"),
            ("app-2026.w00", "undated"),
            ("app-2026.10.20.24", "undated"),
            ("app-2026-10-20-31", "undated"),
            ("app-2026.10.20-", "undated"),
            ("app-2026.10.20-000001-shrunk", "undated"),
            ("app-2026.10.20x", "undated"),
            ("app-2026.10.20-1234567890123456789", "undated"),
            ("app-000001", "undated"),
            ("app-202610", "undated"),
            ("app-1969.12.31", "undated"),
            ("app-0000.01.01", "undated"),
            ("app-9999.12.31", "undated"),
            ("app-2026.1.2", "undated"),
            ("app-٢٠٢٦.10.20", "undated"),
            // Not the policy's.
            ("app2-2026.10.20", "foreign"),
            ("restored-app-2026.10.20", "foreign"),
            ("myapp-2026.10.20", "foreign"),
            (".app-2026.10.20", "foreign"),
            ("partial-app-2026.10.20", "foreign"),
            (".ds-web-2026.10.20-000001", "foreign"),
        ] {
            assert_eq!(shown("app-", name), reading, "{name}");
        }
    }

    #[test]
    fn a_month_read_for_a_week_never_ends_before_that_week() {
        for week in 1..=12 {
            let (Reading::Owned(month), Reading::Owned(week)) =
                (read("a", &format!("a2026.{week:02}")), read("a", &format!("a2026.w{week:02}")))
            else {
                panic!("both are dates")
            };
            assert!(month.period.end >= week.period.end);
        }
    }
}
