//! AWS's schedule expressions, `rate(…)` and six-field `cron(…)`, as EventBridge reads them.
//!
//! Called by the rule for `schedule:`, which needs to know that EventBridge will take the expression, and by the check
//! that snapshots live longer than the schedule's longest pause. Source: EventBridge user guide, "Cron expressions" and
//! "Rate expressions".

mod calendar;
mod field;

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use field::{DAY_OF_MONTH, DAY_OF_WEEK, Field, HOURS, MINUTES, MONTH, YEAR};

/// A schedule that EventBridge takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    pub text: String,
    /// The longest time between two runs, in whole days, rounded up.
    pub longest_pause_days: u32,
}

/// What is wrong with an expression, and which part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: &'static str,
    pub problem: String,
    pub label: String,
    pub help: Option<String>,
    pub part: Option<Range<usize>>,
}

impl Fault {
    fn new(code: &'static str, problem: &str) -> Self {
        Self { code, problem: problem.to_owned(), label: String::new(), help: None, part: None }
    }

    fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn part(self, part: Range<usize>) -> Self {
        Self { part: Some(part), ..self }
    }
}

pub(super) fn parse(text: &str) -> Result<Expression, Fault> {
    let pause = match (inner(text, "rate("), inner(text, "cron(")) {
        (Some(inner), _) => rate(inner)?,
        (_, Some(inner)) => cron(inner)?,
        _ => return Err(neither(text)),
    };
    Ok(Expression { text: text.to_owned(), longest_pause_days: pause })
}

fn inner<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(')')
}

fn neither(text: &str) -> Fault {
    let fault = Fault::new("schedule", "must be `cron(…)` or `rate(…)`, as EventBridge writes them");
    let fields: Vec<&str> = text.split_whitespace().collect();
    match fields[..] {
        [minute, hour, "*", month, "*"] => {
            fault.label("crontab's five fields").help(format!("write `cron({minute} {hour} * {month} ? *)`"))
        }
        _ if text.starts_with('@') => fault.help("write `rate(1 day)` or `cron(0 5 * * ? *)`"),
        _ => fault.help("for every day at 5:00 UTC write `cron(0 5 * * ? *)`"),
    }
}

/// `rate(1 day)`, `rate(12 hours)`.
fn rate(inner: &str) -> Result<u32, Fault> {
    let fault = Fault::new("schedule-rate", "must be a rate such as `rate(1 day)` or `rate(12 hours)`");
    let (number, unit) = inner.split_once(' ').unwrap_or((inner, ""));
    let digits = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    let (Ok(number), true) = (number.parse::<u64>(), digits) else {
        return Err(fault.label("the number must be whole and at least 1"));
    };
    let Some(minutes) = [("minute", 1), ("hour", 60), ("day", 1440)]
        .iter()
        .find(|(name, _)| unit.trim_end_matches('s') == *name)
    else {
        return Err(fault.label("the units are minutes, hours and days"));
    };
    let plural = if number == 1 { minutes.0.to_owned() } else { format!("{}s", minutes.0) };
    if unit != plural {
        return Err(fault
            .label("EventBridge is strict about the plural")
            .help(format!("write `rate({number} {plural})`")));
    }
    let days = number.saturating_mul(minutes.1).div_ceil(1440);
    u32::try_from(days)
        .ok()
        .filter(|days| *days <= super::units::MAX_DAYS)
        .ok_or_else(|| fault.label("over a hundred years"))
}

/// All six fields.
struct Cron {
    minutes: Field,
    hours: Field,
    calendar: calendar::Calendar,
}

/// `minutes hours day-of-month month day-of-week year`.
fn fields(inner: &str) -> Result<Cron, Fault> {
    let fields = positions(inner, "cron(".len());
    let [minutes, hours, day, month, weekday, year] = fields[..] else { return Err(wrong_count(&fields)) };
    exactly_one_question_mark(day, weekday)?;
    let read = |spec, (text, at): (&str, usize)| Field::parse(spec, text, at);
    Ok(Cron {
        minutes: read(&MINUTES, minutes)?,
        hours: read(&HOURS, hours)?,
        calendar: calendar::Calendar {
            day_of_month: read(&DAY_OF_MONTH, day)?,
            month: read(&MONTH, month)?,
            day_of_week: read(&DAY_OF_WEEK, weekday)?,
            year: read(&YEAR, year)?,
        },
    })
}

fn cron(inner: &str) -> Result<u32, Fault> {
    fields(inner)?.calendar.longest_pause_days().ok_or_else(|| {
        Fault::new("schedule-never", "must name a day that exists")
            .label("no day from 1970 to 2199 fits all fields")
    })
}

/// When an expression that was read fires next, UTC. `None` of a rate, which counts from the making of its rule, and of a
/// calendar that has ended.
pub(super) fn next(expression: &str, after: Timestamp) -> Option<Timestamp> {
    let cron = fields(inner(expression, "cron(")?).ok()?;
    let (Field::Values(minutes), Field::Values(hours)) = (&cron.minutes, &cron.hours) else { return None };
    let begin = after.to_zoned(TimeZone::UTC).date();
    let times = |date: Date| {
        let at = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (*hour, *minute)));
        at.filter_map(move |(hour, minute)| {
            let time = date.at(hour as i8, minute as i8, 0, 0).to_zoned(TimeZone::UTC).ok()?;
            Some(time.timestamp())
        })
    };
    cron.calendar.days_from(begin).find_map(|date| times(date).find(|time| *time > after))
}

