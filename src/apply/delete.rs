//! Deleting indices whose copy is proven: freeze, permit, journal, DELETE, confirm.
//!
//! The permit is made in the moment before the DELETE, from a fresh look at all five clauses; the evidence inside the plan
//! only says which snapshot to look at.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Fatal, ItemResult, Outcome, Run, freeze::Freeze, wait::Pace};
use crate::clients::engine::EngineError;
use crate::event::Event;
use crate::model::{Address, Catalogue, Live, Missing, counted};
use crate::plan::{Decision, IndexItem, Series};
use crate::proof::{DeletePermit, Refusal, SnapshotId, Subject};
use crate::state::{Deed, ManifestLine, Step};

impl Run<'_> {
    /// All indices of the series that the plan found proven.
    pub(super) async fn deletes(&mut self, series: &Series, outcome: &mut Outcome) -> Result<(), Fatal> {
        for item in series.indices.iter().filter(|item| item.selected) {
            let Decision::Delete { evidence } = &item.decision else { continue };
            self.may_go_on().await?;
            let address = Address::Index(item.name.to_string());
            self.events.emit(Event::ItemStarted { address: address.clone(), verb: "delete" });
            let copy = SnapshotId { name: evidence.snapshot.clone(), uuid: evidence.snapshot_uuid.clone() };
            let result = self.delete_proven(series, item, &copy, false).await?;
            if matches!(result, ItemResult::Done(_)) {
                outcome.deleted_indices += 1;
                outcome.deleted_bytes += item.bytes.unwrap_or_default();
            }
            self.settle(&address, "delete", result, outcome);
        }
        Ok(())
    }

    /// One index: everything between "it should go" and "it is gone, and that is written down". `copy` is the snapshot that
    /// stands for it. `ours`: a write block that is found there is es2s3's, set for this very copy.
    pub(super) async fn delete_proven(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: &SnapshotId,
        ours: bool,
    ) -> Result<ItemResult, Fatal> {
        let frozen = match self.freeze_one(series, item).await? {
            Freeze::Set => true,
            Freeze::Found => ours,
            Freeze::NotWanted => false,
            Freeze::Gone => return Ok(ItemResult::AlreadyDone("the index is gone".into())),
            Freeze::Refused(why) => return Ok(ItemResult::Skipped(why)),
        };
        let deletion = match self.permit(series, item, copy).await {
            Ok(permit) => self.delete_permitted(series, item, copy, permit).await?,
            Err(why) => Deletion::Settled(why),
        };
        match deletion {
            // Taken back now, the block would let lines in that go with an index whose delete comes true late.
            Deletion::InDoubt(why) => Ok(ItemResult::Pending(why)),
            Deletion::Settled(result) => {
                if frozen && !is_done(&result) {
                    self.thaw(item).await?;
                }
                Ok(result)
            }
        }
    }

    /// All five clauses, looked at now, on the catalogue of now. `Err` is what becomes of the item without a permit.
    async fn permit(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: &SnapshotId,
    ) -> Result<DeletePermit, ItemResult> {
        let catalogue = match self.catalogue().await {
            Live::Present(catalogue) => catalogue,
            Live::Absent => {
                let why = "the catalogue is not where the repository's settings say";
                return Err(ItemResult::Failed(why.into()));
            }
            Live::Unknown(unknown) => {
                return Err(ItemResult::Skipped(format!("catalogue: {}", unknown.why)));
            }
        };
        let subject = Subject { name: item.name.clone(), uuid: item.uuid.clone(), primaries: item.primaries };
        match self.verifier.permit(&subject, &catalogue, copy, series.policy.proof).await {
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
        copy: &SnapshotId,
        permit: DeletePermit,
    ) -> Result<Deletion, Fatal> {
        let evidence = permit.evidence().clone();
        self.events.emit(Event::Verified { index: item.name.clone(), evidence: Box::new(evidence.clone()) });
        let (run, now) = (self.ledger.run(), self.ledger.now());
        let line = ManifestLine::new(&series.policy.name, item, evidence, &self.place, run, now);
        let address = Address::Index(item.name.to_string());
        let step = self.ledger.intend(&address, Deed::DeleteIndex { line: Box::new(line.clone()) }).await?;
        let permit = Dated { permit, made: now };
        let deletion = self.delete_until_settled(series, item, copy, permit, step).await?;
        // In doubt the intent stays open, and the run with it: whether the index went is for the next run to see.
        if let Deletion::Settled(result) = &deletion {
            self.ledger.conclude(step, result);
            if is_done(result) {
                self.ledger.deleted(line).await?;
            }
        }
        Ok(deletion)
    }

    /// Sends the DELETE until it is carried out, refused for good, or the time for foreign snapshots is up.
    ///
    /// A permit is for one request, and for this moment. After a lost reply or a wait the name may stand for another index (a
    /// shipper whose writes were blocked makes it anew the moment it is gone), so every repeat stands on a fresh look at the
    /// UUID and all clauses. So does the first when the journal took its time.
    async fn delete_until_settled(
        &mut self,
        series: &Series,
        item: &IndexItem,
        copy: &SnapshotId,
        permit: Dated,
        step: Step,
    ) -> Result<Deletion, Fatal> {
        let mut repeats = Repeats::start(self.waiting.snapshot_in_progress);
        let mut done = copy_words(&permit.permit);
        let mut permit = permit.still_fresh(self.ledger.now());
        loop {
            let fresh = match permit.take() {
                Some(permit) => permit,
                None => match self.permit(series, item, copy).await {
                    Ok(permit) => permit,
                    // A delete that timed out may come true late.
                    Err(_) if repeats.sent && !self.is_there(item).await? => {
                        return Ok(Deletion::Settled(ItemResult::Done(done)));
                    }
                    Err(why) => return Ok(repeats.end(why)),
                },
            };
            self.ledger.confirm_lease().await?;
            done = copy_words(&fresh);
            repeats.sent = true;
            self.ledger.sending(step);
            let answer = self.writer.delete_index(fresh).await;
            let gone = !self.is_there(item).await?;
            let error = match answer {
                Ok(()) if gone => return Ok(Deletion::Settled(ItemResult::Done(done))),
                Err(error) if gone => {
                    let note = format!("{done}; the reply was: {error}");
                    return Ok(Deletion::Settled(ItemResult::Done(note)));
                }
                Ok(()) => {
                    let why = "the domain acknowledged the delete, and the index is still there";
                    return Ok(Deletion::Settled(ItemResult::Failed(why.into())));
                }
                Err(error) => error,
            };
            let Some(pause) = repeats.pause_after(&error) else { return Ok(repeats.end(given_up(error))) };
            if !self.waiting.pause(pause).await {
                let why = format!("interrupted; the last answer was: {error}");
                return Ok(repeats.end(ItemResult::Pending(why)));
            }
        }
    }

    /// An error is no proof that nothing happened, nor an acknowledgement that something did: the UUID decides.
    async fn is_there(&self, item: &IndexItem) -> Result<bool, Fatal> {
        let live = self.reader.index_uuids(std::slice::from_ref(&item.name)).await.map_err(Fatal::Engine)?;
        Ok(live.get(&item.name) == Some(&item.uuid))
    }

    pub(super) async fn catalogue(&mut self) -> Live<Arc<Catalogue>> {
        self.copies.catalogue(&self.bucket, &self.place.base_path).await
    }

    /// Counts the result and tells the subscribers.
    pub(super) fn settle(
        &mut self,
        address: &Address,
        verb: &'static str,
        result: ItemResult,
        outcome: &mut Outcome,
    ) {
        outcome.settle(&self.events, address, verb, result);
    }
}

