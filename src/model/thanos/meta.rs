//! `meta.json`: what a block says of itself.
//!
//! Thanos `pkg/block/metadata/meta.go` and Prometheus `tsdb/block.go`, both of version 1. What es2s3 does not speak about is passed
//! over, whatever it is: newer versions of both add fields.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BlockId, NotABlock, Part};

/// External labels: the stream that a block belongs to.
pub type Labels = BTreeMap<String, String>;

/// Of one block. Times are milliseconds since 1970, UTC; the range is half open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockMeta {
    /// As it stands there; it must be the folder's name.
    pub ulid: BlockId,
    pub min_time: i64,
    pub max_time: i64,
    /// 1 for a block as Prometheus cut it.
    pub level: u32,
    /// The level-1 blocks that are in it. Never empty in a sound block: one without sources counts as a duplicate of any neighbour,
    /// and the compactor removes it. Shared by the blocks of several resolutions that were made of the same, and so kept apart.
    #[serde(skip)]
    pub sources: Arc<[BlockId]>,
    /// A compaction of it failed: its window is passed over for ever.
    pub failed: bool,
    /// Shared by all blocks of a stream, and so kept apart from them. Empty in a block that Thanos did not upload.
    #[serde(skip)]
    pub labels: Arc<Labels>,
    /// Milliseconds: 0, 300000 or 3600000 ([`super::Resolution::of_ms`]); of any other Thanos keeps the block for ever.
    pub resolution_ms: i64,
    /// Every object of the block but marks and `meta.json` itself, of which no size is told. Empty before Thanos 0.17.
    pub files: Box<[BlockFile]>,
}

/// One object of a block, as its metadata tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockFile {
    pub part: Part,
    /// Bytes. Go writes no zero (`omitempty`), so that an empty file and one of which nothing is told look alike.
    pub size: Option<NonZeroU64>,
}

/// Why a `meta.json` says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMeta {
    /// Thanos takes the block for an upload that was given up, and deletes it 48 hours after its newest object was written.
    #[error("is no metadata of a block: {0}")]
    Unreadable(String),
    /// Thanos stops at it: its listings, retention and compaction see the bucket as incomplete.
    #[error("is of version {0}, and Thanos reads version 1 alone")]
    Version(i64),
    #[error("has a Thanos part of version {0}, and Thanos reads version 1 alone")]
    ThanosVersion(i64),
}

impl BlockMeta {
    /// # Errors
    ///
    /// [`BadMeta`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadMeta> {
        let raw: Raw =
            serde_json::from_slice(bytes).map_err(|error| BadMeta::Unreadable(error.to_string()))?;
        if raw.version != 1 {
            return Err(BadMeta::Version(raw.version));
        }
        // Versions before 0.11 wrote none.
        if !matches!(raw.thanos.version, 0 | 1) {
            return Err(BadMeta::ThanosVersion(raw.thanos.version));
        }
        let sources = raw.compaction.sources.unwrap_or_default();
        let sources: Result<_, _> = sources.iter().map(|source| lenient(source)).collect();
        let thanos = raw.thanos;
        Ok(Self {
            ulid: lenient(&raw.ulid)?,
            min_time: raw.min_time,
            max_time: raw.max_time,
            level: raw.compaction.level,
            sources: sources?,
            failed: raw.compaction.failed,
            labels: Arc::new(thanos.labels.unwrap_or_default()),
            resolution_ms: thanos.downsample.resolution,
            files: files(thanos.files.unwrap_or_default()),
        })
    }
}

fn files(raw: Vec<RawFile>) -> Box<[BlockFile]> {
    raw.into_iter().map(BlockFile::from).filter(|file| file.part != Part::Meta).collect()
}

