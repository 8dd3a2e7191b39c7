//! Another cluster that writes to the same repository, and what this one makes of it.
//!
//! Engines from 7.6 on go by the generation that they know. They notice at the end of a snapshot, or before a deletion, that
//! their `index-N` is gone; then they disable the repository until it is removed and added again.

use super::archive::{Archive, Kept};
use super::keeping::Keeper;
use super::refusal::{Outcome, Refusal};
use super::state::State;
use crate::snapshot::catalogue::{Catalogue, IndexEntry, SnapshotEntry, State as SnapshotState};
use crate::snapshot::paths::PathType;
use crate::snapshot::root::{self, Root};

/// The cluster UUID of the stranger.
pub const STRANGER: &str = "AnotherClusterOfLogsAA";

/// What a stranger made of a catalogue.
pub struct Moved {
    generation: i64,
    catalogue: Catalogue,
}

impl State {
    /// Another cluster takes a snapshot of an index of its own: the catalogue of the next generation, without this one's.
    pub fn another_cluster_takes(&mut self, repository: &str, snapshot: &str) {
        if let Some(mut keeper) = self.keeper(repository) {
            keeper.write_as_another(snapshot);
        }
    }

    /// # Errors
    /// Another cluster wrote since; from then on the repository is disabled.
    pub(super) fn refuse_moved(&mut self, repository: &str) -> Outcome<()> {
        let Some(keeper) = self.keeper(repository) else { return Ok(()) };
        let Some(moved) = &keeper.archive.moved else { return Ok(()) };
        let (known, found) = (keeper.archive.generation, moved.generation);
        keeper.archive.disabled = true;
        Err(Refusal::RepositoryMoved { repository: repository.to_owned(), known, found })
    }
}

impl Archive {
    /// Learns what lies in the bucket, as when the repository is added again.
    pub(super) fn read_again(&mut self) {
        self.disabled = false;
        if let Some(moved) = self.moved.take() {
            (self.generation, self.catalogue) = (moved.generation, moved.catalogue);
        }
    }
}

impl Keeper<'_> {
    fn write_as_another(&mut self, snapshot: &str) {
        let mut catalogue = self.archive.catalogue.clone();
        let (index, started) = ("theirs-2026.01.01", self.now.as_millisecond());
        let (uuid, id, theirs) = (self.ids.uuid(), self.ids.uuid(), self.ids.uuid());
        let root = Root {
            name: snapshot.to_owned(),
            uuid: uuid.clone(),
            state: SnapshotState::Success,
            indices: vec![index.to_owned()],
            metadata: serde_json::Value::Null,
            started,
            ended: started,
            shards_total: 1,
            shards_successful: 1,
            failures: Vec::new(),
            shallow: false,
        };
        self.put_root(
            &format!("snap-{uuid}.dat"),
            root::snapshot_blob(&root, self.engine, self.style.compress),
        );
        catalogue.snapshots.push(SnapshotEntry {
            name: root.name.clone(),
            uuid: uuid.clone(),
            state: root.state,
            engine: self.engine.clone(),
            started,
            ended: started,
            lookup: [(id.clone(), format!("{theirs}-_na_-1-1-1"))].into(),
        });
        let (path_type, generations) = (PathType::Fixed, vec![None]);
        let entry = IndexEntry { id, path_type, snapshots: vec![uuid.clone()], generations };
        catalogue.indices.insert(index.to_owned(), entry);
        catalogue.identifiers.insert(format!("{theirs}-_na_-1-1-1"), self.ids.blob());

        let known = self.archive.generation;
        let generation = known + 1;
        self.put_root(&format!("index-{generation}"), catalogue.bytes(self.engine, STRANGER));
        self.put_root("index.latest", generation.to_be_bytes().to_vec());
        self.store.remove(&self.archive.bucket, &self.archive.paths.root(&format!("index-{known}")));
        self.archive.kept.insert(uuid, Kept { root, images: Vec::new() });
        self.archive.moved = Some(Moved { generation, catalogue });
    }
}