fn is_done(result: &ItemResult) -> bool {
    matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_))
}

/// How one delete ended.
enum Deletion {
    Settled(ItemResult),
    /// It was sent, no good answer came, and the index is still there: the engine may yet carry it out.
    InDoubt(String),
}

/// How long a delete is tried again: minutes while a foreign snapshot holds what it is for, seconds after an unclear answer.
pub(super) struct Repeats {
    pace: Pace,
    tried: u32,
    give_up: std::time::Instant,
    sent: bool,
    in_doubt: bool,
}

impl Repeats {
    /// Some ten seconds of pauses altogether.
    const MOST: u32 = 10;

    pub(super) fn start(foreign_snapshot: std::time::Duration) -> Self {
        let give_up = std::time::Instant::now() + foreign_snapshot;
        Self { pace: Pace::start(), tried: 0, give_up, sent: false, in_doubt: false }
    }

    /// `None` when it is time to give up. What was turned away unread is worth another try as well: each has a permit of its own.
    pub(super) fn pause_after(&mut self, error: &EngineError) -> Option<std::time::Duration> {
        self.in_doubt |= error.may_have_happened();
        let again = match error {
            EngineError::SnapshotInProgress { .. } => std::time::Instant::now() < self.give_up,
            error if error.may_have_happened() || turned_away(error) => {
                self.tried += 1;
                self.tried <= Self::MOST
            }
            _ => false,
        };
        again.then(|| self.pace.next_pause())
    }

    /// The end without success: a request that nobody answered for may still be waiting inside the engine.
    fn end(&self, result: ItemResult) -> Deletion {
        match result {
            result if !self.in_doubt => Deletion::Settled(result),
            ItemResult::Done(_) | ItemResult::AlreadyDone(_) => Deletion::Settled(result),
            ItemResult::Skipped(why) | ItemResult::Failed(why) | ItemResult::Pending(why) => {
                Deletion::InDoubt(format!("a delete may still come about, the next run looks: {why}"))
            }
        }
    }
}

fn turned_away(error: &EngineError) -> bool {
    error.is_throttled() || matches!(error, EngineError::Unreachable { .. })
}

/// A permit, and when it was given.
struct Dated {
    permit: DeletePermit,
    made: Timestamp,
}

impl Dated {
    /// Older than this it is not used: an index that is not frozen takes writes meanwhile.
    const FRESH: SignedDuration = SignedDuration::from_secs(10);

    /// A clock that went back tells nothing, and the permit counts as old.
    fn still_fresh(self, now: Timestamp) -> Option<DeletePermit> {
        let age = now.duration_since(self.made);
        (!age.is_negative() && age <= Self::FRESH).then_some(self.permit)
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
        "copy in {}: {}, {}, {}",
        evidence.snapshot,
        counted(evidence.shards.into(), "shard", "shards"),
        counted(evidence.blobs, "blob", "blobs"),
        evidence.bytes
    )
}
