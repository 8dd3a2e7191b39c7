//! Clause 3: every blob of every shard is in S3, of its exact length, in a storage class that can be read at once.
//!
//! Contents of data blobs are not read: S3 checks its own objects, and the engine checks them again when it restores.
//! What is read whole, checksum included, are the shard files that list the blobs and the index's metadata.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal::{damaged, malformed};
use super::{SnapshotId, Subject};
use crate::model::{Bytes, CatalogueIndex, Clause, ClauseEvidence, Missing};
use crate::repository::{
    Commit, IndexMetadata, Layout, ShardSnapshot, parse_index_metadata, parse_shard_snapshot,
};

/// What a shard's copy turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShardCopy {
    pub(super) shard: u32,
    /// Key of the shard's file.
    pub(super) key: String,
    pub(super) blobs: u64,
    pub(super) bytes: Bytes,
    /// Storage classes of its blobs.
    pub(super) classes: BTreeSet<String>,
    pub(super) commit: Commit,
}

/// Compares the blobs that a shard's file lists with a listing of its folder, which may come in pages of any size:
/// only what is wanted is kept.
#[derive(Debug)]
pub(super) struct ShardAudit {
    folder: String,
    /// Length wanted of each blob that was not listed so far.
    wanted: BTreeMap<String, u64>,
    copy: ShardCopy,
    fault: Option<Missing>,
}

/// Storage classes from which S3 answers a GET at once. Anything else, also a class yet unknown, is no proof.
/// `INTELLIGENT_TIERING` may have moved an object to an archive tier that no listing shows; see `docs/proof.md`.
const READABLE: [&str; 9] = [
    "",
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "EXPRESS_ONEZONE",
    "OUTPOSTS",
];

impl ShardAudit {
    /// Begins with the shard's file as it was found at `key` in `folder`; it must be of this snapshot.
    pub(super) fn read(
        shard: u32,
        folder: &str,
        blob: Option<&[u8]>,
        id: &SnapshotId,
    ) -> Result<Self, Missing> {
        let key = file_key(folder, id);
        let Some(blob) = blob else {
            let why = format!("shard {shard} is not in the snapshot: its file is not there");
            return Err(damaged(Clause::Bytes, key, why));
        };
        let file = parse_shard_snapshot(blob).map_err(|error| malformed(Clause::Bytes, &key, &error))?;
        Self::new(shard, folder.to_owned(), key, &file, id.name.as_str())
    }

    fn new(
        shard: u32,
        folder: String,
        key: String,
        file: &ShardSnapshot,
        snapshot: &str,
    ) -> Result<Self, Missing> {
        if file.snapshot != snapshot {
            let why = format!("the shard's file is of snapshot {}, not of {snapshot}", file.snapshot);
            return Err(damaged(Clause::Bytes, key, why));
        }
        let blobs = file.blobs().map_err(|error| malformed(Clause::Bytes, &key, &error))?;
        let commit = file.commit().map_err(|error| malformed(Clause::Bytes, &key, &error))?;
        let wanted: BTreeMap<_, _> = blobs.into_iter().map(|blob| (blob.name, blob.length)).collect();
        let copy = ShardCopy {
            shard,
            key,
            blobs: wanted.len() as u64,
            bytes: wanted.values().map(|&length| Bytes(length)).sum(),
            classes: BTreeSet::new(),
            commit,
        };
        Ok(Self { folder, wanted, copy, fault: None })
    }

    /// Takes note of one listed object. The first fault in the order of listing stays.
    pub(super) fn see(&mut self, key: &str, size: u64, class: &str) {
        if key == self.copy.key {
            return self.check_class(key, class);
        }
        let Some(length) = key.strip_prefix(&self.folder).and_then(|name| self.wanted.remove(name)) else {
            return;
        };
        if size != length {
            let kind = if size < length { "short" } else { "long" };
            self.fail(damaged(Clause::Bytes, key, format!("blob {kind}: {size} bytes instead of {length}")));
        }
        self.check_class(key, class);
    }