/// Fields with the offset of each in the whole expression.
fn positions(inner: &str, start: usize) -> Vec<(&str, usize)> {
    let mut at = 0;
    let mut fields = Vec::new();
    for field in inner.split(' ') {
        if !field.is_empty() {
            fields.push((field, start + at));
        }
        at += field.len() + 1;
    }
    fields
}

fn wrong_count(fields: &[(&str, usize)]) -> Fault {
    let fault = Fault::new(
        "schedule-cron",
        "must have six fields: minutes hours day-of-month month day-of-week year",
    )
    .label(format!("{} fields", fields.len()));
    let texts: Vec<&str> = fields.iter().map(|(text, _)| *text).collect();
    match texts[..] {
        [minute, hour, day, month, "*"] => {
            fault.help(format!("write `cron({minute} {hour} {day} {month} ? *)`"))
        }
        _ => fault.help("for every day at 5:00 UTC write `cron(0 5 * * ? *)`"),
    }
}

fn exactly_one_question_mark(day: (&str, usize), weekday: (&str, usize)) -> Result<(), Fault> {
    let part = day.1..weekday.1 + weekday.0.len();
    let fault = Fault::new("schedule-cron", "must have `?` in exactly one of day-of-month and day-of-week")
        .part(part);
    match (day.0 == "?", weekday.0 == "?") {
        (true, false) | (false, true) => Ok(()),
        (true, true) => Err(fault.help("put `*` in one of the two for every day")),
        (false, false) => Err(fault.help("the day is chosen by one of the two; put `?` in the other")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pause_is_counted_over_the_calendar() {
        for (text, days) in [
            ("rate(1 minute)", 1),
            ("rate(5 minutes)", 1),
            ("rate(36 hours)", 2),
            ("rate(7 days)", 7),
            ("cron(0 5 * * ? *)", 1),
            ("cron(0/15 8-18 ? * MON-FRI *)", 3),
            ("cron(0 5 ? * SUN *)", 7),
            ("cron(0 5 1 * ? *)", 31),
            ("cron(0 5 31 * ? *)", 61),
            ("cron(0 5 L * ? *)", 31),
            ("cron(0 5 15W * ? *)", 32),
            ("cron(0 5 ? * 6L *)", 35),
            ("cron(0 5 ? * 3#2 *)", 35),
            ("cron(0 5 1 JAN,JUL ? *)", 184),
            ("cron(0 5 29 2 ? *)", 2921),
            ("cron(0 5 */10 * ? *)", 10),
            ("cron(0 5 1 1 ? 2026)", 1),
        ] {
            assert_eq!(parse(text).map(|expression| expression.longest_pause_days), Ok(days), "{text}");
        }
    }

    #[test]
    fn the_next_time_is_the_first_after_now() {
        for (expression, after, expected) in [
            ("cron(0 5 * * ? *)", "2026-11-23T04:59:59Z", Some("2026-11-23T05:00:00Z")),
            ("cron(0 5 * * ? *)", "2026-11-23T05:00:00Z", Some("2026-11-24T05:00:00Z")),
            ("cron(15,45 0/12 * * ? *)", "2026-11-23T00:20:00Z", Some("2026-11-23T00:45:00Z")),
            ("cron(0 5 ? * MON *)", "2026-11-23T06:00:00Z", Some("2026-11-30T05:00:00Z")),
            ("cron(0 5 L 2 ? *)", "2026-11-23T06:00:00Z", Some("2027-02-28T05:00:00Z")),
            ("cron(0 5 29 2 ? *)", "2026-11-23T06:00:00Z", Some("2028-02-29T05:00:00Z")),
            ("cron(0 5 1 1 ? 2020)", "2026-11-23T06:00:00Z", None),
            ("rate(1 day)", "2026-11-23T06:00:00Z", None),
        ] {
            let after = after.parse().expect("a time");
            let next = next(expression, after).map(|time| time.to_string());
            assert_eq!(next.as_deref(), expected, "{expression} after {after}");
        }
    }

    #[test]
    fn what_eventbridge_refuses_is_refused() {
        for text in [
            "",
            "daily",
            "@daily",
            "0 5 * * *",
            "rate(1 days)",
            "rate(5 minute)",
            "rate(0 days)",
            "rate(1.5 hours)",
            "rate(1 week)",
            "rate(day)",
            "rate(36501 days)",
            "cron(0 5 * * *)",
            "cron(0 5 * * * *)",
            "cron(0 5 ? * ? *)",
            "cron(60 5 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 5 0 * ? *)",
            "cron(0 5 32 * ? *)",
            "cron(0 5 * 13 ? *)",
            "cron(0 5 ? * 8 *)",
            "cron(0 5 ? * 0 *)",
            "cron(0 5 ? * mon *)",
            "cron(0 5 * * ? 1969)",
            "cron(0 5 * * ? 2200)",
            "cron(0 18-8 * * ? *)",
            "cron(0/0 5 * * ? *)",
            "cron(0, 5 * * ? *)",
            "cron(L 5 * * ? *)",
            "cron(0 5 ? * 3#6 *)",
            "cron(0 5 ? * 3#1,6#3 *)",
            "cron(0 5 1W,15W * ? *)",
            "cron(0 5 30 2 ? *)",
            "cron(0 5 * * ? *",
            "cron(0 5 ? ? * *)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
