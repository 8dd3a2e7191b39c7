//! How long AWS is waited for: a role takes up to a minute until it is known everywhere, a function in a VPC some more.

use std::time::Duration;

use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(300);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Pauses that grow, up to a bound.
pub(super) struct Patience {
    give_up: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn begin() -> Self {
        Self { give_up: Instant::now() + PATIENCE, pause: FIRST_PAUSE }
    }

    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.give_up
    }

    pub(super) async fn pause(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
