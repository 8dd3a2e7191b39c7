//! The lease: one run at a time, and a run that lost it stops before its next write.
//!
//! `lock.json` is created with `If-None-Match: *`, renewed with `If-Match`, taken over only after it expired and only with
//! `If-Match`, removed by a conditional delete. Two heirs of an expired lease cannot both win. An heir writes the state at
//! once, with the next serial: whatever the run that it displaced still tries to save is then refused by its ETag.

use std::fmt;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::renewal::{Held, margin_of_a_deed, margin_of_a_put};
use super::store::Loaded;
use super::{Clock, StateError, Store};
use crate::clients::retry;
use crate::clients::s3::{Condition, Deleted, Put};
use crate::event::{Event, Events};
use crate::model::{RunId, State};

pub(super) const NAME: &str = "lock.json";

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
    /// The state's serial when the lease was taken. Saves of the state by runs with a lower one are refused.
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

/// A held lease and the state read under it: what every write of a run needs. Made by [`Lease::take`] alone.
///
/// Dropping it without [`Lease::release`] leaves it to expire.
pub struct Lease {
    store: Store,
    clock: Clock,
    held: Held,
    renewal: JoinHandle<()>,
    loaded: Loaded,
    /// The state's serial when the lease was taken, before this run wrote anything.
    found: u64,
}

/// What asking for the lease came to.
enum Asked {
    Taken {
        file: LockFile,
        etag: String,
        /// When the write of it began.
        since: Instant,
        /// From a run that let it expire.
        over: bool,
    },
    HeldBy(LockFile),
}

/// How often the lease is asked for when it comes and goes between two requests, or the state while an heir fences it.
const TRIES: u32 = 5;

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
        // Before bootstrap there is nothing to lock.
        let serial = store.read().await?.state.serial;
        let give_up = tokio::time::Instant::now() + patience;
        let mut looks = 0;
        loop {
            let holder = match ask(store, &claim, &run, serial, &clock).await? {
                Asked::Taken { file, etag, since, over } => {
                    let held = Held::new(file, etag, since);
                    return Self::begin(store, held, over, clock, events).await;
                }
                Asked::HeldBy(holder) => StateError::Locked(Box::new(holder)),
            };
            let now = tokio::time::Instant::now();
            if now >= give_up {
                return Err(holder);
            }
            if looks == 0 {
                events.emit(Event::Notice { text: format!("waiting: {holder}") });
            }
            looks += 1;
            tokio::time::sleep_until(give_up.min(now + look_again_after(looks))).await;
        }
    }

    /// The state is read under the lease: what was read before it may be another run's past.
    async fn begin(
        store: &Store,
        held: Held,
        over: bool,
        clock: Clock,
        events: &Events,
    ) -> Result<Self, StateError> {
        let loaded = match read_fenced(store, &held, over, &clock).await {
            Ok(loaded) => loaded,
            Err(error) => {
                // The lease is of no use without a state; if this fails too, it expires.
                let _ = give_back(store, &held).await;
                return Err(error);
            }
        };
        let renewal = tokio::spawn(held.clone().keep_renewing(store.clone(), clock.clone(), events.clone()));
        // An heir has raised the serial by the one save that fences.
        let found = loaded.state.serial - u64::from(over);
        Ok(Self { store: store.clone(), clock, held, renewal, loaded, found })
    }

    /// To be asked before every write. The lease counts as lost a little before it expires on our own clock.
    ///
    /// # Errors
    ///
    /// [`StateError::LeaseLost`].
    pub fn check(&self) -> Result<(), StateError> {
        let span = self.store.lease_span();
        self.held.check(self.now(), span, margin_of_a_put(span))
    }

    /// To be asked before every write to the domain, which knows no lease: there must be time enough left for it to be over.
    ///
    /// # Errors
    ///
    /// [`StateError::LeaseLost`].
    pub fn check_for_deed(&self) -> Result<(), StateError> {
        let span = self.store.lease_span();
        self.held.check(self.now(), span, margin_of_a_deed(span))
    }

    /// The same, and asked of the store: before what cannot be taken back. A lease that was broken, or taken over by a run
    /// whose clock is ahead, is else noticed at the next renewal only.
    ///
    /// # Errors
    ///
    /// [`StateError::LeaseLost`]; another error when the store could not be asked.
    pub async fn confirm(&self) -> Result<(), StateError> {
        self.check_for_deed()?;
        self.held.confirm(&self.store).await?;
        self.check_for_deed()
    }

    /// [`Lease::check_for_deed`] for whoever sends the writes, repeats among them.
    pub fn gate(&self) -> impl Fn() -> Result<(), String> + Send + Sync + 'static {
        let (held, clock, span) = (self.held.clone(), self.clock.clone(), self.store.lease_span());
        move || held.check(clock(), span, margin_of_a_deed(span)).map_err(|lost| lost.to_string())
    }

    /// Serial and lineage of the state as it was when the lease was taken, for comparing with the plan.
    pub fn found(&self) -> (u64, &str) {
        (self.found, &self.loaded.state.lineage)
    }

    /// Renews now, without waiting for the next turn. Gives the new end.
    ///
    /// # Errors
    ///
    /// [`StateError::LeaseLost`] when another run has it; another error when the store could not be asked.
    pub async fn renew(&self) -> Result<Timestamp, StateError> {
        self.held.renew(&self.store, &self.clock).await
    }

    pub fn until(&self) -> Timestamp {
        self.held.holding().file.expires
    }

    pub fn run(&self) -> RunId {
        self.held.holding().file.run
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub fn state(&self) -> &State {
        &self.loaded.state
    }

    /// Changes the state and writes it. Nothing is kept when the write is refused.
    ///
    /// # Errors
    ///
    /// A lost lease, or a state that somebody else wrote.
    pub async fn change(&mut self, change: impl FnOnce(&mut State)) -> Result<(), StateError> {
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
        give_back(&self.store, &self.held).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("held", &self.held).field("state", &self.loaded).finish_non_exhaustive()
    }
}

