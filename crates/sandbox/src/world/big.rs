//! Worlds of a size that real ones reach: made in seconds, the catalogue written once.

use std::sync::Arc;

use serde_json::json;

use super::World;
use super::archive::Kept;
use super::index::Index;
use super::state::State;
use crate::snapshot::catalogue::State as SnapshotState;
use crate::snapshot::root::Root;

/// How big.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Indices that are live, one primary each, made one an hour up to now.
    pub indices: usize,
    /// Snapshots, the nth of the nth oldest index.
    pub snapshots: usize,
}

const HOUR: i64 = 3_600_000;

impl World {
    /// Fills a world with indices `<prefix>000000` and so on, and snapshots `<prefix>snap-000000` of them.
    ///
    /// The snapshots' root files and one catalogue are written, their shards' files are not: such a world is for
    /// reading lists, a proof of one of its snapshots fails.
    #[must_use]
    pub fn big(self, prefix: &str, repository: &str, size: Size) -> Self {
        let mut state = self.lock();
        state.add_many(prefix, size.indices);
        state.keep_many(prefix, repository, size.snapshots);
        drop(state);
        self
    }
}

impl State {
    fn add_many(&mut self, prefix: &str, count: usize) {
        let now = self.clock.millis();
        for number in 0..count {
            let created = now - (count - number) as i64 * HOUR;
            let mut index = Index::new(&format!("{prefix}{number:06}"), 1, created, &mut self.ids);
            index.fill(12);
            index.flush(false, created, &mut self.ids);
            self.indices.insert(index.name.clone(), index);
        }
    }

    fn keep_many(&mut self, prefix: &str, repository: &str, count: usize) {
        let uuids: Vec<String> = (0..count).map(|_| self.ids.uuid()).collect();
        let images: Vec<Arc<Index>> = (0..count)
            .filter_map(|number| self.indices.get(&format!("{prefix}{number:06}")).cloned().map(Arc::new))
            .collect();
        let Some(mut keeper) = self.keeper(repository) else { return };
        for (number, (uuid, image)) in uuids.into_iter().zip(images).enumerate() {
            keeper.enter_index(&uuid, &image);
            let root = Root {
                name: format!("{prefix}snap-{number:06}"),
                uuid,
                state: SnapshotState::Success,
                indices: vec![image.name.clone()],
                metadata: json!({}),
                started: image.created,
                ended: image.created,
                shards_total: 1,
                shards_successful: 1,
                failures: Vec::new(),
                shallow: false,
            };
            keeper.record(Kept { root, images: vec![image] });
        }
        keeper.write_catalogue();
    }
}
