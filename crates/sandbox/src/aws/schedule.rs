//! The schedule: when a rule is due, and time that passes until it is.
//!
//! An evaluator of its own: one that it shared with es2s3 would share its mistakes. It takes `rate(…)`, and `cron(…)` with lists,
//! ranges, steps and names; a rule with `L`, `W` or `#` is refused when it is put.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};
use serde_json::{Value, json};

use super::{Account, Cloud, behind};

/// A rule's event that came to its target, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    pub rule: String,
    pub at: Timestamp,
    /// Why it lies in the queue for what could not be delivered.
    pub undelivered: Option<String>,
}

/// When a rule fires, UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Schedule {
    /// Counted from when the rule was made.
    Every(SignedDuration),
    /// Values of minutes, hours, day of the month, month, day of the week (Sunday is 1) and year; none: all.
    At([Option<Vec<i32>>; 6]),
}

/// First and last value of each field.
const BOUNDS: [(i32, i32); 6] = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)];
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The longest time that is looked ahead: a leap year and a bit.
const HORIZON_DAYS: i64 = 1500;

impl Schedule {
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rate) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
            let (number, unit) = rate.split_once(' ')?;
            let minutes = match unit.trim_end_matches('s') {
                "minute" => 1,
                "hour" => 60,
                "day" => 1440,
                _ => return None,
            };
            let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
            return Some(Self::Every(SignedDuration::from_mins(number.checked_mul(minutes)?)));
        }
        let fields: Vec<&str> = text.strip_prefix("cron(")?.strip_suffix(')')?.split_whitespace().collect();
        let fields: [&str; 6] = fields.try_into().ok()?;
        let mut values: [Option<Vec<i32>>; 6] = Default::default();
        for ((field, bounds), (place, value)) in fields.iter().zip(BOUNDS).zip(values.iter_mut().enumerate())
        {
            let names: &[&str] = match place {
                3 => &MONTHS,
                4 => &WEEKDAYS,
                _ => &[],
            };
            *value = field_values(field, bounds, names)?;
        }
        Some(Self::At(values))
    }

    /// The first time after this one.
    fn next(&self, created: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(pause) => {
                let passed = after.duration_since(created).as_secs().div_euclid(pause.as_secs()) + 1;
                created.checked_add(SignedDuration::from_secs(passed.checked_mul(pause.as_secs())?)).ok()
            }
            Self::At(fields) => next_at(fields, after),
        }
    }
}

/// `Some(None)` stands for every value.
#[expect(clippy::option_option, reason = "unparsable, every value, these values")]
fn field_values(text: &str, (least, most): (i32, i32), names: &[&str]) -> Option<Option<Vec<i32>>> {
    if matches!(text, "*" | "?") {
        return Some(None);
    }
    let number = |text: &str| -> Option<i32> {
        let named = names.iter().position(|name| *name == text).and_then(|at| i32::try_from(at).ok());
        named
            .map(|at| at + least)
            .or_else(|| text.parse().ok())
            .filter(|value| (least..=most).contains(value))
    };
    let mut values = Vec::new();
    for item in text.split(',') {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let step: usize = step.map_or(Some(1), |step| step.parse().ok()).filter(|step| *step > 0)?;
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (least, most),
            (_, Some((first, last))) => (number(first)?, number(last)?),
            (one, None) => (number(one)?, if item.contains('/') { most } else { number(one)? }),
        };
        values.extend((first..=last).step_by(step));
    }
    Some(Some(values))
}

