//! The two files of a shard's folder: `snap-<uuid>.dat` for one snapshot, `index-<generation>` for all of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::document::{Raw, blob};

/// A Lucene file as a repository keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// `__<uuid>` for a blob in the folder, `v__<uuid>` for bytes that stand in the shard's own files.
    pub name: String,
    pub physical_name: String,
    /// In bytes.
    pub length: u64,
    pub checksum: String,
    /// The whole file when it is virtual.
    pub meta_hash: Option<Vec<u8>>,
}

impl StoredFile {
    pub fn is_virtual(&self) -> bool {
        self.meta_hash.is_some()
    }
}

/// What all files of one repository have in common.
#[derive(Clone, Debug)]
pub struct Style {
    /// Bytes above which a blob is split.
    pub part_size: u64,
    /// Lucene's version, as text.
    pub written_by: String,
    pub compress: bool,
}

/// One shard in one snapshot.
#[derive(Clone, Debug)]
pub struct ShardCopy {
    pub snapshot: String,
    pub snapshot_uuid: String,
    /// The generation of the commit.
    pub generation: u64,
    /// Milliseconds since 1970.
    pub started: i64,
    pub files: Vec<StoredFile>,
    /// How many of the files were new to the repository, and their bytes.
    pub incremental: (usize, u64),
    /// History and highest sequence number: equal ones need no upload.
    pub state_id: String,
}

/// The bytes of `snap-<uuid>.dat`.
pub fn snapshot_file(copy: &ShardCopy, style: &Style) -> Vec<u8> {
    let document = SnapshotDocument {
        name: &copy.snapshot,
        index_version: copy.generation,
        start_time: copy.started,
        time: 0,
        number_of_files: copy.incremental.0,
        total_size: copy.incremental.1,
        files: copy.files.iter().map(|file| style.document(file)).collect(),
    };
    blob("snapshot", &document, style.compress)
}

/// The bytes of `index-<generation>`: every file once, then each snapshot's list of them.
pub fn shard_index(copies: &[ShardCopy], style: &Style) -> Vec<u8> {
    let files: BTreeMap<&str, &StoredFile> =
        copies.iter().flat_map(|copy| &copy.files).map(|file| (file.name.as_str(), file)).collect();
    let list = |copy: &ShardCopy| SnapshotFiles {
        files: copy.files.iter().map(|file| file.name.clone()).collect(),
        shard_state_id: copy.state_id.clone(),
    };
    let document = IndexDocument {
        files: files.into_values().map(|file| style.document(file)).collect(),
        snapshots: copies.iter().map(|copy| (copy.snapshot.as_str(), list(copy))).collect(),
    };
    blob("snapshots", &document, style.compress)
}

impl Style {
    fn document<'a>(&'a self, file: &'a StoredFile) -> FileDocument<'a> {
        FileDocument {
            name: &file.name,
            physical_name: &file.physical_name,
            length: file.length,
            checksum: &file.checksum,
            part_size: self.part_size,
            written_by: &self.written_by,
            meta_hash: file.meta_hash.as_deref().map(Raw),
        }
    }
}

#[derive(Serialize)]
struct SnapshotDocument<'a> {
    name: &'a str,
    index_version: u64,
    start_time: i64,
    time: i64,
    number_of_files: usize,
    total_size: u64,
    files: Vec<FileDocument<'a>>,
}

#[derive(Serialize)]
struct FileDocument<'a> {
    name: &'a str,
    physical_name: &'a str,
    length: u64,
    checksum: &'a str,
    part_size: u64,
    written_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_hash: Option<Raw<'a>>,
}

#[derive(Serialize)]
struct IndexDocument<'a> {
    files: Vec<FileDocument<'a>>,
    snapshots: BTreeMap<&'a str, SnapshotFiles>,
}

#[derive(Serialize)]
struct SnapshotFiles {
    files: Vec<String>,
    shard_state_id: String,
}
