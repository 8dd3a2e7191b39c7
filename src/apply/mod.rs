//! Carrying a plan out: precheck, act, confirm, journal; item by item.
//!
//! Called by `cli` with a plan that a person (or `--auto-approve`) said yes to, under a lease. The executor makes no
//! choice: every item says what it expects to find, and an item whose world has moved is left alone and named.
//! It never deletes without a permit from `proof`, and never writes after the lease is lost.

mod archive;
mod copies;
mod delete;
mod expire;
mod freeze;
mod infra;
mod ledger;
mod outcome;
mod recover;
mod repository;
mod restore;
mod thanos;
mod wait;

use crate::clients::{engine, s3};
use crate::event::{Event, Events};
use crate::model::Place;
use crate::plan::file::Misfit;
use crate::plan::{Decision, Plan, RepositoryChange, Series, SnapshotDecision};
use crate::proof::Verifier;

pub use copies::Copies;
pub use infra::{Cloud, Domain, carry_out_objects};
pub use ledger::Ledger;
pub use outcome::{Fatal, ItemResult, Outcome};
pub use recover::recover;
pub use restore::{Restoration, RestoreItem, restore};
pub use thanos::Blocks;
pub use wait::{Interrupt, Waiting};

/// Everything a run may touch. Only a run under a lease can have one: the ledger asks for it.
pub struct Run<'a> {
    pub reader: engine::Reader,
    pub writer: engine::Writer,
    pub bucket: s3::Reader,
    pub copies: Copies,
    pub verifier: Verifier,
    /// Where the verifier looks.
    pub place: Place,
    pub ledger: Ledger,
    pub events: Events,
    pub waiting: Waiting,
    /// None when the AWS side is left to others.
    pub cloud: Option<Cloud>,
    /// None where no bucket of blocks is declared.
    pub blocks: Option<Blocks>,
    pub plan: &'a Plan,
    /// Lines of a saved plan that no longer fit the world: already taken out of `plan`, counted as left alone.
    pub misfits: &'a [Misfit],
}

impl Run<'_> {
    /// Carries the plan out and says what became of each item.
    ///
    /// # Errors
    ///
    /// [`Fatal`] when nothing more may be written: the lease is lost, or the journal cannot be written.
    pub async fn carry_out(mut self) -> Result<Outcome, Fatal> {
        let items = planned_items(self.plan);
        self.events.emit(Event::RunStarted {
            run: self.ledger.run().clone(),
            items,
            lease_until: self.ledger.lease_until(),
        });
        let mut outcome = Outcome::default();
        for misfit in self.misfits {
            outcome.count(&misfit.address, &ItemResult::Skipped(misfit.why.clone()));
        }
        let begun = self.ledger.begin().await;
        let result = match begun {
            Ok(()) => self.steps(&mut outcome).await,
            Err(fatal) => Err(fatal),
        };
        match result {
            Ok(()) => {}
            Err(Fatal::Interrupted) => outcome.interrupted = true,
            Err(fatal) => {
                self.ledger.abandon().await;
                return Err(fatal);
            }
        }
        self.events.emit(Event::RunFinished {
            run: self.ledger.run().clone(),
            done: outcome.done,
            skipped: outcome.skipped,
            failed: outcome.failed,
            pending: outcome.pending,
        });
        let exit = outcome.exit();
        self.ledger.finish(&outcome, Some(self.plan), exit).await?;
        Ok(outcome)
    }

    /// The order: the AWS side first, since the repository leans on its bucket and role; then the repository, since all else writes to it; then what is proven already, which frees space soonest;
    /// then archives; and snapshots expire last, when every copy that this run leans on has been made.
    async fn steps(&mut self, outcome: &mut Outcome) -> Result<(), Fatal> {
        self.objects(outcome).await?;
        // Another bucket, which waits for nothing here and which nothing here waits for.
        self.blocks(outcome).await?;
        if !self.repository(outcome).await? {
            return Ok(());
        }
        let plan = self.plan;
        for series in &plan.series {
            self.deletes(series, outcome).await?;
        }
        for series in &plan.series {
            for archive in &series.archives {
                self.archive(series, archive, outcome).await?;
            }
        }
        self.expiries(outcome).await
    }

    /// Between two items: stop on the first Ctrl-C, and never act without the lease.
    async fn may_go_on(&mut self) -> Result<(), Fatal> {
        if self.waiting.interrupted() {
            return Err(Fatal::Interrupted);
        }
        self.ledger.check_lease()
    }
}

/// Items that the run will touch: the denominator of the progress line.
fn planned_items(plan: &Plan) -> u64 {
    let repository = match plan.repository.change {
        RepositoryChange::Create { .. } | RepositoryChange::Update { .. } => {
            u64::from(plan.repository.selected)
        }
        RepositoryChange::Keep | RepositoryChange::Blocked { .. } => 0,
    };
    let objects = plan.objects.iter().filter(|item| item.selected && item.change.writes()).count() as u64;
    let blocks = plan.thanos.iter().flat_map(thanos::changes).count() as u64;
    objects + blocks + repository + plan.series.iter().map(series_items).sum::<u64>()
}

fn series_items(series: &Series) -> u64 {
    let indices = series.indices.iter().filter(|item| {
        item.selected && matches!(item.decision, Decision::Archive { .. } | Decision::Delete { .. })
    });
    let snapshots = series
        .snapshots
        .iter()
        .filter(|item| item.selected && matches!(item.decision, SnapshotDecision::Expire { .. }));
    (indices.count() + snapshots.count()) as u64
}