    /// After the last page.
    pub(super) fn finish(self) -> Result<ShardCopy, Missing> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.wanted.first_key_value() {
            None => Ok(self.copy),
            Some((name, length)) => {
                let why = match self.wanted.len() {
                    1 => format!("a blob of shard {} is not there, {length} bytes", self.copy.shard),
                    more => format!(
                        "{more} of {} blobs of shard {} are not there",
                        self.copy.blobs, self.copy.shard
                    ),
                };
                Err(damaged(Clause::Bytes, format!("{}{name}", self.folder), why))
            }
        }
    }

    fn check_class(&mut self, key: &str, class: &str) {
        if !READABLE.contains(&class) {
            let why = format!("in storage class {class}, which cannot be read at once");
            self.fail(damaged(Clause::Bytes, key, why));
        }
        let class = if class.is_empty() { "STANDARD" } else { class };
        if !self.copy.classes.contains(class) {
            self.copy.classes.insert(class.to_owned());
        }
    }

    fn fail(&mut self, fault: Missing) {
        self.fault.get_or_insert(fault);
    }
}

/// The folder of a shard, if its path type is known.
pub(super) fn folder(layout: &Layout, index: &CatalogueIndex, shard: u32) -> Result<String, Missing> {
    let named = format!("indices/{}/{shard}/", index.id);
    layout.shard(index, shard).map_err(|error| malformed(Clause::Bytes, &named, &error))
}

/// The shard's file of this snapshot.
pub(super) fn file_key(folder: &str, id: &SnapshotId) -> String {
    format!("{folder}snap-{}.dat", id.uuid)
}

/// One metadata blob of the index's folder.
pub(super) fn read_metadata(key: &str, blob: &[u8]) -> Result<IndexMetadata, Missing> {
    parse_index_metadata(blob).map_err(|error| malformed(Clause::Bytes, key, &error))
}

/// Whether one of the metadata blobs of the index's folder is the subject's, so that it can be restored. `prefix` is what
/// their keys begin with.
pub(super) fn check_metadata(
    subject: &Subject,
    prefix: &str,
    found: &[IndexMetadata],
) -> Result<(), Missing> {
    let mut own = found.iter().filter(|metadata| metadata.uuid == subject.uuid);
    // Which of several is of this snapshot nobody can say, so each must do.
    if own.clone().any(|metadata| metadata.source_only) {
        let why =
            "the copy holds the documents' sources alone (`index.source_only`): it could not be searched";
        return Err(damaged(Clause::Bytes, format!("{prefix}*.dat"), why));
    }
    let Some(metadata) = own.next() else {
        let why = format!("no metadata of index uuid {} is there: it could not be restored", subject.uuid);
        return Err(damaged(Clause::Bytes, format!("{prefix}*.dat"), why));
    };
    if metadata.primaries != subject.primaries {
        let why = format!(
            "the copy's metadata tells {} primaries, the index has {}",
            metadata.primaries, subject.primaries
        );
        return Err(damaged(Clause::Bytes, format!("{prefix}*.dat"), why));
    }
    Ok(())
}

/// Sums over all shards.
pub(super) fn evidence(shards: &[ShardCopy]) -> ClauseEvidence {
    let (blobs, bytes) = amount(shards);
    let classes: BTreeSet<&str> = shards.iter().flat_map(|s| &s.classes).map(String::as_str).collect();
    let classes = classes.into_iter().collect::<Vec<_>>().join(", ");
    let says = format!("{blobs} of {blobs} blobs, each of its exact length, {bytes}, all {classes}");
    ClauseEvidence { clause: Clause::Bytes, says }
}

/// Number and bytes of the blobs of all shards.
pub(super) fn amount(shards: &[ShardCopy]) -> (u64, Bytes) {
    (shards.iter().map(|shard| shard.blobs).sum(), shards.iter().map(|shard| shard.bytes).sum())
}
