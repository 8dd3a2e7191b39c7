//! A shard's file of one snapshot, `<shard folder>/snap-<uuid>.dat`: which files the copy has and where their bytes are.

use serde::Deserialize;

use super::document::{Binary, decode};
use super::segments::{Commit, parse_segments};
use super::{FormatError, unframe};

/// The files of one shard in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardSnapshot {
    /// The snapshot's name, as the blob itself tells it.
    pub snapshot: String,
    pub files: Vec<ShardFile>,
}

/// One Lucene file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardFile {
    /// `__<uuid>` for a blob beside the shard's file, `v__<uuid>` for bytes kept in the file itself.
    pub name: String,
    /// Lucene's own name: `_0.cfs`, `segments_5`.
    pub physical_name: String,
    /// In bytes.
    pub length: u64,
    /// Bytes of each part but the last; absent when never split.
    pub part_size: Option<u64>,
    /// The file itself when it is virtual; otherwise a part of it, or nothing.
    pub meta_hash: Vec<u8>,
}

/// An S3 object that must be there, named within the shard's folder, with its exact length in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub name: String,
    pub length: u64,
}

/// Reads a shard's file. The checksum is checked first.
pub fn parse_shard_snapshot(bytes: &[u8]) -> Result<ShardSnapshot, FormatError> {
    let document: Document = decode(unframe(bytes, "snapshot")?)?;
    Ok(ShardSnapshot {
        snapshot: document.name,
        files: document.files.into_iter().map(File::into_shard_file).collect(),
    })
}

impl ShardSnapshot {
    /// Every S3 object that the copy needs, each once: two files in one object could not both be of their length.
    pub fn blobs(&self) -> Result<Vec<Blob>, FormatError> {
        let mut blobs = Vec::with_capacity(self.files.len());
        for file in &self.files {
            file.append_blobs(&mut blobs)?;
        }
        let mut names: Vec<&str> = blobs.iter().map(|blob| blob.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(blobs),
            Some(pair) => Err(FormatError::BlobTwice { name: pair[0].into() }),
        }
    }

    /// The Lucene commit that the copy holds, from the one `segments_N` among its files. Every segment that the commit
    /// names must have its `.si` file, so that a shortened list of files is not taken for the whole.
    pub fn commit(&self) -> Result<Commit, FormatError> {
        let mut commits = self.files.iter().filter(|file| file.physical_name.starts_with("segments_"));
        let (Some(file), None) = (commits.next(), commits.next()) else {
            let named = |file: &&ShardFile| file.physical_name.starts_with("segments_");
            return Err(FormatError::CommitCount { found: self.files.iter().filter(named).count() });
        };
        if file.meta_hash.len() as u64 != file.length {
            return Err(FormatError::CommitElsewhere { file: file.physical_name.clone() });
        }
        let commit = parse_segments(&file.physical_name, &file.meta_hash)?;
        self.check_segments(&commit)?;
        Ok(commit)
    }

    fn check_segments(&self, commit: &Commit) -> Result<(), FormatError> {
        let has = |segment: &String| {
            let info = format!("{segment}.si");
            self.files.iter().any(|file| file.physical_name == info)
        };
        match commit.segments.iter().find(|segment| !has(segment)) {
            None => Ok(()),
            Some(segment) => Err(FormatError::SegmentMissing { segment: segment.clone() }),
        }
    }
}

/// S3 allows 5 GiB in a single put and engines split far above 5 MiB: a million parts is damage, not data.
const MOST_PARTS: u64 = 1_000_000;

