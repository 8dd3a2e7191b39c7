//! When a request is sent again, and after how long: exponential, with full jitter, bounded.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// At most so many tries of one request.
pub const TRIES: u32 = 5;
const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(20);

/// The pause before try number `next` (2 is the first repeat). The server's own wish wins, up to the longest pause.
pub fn pause(next: u32, wish: Option<Duration>, random: u64) -> Duration {
    if let Some(wish) = wish {
        return wish.min(LONGEST);
    }
    let ceiling = FIRST.saturating_mul(1 << next.saturating_sub(2).min(10)).min(LONGEST);
    let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % (millis + 1))
}

/// Randomness from the seed of the standard library's hasher: spreading retries needs no more.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// `Retry-After` in its two forms: seconds, or an HTTP date against `now`.
pub fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = http_date(value)?;
    Duration::try_from(at.duration_since(now)).ok()
}

/// `Mon, 23 Nov 2026 05:00:00 GMT`.
pub fn http_date(value: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_under_their_ceiling() {
        for (next, most) in [(2, 200), (3, 400), (4, 800), (9, 20_000), (40, 20_000)] {
            for random in [0, 1, 199, 12_345, u64::MAX] {
                assert!(pause(next, None, random) <= Duration::from_millis(most), "try {next}");
            }
        }
        assert_eq!(pause(2, Some(Duration::from_secs(3)), 7), Duration::from_secs(3));
        assert_eq!(pause(2, Some(Duration::from_secs(999)), 7), LONGEST);
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = "2026-11-23T05:00:00Z".parse().unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 05:00:09 GMT", now), Some(Duration::from_secs(9)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 04:00:00 GMT", now), None);
        assert_eq!(retry_after("soon", now), None);
    }
}
