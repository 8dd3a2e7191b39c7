//! What a run writes down: lease, journal, manifest and state behind one door, so that their order is kept in one place.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Fatal, ItemResult, Outcome};
use crate::model::{Address, Hold, IndexName, LastRun, Owned, RunId, State};
use crate::plan::Plan;
use crate::state::{Deed, Entry, Journal, Lease, Manifest, ManifestLine, Settled, StateError, Step, holds};

/// Lines wait for the manifest until so many are together; each put rewrites its month.
const LINES_AT_ONCE: usize = 50;

/// The written side of a run.
pub struct Ledger {
    lease: Lease,
    journal: Journal,
    manifest: Manifest,
    lines: Vec<ManifestLine>,
    /// `None`: no longer es2s3's.
    owned: Vec<(Address, Option<String>)>,
    /// Deletes that were sent and of which nobody knows what became. With any of them the run is left without an end and the
    /// lease to expire, so that the next run looks when nothing can be under way any more.
    in_doubt: BTreeSet<Step>,
    /// The run that waited when this one began.
    waited: Option<RunId>,
}

impl Ledger {
    pub fn new(lease: Lease, journal: Journal) -> Self {
        let manifest = Manifest::new(lease.store());
        Self {
            lease,
            journal,
            manifest,
            lines: Vec::new(),
            owned: Vec::new(),
            in_doubt: BTreeSet::new(),
            waited: None,
        }
    }

