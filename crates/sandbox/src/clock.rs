//! The time of the world. Everything that dates something asks this clock, and only a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A handle on one clock; clones share it.
#[derive(Clone)]
pub struct Clock {
    reading: Arc<Mutex<Reading>>,
}

#[derive(Clone, Copy)]
enum Reading {
    /// It stands until it is moved.
    Still(Timestamp),
    /// It runs this far before or behind the machine's.
    Running(SignedDuration),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { reading: Arc::new(Mutex::new(Reading::Still(now))) }
    }

    /// A clock that goes with the machine's.
    pub fn live() -> Self {
        Self { reading: Arc::new(Mutex::new(Reading::Running(SignedDuration::ZERO))) }
    }

    pub fn now(&self) -> Timestamp {
        match *self.reading.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::Still(now) => now,
            Reading::Running(ahead) => later(Timestamp::now(), ahead),
        }
    }

    /// Milliseconds since 1970, as the engines count.
    pub fn millis(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Moves the time; a negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        *reading = match *reading {
            Reading::Still(now) => Reading::Still(later(now, by)),
            Reading::Running(ahead) => Reading::Running(ahead.saturating_add(by)),
        };
    }

    /// Sets the time, and lets it go on with the machine's.
    pub fn run_from(&self, now: Timestamp) {
        let ahead = now.duration_since(Timestamp::now());
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Reading::Running(ahead);
    }

    /// Sets the time, and lets it stand there.
    pub fn set(&self, now: Timestamp) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Reading::Still(now);
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_clock_moves_only_when_told_and_clones_follow() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(clone.millis(), 7_200_000);
        clone.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.millis(), 0);
    }

    #[test]
    fn a_live_clock_can_be_ahead() {
        let clock = Clock::live();
        let before = Timestamp::now();
        clock.advance(SignedDuration::from_hours(48));
        assert!(clock.now() >= before + SignedDuration::from_hours(48));
    }
}
