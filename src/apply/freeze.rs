//! The write block: set before an index is copied or deleted, taken back when it stays after all.

use std::collections::BTreeSet;

use super::{Fatal, ItemResult, Run};
use crate::event::Event;
use crate::model::{Address, IndexUuid, Live};
use crate::plan::{Archive, IndexItem, Series};
use crate::state::{Deed, Entry};

/// What became of the wish for a write block.
pub(super) enum Freeze {
    /// This run set it; it is taken back when the index stays.
    Set,
    Found,
    NotWanted,
    Gone,
    Refused(String),
}

impl Run<'_> {
    /// Sets the write block that the policy asks for, unless it is there. An index that may not go is not touched.
    pub(super) async fn freeze_one(&mut self, series: &Series, item: &IndexItem) -> Result<Freeze, Fatal> {
        if let Some(why) = self.ledger.kept_since_the_plan(&item.name) {
            return Ok(Freeze::Refused(why));
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
        let error = match self.writer.add_write_block(&item.name).await {
            Ok(()) => {
                self.ledger.conclude(step, &ItemResult::Done("write block set".into()));
                return self.frozen_as_planned(item).await;
            }
            Err(error) => error,
        };
        let why = format!("could not set the write block: {error}");
        self.ledger.conclude(step, &ItemResult::Failed(why.clone()));
        if error.may_have_happened() {
            // Set or not: the index stays, so it must not stay blocked.
            self.thaw(item).await?;
        }
        Ok(Freeze::Refused(why))
    }

    /// The block names an index, not a UUID: one that was made anew in that moment takes today's lines, and must not refuse them.
    async fn frozen_as_planned(&mut self, item: &IndexItem) -> Result<Freeze, Fatal> {
        match self.reader.index_uuids(std::slice::from_ref(&item.name)).await {
            Ok(live) if live.get(&item.name).is_some_and(|uuid| *uuid != item.uuid) => {
                self.thaw(item).await?;
                Ok(Freeze::Refused("re-created while its write block was set, which was taken back".into()))
            }
            // What could not be looked at is looked at again for the permit.
            Ok(_) | Err(_) => Ok(Freeze::Set),
        }
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

    /// Of these indices, those that an earlier run froze before it began this snapshot; its journal says so. A block that
    /// somebody else set is not among them.
    pub(super) async fn frozen_before<'i>(
        &self,
        archive: &Archive,
        items: &[&'i IndexItem],
    ) -> Vec<&'i IndexItem> {
        let snapshot = self.reader.snapshot(&self.plan.repository.spec.name, &archive.snapshot).await;
        let Live::Present(info) = snapshot else { return Vec::new() };
        let Some(marks) = info.marks else { return Vec::new() };
        match self.ledger.journal_of(&marks.run).await {
            Ok(entries) => {
                let frozen = frozen(&entries);
                items.iter().copied().filter(|item| frozen.contains(&item.uuid)).collect()
            }
            Err(error) => {
                let text = format!(
                    "{}: which write blocks are es2s3's could not be read: {error}",
                    archive.snapshot
                );
                self.events.emit(Event::Notice { text });
                Vec::new()
            }
        }
    }
}

fn frozen(entries: &[Entry]) -> BTreeSet<IndexUuid> {
    let mut frozen = BTreeSet::new();
    for entry in entries {
        match entry {
            Entry::Intent { deed: Deed::Freeze { uuid, .. }, .. } => {
                frozen.insert(uuid.clone());
            }
            Entry::Intent { deed: Deed::Thaw { uuid, .. }, .. } => {
                frozen.remove(uuid);
            }
            _ => {}
        }
    }
    frozen
}
