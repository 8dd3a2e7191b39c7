//! Runs that died: what was open in their journals is looked up in the live world, and written down.
//!
//! Nothing is deleted here. A deed that was done gets its record (a deleted index its manifest line); a deed that was not
//! done is left to the plan, which decides anew. A write block that a dead run set is taken back, unless a snapshot of that
//! run stands or is being written: then the plan goes on from it.

use std::collections::BTreeSet;

use super::{Fatal, ItemResult};
use crate::clients::engine::{Reader, Writer};
use crate::event::{Event, Events};
use crate::model::{IndexName, IndexUuid, Live, RepositoryName, SnapshotName, SnapshotState};
use crate::state::{Deed, Entry, Lease, Manifest, ManifestLine, OpenRun, Settled, Step};

/// How many of the newest runs are looked at. A run that died is closed by the very next one, so few can be open.
const RUNS_LOOKED_AT: usize = 10;

/// Finds and closes the runs that did not end. Returns how many.
///
/// # Errors
///
/// When journals cannot be read or closed, or the domain cannot be asked: then nothing new may begin.
pub async fn recover(
    lease: &Lease,
    reader: &Reader,
    writer: &Writer,
    repository: &RepositoryName,
    events: &Events,
) -> Result<u64, Fatal> {
    let mut closed = 0;
    for run in lease.store().open_runs(RUNS_LOOKED_AT).await? {
        if run.run == lease.run() {
            continue;
        }
        events.emit(Event::Recovering { run: run.run.clone(), open: run.open.len() as u64 });
        let recovery = Recovery { lease, reader, writer, repository, run: &run };
        recovery.close().await?;
        closed += 1;
    }
    Ok(closed)
}

struct Recovery<'a> {
    lease: &'a Lease,
    reader: &'a Reader,
    writer: &'a Writer,
    repository: &'a RepositoryName,
    run: &'a OpenRun,
}