fn next_at(fields: &[Option<Vec<i32>>; 6], after: Timestamp) -> Option<Timestamp> {
    let [minutes, hours, day, month, weekday, year] = fields;
    let fits = |field: &Option<Vec<i32>>, value: i32| field.as_ref().is_none_or(|all| all.contains(&value));
    let start: Zoned = after.to_zoned(TimeZone::UTC);
    for ahead in 0..HORIZON_DAYS {
        let date = start.date().checked_add(ahead.days()).ok()?;
        let week = i32::from(date.weekday().to_sunday_one_offset());
        let today = fits(day, date.day().into())
            && fits(month, date.month().into())
            && fits(weekday, week)
            && fits(year, date.year().into());
        if !today {
            continue;
        }
        let times = (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
        for (hour, minute) in
            times.filter(|(hour, minute)| fits(hours, (*hour).into()) && fits(minutes, (*minute).into()))
        {
            let at = date.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
            if at > after {
                return Some(at);
            }
        }
    }
    None
}

impl Cloud {
    /// Lets time pass until then, from where it goes on. Every rule that comes due on the way fires at its time, one after
    /// another, and its function runs to its end.
    pub async fn pass_until(&self, until: Timestamp) -> Vec<Fired> {
        let (mut fired, from) = (Vec::new(), self.clock().now());
        while let Some((at, rule)) = self.due_between(from, until) {
            self.clock().set(at);
            for (target, arn) in self.targets_of(&rule) {
                let undelivered = self.deliver(&target, &arn).await;
                fired.push(Fired { rule: rule.clone(), at, undelivered });
            }
            self.lock().settle_fired(&rule, at);
        }
        self.clock().run_from(until);
        fired
    }

    fn due_between(&self, from: Timestamp, until: Timestamp) -> Option<(Timestamp, String)> {
        let account = self.lock();
        let enabled = account.rules.iter().filter(|(_, rule)| rule.fields["State"] == "ENABLED");
        let due = enabled.filter_map(|(name, _)| Some((account.next_of(name, from)?, name.clone())));
        due.filter(|(at, _)| *at <= until).min()
    }

    fn targets_of(&self, rule: &str) -> Vec<(Value, String)> {
        let account = self.lock();
        let Some(rule) = account.rules.get(rule) else { return Vec::new() };
        rule.targets.iter().map(|target| (target.clone(), rule.arn.clone())).collect()
    }

    /// A function that ends in an error has had the event; only one that could not be called has not.
    async fn deliver(&self, target: &Value, rule_arn: &str) -> Option<String> {
        let function = behind(target["Arn"].as_str().unwrap_or_default(), ":").to_owned();
        let input = target["Input"].as_str().unwrap_or("{}").to_owned();
        let may = self.lock().may_be_called(&function, rule_arn);
        let why = if may {
            self.invoke(&function, input.clone().into()).await.err().map(|refusal| refusal.code)?
        } else {
            "NO_PERMISSIONS".to_owned()
        };
        let queue = behind(target["DeadLetterConfig"]["Arn"].as_str().unwrap_or_default(), ":").to_owned();
        if let Some(queue) = self.lock().queues.get_mut(&queue) {
            queue.messages.push(json!({ "rule": rule_arn, "input": input, "error": why }).to_string());
        }
        Some(why)
    }
}

impl Account {
    fn next_of(&self, rule: &str, from: Timestamp) -> Option<Timestamp> {
        let rule = self.rules.get(rule)?;
        let schedule = Schedule::parse(rule.fields.get("ScheduleExpression")?.as_str()?)?;
        let after = rule.fired.map_or(from, |fired| fired.max(from));
        schedule.next(rule.created, after)
    }

    /// A rule whose time is now has had it.
    fn settle_fired(&mut self, rule: &str, at: Timestamp) {
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.fired = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_next_due_when_eventbridge_says_so() {
        // A Monday.
        let (made, now) = ("2026-11-23T04:50:00Z", "2026-11-23T05:00:00Z");
        let (made, now): (Timestamp, Timestamp) =
            (made.parse().expect("a time"), now.parse().expect("a time"));
        for (text, due) in [
            ("rate(15 minutes)", "2026-11-23T05:05:00Z"),
            ("rate(10 minutes)", "2026-11-23T05:10:00Z"),
            ("rate(1 day)", "2026-11-24T04:50:00Z"),
            ("cron(0 5 * * ? *)", "2026-11-24T05:00:00Z"),
            ("cron(1 5 * * ? *)", "2026-11-23T05:01:00Z"),
            ("cron(0/15 8-18 ? * MON-FRI *)", "2026-11-23T08:00:00Z"),
            ("cron(30 6,7 ? * SUN *)", "2026-11-29T06:30:00Z"),
            ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00:00Z"),
        ] {
            let next = Schedule::parse(text).and_then(|schedule| schedule.next(made, now));
            assert_eq!(next.map(|next| next.to_string()).as_deref(), Some(due), "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "daily",
            "rate(0 days)",
            "rate(1 week)",
            "cron(0 5 * *)",
            "cron(0 25 * * ? *)",
            "cron(0 5 L * ? *)",
        ] {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
    }
}
