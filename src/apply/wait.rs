//! Waiting for what the engine does on its own: bounded, interruptible, ever slower.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Set by the first Ctrl-C. Shared with the signal listener of `cli`.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How a run waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub interrupt: Interrupt,
    /// `--no-wait`: snapshots are begun and left to a later run.
    pub for_snapshots: bool,
    /// How long a delete is tried again while a foreign snapshot holds the index; AWS's hourly snapshot takes minutes.
    pub snapshot_in_progress: Duration,
}

impl Waiting {
    pub fn interrupted(&self) -> bool {
        self.interrupt.is_set()
    }

    /// Sleeps for `pause` or until interrupted; false when interrupted.
    pub async fn pause(&self, pause: Duration) -> bool {
        let slice = Duration::from_millis(50);
        let mut left = pause;
        while !left.is_zero() && !self.interrupted() {
            let nap = left.min(slice);
            tokio::time::sleep(nap).await;
            left -= nap;
        }
        !self.interrupted()
    }
}

/// Pauses between two looks: short at first, then up to five seconds.
#[derive(Debug, Clone)]
pub struct Pace(Duration);

impl Pace {
    const LONGEST: Duration = Duration::from_secs(5);

    pub fn start() -> Self {
        Self(Duration::from_millis(50))
    }

    pub fn next_pause(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 3 / 2).min(Self::LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_seconds_and_no_further() {
        let mut pace = Pace::start();
        let pauses: Vec<Duration> = (0..40).map(|_| pace.next_pause()).collect();
        assert_eq!(pauses[0], Duration::from_millis(50));
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pauses[39], Pace::LONGEST);
    }
}
