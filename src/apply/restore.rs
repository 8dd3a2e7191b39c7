//! Bringing indices back from their verified snapshots, held so that the next run leaves them alone.
//!
//! The order is: verify the copy, look that the name is free, put the hold, restore, wait, count. A hold on an index that never
//! came is taken back.

use jiff::Timestamp;
use serde::Serialize;

use super::{Fatal, Interrupt, ItemResult, Ledger, Outcome, wait::Pace};
use crate::clients::engine::{EngineError, Reader, Rename, Writer};
use crate::event::{Event, Events};
use crate::model::{Address, Catalogue, Hold, HoldReason, IndexName, RepositoryName};
use crate::proof::{SnapshotId, Verifier};
use crate::state::{Deed, ManifestLine};

/// One index to bring back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestoreItem {
    pub line: ManifestLine,
    /// Its name afterwards.
    pub target: IndexName,
    /// Why it cannot be brought back; `None` when it can.
    pub blocked: Option<String>,
}

/// What restoring works with.
pub struct Restoration {
    pub reader: Reader,
    pub writer: Writer,
    pub verifier: Verifier,
    pub repository: RepositoryName,
    pub catalogue: Catalogue,
    pub events: Events,
    pub interrupt: Interrupt,
    /// When the holds end; `None` for until released.
    pub hold_until: Option<Timestamp>,
    pub by: String,
}

/// Carries the items out, one by one.
///
/// # Errors
///
/// [`Fatal`] when nothing more may be written.
pub async fn restore(
    items: &[RestoreItem],
    work: &Restoration,
    ledger: &mut Ledger,
) -> Result<Outcome, Fatal> {
    let mut outcome = Outcome::default();
    for item in items {
        if work.interrupt.is_set() {
            outcome.interrupted = true;
            break;
        }
        let address = Address::Index(item.target.to_string());
        work.events.emit(Event::ItemStarted { address: address.clone(), verb: "restore" });
        let result = match &item.blocked {
            Some(why) => ItemResult::Skipped(why.clone()),
            None => restore_one(item, &address, work, ledger).await?,
        };
        outcome.count(&address, &result);
        tell(&work.events, address, result);
    }
    Ok(outcome)
}

fn tell(events: &Events, address: Address, result: ItemResult) {
    let verb = "restore";
    events.emit(match result {
        ItemResult::Done(note) | ItemResult::AlreadyDone(note) => Event::ItemDone { address, verb, note },
        ItemResult::Skipped(why) => Event::ItemSkipped { address, verb, why },
        ItemResult::Failed(why) => Event::ItemFailed { address, verb, why },
        ItemResult::Pending(why) => Event::ItemPending { address, verb, why },
    });
}

async fn restore_one(
    item: &RestoreItem,
    address: &Address,
    work: &Restoration,
    ledger: &mut Ledger,
) -> Result<ItemResult, Fatal> {
    let line = &item.line;
    let id = SnapshotId { name: line.evidence.snapshot.clone(), uuid: line.evidence.snapshot_uuid.clone() };
    if let Err(refusal) = work.verifier.copy_of(&work.catalogue, &line.index, &line.uuid, &id).await {
        return Ok(ItemResult::Failed(format!("its copy is not whole: {refusal}")));
    }
    if let Some(in_the_way) = in_the_way(item, work).await {
        return Ok(in_the_way);
    }
    let before = ledger.hold(&item.target, hold(work, ledger)).await?;
    let deed = Deed::Restore {
        index: line.index.clone(),
        target: item.target.clone(),
        snapshot: line.evidence.snapshot.clone(),
    };
    let step = ledger.intend(address, deed).await?;
    ledger.check_lease()?;
    let result = bring_back(item, work).await;
    if let ItemResult::Failed(_) = result {
        // A hold stays unless it is certain that nothing came: an unheld restored index would be deleted tonight.
        if let Ok(live) = work.reader.index_uuids(std::slice::from_ref(&item.target)).await
            && live.is_empty()
        {
            ledger.unhold(&item.target, before).await?;
        }
    }
    ledger.conclude(step, &result);
    Ok(result)
}

/// Looked at again for each: since the question was asked an index of that name may have come, and into a closed one an engine
/// restores without a word, over what it holds.
async fn in_the_way(item: &RestoreItem, work: &Restoration) -> Option<ItemResult> {
    match work.reader.index_uuids(std::slice::from_ref(&item.target)).await {
        Ok(live) if live.is_empty() => None,
        Ok(_) => Some(ItemResult::Skipped(format!("an index named {} is live by now", item.target))),
        Err(error) => Some(ItemResult::Skipped(format!("could not look for {}: {error}", item.target))),
    }
}

fn hold(work: &Restoration, ledger: &Ledger) -> Hold {
    Hold {
        uuid: None,
        reason: HoldReason::Restored { run: ledger.run() },
        by: work.by.clone(),
        since: ledger.now(),
        until: work.hold_until,
    }
}

async fn bring_back(item: &RestoreItem, work: &Restoration) -> ItemResult {
    let rename = (item.target != item.line.index)
        .then(|| Rename { from: item.line.index.clone(), to: item.target.clone() });
    let snapshot = &item.line.evidence.snapshot;
    match work.writer.restore(&work.repository, snapshot, &item.line.index, rename.as_ref()).await {
        Ok(()) => wait_until_whole(item, work).await,
        Err(error) if error.may_have_happened() => wait_until_whole(item, work).await,
        Err(error) => ItemResult::Failed(error.to_string()),
    }
}

/// Every primary started, and as many documents as the manifest says.
async fn wait_until_whole(item: &RestoreItem, work: &Restoration) -> ItemResult {
    let mut pace = Pace::start();
    let mut unread: u32 = 0;
    loop {
        match work.reader.restored(&item.target).await {
            Ok(Some(seen)) if seen.whole => return counted(item, seen.docs),
            Ok(Some(_)) => unread = 0,
            Ok(None) if unread < 20 => unread += 1,
            Ok(None) => return ItemResult::Failed("the domain took the request, and no index came".into()),
            Err(error) if unread < 20 => {
                unread += 1;
                work.events.emit(Event::Notice { text: format!("looking at {}: {error}", item.target) });
            }
            Err(error) => return unread_end(&error),
        }
        if work.interrupt.is_set() {
            return ItemResult::Pending(
                "interrupted; the restore goes on in the domain, and the hold stays".into(),
            );
        }
        tokio::time::sleep(pace.next_pause()).await;
    }
}

fn unread_end(error: &EngineError) -> ItemResult {
    ItemResult::Pending(format!("begun; could not be looked at: {error}; the hold stays"))
}

fn counted(item: &RestoreItem, docs: Option<u64>) -> ItemResult {
    match (docs, item.line.docs) {
        (Some(now), Some(then)) if now != then => {
            ItemResult::Failed(format!("restored with {now} documents, and {then} were deleted"))
        }
        (Some(now), _) => {
            ItemResult::Done(format!("{now} documents, from snapshot {}", item.line.evidence.snapshot))
        }
        (None, _) => ItemResult::Done(format!("from snapshot {}", item.line.evidence.snapshot)),
    }
}