    /// Says in the state that this run has begun: should it die, a look at one object tells.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn begin(&mut self) -> Result<(), Fatal> {
        let run = self.run();
        self.waited.clone_from(&self.lease.state().waiting);
        Ok(self.lease.change(|state| state.waiting = Some(run)).await?)
    }

    pub fn run(&self) -> RunId {
        self.lease.run()
    }

    pub fn now(&self) -> Timestamp {
        self.lease.now()
    }

    pub fn lease_until(&self) -> Timestamp {
        self.lease.until()
    }

    pub fn state(&self) -> &State {
        self.lease.state()
    }

    /// Why an index may not go by the state as it was read under the lease. The plan was made before the lease, maybe long
    /// before a person said yes to it, and a hold may have been put in between.
    pub fn kept_since_the_plan(&self, index: &IndexName) -> Option<String> {
        if let Some(hold) = self.held(index) {
            return Some(format!("{} put a hold on it since the plan", hold.by));
        }
        self.is_protected(&Address::Index(index.to_string()))
            .then(|| "it was protected in the state since the plan".into())
    }

    /// What an earlier run wrote down.
    ///
    /// # Errors
    ///
    /// When its journal cannot be read.
    pub async fn journal_of(&self, run: &RunId) -> Result<Vec<Entry>, StateError> {
        Ok(self.lease.store().run(run).await?.entries)
    }

    /// To be asked before every write to the domain.
    ///
    /// # Errors
    ///
    /// When the lease is lost.
    pub fn check_lease(&self) -> Result<(), Fatal> {
        Ok(self.lease.check_for_deed()?)
    }

    /// To be asked before every delete: the store itself says that the lease is this run's.
    ///
    /// # Errors
    ///
    /// When the lease is lost, or the store does not say.
    pub async fn confirm_lease(&self) -> Result<(), Fatal> {
        Ok(self.lease.confirm().await?)
    }

    /// From now on the delete of this step may be under way without anybody's hearing of it, until it is concluded.
    pub fn sending(&mut self, step: Step) {
        self.in_doubt.insert(step);
    }

    /// Whether the state protects this address, as it was read under the lease.
    pub fn is_protected(&self, address: &Address) -> bool {
        self.state().protected.contains(address)
    }

    /// Writes the intent down; when this returns, it is durable and the deed may be done.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or the lease is lost: the deed must not be done.
    pub async fn intend(&mut self, address: &Address, deed: Deed) -> Result<Step, Fatal> {
        self.check_lease()?;
        let now = self.now();
        Ok(self.journal.intend(address, deed, now).await?)
    }

    /// The same for several deeds that are done side by side.
    ///
    /// # Errors
    ///
    /// As [`Ledger::intend`].
    pub async fn intend_all(&mut self, deeds: Vec<(Address, Deed)>) -> Result<Vec<Step>, Fatal> {
        self.check_lease()?;
        let now = self.now();
        Ok(self.journal.intend_all(deeds, now).await?)
    }

    pub fn conclude(&mut self, step: Step, result: &ItemResult) {
        let (settled, note) = match result {
            ItemResult::Done(note) => (Settled::Done, note),
            ItemResult::AlreadyDone(note) => (Settled::AlreadyDone, note),
            ItemResult::Skipped(note) => (Settled::Skipped, note),
            ItemResult::Failed(note) => (Settled::Failed, note),
            ItemResult::Pending(note) => (Settled::Pending, note),
        };
        let now = self.now();
        self.in_doubt.remove(&step);
        self.journal.conclude(step, settled, note, now);
    }

    /// The index is gone: its line goes to the manifest with the next batch.
    ///
    /// # Errors
    ///
    /// When a full batch cannot be written. The journal's intent still has the line.
    pub async fn deleted(&mut self, line: ManifestLine) -> Result<(), Fatal> {
        self.lines.push(line);
        if self.lines.len() >= LINES_AT_ONCE {
            self.flush_lines().await?;
        }
        Ok(())
    }

    async fn flush_lines(&mut self) -> Result<(), Fatal> {
        if !self.lines.is_empty() {
            self.lease.check()?;
            self.manifest.append(&self.lines).await?;
            self.lines.clear();
        }
        Ok(())
    }

    /// Notes that es2s3 made or adopted something; written to the state at the end of the run.
    pub fn own(&mut self, address: &Address, id: &str) {
        self.owned.push((address.clone(), Some(id.to_owned())));
    }

    /// Notes that something is no longer es2s3's.
    pub fn disown(&mut self, address: &Address) {
        self.owned.push((address.clone(), None));
    }

    /// The hold on this index that stands now. The state was read under the lease, so it knows holds that were put after the
    /// plan was made.
    pub fn held(&self, index: &IndexName) -> Option<&Hold> {
        self.state().holds.get(index).filter(|hold| holds::holds_at(hold, self.now()))
    }

    /// Puts a hold, durably, before what it protects comes into being; one that lasts longer stays. Gives what was there.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn hold(&mut self, index: &IndexName, hold: Hold) -> Result<Option<Hold>, Fatal> {
        let before = self.state().holds.get(index).cloned();
        self.lease.change(|state| _ = holds::put(state, index.clone(), hold)).await?;
        Ok(before)
    }

    /// Takes a hold back that turned out to protect nothing: what was there before it is there again.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn unhold(&mut self, index: &IndexName, before: Option<Hold>) -> Result<(), Fatal> {
        let back = |state: &mut State| match before {
            Some(hold) => _ = state.holds.insert(index.clone(), hold),
            None => _ = state.holds.remove(index),
        };
        Ok(self.lease.change(back).await?)
    }

    /// After a fatal error: gives the lease back, so that the next run need not wait for it to expire. The journal is left
    /// without an end; the next run reads it and makes up for what is missing. What cannot be written is left to expire.
    pub async fn abandon(mut self) {
        if self.lease.check().is_err() {
            // An heir may have looked before a last delete came about. That an index is gone stays true without a lease, and a
            // month of the manifest is written by its ETag and never the same line twice.
            drop(self.manifest.append(&self.lines).await);
        } else if self.journal.flush().await.is_ok()
            && self.flush_lines().await.is_ok()
            && self.in_doubt.is_empty()
        {
            drop(self.lease.release().await);
        }
    }

    /// Manifest, state, journal's end, lease: in this order, so that a death in between is found and made up for.
    ///
    /// # Errors
    ///
    /// When one of them cannot be written; the next run finds this one open.
    pub async fn finish(mut self, outcome: &Outcome, plan: Option<&Plan>, exit: u8) -> Result<(), Fatal> {
        self.flush_lines().await?;
        let (run, now) = (self.run(), self.now());
        let owned = std::mem::take(&mut self.owned);
        // A run of the AWS side alone did nothing of what the last run is asked for: with it the guard on growth would take a
        // changed configuration for an old one. And whatever waited still waits.
        let earlier = plan.filter(|plan| !plan.header.data_side).map(|_| self.waited.take());
        let of_data = plan.filter(|plan| plan.header.data_side);
        let last = of_data.map(|plan| last_run(&run, now, exit, outcome, plan));
        self.lease
            .change(|state| {
                for (address, id) in owned {
                    match id {
                        Some(id) => {
                            drop(state.owned.insert(address, Owned { id, since: now, run: run.clone() }))
                        }
                        None => drop(state.owned.remove(&address)),
                    }
                }
                holds::forget_long_ended(state, now);
                if let Some(earlier) = earlier {
                    state.waiting = earlier;
                }
                if last.is_some() {
                    let waits = outcome.pending > 0 || outcome.interrupted;
                    state.waiting = waits.then(|| run.clone());
                }
                if last.is_some() {
                    state.last_run = last;
                }
            })
            .await?;
        if !self.in_doubt.is_empty() {
            return Ok(self.journal.flush().await?);
        }
        let Outcome { done, skipped, failed, pending, .. } = *outcome;
        self.journal.end(Entry::End { at: now, exit, done, skipped, failed, pending }).await?;
        Ok(self.lease.release().await?)
    }
}

fn last_run(run: &RunId, now: Timestamp, exit: u8, outcome: &Outcome, plan: &Plan) -> LastRun {
    LastRun {
        run: run.clone(),
        finished: now,
        exit,
        deleted_indices: outcome.deleted_indices,
        deleted_bytes: outcome.deleted_bytes,
        archived_indices: outcome.archived_indices,
        expired_snapshots: outcome.expired_snapshots,
        policies: plan
            .series
            .iter()
            .map(|series| {
                let policy = &series.policy;
                (
                    policy.name.to_string(),
                    policy.prefix.clone(),
                    policy.index_retention.0,
                    policy.snapshot_retention.0,
                )
            })
            .collect(),
    }
}
