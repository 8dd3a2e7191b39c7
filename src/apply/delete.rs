//! Deleting indices whose copy is proven: freeze, permit, journal, DELETE, confirm.
//!
//! The permit is made in the moment before the DELETE, from a fresh look at all five clauses; the evidence inside the plan
//! only says which snapshot to look at.

use super::{Fatal, ItemResult, Outcome, Run, freeze::Freeze, wait::Pace};
use crate::clients::engine::EngineError;
use crate::event::Event;
use crate::model::{Address, Catalogue, Live, Missing};
use crate::observe;
use crate::plan::{Decision, IndexItem, Series};
use crate::proof::{DeletePermit, Refusal, SnapshotId, Subject};
use crate::state::{Deed, ManifestLine};

/// The copy that stands for an index.
pub(super) struct CopyRef<'a> {
    pub(super) id: SnapshotId,
    pub(super) catalogue: &'a Catalogue,
}

impl Run<'_> {
    /// All indices of the series that the plan found proven.
    pub(super) async fn deletes(&mut self, series: &Series, outcome: &mut Outcome) -> Result<(), Fatal> {
        let due: Vec<_> = series.indices.iter().filter(|item| item.selected).collect();
        if !due.iter().any(|item| matches!(item.decision, Decision::Delete { .. })) {
            return Ok(());
        }
        let catalogue = self.catalogue().await;
        for item in due {
            let Decision::Delete { evidence } = &item.decision else { continue };
            self.may_go_on().await?;
            let address = Address::Index(item.name.to_string());
            self.events.emit(Event::ItemStarted { address: address.clone(), verb: "delete" });
            let result = match &catalogue {
                Live::Present(catalogue) => {
                    let id =
                        SnapshotId { name: evidence.snapshot.clone(), uuid: evidence.snapshot_uuid.clone() };
                    let copy = CopyRef { id, catalogue };
                    self.delete_proven(series, item, copy).await?
                }
                Live::Absent => ItemResult::Skipped("the repository's catalogue is gone".into()),
                Live::Unknown(unknown) => ItemResult::Skipped(format!("catalogue: {}", unknown.why)),
            };
            if matches!(result, ItemResult::Done(_)) {
                outcome.deleted_indices += 1;
                outcome.deleted_bytes += item.bytes.unwrap_or_default();
            }
            self.settle(&address, "delete", result, outcome);
        }
        Ok(())
    }

    /// One index: everything between "it should go" and "it is gone, and that is written down".
    pub(super) async fn delete_proven(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: CopyRef<'_>,
    ) -> Result<ItemResult, Fatal> {
        let frozen = match self.freeze_one(series, item).await? {
            Freeze::Set => true,
            Freeze::Found | Freeze::NotWanted => false,
            Freeze::Gone => return Ok(ItemResult::AlreadyDone("the index is gone".into())),
            Freeze::Refused(why) => return Ok(ItemResult::Skipped(why)),
        };
        let result = match self.permit(series, item, &copy).await {
            Ok(permit) => self.delete_permitted(series, item, &copy, permit).await?,
            Err(why) => why,
        };
        if frozen && !matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) {
            self.thaw(item).await?;
        }
        Ok(result)
    }

    /// All five clauses, looked at now. `Err` is what becomes of the item without a permit.
    async fn permit(
        &self,
        series: &Series,
        item: &IndexItem,
        copy: &CopyRef<'_>,
    ) -> Result<DeletePermit, ItemResult> {
        let subject = Subject { name: item.name.clone(), uuid: item.uuid.clone(), primaries: item.primaries };
        match self.verifier.permit(&subject, copy.catalogue, &copy.id, series.policy.proof).await {
            Ok(permit) => Ok(permit),
            Err(Refusal::Missing(missing)) => Err(self.not_proven(item, *missing)),
            Err(Refusal::Unread(unknown)) => {
                Err(ItemResult::Skipped(format!("proof could not be read: {}", unknown.why)))
            }
        }
    }

    fn not_proven(&self, item: &IndexItem, missing: Missing) -> ItemResult {
        let why = format!("not proven: {missing}");
        self.events.emit(Event::NotProven { index: item.name.clone(), missing });
        ItemResult::Skipped(why)
    }

    /// The intent is durable before the request is sent, and says enough to finish the record if this process dies.
    async fn delete_permitted(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: &CopyRef<'_>,
        permit: DeletePermit,
    ) -> Result<ItemResult, Fatal> {
        let evidence = permit.evidence().clone();
        self.events.emit(Event::Verified { index: item.name.clone(), evidence: Box::new(evidence.clone()) });
        let (run, now) = (self.ledger.run(), self.ledger.now());
        let line = ManifestLine::new(&series.policy.name, item, evidence, &self.place, run, now);
        let address = Address::Index(item.name.to_string());
        let step = self.ledger.intend(&address, Deed::DeleteIndex { line: Box::new(line.clone()) }).await?;
        let result = self.delete_until_settled(series, item, copy, permit).await?;
        if matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) {
            self.ledger.conclude(step, &result);
            self.ledger.deleted(line).await?;
        } else {
            self.ledger.conclude(step, &result);
        }
        Ok(result)
    }

    /// Sends the DELETE until it is carried out, refused for good, or the time for foreign snapshots is up.
    ///
    /// A permit is for one request. After a lost reply or a wait the name may stand for another index (a shipper whose writes
    /// were blocked makes it anew the moment it is gone), so every repeat stands on a fresh look at the UUID and all clauses.
    async fn delete_until_settled(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: &CopyRef<'_>,
        mut permit: DeletePermit,
    ) -> Result<ItemResult, Fatal> {
        let mut repeats = Repeats::start(self.waiting.snapshot_in_progress);
        loop {
            self.ledger.check_lease()?;
            let done = copy_words(&permit);
            let answer = self.writer.delete_index(permit).await;
            let gone = !self.is_there(item).await?;
            let error = match answer {
                Ok(()) if gone => return Ok(ItemResult::Done(done)),
                Err(error) if gone => {
                    return Ok(ItemResult::Done(format!("{done}; the reply was: {error}")));
                }
                Ok(()) => {
                    let why = "the domain acknowledged the delete, and the index is still there";
                    return Ok(ItemResult::Failed(why.into()));
                }
                Err(error) => error,
            };
            let Some(pause) = repeats.pause_after(&error) else { return Ok(given_up(error)) };
            if !self.waiting.pause(pause).await {
                return Ok(ItemResult::Pending(format!("interrupted; the last answer was: {error}")));
            }
            permit = match self.permit(series, item, copy).await {
                Ok(permit) => permit,
                // A delete that timed out may come true late.
                Err(_) if !self.is_there(item).await? => return Ok(ItemResult::Done(done)),
                Err(why) => return Ok(why),
            };
        }
    }

    /// An error is no proof that nothing happened, nor an acknowledgement that something did: the UUID decides.
    async fn is_there(&self, item: &IndexItem) -> Result<bool, Fatal> {
        let live = self.reader.index_uuids(std::slice::from_ref(&item.name)).await.map_err(Fatal::Engine)?;
        Ok(live.get(&item.name) == Some(&item.uuid))
    }

    pub(super) async fn catalogue(&self) -> Live<Catalogue> {
        observe::catalogue::catalogue(&self.bucket, &self.place.base_path)
            .await
            .map(|(catalogue, _)| catalogue)
    }

    /// Counts the result and tells the subscribers.
    pub(super) fn settle(
        &mut self,
        address: &Address,
        verb: &'static str,
        result: ItemResult,
        outcome: &mut Outcome,
    ) {
        outcome.count(address, &result);
        let address = address.clone();
        self.events.emit(match result {
            ItemResult::Done(note) | ItemResult::AlreadyDone(note) => Event::ItemDone { address, verb, note },
            ItemResult::Skipped(why) => Event::ItemSkipped { address, verb, why },
            ItemResult::Failed(why) => Event::ItemFailed { address, verb, why },
            ItemResult::Pending(why) => Event::ItemPending { address, verb, why },
        });
    }
}

