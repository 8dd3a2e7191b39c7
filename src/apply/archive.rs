//! Archiving one day of one policy: freeze, snapshot, wait, verify, delete.

use super::freeze::Freeze;
use super::{Fatal, ItemResult, Outcome, Run, wait::Pace};
use crate::clients::engine::{EngineError, SnapshotProgress};
use crate::event::Event;
use crate::model::{Address, Live, Marks, SnapshotEntry, SnapshotState};
use crate::plan::{Archive, IndexItem, Series};
use crate::proof::SnapshotId;
use crate::state::Deed;

/// How a wait for a snapshot ended.
enum Written {
    Success,
    /// PARTIAL, FAILED or vanished.
    NotSuccess(String),
    /// Not begun: the engine is busy with another one, which it makes one at a time (before Elasticsearch 7.9).
    Busy(String),
    /// Still running: left to a later run.
    Running(String),
    /// Could not be asked.
    Unread(String),
}

impl Run<'_> {
    /// One snapshot of the plan and all indices that go with it.
    pub(super) async fn archive(
        &mut self,
        series: &Series,
        archive: &Archive,
        outcome: &mut Outcome,
    ) -> Result<(), Fatal> {
        let mut items = selected_items(series, archive);
        if items.is_empty() {
            return Ok(());
        }
        self.may_go_on().await?;
        for item in &items {
            let address = Address::Index(item.name.to_string());
            self.events.emit(Event::ItemStarted { address, verb: "archive" });
        }
        let mut frozen = Vec::new();
        if !archive.running {
            items = self.freeze_all(series, items, &mut frozen, outcome).await?;
            if items.is_empty() {
                return Ok(());
            }
        }
        let written = self.write_snapshot(series, archive, &items).await?;
        if archive.running && matches!(written, Written::Success | Written::NotSuccess(_)) {
            frozen = self.frozen_before(archive, &items).await;
        }
        match written {
            Written::Success => self.delete_archived(series, archive, items, &frozen, outcome).await,
            Written::Running(why) => {
                self.settle_all(&items, &ItemResult::Pending(why), outcome);
                Ok(())
            }
            Written::NotSuccess(why) => {
                for item in &frozen {
                    self.thaw(item).await?;
                }
                self.settle_all(&items, &ItemResult::Failed(why), outcome);
                Ok(())
            }
            Written::Busy(why) => {
                for item in &frozen {
                    self.thaw(item).await?;
                }
                self.settle_all(&items, &ItemResult::Pending(why), outcome);
                Ok(())
            }
            // Whether it was written is not known: the block stays and the next run, which finds the intent, decides.
            Written::Unread(why) => {
                self.settle_all(&items, &ItemResult::Failed(why), outcome);
                Ok(())
            }
        }
    }

    /// Freezes each index; one that moved is settled and left out of the snapshot.
    async fn freeze_all<'i>(
        &mut self,
        series: &Series,
        items: Vec<&'i IndexItem>,
        frozen: &mut Vec<&'i IndexItem>,
        outcome: &mut Outcome,
    ) -> Result<Vec<&'i IndexItem>, Fatal> {
        let mut ready = Vec::with_capacity(items.len());
        for item in items {
            let result = match self.freeze_one(series, item).await? {
                Freeze::Set => {
                    frozen.push(item);
                    ready.push(item);
                    continue;
                }
                Freeze::Found | Freeze::NotWanted => {
                    ready.push(item);
                    continue;
                }
                Freeze::Gone => ItemResult::AlreadyDone("the index is gone".into()),
                Freeze::Refused(why) => ItemResult::Skipped(why),
            };
            self.settle(&Address::Index(item.name.to_string()), "archive", result, outcome);
        }
        Ok(ready)
    }

    /// Creates the snapshot, or takes up the one of that name that is es2s3's own, and waits for its end.
    async fn write_snapshot(
        &mut self,
        series: &Series,
        archive: &Archive,
        items: &[&IndexItem],
    ) -> Result<Written, Fatal> {
        if archive.running {
            return self.wait_for(archive).await;
        }
        let address = Address::Snapshot(archive.snapshot.to_string());
        let indices: Vec<_> = items.iter().map(|item| (item.name.clone(), item.uuid.clone())).collect();
        let deed = Deed::Snapshot { snapshot: archive.snapshot.clone(), indices };
        let step = self.ledger.intend(&address, deed).await?;
        self.ledger.check_lease()?;
        let marks = Marks {
            policy: series.policy.name.clone(),
            day: archive.day,
            run: self.ledger.run().clone(),
            bytes: items.iter().filter_map(|item| item.bytes).sum(),
        };
        let names: Vec<_> = items.iter().map(|item| item.name.clone()).collect();
        let repository = self.plan.repository.spec.name.clone();
        let created = self.writer.create_snapshot(&repository, &archive.snapshot, &names, &marks).await;
        let written = match created {
            Ok(()) => self.wait_for(archive).await?,
            // Taken: by an earlier try of ours whose reply was lost. Its own file says whose it is when it is verified.
            Err(EngineError::SnapshotNameTaken { .. }) => self.wait_for(archive).await?,
            Err(error) if error.may_have_happened() => self.wait_for(archive).await?,
            Err(EngineError::ConcurrentOperation { .. }) => {
                Written::Busy("another snapshot is running; the next run begins this one".into())
            }
            Err(error) => Written::NotSuccess(not_written(archive, &error)),
        };
        let result = match &written {
            Written::Success => ItemResult::Done("SUCCESS".into()),
            Written::NotSuccess(why) => ItemResult::Failed(why.clone()),
            Written::Busy(why) => ItemResult::Skipped(why.clone()),
            Written::Running(why) | Written::Unread(why) => ItemResult::Pending(why.clone()),
        };
        self.ledger.conclude(step, &result);
        Ok(written)
    }

    /// Looks at the snapshot until it ends. A lost look is tried again; a lost lease ends everything.
    async fn wait_for(&mut self, archive: &Archive) -> Result<Written, Fatal> {
        let repository = self.plan.repository.spec.name.clone();
        let mut pace = Pace::start();
        let mut unread = 0;
        loop {
            match self.reader.snapshot_progress(&repository, &archive.snapshot).await {
                Ok(Some(progress)) => {
                    unread = 0;
                    self.tell_progress(archive, &progress);
                    match progress.state {
                        SnapshotState::Success => return Ok(Written::Success),
                        SnapshotState::InProgress => {}
                        state @ (SnapshotState::Failed
                        | SnapshotState::Partial
                        | SnapshotState::Incompatible) => {
                            return Ok(Written::NotSuccess(format!(
                                "snapshot {} ended as {state}",
                                archive.snapshot
                            )));
                        }
                    }
                }
                Ok(None) => {
                    return Ok(Written::NotSuccess(format!("snapshot {} is not there", archive.snapshot)));
                }
                // Disabled for good: however it stands, no catalogue of this cluster's will name it.
                Err(error @ EngineError::RepositoryMoved { .. }) => {
                    return Ok(Written::NotSuccess(not_written(archive, &error)));
                }
                Err(error) if unread < 5 => {
                    unread += 1;
                    self.events
                        .emit(Event::Notice { text: format!("looking at {}: {error}", archive.snapshot) });
                }
                Err(error) => return Ok(Written::Unread(format!("snapshot {}: {error}", archive.snapshot))),
            }
            if !self.waiting.for_snapshots {
                return Ok(Written::Running(
                    "the snapshot is being written; the next run verifies it".into(),
                ));
            }
            if !self.waiting.pause(pace.next_pause()).await {
                return Ok(Written::Running(
                    "interrupted; the snapshot goes on, the next run takes it up".into(),
                ));
            }
            self.ledger.check_lease()?;
        }
    }

    fn tell_progress(&self, archive: &Archive, progress: &SnapshotProgress) {
        let SnapshotProgress { done, total, .. } = *progress;
        self.events.emit(Event::SnapshotProgress { snapshot: archive.snapshot.clone(), done, total });
    }

    /// The snapshot is whole: each index is proven from its bytes and goes. One that stays is not left `frozen`.
    async fn delete_archived(
        &mut self,
        series: &Series,
        archive: &Archive,
        items: Vec<&IndexItem>,
        frozen: &[&IndexItem],
        outcome: &mut Outcome,
    ) -> Result<(), Fatal> {
        let copy = match self.written_as(archive).await {
            Ok(copy) => copy,
            Err(why) => {
                for item in frozen {
                    self.thaw(item).await?;
                }
                self.settle_all(&items, &why, outcome);
                return Ok(());
            }
        };
        for item in items {
            self.may_go_on().await?;
            let ours = frozen.iter().any(|one| one.uuid == item.uuid);
            let result = self.delete_proven(series, item, &copy, ours).await?;
            if matches!(result, ItemResult::Done(_)) {
                outcome.deleted_indices += 1;
                outcome.archived_indices += 1;
                outcome.deleted_bytes += item.bytes.unwrap_or_default();
            }
            self.settle(&Address::Index(item.name.to_string()), "archive", result, outcome);
        }
        Ok(())
    }

    /// The snapshot as the catalogue has it; `Err` is what becomes of its items when it has it not.
    async fn written_as(&mut self, archive: &Archive) -> Result<SnapshotId, ItemResult> {
        match self.catalogue().await {
            Live::Present(catalogue) => match entry_named(&catalogue.snapshots, archive) {
                Some(entry) => Ok(SnapshotId { name: entry.name.clone(), uuid: entry.uuid.clone() }),
                None => Err(ItemResult::Skipped(format!(
                    "snapshot {} is not in the catalogue index-{}",
                    archive.snapshot, catalogue.generation
                ))),
            },
            Live::Absent => {
                Err(ItemResult::Failed("the catalogue is not where the repository's settings say".into()))
            }
            Live::Unknown(unknown) => Err(ItemResult::Skipped(format!("catalogue: {}", unknown.why))),
        }
    }

    fn settle_all(&mut self, items: &[&IndexItem], result: &ItemResult, outcome: &mut Outcome) {
        for item in items {
            self.settle(&Address::Index(item.name.to_string()), "archive", result.clone(), outcome);
        }
    }
}

/// With what to do about it, where that is known.
fn not_written(archive: &Archive, error: &EngineError) -> String {
    format!("snapshot {}: {}", archive.snapshot, error.unknown().why)
}

fn selected_items<'p>(series: &'p Series, archive: &Archive) -> Vec<&'p IndexItem> {
    series.indices.iter().filter(|item| item.selected && archive.indices.contains(&item.name)).collect()
}

fn entry_named<'c>(snapshots: &'c [SnapshotEntry], archive: &Archive) -> Option<&'c SnapshotEntry> {
    snapshots.iter().find(|entry| entry.name == archive.snapshot)
}
