//! Durations as Prometheus and Thanos write them: `90d`, `1y2w`, `36h`, `0d`.
//!
//! The grammar is `model.ParseDuration` of prometheus/common: units from large to small, each at most once, whole numbers, and the
//! lone `0`. A year has 365 days, a week 7.

use std::fmt;

const UNITS: [(&str, u64); 6] =
    [("y", 365 * 86_400), ("w", 7 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Whole seconds; `None` when it is no such duration, has milliseconds, or is beyond 290 years, where Go's overflows.
pub fn parse_seconds(text: &str) -> Option<u64> {
    const MOST: u64 = 290 * 365 * 86_400;
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total, mut units) = (text, 0_u64, UNITS.iter());
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        // An iterator that goes on: a unit that was passed does not come again.
        let (_, seconds) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
        rest = after;
    }
    (!text.is_empty() && total <= MOST).then_some(total)
}

/// Seconds as Prometheus writes them, in days where they are whole ones: `30d`, `1d12h`, `0d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken(pub u64);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0d");
        }
        let (mut rest, mut text) = (self.0, String::new());
        for (unit, seconds) in UNITS.iter().skip(2) {
            if rest >= *seconds {
                text.push_str(&format!("{}{unit}", rest / seconds));
                rest %= seconds;
            }
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_that_of_prometheus() {
        const DAY: u64 = 86_400;
        for (text, seconds) in [
            ("0", Some(0)),
            ("0d", Some(0)),
            ("30d", Some(30 * DAY)),
            ("1y", Some(365 * DAY)),
            ("1y2w3d4h5m6s", Some((365 + 14 + 3) * DAY + 4 * 3_600 + 5 * 60 + 6)),
            ("36h", Some(36 * 3_600)),
            ("1d12h", Some(36 * 3_600)),
            ("", None),
            ("30", None),
            ("d", None),
            ("12h1d", None),
            ("1d1d", None),
            ("1.5d", None),
            ("-1d", None),
            ("1 d", None),
            ("100ms", None),
            ("1M", None),
            ("291y", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(parse_seconds(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for (seconds, text) in
            [(0, "0d"), (86_400, "1d"), (129_600, "1d12h"), (31_536_000, "365d"), (61, "1m1s")]
        {
            assert_eq!(Spoken(seconds).to_string(), text);
            assert_eq!(parse_seconds(text), Some(seconds));
        }
    }
}
