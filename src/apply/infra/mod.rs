//! The AWS side: objects in the order of their needs, those that do not need each other at once.
//!
//! Called by `carry_out` before anything else. Each object is read again before it is touched: what moved since the plan is left
//! alone and named. A run that dies in between is made good by the next plan, which reads all of it anew.

mod act;
mod functions;
mod make;
mod patience;
mod remove;
mod roles;
mod security;

pub use security::Domain;

use std::collections::{BTreeMap, BTreeSet};

use super::{Fatal, Interrupt, ItemResult, Ledger, Outcome, Run};
use crate::clients::aws::{AwsError, Reader, Writer};
use crate::clients::engine::EngineError;
use crate::event::{Event, Events};
use crate::model::Address;
use crate::model::infra::{Architecture, Package};
use crate::observe::infra::Scope;
use crate::plan::infra::{ObjectChange, ObjectItem};
use crate::state::{Deed, Step};

/// What the AWS side is carried out with.
pub struct Cloud {
    pub reader: Reader,
    pub writer: Writer,
    /// Where roles inside the domain are written; none where it is out of reach.
    pub domain: Option<Domain>,
    /// On everything that es2s3 makes.
    pub tags: BTreeMap<String, String>,
    /// Where it is looked for.
    pub scope: Scope,
    /// The zip that the function is to run, when one is at hand.
    pub package: Option<Package>,
    /// Packs this very program where no package is named; or why it cannot be the function.
    pub own_package: fn(Architecture) -> Result<Vec<u8>, String>,
}

/// Why an object could not be made, changed or removed.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Domain(#[from] EngineError),
    #[error("the domain is out of reach from here")]
    OutOfReach,
}

impl WorkError {
    /// Whether the same may do a moment later, or be done already.
    fn passes(&self) -> bool {
        matches!(
            self,
            WorkError::Aws(AwsError::NotYet { .. } | AwsError::Throttled { .. } | AwsError::Exists { .. })
        )
    }
}

impl Run<'_> {
    /// All lines of the AWS side that are selected and write.
    pub(super) async fn objects(&mut self, outcome: &mut Outcome) -> Result<(), Fatal> {
        let Some(cloud) = &self.cloud else { return Ok(()) };
        let works = Works {
            cloud,
            ledger: &mut self.ledger,
            events: &self.events,
            interrupt: &self.waiting.interrupt,
            listed: true,
        };
        works.carry_out(&self.plan.objects, outcome).await
    }
}

/// The AWS side of a run, or all of one that has no other: what `bootstrap` makes for CI, what `destroy` removes.
pub struct Works<'a> {
    pub cloud: &'a Cloud,
    pub ledger: &'a mut Ledger,
    pub events: &'a Events,
    pub interrupt: &'a Interrupt,
    /// Whether the state lists what is made. What it lists and no plan asks for is removed.
    pub listed: bool,
}

impl Works<'_> {
    /// What is selected and writes, in the order of its needs; removals last.
    ///
    /// # Errors
    ///
    /// [`Fatal`] when nothing more may be written.
    pub async fn carry_out(mut self, items: &[ObjectItem], outcome: &mut Outcome) -> Result<(), Fatal> {
        let due = |item: &&ObjectItem| item.selected && item.change.writes();
        let (removals, mut rest): (Vec<&ObjectItem>, Vec<&ObjectItem>) =
            items.iter().filter(due).partition(|item| matches!(item.change, ObjectChange::Remove { .. }));
        let mut failed: BTreeSet<Address> = BTreeSet::new();
        while !rest.is_empty() {
            self.may_go_on()?;
            let waiting: BTreeSet<&Address> = rest.iter().map(|item| &item.address).collect();
            let (wave, later): (Vec<&ObjectItem>, Vec<&ObjectItem>) =
                rest.iter().partition(|item| !item.needs.iter().any(|need| waiting.contains(need)));
            // Needs come before what needs them, so a wave is never empty; a plan by hand could say otherwise.
            let (wave, later) = if wave.is_empty() { (later, Vec::new()) } else { (wave, later) };
            self.wave(&wave, &mut failed, outcome).await?;
            rest = later;
        }
        for item in removals {
            self.may_go_on()?;
            self.wave(&[item], &mut failed, outcome).await?;
        }
        Ok(())
    }

    fn may_go_on(&self) -> Result<(), Fatal> {
        if self.interrupt.is_set() {
            return Err(Fatal::Interrupted);
        }
        self.ledger.check_lease()
    }

    /// Intents first, then all at once, then what came of them.
    async fn wave(
        &mut self,
        items: &[&ObjectItem],
        failed: &mut BTreeSet<Address>,
        outcome: &mut Outcome,
    ) -> Result<(), Fatal> {
        let mut begun: Vec<(&ObjectItem, Step)> = Vec::new();
        for item in items {
            let (address, verb) = (item.address.clone(), item.change.verb());
            self.events.emit(Event::ItemStarted { address: address.clone(), verb });
            if let Some(need) = item.needs.iter().find(|need| failed.contains(need)) {
                let result = ItemResult::Skipped(format!("it needs {need}, which is not there"));
                failed.insert(address.clone());
                outcome.settle(self.events, &address, verb, result);
                continue;
            }
            let step = self.ledger.intend(&address, deed(item)).await?;
            begun.push((item, step));
        }
        self.ledger.check_lease()?;
        let acts = begun.iter().map(|(item, _)| self.cloud.act(item, self.events));
        let results = futures_util::future::join_all(acts).await;
        for ((item, step), result) in begun.into_iter().zip(results) {
            if let Some(arn) = result.arn.filter(|_| self.listed) {
                self.ledger.own(&item.address, &arn);
            }
            if result.disowned {
                self.ledger.disown(&item.address);
            }
            if !matches!(result.result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) {
                failed.insert(item.address.clone());
            }
            self.ledger.conclude(step, &result.result);
            outcome.settle(self.events, &item.address, item.change.verb(), result.result);
        }
        Ok(())
    }
}

/// A run of the AWS side alone, from its first event to the end of its journal. It does not count as a run over the data: the
/// state keeps what it knows of the last one.
///
/// # Errors
///
/// [`Fatal`] when nothing more may be written: the lease is lost, or the journal cannot be written.
pub async fn carry_out_objects(
    cloud: &Cloud,
    mut ledger: Ledger,
    events: &Events,
    interrupt: &Interrupt,
    items: &[ObjectItem],
    listed: bool,
) -> Result<Outcome, Fatal> {
    let due = items.iter().filter(|item| item.selected && item.change.writes()).count() as u64;
    let (run, lease_until) = (ledger.run(), ledger.lease_until());
    events.emit(Event::RunStarted { run: run.clone(), items: due, lease_until });
    let mut outcome = Outcome::default();
    let works = Works { cloud, ledger: &mut ledger, events, interrupt, listed };
    match works.carry_out(items, &mut outcome).await {
        Ok(()) => {}
        Err(Fatal::Interrupted) => outcome.interrupted = true,
        Err(fatal) => {
            ledger.abandon().await;
            return Err(fatal);
        }
    }
    let Outcome { done, skipped, failed, pending, .. } = outcome;
    events.emit(Event::RunFinished { run, done, skipped, failed, pending });
    let exit = outcome.exit();
    ledger.finish(&outcome, None, exit).await?;
    Ok(outcome)
}

fn deed(item: &ObjectItem) -> Deed {
    match &item.change {
        ObjectChange::Remove { arn, .. } => {
            Deed::RemoveObject { object: item.address.clone(), arn: arn.clone() }
        }
        _ => Deed::PutObject { object: item.address.clone() },
    }
}
