//! Repositories and what lies in them: snapshots that run, and those that are finished.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::index::{Health, Index};
use super::refusal::{Outcome, Refusal};
use super::state::State;
use super::strangers::Moved;
use crate::engine::Engine;
use crate::snapshot::catalogue::{Catalogue, State as SnapshotState};
use crate::snapshot::paths::{PathType, Paths};
use crate::snapshot::root::{Failure, Root};
use crate::snapshot::shard::{ShardCopy, Style};

/// A repository as it is registered.
#[derive(Clone, Debug)]
pub struct Repository {
    pub kind: String,
    /// As they were given.
    pub settings: Map<String, Value>,
}

/// What the engine knows of one base path in one bucket.
pub struct Archive {
    pub bucket: String,
    pub paths: Paths,
    /// Of the catalogue; -1 before the first.
    pub generation: i64,
    pub catalogue: Catalogue,
    /// By snapshot UUID.
    pub kept: BTreeMap<String, Kept>,
    /// Of each index id and shard, its snapshots in the order of making.
    pub shards: BTreeMap<(String, usize), Vec<ShardCopy>>,
    /// What another cluster wrote since.
    pub(super) moved: Option<Moved>,
    /// This cluster noticed, and does nothing with the repository any more.
    pub(super) disabled: bool,
}

/// A finished snapshot.
#[derive(Clone)]
pub struct Kept {
    pub root: Root,
    pub images: Vec<Arc<Index>>,
}

/// A snapshot that is being made. Its indices are as they were when it began.
pub struct Running {
    pub repository: String,
    pub name: String,
    pub uuid: String,
    pub images: Vec<Arc<Index>>,
    pub metadata: Value,
    pub started: i64,
    /// It ends at the look after which none is left.
    pub looks_left: u32,
    pub fails: bool,
}

/// What a snapshot is asked to hold.
#[derive(Clone, Debug)]
pub struct Request {
    pub repository: String,
    pub snapshot: String,
    pub indices: Vec<String>,
    pub metadata: Value,
    pub partial: bool,
}

impl Repository {
    /// A setting as text.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str)
    }

    pub fn base_path(&self) -> &str {
        self.setting("base_path").unwrap_or_default()
    }

    pub fn key(&self) -> (String, String) {
        (self.setting("bucket").unwrap_or_default().to_owned(), self.base_path().trim_matches('/').to_owned())
    }

    pub fn compresses(&self) -> bool {
        self.settings.get("compress").is_some_and(|value| value == &Value::Bool(true) || value == "true")
    }

    pub fn path_type(&self, engine: &Engine) -> PathType {
        PathType::of_setting(self.setting("shard_path_type"), engine)
    }

    pub fn style(&self, written_by: String) -> Style {
        let part_size = self.setting("chunk_size").and_then(bytes_of).unwrap_or(1 << 30);
        Style { part_size, written_by, compress: self.compresses() }
    }
}

/// `1kb`, `5mb`, `1gb`.
fn bytes_of(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let shift = match text[digits.len()..].trim() {
        "" | "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        _ => return None,
    };
    digits.parse::<u64>().ok().map(|number| number << shift)
}

impl Archive {
    pub fn new(bucket: &str, base_path: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            paths: Paths::new(base_path),
            generation: -1,
            catalogue: Catalogue::default(),
            kept: BTreeMap::new(),
            shards: BTreeMap::new(),
            moved: None,
            disabled: false,
        }
    }

    /// A finished snapshot by its name.
    pub fn named(&self, name: &str) -> Option<&Kept> {
        self.kept.values().find(|kept| kept.root.name == name)
    }
}

impl Running {
    pub fn holds(&self, index: &str) -> bool {
        self.images.iter().any(|image| image.name == index)
    }

    pub fn root(&self, state: SnapshotState, ended: i64) -> Root {
        let shards = self.images.iter().map(|image| image.shards.len()).sum();
        let failures = self.failures();
        Root {
            name: self.name.clone(),
            uuid: self.uuid.clone(),
            state,
            indices: self.images.iter().map(|image| image.name.clone()).collect(),
            metadata: self.metadata.clone(),
            started: self.started,
            ended,
            shards_total: shards,
            shards_successful: shards - failures.len(),
            failures,
            shallow: false,
        }
    }

