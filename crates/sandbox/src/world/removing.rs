//! Taking snapshots out of the bucket: the catalogue without them first, then what nothing refers to any more.

use std::collections::{BTreeMap, BTreeSet};

use super::keeping::Keeper;
use crate::snapshot::catalogue::IndexEntry;
use crate::snapshot::shard::{ShardCopy, StoredFile, Style};

impl Keeper<'_> {
    pub(super) fn remove(&mut self, uuids: &[String]) {
        let identifiers = self.archive.catalogue.identifiers.clone();
        let (gone, kept) = self.thin_catalogue(uuids);
        let stale = self.thin_shards(&kept, uuids);
        self.write_catalogue();
        for key in &stale {
            self.store.remove(&self.archive.bucket, key);
        }
        for entry in &gone {
            self.remove_folders(entry);
        }
        self.remove_index_metadata(&kept, &identifiers);
        for uuid in uuids {
            // Before 7.9 each snapshot had blobs of its own.
            for entry in kept.iter().filter_map(|name| self.archive.catalogue.indices.get(name)) {
                let key = self.archive.paths.index(&entry.id, &format!("meta-{uuid}.dat"));
                self.store.remove(&self.archive.bucket, &key);
            }
            self.archive.kept.remove(uuid);
            for name in [format!("snap-{uuid}.dat"), format!("meta-{uuid}.dat")] {
                self.store.remove(&self.archive.bucket, &self.archive.paths.root(&name));
            }
        }
    }

    /// Takes snapshots out of the catalogue in memory: the indices that went with them, and the names of those that
    /// had a part in them and stay.
    fn thin_catalogue(&mut self, uuids: &[String]) -> (Vec<IndexEntry>, Vec<String>) {
        let catalogue = &mut self.archive.catalogue;
        catalogue.snapshots.retain(|entry| !uuids.contains(&entry.uuid));
        let (mut gone, mut kept) = (Vec::new(), Vec::new());
        catalogue.indices.retain(|name, entry| {
            let before = entry.snapshots.len();
            entry.snapshots.retain(|uuid| !uuids.contains(uuid));
            match (entry.snapshots.len() < before, entry.snapshots.is_empty()) {
                (true, true) => gone.push(entry.clone()),
                (true, false) => kept.push(name.clone()),
                (false, _) => {}
            }
            !entry.snapshots.is_empty()
        });
        let used: BTreeSet<&String> =
            catalogue.snapshots.iter().flat_map(|entry| entry.lookup.values()).collect();
        catalogue.identifiers.retain(|identifier, _| used.contains(identifier));
        (gone, kept)
    }

    /// Takes snapshots out of the lists of shards that stay, and gives the keys that nothing needs then.
    fn thin_shards(&mut self, indices: &[String], uuids: &[String]) -> Vec<String> {
        let mut stale = Vec::new();
        for name in indices {
            let Some(entry) = self.archive.catalogue.indices.get(name).cloned() else { continue };
            for shard in 0..entry.generations.len() {
                let Some(copies) = self.archive.shards.get_mut(&(entry.id.clone(), shard)) else { continue };
                let (removed, left): (Vec<ShardCopy>, Vec<ShardCopy>) =
                    std::mem::take(copies).into_iter().partition(|copy| uuids.contains(&copy.snapshot_uuid));
                copies.clone_from(&left);
                if removed.is_empty() {
                    continue;
                }
                let folder = self.archive.paths.shard(entry.path_type, &entry.id, shard);
                stale.extend(self.style.unneeded(&folder, &removed, &left));
                self.put_shard_index(name, (&entry.id, shard), &folder);
            }
        }
        stale
    }

    fn remove_folders(&mut self, entry: &IndexEntry) {
        let mut folders: Vec<String> = (0..entry.generations.len())
            .map(|shard| self.archive.paths.shard(entry.path_type, &entry.id, shard))
            .collect();
        folders.push(self.archive.paths.index(&entry.id, ""));
        for folder in folders {
            for (key, _) in self.store.list(&self.archive.bucket, &folder) {
                self.store.remove(&self.archive.bucket, &key);
            }
        }
        self.archive.shards.retain(|(id, _), _| *id != entry.id);
    }

    fn remove_index_metadata(&self, indices: &[String], before: &BTreeMap<String, String>) {
        let gone = before
            .iter()
            .filter(|(identifier, _)| !self.archive.catalogue.identifiers.contains_key(*identifier));
        for (_, blob) in gone {
            for entry in indices.iter().filter_map(|name| self.archive.catalogue.indices.get(name)) {
                let key = self.archive.paths.index(&entry.id, &format!("meta-{blob}.dat"));
                self.store.remove(&self.archive.bucket, &key);
            }
        }
    }
}

impl Style {
    /// Keys of the removed copies of a shard that no copy which is left needs.
    fn unneeded(&self, folder: &str, removed: &[ShardCopy], left: &[ShardCopy]) -> Vec<String> {
        let needed: BTreeSet<&str> =
            left.iter().flat_map(|copy| &copy.files).map(|file| file.name.as_str()).collect();
        let mut keys = Vec::new();
        for copy in removed {
            keys.push(format!("{folder}snap-{}.dat", copy.snapshot_uuid));
            let files =
                copy.files.iter().filter(|file| !file.is_virtual() && !needed.contains(file.name.as_str()));
            keys.extend(files.flat_map(|file| self.keys(folder, file)));
        }
        keys
    }

    /// The keys of a file's blobs.
    fn keys(&self, folder: &str, file: &StoredFile) -> Vec<String> {
        let parts = file.length.div_ceil(self.part_size.max(1));
        if parts <= 1 {
            return vec![format!("{folder}{}", file.name)];
        }
        (0..parts).map(|part| format!("{folder}{}.part{part}", file.name)).collect()
    }
}
