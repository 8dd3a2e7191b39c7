//! Expiring snapshots of es2s3's own that are past their retention, one by one.
//!
//! A snapshot may hold the last copy of logs. What the plan found is therefore looked at again: its age, its marks, who is
//! mounted from it, what is held, and of what it is the last copy by now.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::copies::{copied_uuid, last_copies};
use super::delete::Repeats;
use super::{Fatal, ItemResult, Outcome, Run};
use crate::clients::engine::EngineError;
use crate::event::Event;
use crate::model::{Address, Catalogue, IndexName, Live, SnapshotInfo, SnapshotUuid};
use crate::plan::{Series, SnapshotDecision, SnapshotItem};
use crate::proof::{ExpirePermit, Expiring, SnapshotId, expire_permit};
use crate::state::Deed;

/// The copies before the first snapshot expired, and which have expired since.
struct Shelf {
    catalogue: Live<Arc<Catalogue>>,
    gone: BTreeSet<SnapshotUuid>,
}

impl Run<'_> {
    pub(super) async fn expiries(&mut self, outcome: &mut Outcome) -> Result<(), Fatal> {
        let plan = self.plan;
        let due: Vec<(&Series, &SnapshotItem)> =
            plan.series.iter().flat_map(|series| due(series).map(move |item| (series, item))).collect();
        if due.is_empty() {
            return Ok(());
        }
        let mut shelf = Shelf { catalogue: self.catalogue().await, gone: BTreeSet::new() };
        for (series, item) in due {
            self.may_go_on().await?;
            let address = Address::Snapshot(item.name.to_string());
            self.events.emit(Event::ItemStarted { address: address.clone(), verb: "expire" });
            let result = self.expire(series, item, &address, &shelf).await?;
            if matches!(result, ItemResult::Done(_)) {
                outcome.expired_snapshots += 1;
                shelf.gone.insert(item.uuid.clone());
            }
            self.settle(&address, "expire", result, outcome);
        }
        Ok(())
    }

    async fn expire(
        &mut self,
        series: &Series,
        item: &SnapshotItem,
        address: &Address,
        shelf: &Shelf,
    ) -> Result<ItemResult, Fatal> {
        let info = match self.reader.snapshot(&self.plan.repository.spec.name, &item.name).await {
            Live::Present(info) => info,
            Live::Absent => return Ok(ItemResult::AlreadyDone("the snapshot is gone".into())),
            Live::Unknown(unknown) => {
                return Ok(ItemResult::Skipped(format!("could not be read again: {}", unknown.why)));
            }
        };
        if let Some(why) = self.still_needed(item, address, &info, shelf).await {
            return Ok(ItemResult::Skipped(why));
        }
        let deed = Deed::DeleteSnapshot { snapshot: item.name.clone(), uuid: item.uuid.clone() };
        let step = self.ledger.intend(address, deed).await?;
        let result = self.expire_until_settled(series, item).await?;
        self.ledger.conclude(step, &result);
        Ok(result)
    }

    /// Why the snapshot stays although it is due: what may have changed since the plan and is no matter of the snapshot itself.
    async fn still_needed(
        &self,
        item: &SnapshotItem,
        address: &Address,
        info: &SnapshotInfo,
        shelf: &Shelf,
    ) -> Option<String> {
        if self.ledger.is_protected(address) {
            return Some("it is protected in the state".into());
        }
        let held: Vec<IndexName> =
            info.indices.iter().filter(|index| self.ledger.held(index).is_some()).cloned().collect();
        let catalogue = match &shelf.catalogue {
            Live::Present(catalogue) => catalogue,
            Live::Absent => return Some("the repository's catalogue is gone".into()),
            Live::Unknown(unknown) => return Some(format!("catalogue: {}", unknown.why)),
        };
        let lost = newly_last(catalogue, item, &shelf.gone);
        if held.is_empty() && lost.is_empty() {
            return None;
        }
        let names: Vec<IndexName> = held.iter().chain(lost.iter().map(|copy| &copy.index)).cloned().collect();
        let live = match self.reader.index_uuids(&names).await {
            Ok(live) => live,
            Err(error) => return Some(format!("what it holds could not be looked for: {error}")),
        };
        // A hold keeps logs: those of an index that is not live are in the snapshot alone, whatever bears its name by now.
        let is_live = |index: &&IndexName| {
            copied_uuid(catalogue, &item.uuid, index).is_some_and(|uuid| live.get(*index) == Some(uuid))
        };
        let held = held.iter().find(|index| !is_live(index));
        let held = held.map(|index| format!("{index} is held, and lives in it alone"));
        held.or_else(|| {
            let is_live = |copy: &super::copies::LastCopy| {
                copy.uuid.as_ref().is_some_and(|own| live.get(&copy.index) == Some(own))
            };
            let lost = lost.iter().find(|copy| !is_live(copy))?;
            Some(format!("it is the last copy of {} by now, which the plan did not say", lost.index))
        })
    }

    /// Every try has a permit of its own: an index may be mounted from the snapshot while the domain is busy.
    async fn expire_until_settled(
        &mut self,
        series: &Series,
        item: &SnapshotItem,
    ) -> Result<ItemResult, Fatal> {
        let mut repeats = Repeats::start(std::time::Duration::ZERO);
        loop {
            let permit = match self.expire_permit(series, item).await {
                Ok(permit) => permit,
                Err(why) => return Ok(why),
            };
            self.ledger.confirm_lease().await?;
            let error = match self.send_expire(permit, item).await {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            let Some(pause) = repeats.pause_after(&error) else { return Ok(given_up(error)) };
            if !self.waiting.pause(pause).await {
                return Ok(ItemResult::Pending(format!("interrupted; the last answer was: {error}")));
            }
        }
    }

    async fn expire_permit(&self, series: &Series, item: &SnapshotItem) -> Result<ExpirePermit, ItemResult> {
        let repository = &self.plan.repository.spec.name;
        let mut info = match self.reader.snapshot(repository, &item.name).await {
            Live::Present(info) => info,
            Live::Absent => return Err(ItemResult::Done("the snapshot is gone".into())),
            Live::Unknown(unknown) => {
                return Err(ItemResult::Skipped(format!("could not be read again: {}", unknown.why)));
            }
        };
        // A reply that leaves the start out would make the snapshot half a century old; its own file told the plan.
        info.started = info.started.max(item.started.unwrap_or(Timestamp::MAX));
        let mounts = self.reader.mounts().await.map_err(|error| {
            ItemResult::Skipped(format!("which indices are mounted could not be read: {error}"))
        })?;
        let expiring = Expiring {
            id: &SnapshotId { name: item.name.clone(), uuid: item.uuid.clone() },
            info: &info,
            repository,
            policy: &series.policy.name,
            retention: series.policy.snapshot_retention,
            mounts: &mounts,
        };
        expire_permit(&expiring, self.ledger.now()).map_err(|why| ItemResult::Skipped(why.to_string()))
    }

    /// The reply may be lost or time out on a large repository; whether the snapshot is still listed decides. `Err` when it is,
    /// and the domain did not say that it deleted it.
    async fn send_expire(
        &mut self,
        permit: ExpirePermit,
        item: &SnapshotItem,
    ) -> Result<ItemResult, EngineError> {
        let repository = self.plan.repository.spec.name.clone();
        let answer = self.writer.delete_snapshot(&repository, permit).await;
        match (answer, self.reader.snapshot(&repository, &item.name).await) {
            (_, Live::Absent) => {
                Ok(ItemResult::Done("its blobs are freed unless another snapshot shares them".into()))
            }
            (Ok(()), Live::Present(_)) => Ok(ItemResult::Failed(
                "the domain acknowledged the delete, and the snapshot is still listed".into(),
            )),
            (Err(error), Live::Present(_)) => Err(error),
            (_, Live::Unknown(unknown)) => {
                Ok(ItemResult::Pending(format!("sent; could not be confirmed: {}", unknown.why)))
            }
        }
    }
}

fn due(series: &Series) -> impl Iterator<Item = &SnapshotItem> {
    let expires = |item: &&SnapshotItem| matches!(item.decision, SnapshotDecision::Expire { .. });
    series.snapshots.iter().filter(|item| item.selected).filter(expires)
}

/// Last copies in this snapshot that the plan did not name: nobody said yes to losing those.
fn newly_last(
    catalogue: &Catalogue,
    item: &SnapshotItem,
    gone: &BTreeSet<SnapshotUuid>,
) -> Vec<super::copies::LastCopy> {
    let SnapshotDecision::Expire { last_copy_of: told, leans_on } = &item.decision else { return Vec::new() };
    let stays: BTreeSet<&SnapshotUuid> = leans_on.iter().filter(|uuid| !gone.contains(*uuid)).collect();
    let mut last = last_copies(catalogue, &item.uuid, &stays);
    last.retain(|copy| !told.contains(&copy.index));
    last
}

fn given_up(error: EngineError) -> ItemResult {
    if error.may_have_happened() {
        return ItemResult::Pending(format!("sent; it may still be under way: {error}"));
    }
    ItemResult::Failed(error.to_string())
}