/// How long a delete is tried again: minutes while a foreign snapshot holds the index, seconds after an unclear answer or one
/// of a domain that is too busy.
struct Repeats {
    pace: Pace,
    fruitless: u32,
    give_up: std::time::Instant,
}

impl Repeats {
    /// Some ten seconds of pauses altogether.
    const FRUITLESS: u32 = 10;

    fn start(foreign_snapshot: std::time::Duration) -> Self {
        Self { pace: Pace::start(), fruitless: 0, give_up: std::time::Instant::now() + foreign_snapshot }
    }

    /// `None` when it is time to give up.
    fn pause_after(&mut self, error: &EngineError) -> Option<std::time::Duration> {
        let again = match error {
            EngineError::SnapshotInProgress { .. } => std::time::Instant::now() < self.give_up,
            error if error.may_have_happened() || error.is_throttled() => {
                self.fruitless += 1;
                self.fruitless <= Self::FRUITLESS
            }
            _ => false,
        };
        again.then(|| self.pace.next_pause())
    }
}

fn given_up(error: EngineError) -> ItemResult {
    match error {
        EngineError::SnapshotInProgress { .. } => ItemResult::Pending(
            "another snapshot is running and still holds it; the next run tries again".into(),
        ),
        error => ItemResult::Failed(error.to_string()),
    }
}

fn copy_words(permit: &DeletePermit) -> String {
    let evidence = permit.evidence();
    format!(
        "copy in {}: {} shards, {} blobs, {}",
        evidence.snapshot, evidence.shards, evidence.blobs, evidence.bytes
    )
}
