//! Keeping a held lease alive, and knowing when it is gone.

use std::sync::{Arc, Mutex, PoisonError};

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
    pub(super) fn new(file: LockFile, etag: String) -> Self {
        Self(Arc::new(Mutex::new(Holding { file, etag, lost: None })))
    }

    pub(super) fn holding(&self) -> Holding {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_fencing(&self, serial: u64) {
        self.change(|holding| holding.file.fencing = serial);
    }

    /// Whether the run may still write. Counts the lease as gone a little before it runs out on our own clock, so that a
    /// request that is begun now still falls into it.
    pub(super) fn check(&self, now: Timestamp, lease: SignedDuration) -> Result<(), StateError> {
        let Holding { file, lost, .. } = self.holding();
        let left = file.expires.duration_since(now);
        match lost {
            Some(why) => Err(StateError::LeaseLost { run: file.run, why }),
            None if left <= margin(lease) => {
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

    /// Renews at a third of the lease until it is lost.
    pub(super) async fn keep_renewing(self, store: Store, clock: Clock, events: Events) {
        loop {
            tokio::time::sleep(store.lease() / 3).await;
            match self.try_renew(&store, &clock).await {
                Renewed::Until(until) => events.emit(Event::LeaseRenewed { until }),
                Renewed::NotNow(error) => {
                    events
                        .emit(Event::Notice { text: format!("the lease could not be renewed yet: {error}") });
                }
                Renewed::Lost(why) => {
                    return events.emit(Event::Notice { text: format!("the lease is lost: {why}") });
                }
            }
        }
    }

    async fn try_renew(&self, store: &Store, clock: &Clock) -> Renewed {
        let Holding { file, etag, lost } = self.holding();
        if let Some(why) = lost {
            return Renewed::Lost(why);
        }
        let file = LockFile { expires: store.lease_from(clock()), ..file };
        match store.put_json(NAME, &file, Condition::IfMatch(etag)).await {
            Ok(Put::Written { etag }) => self.keep(file, etag),
            Ok(Put::Refused) => self.whose(store, &file).await,
            Err(error) => Renewed::NotNow(error),
        }
    }

    /// Refused. A renewal before this one may have been written although it seemed to fail: then the file is still ours.
    async fn whose(&self, store: &Store, ours: &LockFile) -> Renewed {
        match store.get_json::<LockFile>(NAME).await {
            Ok(Some((file, etag))) if file.run == ours.run => self.keep(file, etag),
            Ok(Some((heir, _))) => self.lose(format!("run {} of {} took it over", heir.run, heir.owner)),
            Ok(None) => self.lose("it was removed by another".into()),
            Err(error) => Renewed::NotNow(error),
        }
    }

    fn keep(&self, file: LockFile, etag: String) -> Renewed {
        let until = file.expires;
        self.change(|holding| (holding.file.expires, holding.etag) = (until, etag));
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

/// A tenth of the lease, five seconds at most.
fn margin(lease: SignedDuration) -> SignedDuration {
    (lease / 10).min(SignedDuration::from_secs(5))
}
