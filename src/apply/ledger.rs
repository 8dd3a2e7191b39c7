//! What a run writes down: lease, journal, manifest and state behind one door, so that their order is kept in one place.

use jiff::Timestamp;

use super::{Fatal, ItemResult, Outcome};
use crate::model::{Address, Hold, IndexName, LastRun, Owned, RunId, State};
use crate::plan::Plan;
use crate::state::{Deed, Entry, Journal, Lease, Manifest, ManifestLine, Settled, Step, holds};

/// Lines wait for the manifest until so many are together; each put rewrites its month.
const LINES_AT_ONCE: usize = 50;

/// The written side of a run.
pub struct Ledger {
    lease: Lease,
    journal: Journal,
    manifest: Manifest,
    lines: Vec<ManifestLine>,
    owned: Vec<(Address, String)>,
}

impl Ledger {
    pub fn new(lease: Lease, journal: Journal) -> Self {
        let manifest = Manifest::new(lease.store());
        Self { lease, journal, manifest, lines: Vec::new(), owned: Vec::new() }
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

    /// To be asked before every write to the domain.
    ///
    /// # Errors
    ///
    /// When the lease is lost.
    pub fn check_lease(&self) -> Result<(), Fatal> {
        Ok(self.lease.check()?)
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

    pub fn conclude(&mut self, step: Step, result: &ItemResult) {
        let (settled, note) = match result {
            ItemResult::Done(note) => (Settled::Done, note),
            ItemResult::AlreadyDone(note) => (Settled::AlreadyDone, note),
            ItemResult::Skipped(note) => (Settled::Skipped, note),
            ItemResult::Failed(note) => (Settled::Failed, note),
            ItemResult::Pending(note) => (Settled::Pending, note),
        };
        let now = self.now();
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
            self.manifest.append(&self.lines).await?;
            self.lines.clear();
        }
        Ok(())
    }

    /// Notes that es2s3 made or adopted something; written to the state at the end of the run.
    pub fn own(&mut self, address: &Address, id: &str) {
        self.owned.push((address.clone(), id.to_owned()));
    }

    /// The hold on this index that stands now. The state was read under the lease, so it knows holds that were put after the
    /// plan was made.
    pub fn held(&self, index: &IndexName) -> Option<&Hold> {
        self.state().holds.get(index).filter(|hold| holds::holds_at(hold, self.now()))
    }

    /// Puts a hold, durably, before what it protects comes into being.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn hold(&mut self, index: &IndexName, hold: Hold) -> Result<(), Fatal> {
        Ok(self.lease.change(|state| holds::put(state, index.clone(), hold)).await?)
    }

    /// Takes a hold back that turned out to protect nothing.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn unhold(&mut self, index: &IndexName) -> Result<(), Fatal> {
        Ok(self
            .lease
            .change(|state| {
                state.holds.remove(index);
            })
            .await?)
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
        let last = plan.map(|plan| last_run(&run, now, exit, outcome, plan));
        self.lease
            .change(|state| {
                for (address, id) in owned {
                    state.owned.insert(address, Owned { id, since: now, run: run.clone() });
                }
                holds::forget_long_ended(state, now);
                if last.is_some() {
                    state.last_run = last;
                }
            })
            .await?;
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
