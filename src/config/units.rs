//! Amounts as people write them: `30d`, `5m`, `1.2TiB`, `96%`.
//!
//! Called by the rules of the configuration and by `cli` for the guard overrides, so that both take the same spelling.
//! Nothing is guessed: an amount without its unit is refused, and so is a unit with two meanings.

use std::time::Duration;

use crate::model::{Bytes, Days};

/// An amount that was not understood. `problem` continues the name of what was given: `max_bytes` *must be …*.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct UnitError {
    /// Stable, kebab-case.
    pub code: &'static str,
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

fn refuse<T>(code: &'static str, problem: &str, help: impl Into<String>) -> Result<T, UnitError> {
    Err(UnitError { code, problem: problem.to_owned(), help: help.into() })
}

/// A hundred years: longer is a slip of the key.
pub const MAX_DAYS: u32 = 36_500;

/// `30` or `30d`.
///
/// # Errors
/// Anything but a whole number of days from 1 to [`MAX_DAYS`].
pub fn parse_days(text: &str) -> Result<Days, UnitError> {
    const MUST: &str = "must be a whole number of days, at least 1";
    let digits = text.strip_suffix('d').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return refuse(days_code(text), MUST, days_help(text));
    }
    if digits.len() > 1 && digits.starts_with('0') {
        let help = format!(
            "write `{}`: a number that starts with 0 is octal to some readers",
            digits.trim_start_matches('0')
        );
        return refuse("leading-zero", "must be a number without a leading 0", help);
    }
    match digits.parse::<u32>() {
        Ok(0) => refuse("days-zero", MUST, "0 keeps nothing; write the days to keep"),
        Ok(days) if days <= MAX_DAYS => Ok(Days(days)),
        _ => refuse(
            "days-too-many",
            "must be at most 36500 days, a hundred years",
            "check for a digit too many",
        ),
    }
}

fn days_code(text: &str) -> &'static str {
    let number = text.strip_suffix('d').unwrap_or(text).parse::<f64>();
    match number {
        Ok(number) if number < 0.0 => "days-negative",
        Ok(number) if number.is_finite() && number.fract() != 0.0 => "days-fractional",
        _ => "days-form",
    }
}

fn days_help(text: &str) -> String {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    match unit {
        "w" | "weeks" | "m" | "months" | "y" | "years" | "M" => {
            "only days are taken, as in `365d`: months and years vary in length".to_owned()
        }
        _ => "write `30` or `30d`".to_owned(),
    }
}

/// `500ms`, `30s`, `5m`, `2h` or `1d`.
///
/// # Errors
/// No unit, another unit, no whole number, or zero.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    const UNITS: [(&str, u64); 5] =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let (number, unit) = split_number(text);
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let millis = number.parse::<u64>().ok().zip(factor).and_then(|(n, factor)| n.checked_mul(factor));
    match millis {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        Some(_) => refuse("duration", "must be longer than 0", "write `30s` or `5m`"),
        None if unit.is_empty() && !number.is_empty() => {
            refuse("duration", "must be a duration with its unit", format!("write `{number}s` for seconds"))
        }
        None => refuse(
            "duration",
            "must be a duration such as `30s`, `5m` or `2h`",
            "the units are ms, s, m, h and d",
        ),
    }
}

/// `512MiB`, `10TiB`, `1.2 TiB`, `4096B`.
///
/// # Errors
/// No unit, a decimal unit (engines read `10tb` as binary, disk makers do not), or no number.
pub fn parse_bytes(text: &str) -> Result<Bytes, UnitError> {
    const UNITS: [(&str, u32); 6] =
        [("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("PiB", 50)];
    const MUST: &str = "must be a size with its unit, such as `10TiB`";
    let (number, unit) = split_number(text);
    let Some((_, shift)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return refuse("size", MUST, size_help(number, unit));
    };
    match scaled(number, *shift) {
        Some(bytes) if bytes > 0 => Ok(Bytes(bytes)),
        Some(_) => refuse("size", "must be more than 0 bytes", "write the most that one run may delete"),
        None => refuse("size", MUST, "write a number below 16384 PiB with at most six decimals"),
    }
}

fn size_help(number: &str, unit: &str) -> String {
    let letter = unit.chars().next().map(|c| c.to_ascii_uppercase());
    match letter {
        Some(letter @ ('K' | 'M' | 'G' | 'T' | 'P')) if !number.is_empty() => {
            format!("`{unit}` has two meanings; write `{number}{letter}iB`, powers of 1024")
        }
        _ => "the units are B, KiB, MiB, GiB, TiB and PiB, powers of 1024".to_owned(),
    }
}

/// A decimal times 2^shift, rounded down, without floating point.
fn scaled(number: &str, shift: u32) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.is_empty() || fraction.len() > 6 {
        return None;
    }
    let millionths = format!("{whole}{fraction:0<6}").parse::<u128>().ok()?;
    let scaled = millionths.checked_mul(1 << shift)? / 1_000_000;
    if whole.is_empty() { None } else { u64::try_from(scaled).ok() }
}

/// `96%`: a whole percentage, 1 to 100.
///
/// # Errors
/// No `%`, a fraction, or out of range.
pub fn parse_share(text: &str) -> Result<u8, UnitError> {
    const MUST: &str = "must be a whole percentage from 1% to 100%";
    let (number, unit) = split_number(text);
    match (number.parse::<u8>(), unit) {
        (Ok(share @ 1..=100), "%") => Ok(share),
        (Ok(share @ 1..=100), "") => refuse("share", MUST, format!("write `{share}%`")),
        _ => refuse("share", MUST, "write for instance `50%`"),
    }
}

/// `1.2 TiB` to `1.2` and `TiB`. One blank may stand between, as in this program's own output.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.strip_prefix(' ').unwrap_or(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_between_a_day_and_a_century() {
        for (text, days) in [("1", 1), ("30", 30), ("30d", 30), ("36500", 36_500)] {
            assert_eq!(parse_days(text), Ok(Days(days)), "{text}");
        }
        for (text, code) in [
            ("0", "days-zero"),
            ("-1", "days-negative"),
            ("1.5", "days-fractional"),
            ("36501", "days-too-many"),
            ("99999999999999999999", "days-too-many"),
            ("030", "leading-zero"),
            ("1_000", "days-form"),
            ("2w", "days-form"),
            ("0x1e", "days-form"),
            ("1e2", "days-form"),
            ("", "days-form"),
            ("d", "days-form"),
            ("٣", "days-form"),
        ] {
            assert_eq!(parse_days(text).map_err(|error| error.code), Err(code), "{text}");
        }
    }

    #[test]
    fn sizes_are_binary_and_exact() {
        for (text, bytes) in [
            ("1B", 1),
            ("1.5KiB", 1536),
            ("10TiB", 10 << 40),
            ("1.2 TiB", 1_319_413_953_331),
            ("16383.9 PiB", (163_839_u128 * (1 << 50) / 10) as u64),
        ] {
            assert_eq!(parse_bytes(text), Ok(Bytes(bytes)), "{text}");
        }
        for text in [
            "",
            "10",
            "10TB",
            "10tb",
            "0GiB",
            "1.GiB",
            ".5GiB",
            "1.1234567GiB",
            "-1GiB",
            "99999PiB",
            "1.2.3GiB",
        ] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_and_shares_need_their_unit() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("2h"), Ok(Duration::from_secs(7200)));
        for text in ["", "5", "0s", "1.5s", "5 minutes", "-5s", "99999999999999999999s", "9999999999999999d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(parse_share("96%"), Ok(96));
        for text in ["", "96", "0%", "101%", "0.5%", "0.5"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
    }
}
