//! The lease: one run at a time, and a run that lost it stops before its next write.
//!
//! `lock.json` is created with `If-None-Match: *`, renewed with `If-Match`, taken over only after it expired and only with
//! `If-Match`, removed by a conditional delete. Two heirs of an expired lease cannot both win.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::store::Loaded;
use super::{Clock, StateError, Store};
use crate::clients::s3::{Condition, Deleted, Put};
use crate::event::{Event, Events};
use crate::model::RunId;

const NAME: &str = "lock.json";

/// `lock.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockFile {
    /// `user`.
    pub owner: String,
    pub host: String,
    pub run: RunId,
    /// `apply`, `restore`, `hold`.
    pub operation: String,
    /// The commit that the run works from, where CI says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    pub started: Timestamp,
    pub expires: Timestamp,
    /// The state's serial at the start: every write of the run carries it, so that a late one can be told.
    pub fencing: u64,
}

/// Who asks for the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub owner: String,
    pub host: String,
    pub operation: &'static str,
    pub commit: Option<String>,
}

/// A held lease and the state read under it. Dropping it without `release` leaves it to expire.
#[derive(Debug)]
pub struct Lease {
    store: Store,
    clock: Clock2,
    held: Arc<Mutex<Held>>,
    renewal: JoinHandle<()>,
    pub(super) loaded: Loaded,
}

/// [`Clock`] with a `Debug` of its own.
#[derive(Clone)]
struct Clock2(Clock);

impl std::fmt::Debug for Clock2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

#[derive(Debug, Clone)]
struct Held {
    file: LockFile,
    etag: String,
    lost: Option<String>,
}

