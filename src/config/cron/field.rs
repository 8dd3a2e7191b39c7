//! One field of a cron expression: its grammar and the values that it takes.

use super::Fault;

/// What a field may hold.
pub(super) struct Spec {
    pub name: &'static str,
    pub least: u32,
    pub most: u32,
    /// Words for the values, from `least` on.
    pub words: &'static [&'static str],
    /// The special characters beyond `,` `-` `*` `/`.
    pub special: &'static str,
}

pub(super) const MINUTES: Spec = Spec { name: "minutes", least: 0, most: 59, words: &[], special: "" };
pub(super) const HOURS: Spec = Spec { name: "hours", least: 0, most: 23, words: &[], special: "" };
pub(super) const DAY_OF_MONTH: Spec =
    Spec { name: "day-of-month", least: 1, most: 31, words: &[], special: "?LW" };
pub(super) const MONTH: Spec = Spec { name: "month", least: 1, most: 12, words: &MONTHS, special: "" };
pub(super) const DAY_OF_WEEK: Spec =
    Spec { name: "day-of-week", least: 1, most: 7, words: &WEEKDAYS, special: "?L#" };
pub(super) const YEAR: Spec = Spec { name: "year", least: 1970, most: 2199, words: &[], special: "" };

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The values that a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// `?`: the other of the two day fields decides.
    Unset,
    /// Sorted.
    Values(Vec<u32>),
    /// `L` in day-of-month.
    LastDayOfMonth,
    /// `15W`: the weekday nearest to the 15th, in the same month.
    NearestWeekday(u32),
    /// `6L`: the last Friday of the month.
    LastOfMonth(u32),
    /// `3#2`: the second Tuesday of the month.
    NthOfMonth(u32, u32),
}

impl Field {
    /// `at` is where the field starts in the whole expression.
    pub(super) fn parse(spec: &Spec, text: &str, at: usize) -> Result<Field, Fault> {
        let fault = |label: String| {
            Fault::new("schedule-cron", "must be a cron expression that EventBridge takes")
                .part(at..at + text.len())
                .label(label)
        };
        if let Some(special) = special(spec, text).map_err(fault)? {
            return Ok(special);
        }
        let mut values = Vec::new();
        for item in text.split(',') {
            values.extend(item_values(spec, item).map_err(fault)?);
        }
        values.sort_unstable();
        values.dedup();
        Ok(Field::Values(values))
    }
}

/// The forms that stand alone in their field. `Err` says what is wrong with one.
fn special(spec: &Spec, text: &str) -> Result<Option<Field>, String> {
    let allowed = |c: char| spec.special.contains(c);
    if text == "?" && allowed('?') {
        return Ok(Some(Field::Unset));
    }
    if text == "L" && allowed('W') {
        return Ok(Some(Field::LastDayOfMonth));
    }
    if text == "L" && allowed('#') {
        // The last day of the week.
        return Ok(Some(Field::Values(vec![spec.most])));
    }
    if let Some(day) = text.strip_suffix('W').filter(|_| allowed('W')) {
        return number(spec, day).map(|day| Some(Field::NearestWeekday(day)));
    }
    if let Some(day) = text.strip_suffix('L').filter(|_| allowed('#')) {
        return number(spec, day).map(|day| Some(Field::LastOfMonth(day)));
    }
    if let Some((day, nth)) = text.split_once('#').filter(|_| allowed('#')) {
        let nth_value = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
        let nth = nth_value.ok_or_else(|| format!("`#{nth}` must be one of #1 to #5, and the only item"))?;
        return number(spec, day).map(|day| Some(Field::NthOfMonth(day, nth)));
    }
    Ok(None)
}

/// `*`, `5`, `1-5`, `*/15`, `0/15`, `1-31/2`.
fn item_values(spec: &Spec, item: &str) -> Result<Vec<u32>, String> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (item, None),
    };
    let step_size = match step {
        None => 1,
        Some(step) => step
            .parse::<u32>()
            .ok()
            .filter(|size| (1..=spec.most).contains(size))
            .ok_or_else(|| format!("`/{step}` must be a step from 1 to {}", spec.most))?,
    };
    let (first, last) = bounds(spec, range, step.is_some())?;
    Ok((first..=last).step_by(step_size as usize).collect())
}

fn bounds(spec: &Spec, range: &str, stepped: bool) -> Result<(u32, u32), String> {
    if range == "*" {
        return Ok((spec.least, spec.most));
    }
    let Some((first, last)) = range.split_once('-') else {
        let value = number(spec, range)?;
        return Ok((value, if stepped { spec.most } else { value }));
    };
    let (first, last) = (number(spec, first)?, number(spec, last)?);
    if first > last {
        return Err(format!("the range runs backwards: write `{first}-{},{}-{last}`", spec.most, spec.least));
    }
    Ok((first, last))
}

fn number(spec: &Spec, text: &str) -> Result<u32, String> {
    if let Some(at) = spec.words.iter().position(|word| *word == text) {
        return Ok(spec.least + at as u32);
    }
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(value) if digits && (spec.least..=spec.most).contains(&value) => Ok(value),
        _ => Err(format!("{}: {}", spec.name, expected(spec, text))),
    }
}

fn expected(spec: &Spec, text: &str) -> String {
    let upper = text.to_uppercase();
    match (spec.words, spec.words.contains(&upper.as_str())) {
        (_, true) => format!("write `{upper}`"),
        ([first, .., last], false) => format!("{}-{} or {first}-{last}", spec.least, spec.most),
        _ => format!("{}-{}", spec.least, spec.most),
    }
}
