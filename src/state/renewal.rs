//! Keeping a held lease alive, and knowing when it is gone.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::lock::{LockFile, NAME};
use super::{Clock, StateError, Store};
use crate::clients::s3::{Condition, Put};
use crate::event::{Event, Events};

/// What a run knows of the lease that it holds. Shared by the run and by its renewal.
#[derive(Debug, Clone)]
pub(super) struct Held(Arc<Mutex<Holding>>);

#[derive(Debug, Clone)]
pub(super) struct Holding {
    pub(super) file: LockFile,
    pub(super) etag: String,
    /// When the write began that surely set `expires`. A clock that is set back makes `expires` seem far, this one never is.
    since: Instant,
    /// Why it is gone. Once set it stays.
    pub(super) lost: Option<String>,
}

/// What one renewal came to.
enum Renewed {
    Until(Timestamp),
    Lost(String),
    /// The store could not be asked: more tries fit before the lease runs out.
    NotNow(StateError),
}

impl Held {
    /// `since` is when the write of this file began.
    pub(super) fn new(file: LockFile, etag: String, since: Instant) -> Self {
        Self(Arc::new(Mutex::new(Holding { file, etag, since, lost: None })))
    }

    pub(super) fn holding(&self) -> Holding {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_fencing(&self, serial: u64) {
        self.change(|holding| holding.file.fencing = serial);
    }

    /// Whether the run may still write. Counts the lease as gone by this margin before it runs out on our own clock, so that a
    /// request that is begun now still falls into it.
    pub(super) fn check(
        &self,
        now: Timestamp,
        lease: SignedDuration,
        margin: SignedDuration,
    ) -> Result<(), StateError> {
        let Holding { file, since, lost, .. } = self.holding();
        let held = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
        let left = file.expires.duration_since(now).min(lease.saturating_sub(held));
        match lost {
            Some(why) => Err(StateError::LeaseLost { run: file.run, why }),
            None if left <= margin => {
                let why = format!("it could not be renewed before {}", file.expires);
                Err(StateError::LeaseLost { run: file.run, why })
            }
            None => Ok(()),
        }
    }

    /// One renewal, now.
    pub(super) async fn renew(&self, store: &Store, clock: &Clock) -> Result<Timestamp, StateError> {
        match self.try_renew(store, clock).await {
            Renewed::Until(until) => Ok(until),
            Renewed::Lost(why) => Err(StateError::LeaseLost { run: self.holding().file.run, why }),
            Renewed::NotNow(error) => Err(error),
        }
    }

    /// Renews at a third of the lease until it is lost; soon again when the store could not be asked.
    pub(super) async fn keep_renewing(self, store: Store, clock: Clock, events: Events) {
        let mut pause = store.lease() / 3;
        loop {
            tokio::time::sleep(pause).await;
            pause = store.lease() / 3;
            match self.try_renew(&store, &clock).await {
                Renewed::Until(until) => events.emit(Event::LeaseRenewed { until }),
                Renewed::NotNow(error) => {
                    pause = store.lease() / 12;
                    events
                        .emit(Event::Notice { text: format!("the lease could not be renewed yet: {error}") });
                }
                Renewed::Lost(why) => {
                    return events.emit(Event::Notice { text: format!("the lease is lost: {why}") });
                }
            }
        }
    }

    /// Asks the store whether the lease is still this run's: what is known here may be as old as a third of the lease.
    pub(super) async fn confirm(&self, store: &Store) -> Result<(), StateError> {
        let run = self.holding().file.run;
        let why = match store.get_json::<LockFile>(NAME).await? {
            Some((file, _)) if file.run == run => return Ok(()),
            other => whose_now(other.map(|(file, _)| file)),
        };
        self.lose(why.clone());
        Err(StateError::LeaseLost { run, why })
    }

    async fn try_renew(&self, store: &Store, clock: &Clock) -> Renewed {
        let began = Instant::now();
        let Holding { file, etag, lost, .. } = self.holding();
        if let Some(why) = lost {
            return Renewed::Lost(why);
        }
        let file = LockFile { expires: store.lease_from(clock()), ..file };
        match store.put_json(NAME, &file, Condition::IfMatch(etag)).await {
            Ok(Put::Written { etag }) => self.keep(file, etag, Some(began)),
            Ok(Put::Refused) => self.whose(store, &file).await,
            Err(error) => Renewed::NotNow(error),
        }
    }

    /// Refused. A renewal before this one may have been written although it seemed to fail: then the file is still ours.
    async fn whose(&self, store: &Store, ours: &LockFile) -> Renewed {
        match store.get_json::<LockFile>(NAME).await {
            // When that one began is not known here: the time that surely is ours does not grow.
            Ok(Some((file, etag))) if file.run == ours.run => self.keep(file, etag, None),
            Ok(other) => self.lose(whose_now(other.map(|(file, _)| file))),
            Err(error) => Renewed::NotNow(error),
        }
    }

    fn keep(&self, file: LockFile, etag: String, began: Option<Instant>) -> Renewed {
        let until = file.expires;
        self.change(|holding| {
            (holding.file.expires, holding.etag) = (until, etag);
            holding.since = began.unwrap_or(holding.since);
        });
        Renewed::Until(until)
    }

    fn lose(&self, why: String) -> Renewed {
        self.change(|holding| holding.lost = Some(why.clone()));
        Renewed::Lost(why)
    }

    fn change(&self, change: impl FnOnce(&mut Holding)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// In words, whoever the lease belongs to now.
fn whose_now(found: Option<LockFile>) -> String {
    match found {
        Some(heir) => format!("run {} of {} took it over", heir.run, heir.owner),
        None => "it was removed by another".into(),
    }
}

/// A tenth of the lease, five seconds at most.
pub(super) fn margin_of_a_put(lease: SignedDuration) -> SignedDuration {
    (lease / 10).min(SignedDuration::from_secs(5))
}

/// A quarter of the lease, thirty seconds at most: an engine begins what it was told within thirty seconds or drops it
/// (`master_timeout`), so what is sent before this margin is over when an heir begins.
pub(super) fn margin_of_a_deed(lease: SignedDuration) -> SignedDuration {
    (lease / 4).min(SignedDuration::from_secs(30))
}
