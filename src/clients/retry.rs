//! When a request is sent again, and after how long: exponential, with full jitter, bounded in number and in time.
//!
//! Called by the clients. Whether a repeat is harmless is for them to say; here is only the waiting.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

/// How often and how long a client tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Tries of one request, the first included.
    pub tries: u32,
    /// The ceiling of the first pause; it doubles from there.
    pub first: Duration,
    /// No pause is longer, whatever the server wishes.
    pub longest: Duration,
    /// No try begins later than this after the first one.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(20),
            total: Duration::from_secs(90),
        }
    }
}

impl Patience {
    /// The clock of one request starts.
    pub fn begin(self) -> Tries {
        Tries { patience: self, made: 1, began: Instant::now() }
    }

    /// The pause before try number `next` (2 is the first repeat): anything up to a ceiling that doubles, so that many clients do
    /// not come back together. The server's own wish wins, up to the longest pause.
    pub fn pause(&self, next: u32, wish: Option<Duration>, random: u64) -> Duration {
        if let Some(wish) = wish {
            return wish.min(self.longest);
        }
        let ceiling = self.first.saturating_mul(1 << next.saturating_sub(2).min(10)).min(self.longest);
        let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(random % (millis + 1))
    }
}

/// The tries of one request so far.
#[derive(Debug)]
pub struct Tries {
    patience: Patience,
    made: u32,
    began: Instant,
}

impl Tries {
    /// How long to wait before the next try; `None` when there is none left.
    pub fn next_pause(&mut self, wish: Option<Duration>) -> Option<Duration> {
        self.pause_after(self.began.elapsed(), wish, random())
    }

    fn pause_after(&mut self, elapsed: Duration, wish: Option<Duration>, random: u64) -> Option<Duration> {
        if self.made >= self.patience.tries {
            return None;
        }
        self.made += 1;
        let pause = self.patience.pause(self.made, wish, random);
        (elapsed + pause <= self.patience.total).then_some(pause)
    }
}

/// A pause by the usual patience, for loops of their own (a lease that is held, a manifest that moved).
pub fn pause(next: u32) -> Duration {
    Patience::default().pause(next, None, random())
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
        let patience = Patience::default();
        for (next, most) in [(2, 200), (3, 400), (4, 800), (9, 20_000), (40, 20_000)] {
            for random in [0, 1, 199, 12_345, u64::MAX] {
                assert!(patience.pause(next, None, random) <= Duration::from_millis(most), "try {next}");
            }
            assert_eq!(
                patience.pause(next, None, most),
                Duration::from_millis(most),
                "try {next} reaches it"
            );
        }
        assert_eq!(patience.pause(2, Some(Duration::from_secs(3)), 7), Duration::from_secs(3));
        assert_eq!(patience.pause(2, Some(Duration::from_secs(999)), 7), patience.longest);
    }

    #[test]
    fn tries_end_by_number_and_by_time() {
        let mut tries = Patience { tries: 3, ..Patience::default() }.begin();
        assert!(tries.pause_after(Duration::ZERO, None, 7).is_some());
        assert!(tries.pause_after(Duration::ZERO, None, 7).is_some());
        assert_eq!(tries.pause_after(Duration::ZERO, None, 7), None);

        let mut tries = Patience::default().begin();
        let late = Duration::from_secs(80);
        assert!(tries.pause_after(late, Some(Duration::from_secs(10)), 7).is_some());
        assert_eq!(tries.pause_after(late, Some(Duration::from_secs(11)), 7), None);
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
