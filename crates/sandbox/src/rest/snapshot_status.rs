//! `_status`: how far snapshots are, shard by shard.

use serde_json::{Map, Value, json};

use super::query::TIMEOUTS;
use super::reply::{Ask, Decided};
use super::snapshots::chosen;
use crate::snapshot::catalogue::State as SnapshotState;
use crate::snapshot::root::Root;
use crate::world::state::State;

/// Files and bytes, all of them and those that were new.
#[derive(Clone, Copy, Default)]
struct Sums {
    files: usize,
    bytes: u64,
    new_files: usize,
    new_bytes: u64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.new_files += other.new_files;
        self.new_bytes += other.new_bytes;
    }

    fn json(self, root: &Root) -> Value {
        json!({
            "incremental": {"file_count": self.new_files, "size_in_bytes": self.new_bytes},
            "total": {"file_count": self.files, "size_in_bytes": self.bytes},
            "start_time_in_millis": root.started,
            "time_in_millis": (root.ended - root.started).max(0),
        })
    }
}

pub(super) fn running(ask: &mut Ask<'_>, repository: Option<&str>) -> Decided {
    ask.allow(&[TIMEOUTS, &["ignore_unavailable"]])?;
    if let Some(name) = repository {
        ask.state.repository(name)?;
    }
    ask.state.look(repository);
    let mine =
        ask.state.running.iter().filter(|running| repository.is_none_or(|name| name == running.repository));
    let shown =
        mine.map(|running| of(ask.state, &running.repository, &running.root(SnapshotState::InProgress, 0)));
    Ok(json!({"snapshots": shown.collect::<Vec<_>>()}))
}

pub(super) fn named(ask: &mut Ask<'_>, repository: &str, names: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["ignore_unavailable"]])?;
    ask.state.repository(repository)?;
    ask.state.look(Some(repository));
    let found = chosen(ask.state, repository, names, ask.query.flag("ignore_unavailable", false))?;
    let shown: Vec<Value> = found.iter().map(|root| of(ask.state, repository, root)).collect();
    Ok(json!({"snapshots": shown}))
}

fn of(state: &State, repository: &str, root: &Root) -> Value {
    let mut indices = Map::new();
    let mut all = Sums::default();
    for name in &root.indices {
        let (value, sums) = of_index(state, repository, root, name);
        indices.insert(name.clone(), value);
        all.add(sums);
    }
    json!({
        "snapshot": root.name,
        "repository": repository,
        "uuid": root.uuid,
        "state": if root.state == SnapshotState::InProgress { "STARTED" } else { root.state.word() },
        "include_global_state": false,
        "shards_stats": counts(root, root.shards_total, root.failures.len()),
        "stats": all.json(root),
        "indices": indices,
    })
}

fn of_index(state: &State, repository: &str, root: &Root, name: &str) -> (Value, Sums) {
    let runs = root.state == SnapshotState::InProgress;
    let primaries = primaries(state, repository, root, name);
    let (mut shards, mut all, mut failed) = (Map::new(), Sums::default(), 0);
    for shard in 0..primaries {
        let is_failed =
            !runs && root.failures.iter().any(|failure| failure.index == name && failure.shard == shard);
        failed += usize::from(is_failed);
        let sums = if runs { Sums::default() } else { sums(state, repository, root, name, shard) };
        let stage = match (runs, is_failed) {
            (true, _) => "STARTED",
            (false, true) => "FAILURE",
            (false, false) => "DONE",
        };
        shards.insert(shard.to_string(), json!({"stage": stage, "stats": sums.json(root)}));
        all.add(sums);
    }
    let value = json!({
        "shards_stats": counts(root, primaries, failed),
        "stats": all.json(root),
        "shards": shards,
    });
    (value, all)
}

fn counts(root: &Root, total: usize, failed: usize) -> Value {
    let runs = root.state == SnapshotState::InProgress;
    let (started, done, failed) = if runs { (total, 0, 0) } else { (0, total - failed, failed) };
    json!({"initializing": 0, "started": started, "finalizing": 0, "done": done, "failed": failed, "total": total})
}

fn primaries(state: &State, repository: &str, root: &Root, name: &str) -> usize {
    let finished = state.archive(repository).ok().flatten().and_then(|archive| archive.kept.get(&root.uuid));
    let running = state.running.iter().find(|running| running.uuid == root.uuid);
    let images = finished.map(|kept| &kept.images).or(running.map(|running| &running.images));
    let image = images.into_iter().flatten().find(|image| image.name == name);
    image.map_or(0, |image| image.shards.len())
}

fn sums(state: &State, repository: &str, root: &Root, name: &str, shard: usize) -> Sums {
    let found = || {
        let archive = state.archive(repository).ok()??;
        let id = archive.catalogue.indices.get(name)?.id.clone();
        archive.shards.get(&(id, shard))?.iter().find(|copy| copy.snapshot_uuid == root.uuid)
    };
    found().map_or_else(Sums::default, |copy| Sums {
        files: copy.files.len(),
        bytes: copy.files.iter().map(|file| file.length).sum(),
        new_files: copy.incremental.0,
        new_bytes: copy.incremental.1,
    })
}
