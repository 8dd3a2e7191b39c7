//! Writing a snapshot that ends into the bucket, in the engines' order of writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::archive::{Archive, Kept, Repository, Running};
use super::ids::Ids;
use super::index::{Index, Shard};
use super::state::State;
use crate::engine::{Engine, Kind};
use crate::snapshot::catalogue::{IndexEntry, SnapshotEntry, State as SnapshotState};
use crate::snapshot::codec::checksum;
use crate::snapshot::lucene::LuceneFile;
use crate::snapshot::paths::PathType;
use crate::snapshot::root::{self, IndexMetadata};
use crate::snapshot::shard::{self, ShardCopy, StoredFile, Style};
use crate::store::Store;

impl State {
    /// Ends a running snapshot: shard data, metadata, catalogue, pointer, in this order.
    pub fn end_snapshot(&mut self, uuid: &str) {
        let Some(at) = self.running.iter().position(|running| running.uuid == uuid) else { return };
        let running = self.running.remove(at);
        let now = self.clock.now();
        if self.refuse_moved(&running.repository).is_err() {
            // What it wrote is not in any catalogue: nobody knows of it.
            return;
        }
        let Some(mut keeper) = self.keeper(&running.repository) else { return };
        keeper.keep(&running, now.as_millisecond());
    }

    /// Takes finished snapshots out: the catalogue first, then what nothing refers to any more.
    pub(super) fn remove_kept(&mut self, repository: &str, uuids: &[String]) {
        if uuids.is_empty() {
            return;
        }
        if let Some(mut keeper) = self.keeper(repository) {
            keeper.remove(uuids);
        }
    }

    /// Writes a snapshot's root file again, after a test changed it.
    pub(super) fn rewrite_root(
        &mut self,
        repository: &str,
        name: &str,
        change: impl FnOnce(&mut root::Root),
    ) {
        let Some(keeper) = self.keeper(repository) else { return };
        let Some(kept) = keeper.archive.kept.values_mut().find(|kept| kept.root.name == name) else { return };
        change(&mut kept.root);
        let blob = root::snapshot_blob(&kept.root, keeper.engine, keeper.style.compress);
        let key = keeper.archive.paths.root(&format!("snap-{}.dat", kept.root.uuid));
        keeper.store.put(&keeper.archive.bucket, &key, blob, keeper.now);
    }

    pub(super) fn keeper(&mut self, repository: &str) -> Option<Keeper<'_>> {
        let registered = self.repositories.get(repository)?.clone();
        let (bucket, base) = registered.key();
        let archive = self
            .archives
            .entry((bucket.clone(), base))
            .or_insert_with(|| Archive::new(&bucket, registered.base_path()));
        Some(Keeper {
            archive,
            style: registered.style(self.engine.lucene_text()),
            repository: registered,
            store: &self.store,
            engine: &self.engine,
            cluster_uuid: &self.cluster_uuid,
            ids: &mut self.ids,
            now: self.clock.now(),
        })
    }
}

/// One archive, with what it takes to write into it.
pub(super) struct Keeper<'a> {
    pub(super) archive: &'a mut Archive,
    repository: Repository,
    pub(super) style: Style,
    pub(super) store: &'a Store,
    pub(super) engine: &'a Engine,
    cluster_uuid: &'a str,
    pub(super) ids: &'a mut Ids,
    pub(super) now: jiff::Timestamp,
}