    /// The last shard of the last index, or none; every shard of an index without primaries.
    pub fn failures(&self) -> Vec<Failure> {
        let failure = |image: &Index, shard: usize, reason: &str| Failure {
            index: image.name.clone(),
            index_uuid: image.uuid.clone(),
            shard,
            reason: reason.to_owned(),
        };
        let mut failures: Vec<Failure> = Vec::new();
        for image in self.images.iter().filter(|image| image.health == Health::Red) {
            failures.extend(
                (0..image.shards.len()).map(|shard| failure(image, shard, "primary shard is not allocated")),
            );
        }
        if let (true, true, Some(last)) = (self.fails, failures.is_empty(), self.images.last()) {
            failures
                .extend(last.shards.len().checked_sub(1).map(|shard| failure(last, shard, "node shutdown")));
        }
        failures
    }
}

impl State {
    /// The repository of that name.
    ///
    /// # Errors
    /// It is not registered.
    pub fn repository(&self, name: &str) -> Outcome<&Repository> {
        self.repositories.get(name).ok_or_else(|| Refusal::RepositoryMissing(name.to_owned()))
    }

    /// What lies in a repository; `None` while nothing does.
    ///
    /// # Errors
    /// The repository is not registered, or its bucket not there, or it was disabled.
    pub fn archive(&self, repository: &str) -> Outcome<Option<&Archive>> {
        let registered = self.repository(repository)?;
        let key = registered.key();
        if !self.store.has_bucket(&key.0) {
            let base_path = registered.base_path().to_owned();
            return Err(Refusal::NotReadable { repository: repository.to_owned(), base_path, bucket: key.0 });
        }
        let archive = self.archives.get(&key);
        if archive.is_some_and(|archive| archive.disabled) {
            return Err(Refusal::RepositoryDisabled(repository.to_owned()));
        }
        Ok(archive)
    }

    /// Registers a repository and verifies it; one that fails verification stays registered, as with the real engines.
    ///
    /// # Errors
    /// The type is unknown, a snapshot runs in it (Elasticsearch), or the bucket is not there.
    pub fn register(&mut self, name: &str, repository: Repository) -> Outcome<()> {
        if repository.kind != "s3" {
            return Err(Refusal::RepositoryType { repository: name.to_owned(), kind: repository.kind });
        }
        if !self.engine.is_opensearch() {
            self.refuse_while_used(name)?;
            if repository.setting("bucket").is_none() {
                return Err(Refusal::RepositoryWithoutBucket(name.to_owned()));
            }
        }
        self.repositories.insert(name.to_owned(), repository);
        self.verify(name)
    }

    /// # Errors
    /// The repository is not registered, or its bucket not there.
    pub fn verify(&self, name: &str) -> Outcome<()> {
        let repository = self.repository(name)?;
        let (bucket, _) = repository.key();
        if self.store.has_bucket(&bucket) {
            return Ok(());
        }
        let base_path = repository.base_path().to_owned();
        Err(Refusal::NotVerified { repository: name.to_owned(), base_path, bucket })
    }

    /// Forgets a repository; the bucket keeps everything.
    ///
    /// # Errors
    /// It is not registered, or a snapshot runs in it.
    pub fn unregister(&mut self, name: &str) -> Outcome<()> {
        let key = self.repository(name)?.key();
        self.refuse_while_used(name)?;
        self.repositories.remove(name);
        if let Some(archive) = self.archives.get_mut(&key) {
            archive.read_again();
        }
        Ok(())
    }

    fn refuse_while_used(&self, repository: &str) -> Outcome<()> {
        let used = self.running.iter().any(|running| running.repository == repository);
        if used { Err(Refusal::RepositoryInUse) } else { Ok(()) }
    }

    /// Begins a snapshot: what its indices hold now, flushed, is what it will hold.
    ///
    /// # Errors
    /// The name is taken or none; the repository is missing; a primary is, and `partial` was not asked.
    pub fn begin_snapshot(&mut self, request: Request) -> Outcome<()> {
        self.check_snapshot_name(&request)?;
        self.refuse_second(&request.repository, &request.snapshot, "a snapshot is already running")?;
        let uuid = self.ids.uuid();
        let red = |name: &&String| self.indices.get(*name).is_some_and(|index| index.health == Health::Red);
        let without: Vec<String> = request.indices.iter().filter(red).cloned().collect();
        if !request.partial && !without.is_empty() {
            let Request { repository, snapshot, .. } = request;
            return Err(Refusal::NoPrimaries { repository, snapshot, uuid, indices: without });
        }
        self.flush(&request.indices, false);
        let image = |name: &String| self.indices.get(name).cloned().map(Arc::new);
        let images = request.indices.iter().filter_map(image).collect();
        self.running.push(Running {
            repository: request.repository,
            name: request.snapshot,
            uuid,
            images,
            metadata: request.metadata,
            started: self.clock.millis(),
            looks_left: self.looks,
            fails: std::mem::take(&mut self.partial_next),
        });
        Ok(())
    }

