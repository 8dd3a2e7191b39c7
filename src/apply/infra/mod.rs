//! The AWS side: objects in the order of their needs, those that do not need each other at once.
//!
//! Called by `carry_out` before anything else. Each object is read again before it is touched: what moved since the plan is left
//! alone and named. A run that dies in between is made good by the next plan, which reads all of it anew.

mod functions;
mod make;
mod remove;
mod roles;
mod security;

pub use security::Domain;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Fatal, Interrupt, ItemResult, Ledger, Outcome, Run};
use crate::clients::aws::{AwsError, Reader, Writer};
use crate::clients::engine::EngineError;
use crate::event::{Event, Events};
use crate::model::infra::{Architecture, Found, Package, Spec};
use crate::model::{Address, Live};
use crate::observe::infra::{self as look, Readers, Scope};
use crate::plan::infra::{ObjectChange, ObjectItem, difference};
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

/// How long a thing that AWS has accepted may take to be seen: a role a minute, a function in a VPC some.
const PATIENCE: Duration = Duration::from_secs(300);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

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

/// What came of one object.
struct Acted {
    result: ItemResult,
    /// It is es2s3's, under this id.
    arn: Option<String>,
    /// It is no longer es2s3's.
    disowned: bool,
}

impl Acted {
    fn left(result: ItemResult) -> Self {
        Self { result, arn: None, disowned: false }
    }
}

impl Cloud {
    /// Carries out one line without a journal, for the bucket that the journal will be in.
    pub async fn establish(&self, item: &ObjectItem, events: &Events) -> ItemResult {
        let verb = item.change.verb();
        events.emit(Event::ItemStarted { address: item.address.clone(), verb });
        let result = self.act(item, events).await.result;
        events.emit(result.clone().event(&item.address, verb));
        result
    }

    /// Reads again, acts, and says what came of it.
    async fn act(&self, item: &ObjectItem, events: &Events) -> Acted {
        let live = self.look(&item.address).await;
        let live = match live {
            Live::Unknown(unknown) => {
                return Acted::left(ItemResult::Skipped(format!("could not be read again: {}", unknown.why)));
            }
            Live::Absent => None,
            Live::Present(found) => Some(found),
        };
        match (&item.change, live) {
            (ObjectChange::Create { spec }, None) => self.made(spec, None, events).await,
            (ObjectChange::Create { spec }, Some(found)) => self.found_made(spec, found),
            (
                ObjectChange::Update { spec, before, .. } | ObjectChange::Adopt { spec, before, .. },
                Some(found),
            ) => match moved(before, &found) {
                Some(why) => Acted::left(ItemResult::Skipped(why)),
                None => self.made(spec, Some(found), events).await,
            },
            (ObjectChange::Update { .. } | ObjectChange::Adopt { .. }, None) => {
                Acted::left(ItemResult::Skipped("it is gone since the plan".into()))
            }
            (ObjectChange::Remove { .. }, None) => {
                Acted { result: ItemResult::AlreadyDone("it is gone".into()), arn: None, disowned: true }
            }
            (ObjectChange::Remove { before, .. }, Some(found)) => match moved(before, &found) {
                Some(why) => Acted::left(ItemResult::Skipped(why)),
                None => self.removed(before).await,
            },
            (ObjectChange::Keep { .. } | ObjectChange::Blocked { .. }, _) => {
                Acted::left(ItemResult::Skipped("nothing was planned".into()))
            }
        }
    }

    /// Where everything is looked for that is carried out here.
    pub fn readers(&self) -> Readers<'_> {
        Readers { aws: &self.reader, domain: self.domain.as_ref().map(|domain| &domain.reader) }
    }

    async fn look(&self, address: &Address) -> Live<Found> {
        let one = BTreeSet::from([address.clone()]);
        let mut seen = look::objects(self.readers(), &one, &self.scope).await;
        seen.remove(address).unwrap_or(Live::Absent)
    }

    /// A create whose reply was lost, or that another run did: fine when it is what was wanted.
    fn found_made(&self, spec: &Spec, found: Found) -> Acted {
        let differs = difference(spec, &found.spec);
        match differs.first() {
            None => Acted {
                result: ItemResult::AlreadyDone("it was made since the plan, as wanted".into()),
                arn: Some(found.arn),
                disowned: false,
            },
            Some(field) => Acted::left(ItemResult::Skipped(format!(
                "it was made since the plan, with another {}",
                field.field
            ))),
        }
    }

    async fn made(&self, spec: &Spec, found: Option<Found>, events: &Events) -> Acted {
        let new = found.is_none();
        match self.make(spec, found.as_ref(), events).await {
            Ok(()) => match self.look(&spec.address()).await {
                Live::Present(live) => confirmed(spec, live, new),
                Live::Absent => {
                    Acted::left(ItemResult::Failed("it was acknowledged and does not show".into()))
                }
                Live::Unknown(unknown) => {
                    Acted::left(ItemResult::Failed(format!("it could not be read back: {}", unknown.why)))
                }
            },
            Err(error) => Acted::left(ItemResult::Failed(error.to_string())),
        }
    }

    async fn removed(&self, before: &Spec) -> Acted {
        match self.remove(before).await {
            Ok(()) => Acted { result: ItemResult::Done("removed".into()), arn: None, disowned: true },
            Err(error) => Acted::left(ItemResult::Failed(error.to_string())),
        }
    }
}

/// What is there now must be what the plan saw.
fn moved(before: &Spec, found: &Found) -> Option<String> {
    let differs = difference(before, &found.spec);
    differs.first().map(|field| format!("its {} changed since the plan", field.field))
}

/// AWS may accept a value and keep another.
fn confirmed(spec: &Spec, live: Found, new: bool) -> Acted {
    let differs = difference(spec, &live.spec);
    let result = match differs.first() {
        None if new => ItemResult::Done("made".into()),
        None => ItemResult::Done("as wanted".into()),
        Some(field) => ItemResult::Failed(format!(
            "AWS accepted it, and its {} is {}",
            field.field,
            field.before.as_deref().unwrap_or("not set")
        )),
    };
    Acted { result, arn: Some(live.arn), disowned: false }
}

/// Tries again while AWS says "not yet": a role that is not known everywhere, a change under way.
async fn until_accepted<T, F>(
    address: &Address,
    events: &Events,
    mut send: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let give_up = tokio::time::Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match send().await {
            Err(error @ (AwsError::NotYet { .. } | AwsError::Throttled { .. })) => error,
            other => return other,
        };
        if tokio::time::Instant::now() >= give_up {
            return Err(error);
        }
        events.emit(Event::ItemWaits { address: address.clone(), why: error.to_string() });
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