/// Small letters too, as `ulid.Parse` takes them; what it makes of letters that are none is of no use to anybody.
fn lenient(name: &str) -> Result<BlockId, BadMeta> {
    let id = BlockId::parse(&name.to_ascii_uppercase());
    id.map_err(|fault: NotABlock| BadMeta::Unreadable(format!("`{name}` {fault}")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    ulid: String,
    min_time: i64,
    max_time: i64,
    version: i64,
    #[serde(default)]
    compaction: RawCompaction,
    #[serde(default)]
    thanos: RawThanos,
}

/// Go writes `null` for a list or a map that was never made.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RawCompaction {
    level: u32,
    sources: Option<Vec<String>>,
    failed: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawThanos {
    version: i64,
    labels: Option<Labels>,
    downsample: RawDownsample,
    files: Option<Vec<RawFile>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawDownsample {
    resolution: i64,
}

#[derive(Deserialize)]
struct RawFile {
    rel_path: String,
    #[serde(default)]
    size_bytes: Option<u64>,
}

impl From<RawFile> for BlockFile {
    fn from(raw: RawFile) -> Self {
        Self { part: Part::of(&raw.rel_path), size: raw.size_bytes.and_then(NonZeroU64::new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a compactor of 0.42 writes it, shortened to one file of each kind.
    const COMPACTED: &str = r#"{
        "ulid": "01M826YJMTN7MY49VEBBR7VA9Q", "minTime": 1704067200000, "maxTime": 1704240000000,
        "stats": {"numSamples": 360, "numSeries": 3, "numChunks": 3},
        "compaction": {"level": 3, "sources": ["01M826YJMTN7MY49VEBBR7VA9R", "01M826YJMTN7MY49VEBBR7VA9S"],
            "parents": [{"ulid": "01M826YJMTN7MY49VEBBR7VA9R", "minTime": 1, "maxTime": 2}]},
        "version": 1,
        "thanos": {"version": 1, "labels": {"cluster": "eu-1"}, "downsample": {"resolution": 300000}, "source": "compactor",
            "segment_files": ["000001"],
            "files": [{"rel_path": "chunks/000001", "size_bytes": 1212}, {"rel_path": "index", "size_bytes": 618}, {"rel_path": "meta.json"}],
            "index_stats": {"series_max_size": 16}, "upload_time": "0001-01-01T00:00:00Z", "extensions": null}}"#;

    #[test]
    fn a_block_tells_its_range_its_stream_and_its_files() {
        let meta = BlockMeta::parse(COMPACTED.as_bytes()).expect("sound");
        assert_eq!((meta.min_time, meta.max_time, meta.level), (1_704_067_200_000, 1_704_240_000_000, 3));
        assert_eq!(meta.sources.len(), 2);
        assert_eq!(meta.labels["cluster"], "eu-1");
        assert_eq!(meta.resolution_ms, 300_000);
        let files: Vec<_> =
            meta.files.iter().map(|file| (file.part.clone(), file.size.map(NonZeroU64::get))).collect();
        assert_eq!(files, [(Part::Chunk(1), Some(1212)), (Part::Index, Some(618))]);
    }

    #[test]
    fn what_cannot_be_read_is_told_apart_by_what_thanos_does_with_it() {
        let changed = |from: &str, to: &str| BlockMeta::parse(COMPACTED.replacen(from, to, 1).as_bytes());
        assert!(matches!(changed("{", ""), Err(BadMeta::Unreadable(_))));
        assert!(matches!(
            changed("\"ulid\": \"01M826YJMTN7MY49VEBBR7VA9Q\",", ""),
            Err(BadMeta::Unreadable(_))
        ));
        assert!(matches!(BlockMeta::parse(b""), Err(BadMeta::Unreadable(_))));
        assert!(matches!(BlockMeta::parse(b"\xff\xfe"), Err(BadMeta::Unreadable(_))));
        assert_eq!(
            changed("\"version\": 1,\n        \"thanos\"", "\"version\": 2,\n        \"thanos\""),
            Err(BadMeta::Version(2))
        );
        assert_eq!(
            changed("{\"version\": 1, \"labels\"", "{\"version\": 3, \"labels\""),
            Err(BadMeta::ThanosVersion(3))
        );
    }

    #[test]
    fn a_block_of_prometheus_has_no_thanos_part_and_go_writes_null_for_no_sources() {
        let bare = r#"{"ulid":"01M826YJMTN7MY49VEBBR7VA9Q","minTime":0,"maxTime":1,"version":1,"compaction":{"level":1,"sources":null}}"#;
        let meta = BlockMeta::parse(bare.as_bytes()).expect("sound");
        assert_eq!((meta.level, meta.sources.len(), meta.labels.len(), meta.files.len()), (1, 0, 0, 0));
    }
}