    fn refuse_second(&self, repository: &str, snapshot: &str, why: &'static str) -> Outcome<()> {
        if self.engine.since(7, 9) || self.running.is_empty() {
            return Ok(());
        }
        Err(Refusal::SnapshotRuns { repository: repository.to_owned(), snapshot: snapshot.to_owned(), why })
    }

    fn check_snapshot_name(&self, request: &Request) -> Outcome<()> {
        let refuse = |why| {
            let (repository, snapshot) = (request.repository.clone(), request.snapshot.clone());
            Err(Refusal::SnapshotName { repository, snapshot, why })
        };
        let archive = self.archive(&request.repository)?;
        let same =
            |running: &Running| running.repository == request.repository && running.name == request.snapshot;
        if request.snapshot.chars().any(char::is_uppercase) {
            refuse("must be lowercase")
        } else if request.snapshot.starts_with('_') {
            refuse("must not start with '_'")
        } else if archive.is_some_and(|archive| archive.named(&request.snapshot).is_some()) {
            refuse("snapshot with the same name already exists")
        } else if self.running.iter().any(same) {
            refuse("snapshot with the same name is already in-progress")
        } else {
            Ok(())
        }
    }

    /// Looks at the running snapshots of a repository, or of all: those whose time has come end.
    pub fn look(&mut self, repository: Option<&str>) {
        let mut ended = Vec::new();
        for running in &mut self.running {
            if repository.is_none_or(|name| name == running.repository) {
                running.looks_left = running.looks_left.saturating_sub(1);
                if running.looks_left == 0 {
                    ended.push(running.uuid.clone());
                }
            }
        }
        ended.iter().for_each(|uuid| self.end_snapshot(uuid));
    }

    /// Lets every running snapshot end.
    pub fn end_all(&mut self) {
        let all: Vec<String> = self.running.iter().map(|running| running.uuid.clone()).collect();
        all.iter().for_each(|uuid| self.end_snapshot(uuid));
    }

    /// Removes snapshots, finished or running, all or none.
    ///
    /// # Errors
    /// One is missing, or backs a mounted index.
    pub fn delete_snapshots(&mut self, repository: &str, names: &[String]) -> Outcome<()> {
        let archive = self.archive(repository)?;
        let is_running = |name: &str| {
            self.running.iter().any(|running| running.repository == repository && running.name == name)
        };
        let found =
            |name: &&String| is_running(name) || archive.is_some_and(|archive| archive.named(name).is_some());
        if let Some(snapshot) = names.iter().find(|name| !found(name)) {
            return Err(Refusal::SnapshotMissing {
                repository: repository.to_owned(),
                snapshot: snapshot.clone(),
            });
        }
        let uuids: Vec<String> = archive
            .iter()
            .flat_map(|archive| names.iter().filter_map(|name| archive.named(name)))
            .map(|kept| kept.root.uuid.clone())
            .collect();
        let other = self.running.iter().any(|running| !names.contains(&running.name));
        if let Some(first) = names.first().filter(|_| other) {
            self.refuse_second(repository, first, "cannot delete - another snapshot is currently running")?;
        }
        self.refuse_mounted(repository, names, &uuids)?;
        self.refuse_moved(repository)?;
        self.running.retain(|running| !(running.repository == repository && names.contains(&running.name)));
        self.remove_kept(repository, &uuids);
        Ok(())
    }

    fn refuse_mounted(&self, repository: &str, names: &[String], uuids: &[String]) -> Outcome<()> {
        let backs = |index: &Index| {
            index
                .settings
                .get("index.searchable_snapshot.snapshot_id.uuid")
                .is_some_and(|uuid| uuids.contains(uuid))
        };
        match self.indices.values().any(backs) {
            true => Err(Refusal::SnapshotsMounted {
                repository: repository.to_owned(),
                snapshots: names.to_vec(),
            }),
            false => Ok(()),
        }
    }
}