impl ShardFile {
    fn append_blobs(&self, blobs: &mut Vec<Blob>) -> Result<(), FormatError> {
        if self.name.starts_with("v__") {
            return self.check_virtual();
        }
        if !self.name.starts_with("__") {
            return Err(FormatError::FileName { name: self.name.clone() });
        }
        let part_size = self.part_size.filter(|&size| size > 0).unwrap_or(u64::MAX);
        let parts = self.length.div_ceil(part_size).max(1);
        if parts > MOST_PARTS {
            return Err(FormatError::TooManyParts { name: self.name.clone(), parts });
        }
        if parts == 1 {
            blobs.push(Blob { name: self.name.clone(), length: self.length });
            return Ok(());
        }
        blobs.extend((0..parts).map(|part| Blob {
            name: format!("{}.part{part}", self.name),
            length: part_size.min(self.length - part * part_size),
        }));
        Ok(())
    }

    fn check_virtual(&self) -> Result<(), FormatError> {
        let found = self.meta_hash.len() as u64;
        if found == self.length {
            return Ok(());
        }
        Err(FormatError::VirtualLength { name: self.name.clone(), length: self.length, found })
    }
}

/// The document as written by both engines; other keys (counts, times, versions) are not needed.
#[derive(Deserialize)]
struct Document {
    name: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    physical_name: String,
    length: u64,
    part_size: Option<u64>,
    meta_hash: Option<Binary>,
}

impl File {
    fn into_shard_file(self) -> ShardFile {
        ShardFile {
            name: self.name,
            physical_name: self.physical_name,
            length: self.length,
            part_size: self.part_size,
            meta_hash: self.meta_hash.unwrap_or_default().0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, length: u64, part_size: Option<u64>, hash: usize) -> ShardSnapshot {
        let file = ShardFile {
            name: name.into(),
            physical_name: "_0.cfs".into(),
            length,
            part_size,
            meta_hash: vec![0; hash],
        };
        ShardSnapshot { snapshot: "s".into(), files: vec![file] }
    }

    #[test]
    fn a_file_is_one_blob_or_parts_of_exact_length() {
        for (length, part_size, expected) in [
            (0, None, vec![("__a", 0)]),
            (10, None, vec![("__a", 10)]),
            (10, Some(0), vec![("__a", 10)]),
            (10, Some(10), vec![("__a", 10)]),
            (11, Some(10), vec![("__a.part0", 10), ("__a.part1", 1)]),
            (20, Some(10), vec![("__a.part0", 10), ("__a.part1", 10)]),
        ] {
            let blobs = file("__a", length, part_size, 0).blobs().unwrap();
            let found: Vec<_> = blobs.iter().map(|b| (b.name.as_str(), b.length)).collect();
            assert_eq!(found, expected, "{length} {part_size:?}");
        }
    }

    #[test]
    fn a_virtual_file_has_no_blob_and_carries_all_its_bytes() {
        assert_eq!(file("v__a", 5, None, 5).blobs(), Ok(vec![]));
        let short = FormatError::VirtualLength { name: "v__a".into(), length: 5, found: 4 };
        assert_eq!(file("v__a", 5, None, 4).blobs(), Err(short));
    }

    #[test]
    fn what_no_engine_writes_is_refused() {
        assert!(matches!(file("a", 5, None, 0).blobs(), Err(FormatError::FileName { .. })));
        let many = file("__a", u64::MAX, Some(1), 0).blobs();
        assert!(matches!(many, Err(FormatError::TooManyParts { .. })));
        assert_eq!(file("__a", 5, None, 0).commit(), Err(FormatError::CommitCount { found: 0 }));
    }

    #[test]
    fn no_object_holds_two_files() {
        for (first, second, twice) in [
            (("__a", 5, None), ("__a", 7, None), Some("__a")),
            (("__a", 15, Some(10)), ("__a.part1", 5, None), Some("__a.part1")),
            (("__a", 5, None), ("__b", 5, None), None),
        ] {
            let mut shard = file(first.0, first.1, first.2, 0);
            shard.files.extend(file(second.0, second.1, second.2, 0).files);
            let refused = twice.map(|name| FormatError::BlobTwice { name: name.into() });
            assert_eq!(shard.blobs().err(), refused, "{first:?} {second:?}");
        }
    }
}
