//! Deleting indices whose copy is proven: freeze, permit, journal, DELETE, confirm.
//!
//! The permit is made in the moment before the DELETE, from a fresh look at all five clauses; the evidence inside the plan
//! only says which snapshot to look at.

use super::{Fatal, ItemResult, Outcome, Run, wait::Pace};
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
        let subject = Subject { name: item.name.clone(), uuid: item.uuid.clone(), primaries: item.primaries };
        let level = series.policy.proof;
        let result = match self.verifier.permit(&subject, copy.catalogue, &copy.id, level).await {
            Ok(permit) => self.delete_permitted(series, item, permit).await?,
            Err(Refusal::Missing(missing)) => self.not_proven(item, *missing),
            Err(Refusal::Unread(unknown)) => {
                ItemResult::Skipped(format!("proof could not be read: {}", unknown.why))
            }
        };
        if frozen && !matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) {
            self.thaw(item).await?;
        }
        Ok(result)
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
        permit: DeletePermit,
    ) -> Result<ItemResult, Fatal> {
        let evidence = permit.evidence().clone();
        self.events.emit(Event::Verified { index: item.name.clone(), evidence: Box::new(evidence.clone()) });
        let (run, now) = (self.ledger.run(), self.ledger.now());
        let line = ManifestLine::new(&series.policy.name, item, evidence, &self.place, run, now);
        let address = Address::Index(item.name.to_string());
        let step = self.ledger.intend(&address, Deed::DeleteIndex { line: Box::new(line.clone()) }).await?;
        self.ledger.check_lease()?;
        let result = self.send_delete(&permit).await?;
        if matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) {
            self.ledger.conclude(step, &result);
            self.ledger.deleted(line).await?;
        } else {
            self.ledger.conclude(step, &result);
        }
        Ok(result)
    }

    /// Sends the DELETE until it is carried out, refused for good, or the time for foreign snapshots is up.
    async fn send_delete(&mut self, permit: &DeletePermit) -> Result<ItemResult, Fatal> {
        let give_up = std::time::Instant::now() + self.waiting.snapshot_in_progress;
        let mut pace = Pace::start();
        loop {
            match self.writer.delete_index(permit).await {
                Ok(()) => return self.confirm_gone(permit).await,
                Err(error) if error.is_index_missing() => {
                    return Ok(ItemResult::Done("gone; the reply to the delete was lost".into()));
                }
                Err(EngineError::SnapshotInProgress { .. }) if std::time::Instant::now() < give_up => {
                    if !self.waiting.pause(pace.next_pause()).await {
                        return Ok(ItemResult::Pending("interrupted while another snapshot holds it".into()));
                    }
                    self.ledger.check_lease()?;
                }
                Err(EngineError::SnapshotInProgress { .. }) => {
                    let why = "another snapshot is running and still holds it; the next run tries again";
                    return Ok(ItemResult::Pending(why.into()));
                }
                Err(error) => return self.after_failed_delete(permit, error).await,
            }
        }
    }

    /// An error is no proof that nothing happened: look before saying so.
    async fn after_failed_delete(
        &mut self,
        permit: &DeletePermit,
        error: EngineError,
    ) -> Result<ItemResult, Fatal> {
        match self.reader.index_uuids(std::slice::from_ref(permit.index())).await {
            Ok(live) if live.get(permit.index()) != Some(permit.uuid()) => {
                Ok(ItemResult::Done(format!("gone, although the reply was: {error}")))
            }
            Ok(_) => Ok(ItemResult::Failed(error.to_string())),
            Err(_) => Err(Fatal::Engine(error)),
        }
    }

    async fn confirm_gone(&mut self, permit: &DeletePermit) -> Result<ItemResult, Fatal> {
        let live = self.reader.index_uuids(std::slice::from_ref(permit.index())).await;
        match live {
            Ok(live) if live.get(permit.index()) == Some(permit.uuid()) => Ok(ItemResult::Failed(
                "the domain acknowledged the delete, and the index is still there".into(),
            )),
            Ok(_) => Ok(ItemResult::Done(copy_words(permit))),
            Err(error) => Err(Fatal::Engine(error)),
        }
    }

    /// Sets the write block that the policy asks for, unless it is there.
    pub(super) async fn freeze_one(&mut self, series: &Series, item: &IndexItem) -> Result<Freeze, Fatal> {
        if let Some(hold) = self.ledger.held(&item.name) {
            return Ok(Freeze::Refused(format!("held since the plan was made, by {}", hold.by)));
        }
        let names = std::slice::from_ref(&item.name);
        let live = match self.reader.index_facts(names).await {
            Ok(live) => live,
            Err(error) => return Ok(Freeze::Refused(format!("could not be read again: {error}"))),
        };
        let Some(facts) = live.get(&item.name) else { return Ok(Freeze::Gone) };
        if facts.uuid != item.uuid {
            return Ok(Freeze::Refused(format!("re-created since the plan: its uuid is now {}", facts.uuid)));
        }
        if !series.policy.freeze {
            return Ok(Freeze::NotWanted);
        }
        if facts.write_blocked {
            return Ok(Freeze::Found);
        }
        let address = Address::Index(item.name.to_string());
        let deed = Deed::Freeze { index: item.name.clone(), uuid: item.uuid.clone() };
        let step = self.ledger.intend(&address, deed).await?;
        self.ledger.check_lease()?;
        let (freeze, result) = match self.writer.add_write_block(&item.name).await {
            Ok(()) => (Freeze::Set, ItemResult::Done("write block set".into())),
            Err(error) => {
                let why = format!("could not set the write block: {error}");
                (Freeze::Refused(why.clone()), ItemResult::Failed(why))
            }
        };
        self.ledger.conclude(step, &result);
        Ok(freeze)
    }

    /// Takes back a write block that this run set, since the index stays.
    pub(super) async fn thaw(&mut self, item: &IndexItem) -> Result<(), Fatal> {
        let address = Address::Index(item.name.to_string());
        let deed = Deed::Thaw { index: item.name.clone(), uuid: item.uuid.clone() };
        let step = self.ledger.intend(&address, deed).await?;
        self.ledger.check_lease()?;
        let result = match self.writer.remove_write_block(&item.name).await {
            Ok(()) => ItemResult::Done("write block taken back".into()),
            Err(error) => ItemResult::Failed(format!("the write block stays: {error}")),
        };
        if let ItemResult::Failed(why) = &result {
            self.events.emit(Event::Notice { text: format!("{}: {why}", item.name) });
        }
        self.ledger.conclude(step, &result);
        Ok(())
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

/// What became of the wish for a write block.
pub(super) enum Freeze {
    /// This run set it; it is taken back when the index stays.
    Set,
    Found,
    NotWanted,
    Gone,
    Refused(String),
}

fn copy_words(permit: &DeletePermit) -> String {
    let evidence = permit.evidence();
    format!(
        "copy in {}: {} shards, {} blobs, {}",
        evidence.snapshot, evidence.shards, evidence.blobs, evidence.bytes
    )
}