impl Recovery<'_> {
    async fn close(&self) -> Result<(), Fatal> {
        let mut entries = Vec::new();
        let mut notes = Vec::new();
        let record = self.lease.store().run(&self.run.run).await?;
        let mut lines = record.deleted_lines();
        for (step, address, deed) in &self.run.open {
            let result = self.look(deed, &mut lines).await?;
            let (settled, note) = words(&result);
            notes.push(format!("{address}: {note}"));
            entries.push(Entry::Outcome { step: *step, result: settled, note, at: self.lease.now() });
        }
        notes.extend(self.thaw_what_was_left_frozen(&record.entries).await?);
        self.lease.check()?;
        Manifest::new(self.lease.store()).append(&lines).await?;
        entries.push(Entry::Recovered { at: self.lease.now(), by: self.lease.run(), notes });
        Ok(self.lease.store().close_run(self.run, &entries).await?)
    }

    /// Whether the deed was done, by the look of the live world.
    async fn look(&self, deed: &Deed, lines: &mut Vec<ManifestLine>) -> Result<ItemResult, Fatal> {
        Ok(match deed {
            Deed::DeleteIndex { line } => {
                if self.is_live(&line.index, &line.uuid).await? {
                    ItemResult::Failed("the index is still there; the plan decides anew".into())
                } else {
                    lines.push((**line).clone());
                    ItemResult::Done("the index is gone; its line is in the manifest".into())
                }
            }
            Deed::DeleteSnapshot { snapshot, .. } => {
                match self.reader.snapshot(self.repository, snapshot).await {
                    Live::Absent => ItemResult::Done("the snapshot is gone".into()),
                    Live::Present(_) => {
                        ItemResult::Failed("the snapshot is still there; the plan decides anew".into())
                    }
                    Live::Unknown(unknown) => ItemResult::Pending(unknown.why),
                }
            }
            Deed::Snapshot { snapshot, .. } => self.look_at_snapshot(snapshot).await,
            Deed::Restore { target, .. } => {
                ItemResult::Pending(format!("{target}: the hold stays; look at it by hand"))
            }
            Deed::PutRepository { .. }
            | Deed::PutObject { .. }
            | Deed::RemoveObject { .. }
            | Deed::Freeze { .. }
            | Deed::Thaw { .. }
            | Deed::MarkBlock { .. }
            | Deed::UnmarkBlock { .. }
            | Deed::RemoveObjects { .. }
            | Deed::AbortUpload { .. }
            | Deed::PutLifecycle { .. } => ItemResult::Pending("the plan decides anew".into()),
        })
    }

    async fn look_at_snapshot(&self, snapshot: &SnapshotName) -> ItemResult {
        match self.reader.snapshot(self.repository, snapshot).await {
            Live::Present(info) if info.state == SnapshotState::Success => {
                ItemResult::Done("the snapshot is whole; the plan proves it".into())
            }
            Live::Present(info) => ItemResult::Pending(format!("the snapshot is {}", info.state)),
            Live::Absent => ItemResult::Failed("the snapshot was not begun".into()),
            Live::Unknown(unknown) => ItemResult::Pending(unknown.why),
        }
    }

    async fn is_live(&self, index: &IndexName, uuid: &IndexUuid) -> Result<bool, Fatal> {
        let live = self.reader.index_uuids(std::slice::from_ref(index)).await.map_err(Fatal::Engine)?;
        Ok(live.get(index) == Some(uuid))
    }

    /// Blocks that the dead run set on indices that no snapshot of it holds.
    async fn thaw_what_was_left_frozen(&self, entries: &[Entry]) -> Result<Vec<String>, Fatal> {
        let mut notes = Vec::new();
        for (index, uuid) in self.left_frozen(entries).await {
            if !self.is_live(&index, &uuid).await? {
                continue;
            }
            self.lease.check_for_deed()?;
            notes.push(match self.writer.remove_write_block(&index).await {
                Ok(()) => format!("{index}: write block taken back"),
                Err(error) => format!("{index}: the write block stays: {error}"),
            });
        }
        Ok(notes)
    }

    async fn left_frozen(&self, entries: &[Entry]) -> BTreeSet<(IndexName, IndexUuid)> {
        let failed: BTreeSet<Step> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Outcome { step, result: Settled::Failed | Settled::Skipped, .. } => Some(*step),
                _ => None,
            })
            .collect();
        let mut frozen = BTreeSet::new();
        for entry in entries {
            let Entry::Intent { step, deed, .. } = entry else { continue };
            match deed {
                Deed::Freeze { index, uuid } if !failed.contains(step) => {
                    frozen.insert((index.clone(), uuid.clone()));
                }
                Deed::Thaw { index, uuid } if !failed.contains(step) => {
                    frozen.remove(&(index.clone(), uuid.clone()));
                }
                // Begun or whole: the block is what its proof will stand on.
                Deed::Snapshot { snapshot, indices } if self.stands(snapshot).await => {
                    frozen.retain(|index| !indices.contains(index));
                }
                // Already proven when it was frozen; the plan deletes it on the same copy.
                Deed::DeleteIndex { line } => {
                    frozen.remove(&(line.index.clone(), line.uuid.clone()));
                }
                _ => {}
            }
        }
        frozen
    }

    async fn stands(&self, snapshot: &SnapshotName) -> bool {
        match self.reader.snapshot(self.repository, snapshot).await {
            Live::Present(info) => matches!(info.state, SnapshotState::Success | SnapshotState::InProgress),
            Live::Absent => false,
            // Not known: the safe side is to leave the block alone.
            Live::Unknown(_) => true,
        }
    }
}

fn words(result: &ItemResult) -> (Settled, String) {
    match result {
        ItemResult::Done(note) => (Settled::Done, note.clone()),
        ItemResult::AlreadyDone(note) => (Settled::AlreadyDone, note.clone()),
        ItemResult::Skipped(note) => (Settled::Skipped, note.clone()),
        ItemResult::Failed(note) => (Settled::Failed, note.clone()),
        ItemResult::Pending(note) => (Settled::Pending, note.clone()),
    }
}
