//! On which days a cron expression fires.

use jiff::civil::{Date, Weekday};

use super::field::{Field, YEAR};

/// The four fields that choose the day.
pub(super) struct Calendar {
    pub day_of_month: Field,
    pub month: Field,
    pub day_of_week: Field,
    pub year: Field,
}

impl Calendar {
    /// The longest time between two days on which it fires, at least one day. `None` when it never does.
    pub(super) fn longest_pause_days(&self) -> Option<u32> {
        let mut last: Option<u32> = None;
        let mut longest = 1;
        let mut passed = 0;
        for year in YEAR.least..=YEAR.most {
            for month in 1..=12_u32 {
                let Ok(first) = Date::new(year as i16, month as i8, 1) else { continue };
                let length = first.days_in_month() as u32;
                if contains(&self.year, year) && contains(&self.month, month) {
                    for day in (1..=length).filter(|day| self.fires(first, *day)) {
                        let today = passed + day;
                        longest = longest.max(last.map_or(1, |last| today - last));
                        last = Some(today);
                    }
                }
                passed += length;
            }
        }
        last.map(|_| longest)
    }

    /// The days on which it fires, from this one on.
    pub(super) fn days_from(&self, begin: Date) -> impl Iterator<Item = Date> {
        let last = i16::try_from(YEAR.most).unwrap_or(i16::MAX);
        let days = begin.series(jiff::Span::new().days(1)).take_while(move |date| date.year() <= last);
        days.filter(|date| {
            contains(&self.year, date.year().unsigned_abs().into())
                && contains(&self.month, date.month().unsigned_abs().into())
                && self.fires(date.first_of_month(), date.day().unsigned_abs().into())
        })
    }

    fn fires(&self, first: Date, day: u32) -> bool {
        match &self.day_of_week {
            Field::Values(weekdays) => weekdays.binary_search(&weekday_of(first, day)).is_ok(),
            Field::Unset => matches_day(&self.day_of_month, first, day),
            special => matches_day(special, first, day),
        }
    }
}

fn contains(field: &Field, value: u32) -> bool {
    matches!(field, Field::Values(values) if values.binary_search(&value).is_ok())
}

/// Values are days of the month here; plain weekdays were matched before.
fn matches_day(field: &Field, first: Date, day: u32) -> bool {
    let length = first.days_in_month() as u32;
    match field {
        Field::Unset => false,
        Field::Values(values) => values.binary_search(&day).is_ok(),
        Field::LastDayOfMonth => day == length,
        Field::NearestWeekday(wanted) => nearest_weekday(first, *wanted) == Some(day),
        Field::LastOfMonth(weekday) => weekday_of(first, day) == *weekday && day + 7 > length,
        Field::NthOfMonth(weekday, nth) => weekday_of(first, day) == *weekday && day.div_ceil(7) == *nth,
    }
}

/// Sunday is 1.
fn weekday_of(first: Date, day: u32) -> u32 {
    (first.weekday().to_sunday_zero_offset() as u32 + day - 1) % 7 + 1
}

/// Saturday moves to Friday and Sunday to Monday, but never into another month.
fn nearest_weekday(first: Date, wanted: u32) -> Option<u32> {
    let length = first.days_in_month() as u32;
    let date = first.with().day(wanted as i8).build().ok()?;
    Some(match date.weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == length => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    })
}