impl Lease {
    /// Takes the lease, waiting at most `patience` for another run's to end, and reads the state under it.
    ///
    /// # Errors
    ///
    /// [`StateError::Locked`] names the holder; [`StateError::NotPrepared`] before bootstrap.
    pub async fn take(
        store: &Store,
        claim: Claim,
        run: RunId,
        clock: Clock,
        patience: Duration,
        events: &Events,
    ) -> Result<Self, StateError> {
        let loaded = store.read().await?;
        let give_up = tokio::time::Instant::now() + patience;
        let mut told = false;
        loop {
            let file = lock_file(store, &claim, &run, &clock, loaded.state.serial);
            match acquire(store, file, &clock).await {
                Ok((file, etag)) => return Self::held(store, file, etag, clock, events).await,
                Err(StateError::Locked(holder)) if tokio::time::Instant::now() < give_up => {
                    if !told {
                        events.emit(Event::Notice { text: StateError::Locked(holder).to_string() });
                        told = true;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The state is read again under the lease: what was read before it may be another run's past.
    async fn held(
        store: &Store,
        file: LockFile,
        etag: String,
        clock: Clock,
        events: &Events,
    ) -> Result<Self, StateError> {
        let loaded = store.read().await?;
        let held = Arc::new(Mutex::new(Held { file, etag, lost: None }));
        let renewal = tokio::spawn(renew(store.clone(), held.clone(), clock.clone(), events.clone()));
        Ok(Self { store: store.clone(), clock: Clock2(clock), held, renewal, loaded })
    }

    /// To be asked before every write. The lease counts as lost a second before it expires on our own clock.
    ///
    /// # Errors
    ///
    /// [`StateError::LeaseLost`].
    pub fn check(&self) -> Result<(), StateError> {
        let held = self.snapshot();
        let left = held.file.expires.duration_since((self.clock.0)());
        match held.lost {
            Some(why) => Err(StateError::LeaseLost { run: held.file.run, why }),
            None if left.as_secs() < 1 => Err(StateError::LeaseLost {
                run: held.file.run,
                why: "it ran out before it could be renewed".into(),
            }),
            None => Ok(()),
        }
    }

    pub fn until(&self) -> Timestamp {
        self.snapshot().file.expires
    }

    pub fn run(&self) -> RunId {
        self.snapshot().file.run
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn now(&self) -> Timestamp {
        (self.clock.0)()
    }

    pub fn state(&self) -> &crate::model::State {
        &self.loaded.state
    }

    /// Changes the state and writes it. Nothing is kept when the write is refused.
    ///
    /// # Errors
    ///
    /// A lost lease, or a state that somebody else wrote.
    pub async fn change(&mut self, change: impl FnOnce(&mut crate::model::State)) -> Result<(), StateError> {
        self.check()?;
        let mut next = self.loaded.clone();
        change(&mut next.state);
        self.store.save(&mut next).await?;
        self.loaded = next;
        Ok(())
    }

    /// Gives the lease back. A lease that somebody else holds by now is left alone.
    ///
    /// # Errors
    ///
    /// When S3 cannot be reached; the lease then expires by itself.
    pub async fn release(self) -> Result<(), StateError> {
        self.renewal.abort();
        let held = self.snapshot();
        if held.lost.is_some() {
            return Ok(());
        }
        match self.store.writer().delete(&self.store.key(NAME), &Condition::IfMatch(held.etag)).await? {
            Deleted::Gone => Ok(()),
            // A renewal that was under way changed the ETag; or the lease is another run's by now, which keeps it.
            Deleted::Refused => match self.store.unlock(&held.file.run).await {
                Ok(_) | Err(StateError::Locked(_) | StateError::Moved { .. }) => Ok(()),
                Err(error) => Err(error),
            },
        }
    }

    fn snapshot(&self) -> Held {
        match self.held.lock() {
            Ok(held) => held.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

fn lock_file(store: &Store, claim: &Claim, run: &RunId, clock: &Clock, serial: u64) -> LockFile {
    let now = clock();
    LockFile {
        owner: claim.owner.clone(),
        host: claim.host.clone(),
        run: run.clone(),
        operation: claim.operation.to_owned(),
        commit: claim.commit.clone(),
        started: now,
        expires: now.saturating_add(store.lease()).unwrap_or(Timestamp::MAX),
        fencing: serial,
    }
}

async fn acquire(store: &Store, file: LockFile, clock: &Clock) -> Result<(LockFile, String), StateError> {
    if let Put::Written { etag } = store.put_json(NAME, &file, Condition::IfAbsent).await? {
        return Ok((file, etag));
    }
    let Some((holder, etag)) = store.get_json::<LockFile>(NAME).await? else {
        // Released between the two requests: the next look takes it.
        return Err(StateError::Locked(Box::new(file)));
    };
    if holder.expires > clock() {
        return Err(StateError::Locked(Box::new(holder)));
    }
    match store.put_json(NAME, &file, Condition::IfMatch(etag)).await? {
        Put::Written { etag } => Ok((file, etag)),
        Put::Refused => match store.get_json::<LockFile>(NAME).await? {
            Some((heir, _)) => Err(StateError::Locked(Box::new(heir))),
            None => Err(StateError::Locked(Box::new(holder))),
        },
    }
}

/// Renews at a third of the lease until refused or dropped.
async fn renew(store: Store, held: Arc<Mutex<Held>>, clock: Clock, events: Events) {
    loop {
        tokio::time::sleep(store.lease() / 3).await;
        let Ok(before) = held.lock().map(|held| held.clone()) else { return };
        let mut file = before.file.clone();
        file.expires = clock().saturating_add(store.lease()).unwrap_or(Timestamp::MAX);
        let renewed = store.put_json(NAME, &file, Condition::IfMatch(before.etag)).await;
        let Ok(mut held) = held.lock() else { return };
        match renewed {
            Ok(Put::Written { etag }) => {
                events.emit(Event::LeaseRenewed { until: file.expires });
                *held = Held { file, etag, lost: None };
            }
            Ok(Put::Refused) => {
                held.lost = Some("another run took it over".into());
                return;
            }
            // Not renewed this time; two more tries fit before it expires, and `check` watches the clock.
            Err(_) => {}
        }
    }
}

impl Store {
    /// Who holds the lease, expired or not.
    ///
    /// # Errors
    ///
    /// When it cannot be read or understood.
    pub async fn lock(&self) -> Result<Option<LockFile>, StateError> {
        match self.get_json::<LockFile>(NAME).await {
            Ok(found) => Ok(found.map(|(file, _)| file)),
            Err(StateError::S3(crate::clients::s3::S3Error::NoSuchBucket { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the lock of this run and of no other. True when it was there.
    ///
    /// # Errors
    ///
    /// [`StateError::Locked`] when another run holds it by now.
    pub async fn unlock(&self, run: &RunId) -> Result<bool, StateError> {
        let Some((file, etag)) = self.get_json::<LockFile>(NAME).await? else { return Ok(false) };
        if file.run != *run {
            return Err(StateError::Locked(Box::new(file)));
        }
        match self.writer().delete(&self.key(NAME), &Condition::IfMatch(etag)).await? {
            Deleted::Gone => Ok(true),
            Deleted::Refused => Err(StateError::Moved { place: self.place(NAME) }),
        }
    }
}