/// One look: take it if it is free or expired.
async fn ask(
    store: &Store,
    claim: &Claim,
    run: &RunId,
    serial: u64,
    clock: &Clock,
) -> Result<Asked, StateError> {
    let file = claim.file(run, serial, clock(), store);
    let mut last = None;
    let since = Instant::now();
    for _ in 0..TRIES {
        if let Put::Written { etag } = store.put_json(NAME, &file, Condition::IfAbsent).await? {
            return Ok(Asked::Taken { file, etag, since, over: false });
        }
        // Released between the two requests: it is free again.
        let Some((holder, etag)) = store.get_json::<LockFile>(NAME).await? else { continue };
        if holder.expires > clock() {
            return Ok(Asked::HeldBy(holder));
        }
        // By a clock that is ahead every lease has expired.
        if let Some(seconds) = store.clock_is_off(clock()) {
            return Err(StateError::WrongClock { holder: Box::new(holder), seconds });
        }
        if let Put::Written { etag } = store.put_json(NAME, &file, Condition::IfMatch(etag)).await? {
            return Ok(Asked::Taken { file, etag, since, over: true });
        }
        // Another heir was faster, or the holder renewed at the last moment.
        last = Some(holder);
    }
    match last {
        Some(holder) => Ok(Asked::HeldBy(holder)),
        None => Err(StateError::Moved { place: store.place(NAME) }),
    }
}

/// The state, and the lock file's fencing number after it. An heir saves the state first: see the module's words.
async fn read_fenced(store: &Store, held: &Held, over: bool, clock: &Clock) -> Result<Loaded, StateError> {
    let mut loaded = store.read().await?;
    if over {
        loaded = fence(store, loaded).await?;
    }
    if held.holding().file.fencing != loaded.state.serial {
        held.set_fencing(loaded.state.serial);
        held.renew(store, clock).await?;
    }
    Ok(loaded)
}

/// Saves the state unchanged, with the next serial. The displaced run may be saving at this very moment.
async fn fence(store: &Store, mut loaded: Loaded) -> Result<Loaded, StateError> {
    for _ in 1..TRIES {
        match store.save(&mut loaded).await {
            Err(StateError::Moved { .. }) => loaded = store.read().await?,
            saved => return saved.map(|()| loaded),
        }
    }
    store.save(&mut loaded).await.map(|()| loaded)
}

/// A renewal that was under way may have been written meanwhile: then the file is ours under another ETag.
async fn give_back(store: &Store, held: &Held) -> Result<(), StateError> {
    let holding = held.holding();
    if holding.lost.is_some() {
        return Ok(());
    }
    let removed = store.writer().delete(&store.key(NAME), &Condition::IfMatch(holding.etag)).await?;
    if removed == Deleted::Refused {
        match store.unlock(&holding.file.run).await {
            Ok(_) | Err(StateError::Locked(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A fraction of a second first, some seconds after a while, spread by jitter.
fn look_again_after(looks: u32) -> Duration {
    retry::pause(looks + 1).clamp(Duration::from_millis(50), Duration::from_secs(4))
}

impl Claim {
    /// `serial` is the state's as far as it is known before the lease is held.
    fn file(&self, run: &RunId, serial: u64, now: Timestamp, store: &Store) -> LockFile {
        LockFile {
            owner: self.owner.clone(),
            host: self.host.clone(),
            run: run.clone(),
            operation: self.operation.to_owned(),
            commit: self.commit.clone(),
            started: now,
            expires: store.lease_from(now),
            fencing: serial,
        }
    }
}

impl Store {
    pub(super) fn lease_span(&self) -> SignedDuration {
        SignedDuration::try_from(self.lease()).unwrap_or(SignedDuration::MAX)
    }

    pub(super) fn lease_from(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.lease_span()).unwrap_or(Timestamp::MAX)
    }

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

    /// Breaks the lease of this run and of no other: raises the state's serial, so that whatever the run still saves is
    /// refused should it be alive after all, and removes its lock. True when it was there.
    ///
    /// # Errors
    ///
    /// As [`Store::unlock`].
    pub async fn break_lease(&self, run: &RunId) -> Result<bool, StateError> {
        match self.lock().await? {
            None => Ok(false),
            Some(file) if file.run != *run => Err(StateError::Locked(Box::new(file))),
            Some(_) => {
                fence(self, self.read().await?).await?;
                self.unlock(run).await
            }
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
