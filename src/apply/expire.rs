//! Expiring snapshots of es2s3's own that are past their retention, one by one.

use super::{Fatal, ItemResult, Outcome, Run};
use crate::event::Event;
use crate::model::{Address, Live};
use crate::plan::{Series, SnapshotDecision, SnapshotItem};
use crate::proof::{ExpirePermit, Expiring, SnapshotId, expire_permit};
use crate::state::Deed;

impl Run<'_> {
    pub(super) async fn expiries(&mut self, series: &Series, outcome: &mut Outcome) -> Result<(), Fatal> {
        for item in series.snapshots.iter().filter(|item| item.selected) {
            let SnapshotDecision::Expire { .. } = item.decision else { continue };
            self.may_go_on().await?;
            let address = Address::Snapshot(item.name.to_string());
            self.events.emit(Event::ItemStarted { address: address.clone(), verb: "expire" });
            let result = self.expire(series, item, &address).await?;
            if matches!(result, ItemResult::Done(_)) {
                outcome.expired_snapshots += 1;
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
    ) -> Result<ItemResult, Fatal> {
        let repository = self.plan.repository.spec.name.clone();
        let info = match self.reader.snapshot(&repository, &item.name).await {
            Live::Present(info) => info,
            Live::Absent => return Ok(ItemResult::AlreadyDone("the snapshot is gone".into())),
            Live::Unknown(unknown) => {
                return Ok(ItemResult::Skipped(format!("could not be read again: {}", unknown.why)));
            }
        };
        let mounts = match self.reader.mounts().await {
            Ok(mounts) => mounts,
            Err(error) => {
                return Ok(ItemResult::Skipped(format!(
                    "which indices are mounted could not be read: {error}"
                )));
            }
        };
        let expiring = Expiring {
            id: &SnapshotId { name: item.name.clone(), uuid: item.uuid.clone() },
            info: &info,
            repository: &repository,
            policy: &series.policy.name,
            retention: series.policy.snapshot_retention,
            mounts: &mounts,
        };
        let permit = match expire_permit(&expiring, self.ledger.now()) {
            Ok(permit) => permit,
            Err(why) => return Ok(ItemResult::Skipped(why.to_string())),
        };
        let deed = Deed::DeleteSnapshot { snapshot: item.name.clone(), uuid: item.uuid.clone() };
        let step = self.ledger.intend(address, deed).await?;
        self.ledger.check_lease()?;
        let result = self.send_expire(&permit).await;
        self.ledger.conclude(step, &result);
        Ok(result)
    }

    /// The reply may be lost or time out on a large repository; whether the snapshot is still listed decides.
    async fn send_expire(&mut self, permit: &ExpirePermit) -> ItemResult {
        let repository = self.plan.repository.spec.name.clone();
        let answer = self.writer.delete_snapshot(&repository, permit).await;
        match (answer, self.reader.snapshot(&repository, permit.snapshot()).await) {
            (_, Live::Absent) => {
                ItemResult::Done("its blobs are freed unless another snapshot shares them".into())
            }
            (Ok(()), Live::Present(_)) => ItemResult::Failed(
                "the domain acknowledged the delete, and the snapshot is still listed".into(),
            ),
            (Err(error), Live::Present(_)) => ItemResult::Failed(error.to_string()),
            (_, Live::Unknown(unknown)) => {
                ItemResult::Pending(format!("sent; could not be confirmed: {}", unknown.why))
            }
        }
    }
}