impl Keeper<'_> {
    fn keep(&mut self, running: &Running, ended: i64) {
        let state =
            if running.failures().is_empty() { SnapshotState::Success } else { SnapshotState::Partial };
        let root = running.root(state, ended);
        let failed: BTreeSet<(String, usize)> =
            root.failures.iter().map(|failure| (failure.index.clone(), failure.shard)).collect();
        for image in &running.images {
            let shards: Vec<usize> = (0..image.shards.len())
                .filter(|shard| !failed.contains(&(image.name.clone(), *shard)))
                .collect();
            self.keep_index(running, image, &shards);
        }
        self.record(Kept { root, images: running.images.clone() });
        self.write_catalogue();
    }

    /// Adds a snapshot to the catalogue in memory, and writes its root files.
    pub(super) fn record(&mut self, kept: Kept) {
        let lookup = kept.images.iter().filter_map(|image| {
            Some((self.archive.catalogue.indices.get(&image.name)?.id.clone(), image.identifier()))
        });
        let root = &kept.root;
        let entry = SnapshotEntry {
            name: root.name.clone(),
            uuid: root.uuid.clone(),
            state: root.state,
            engine: self.engine.clone(),
            started: root.started,
            ended: root.ended,
            lookup: lookup.collect(),
        };
        self.put_root(&format!("meta-{}.dat", root.uuid), root::cluster_blob(self.style.compress));
        let blob = root::snapshot_blob(root, self.engine, self.style.compress);
        self.put_root(&format!("snap-{}.dat", root.uuid), blob);
        self.archive.catalogue.snapshots.push(entry);
        self.archive.kept.insert(root.uuid.clone(), kept);
    }

    /// Registers an index for a snapshot without a word of its shards, for worlds too big to write them all.
    pub(super) fn enter_index(&mut self, uuid: &str, image: &Index) -> (String, PathType) {
        let path_type = self.repository.path_type(self.engine);
        let ids = &mut *self.ids;
        let entry = self.archive.catalogue.indices.entry(image.name.clone()).or_insert_with(|| IndexEntry {
            id: ids.uuid(),
            path_type,
            snapshots: Vec::new(),
            generations: Vec::new(),
        });
        entry.snapshots.push(uuid.to_owned());
        let shards = entry.generations.len().max(image.shards.len());
        entry.generations.resize(shards, None);
        let found = (entry.id.clone(), entry.path_type);
        self.archive.catalogue.identifiers.entry(image.identifier()).or_insert_with(|| ids.blob());
        found
    }

    fn keep_index(&mut self, running: &Running, image: &Arc<Index>, shards: &[usize]) {
        let known = self.archive.catalogue.indices.contains_key(&image.name);
        let (id, path_type) = self.enter_index(&running.uuid, image);
        if !known {
            self.put_shard_paths(&id, path_type, image);
        }
        for shard in shards {
            self.keep_shard(running, &image.shards[*shard], (&id, *shard), &image.name, path_type);
        }
        self.put_index_metadata(&id, image, &running.uuid);
    }

    fn keep_shard(
        &mut self,
        running: &Running,
        shard: &Shard,
        at: (&str, usize),
        index: &str,
        path_type: PathType,
    ) {
        let folder = self.archive.paths.shard(path_type, at.0, at.1);
        let key = (at.0.to_owned(), at.1);
        let state_id = format!("{}-na-{}", shard.commit.history_uuid, shard.commit.max_seq_no);
        let before = self.archive.shards.get(&key).cloned().unwrap_or_default();
        let (files, incremental) = match before.iter().find(|copy| copy.state_id == state_id) {
            Some(same) => (same.files.clone(), (0, 0)),
            None => self.upload(shard, &before, &folder),
        };
        let copy = ShardCopy {
            snapshot: running.name.clone(),
            snapshot_uuid: running.uuid.clone(),
            generation: shard.commit.generation,
            started: running.started,
            files,
            incremental,
            state_id,
        };
        self.put(&format!("{folder}snap-{}.dat", running.uuid), shard::snapshot_file(&copy, &self.style));
        self.archive.shards.entry(key).or_default().push(copy);
        self.put_shard_index(index, at, &folder);
    }

    /// Files that the repository has already are not stored twice.
    fn upload(
        &mut self,
        shard: &Shard,
        before: &[ShardCopy],
        folder: &str,
    ) -> (Vec<StoredFile>, (usize, u64)) {
        let mut stored = Vec::new();
        let (mut count, mut bytes) = (0, 0);
        for file in files_of(shard, self.engine) {
            let sum = checksum(&file.bytes);
            let same =
                |known: &&StoredFile| known.physical_name == file.physical_name && known.checksum == sum;
            let known = before.iter().flat_map(|copy| &copy.files).find(same);
            if let Some(known) = known {
                stored.push(known.clone());
                continue;
            }
            count += 1;
            bytes += file.bytes.len() as u64;
            stored.push(self.put_file(file, sum, folder));
        }
        (stored, (count, bytes))
    }

    fn put_file(&mut self, file: LuceneFile, checksum: String, folder: &str) -> StoredFile {
        let is_virtual = file.physical_name.ends_with(".si") || file.physical_name.starts_with("segments_");
        let uuid = self.ids.uuid();
        let name = if is_virtual { format!("v__{uuid}") } else { format!("__{uuid}") };
        let length = file.bytes.len() as u64;
        if !is_virtual {
            self.put_parts(&format!("{folder}{name}"), Bytes::from(file.bytes.clone()));
        }
        let meta_hash = is_virtual.then_some(file.bytes);
        StoredFile { name, physical_name: file.physical_name, length, checksum, meta_hash }
    }

    fn put_parts(&self, key: &str, bytes: Bytes) {
        let size = usize::try_from(self.style.part_size).unwrap_or(usize::MAX).max(1);
        if bytes.len() <= size {
            self.put(key, bytes);
            return;
        }
        for (number, part) in bytes.chunks(size).enumerate() {
            self.put(&format!("{key}.part{number}"), Bytes::copy_from_slice(part));
        }
    }

    /// Writes the list of a shard's snapshots under a name of its own, before 7.6 a number, and removes the one before.
    pub(super) fn put_shard_index(&mut self, index: &str, at: (&str, usize), folder: &str) {
        let copies = self.archive.shards.get(&(at.0.to_owned(), at.1)).map(Vec::as_slice).unwrap_or_default();
        let before = self.archive.catalogue.indices.get(index).and_then(|entry| entry.generations.get(at.1));
        let generation = if self.engine.since(7, 6) {
            self.ids.uuid()
        } else {
            let before = before.and_then(|before| before.as_ref()?.parse::<u64>().ok());
            before.map_or(0, |before| before + 1).to_string()
        };
        self.put(&format!("{folder}index-{generation}"), shard::shard_index(copies, &self.style));
        let Some(entry) = self.archive.catalogue.indices.get_mut(index) else { return };
        let Some(place) = entry.generations.get_mut(at.1) else { return };
        if let Some(gone) = place.replace(generation) {
            self.store.remove(&self.archive.bucket, &format!("{folder}index-{gone}"));
        }
    }

    /// Shared by snapshots since 7.9; each had its own before.
    fn put_index_metadata(&mut self, id: &str, image: &Index, snapshot: &str) {
        let shared = self.archive.catalogue.identifiers.get(&image.identifier()).map(String::as_str);
        let blob = if self.engine.since(7, 9) { shared } else { Some(snapshot) };
        let Some(blob) = blob else { return };
        let key = self.archive.paths.index(id, &format!("meta-{blob}.dat"));
        if self.store.get(&self.archive.bucket, &key).is_some() {
            return;
        }
        let metadata = IndexMetadata {
            name: &image.name,
            open: image.open,
            settings: &image.all_settings(self.engine),
            aliases: image.aliases_json(),
            primaries: image.shards.len(),
            versions: image.versions,
        };
        self.put(&key, root::index_blob(&metadata, self.engine.kind, self.style.compress));
    }

    /// OpenSearch lists the hashed folders of an index, for whoever looks for them.
    fn put_shard_paths(&self, id: &str, path_type: PathType, image: &Index) {
        if self.engine.kind == Kind::Elasticsearch || path_type == PathType::Fixed {
            return;
        }
        let (count, number) = (image.shards.len(), path_type.number());
        let folders: Vec<String> =
            (0..count).map(|shard| self.archive.paths.shard(path_type, id, shard)).collect();
        let document = json!({
            "indexId": id,
            "indexName": image.name,
            "number_of_shards": count,
            "shard_path_type": number,
            "shard_path_hash_algorithm": 1,
            "paths": folders,
        });
        let name = format!("snapshot_shard_paths/snapshot_path_{id}.{}.{count}.{number}.1", image.name);
        self.put_root(&name, document.to_string().into_bytes());
    }

    /// `index-(N+1)`, then `index.latest`; the catalogue before goes last.
    pub(super) fn write_catalogue(&mut self) {
        let before = self.archive.generation;
        self.archive.generation += 1;
        let now = self.archive.generation;
        if self.engine.since(7, 12) && self.archive.catalogue.uuid.is_empty() {
            self.archive.catalogue.uuid = self.ids.uuid();
        }
        let catalogue = self.archive.catalogue.bytes(self.engine, self.cluster_uuid);
        self.put_root(&format!("index-{now}"), catalogue);
        self.put_root("index.latest", now.to_be_bytes().to_vec());
        self.store.remove(&self.archive.bucket, &self.archive.paths.root(&format!("index-{before}")));
    }

    pub(super) fn put_root(&self, name: &str, bytes: Vec<u8>) {
        self.put(&self.archive.paths.root(name), bytes);
    }

    fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        self.store.put(&self.archive.bucket, key, bytes, self.now);
    }
}

fn files_of(shard: &Shard, engine: &Engine) -> Vec<LuceneFile> {
    let commit = LuceneFile { physical_name: shard.commit.file_name(), bytes: shard.commit.bytes(engine) };
    shard.commit.segments.iter().flat_map(|segment| segment.files(engine)).chain([commit]).collect()
}
