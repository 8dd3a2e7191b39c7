//! `meta.json`: what a block says of itself.
//!
//! Thanos `pkg/block/metadata/meta.go` and Prometheus `tsdb/block.go`, both of version 1. What es2s3 does not speak about is passed
//! over, whatever it is: newer versions of both add fields.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Of one block. Times are milliseconds since 1970, UTC; the range is half open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockMeta {
    /// As it stands there; it must be the folder's name.
    pub ulid: String,
    pub min_time: i64,
    pub max_time: i64,
    pub samples: u64,
    pub series: u64,
    pub chunks: u64,
    /// 1 for a block as Prometheus cut it.
    pub level: u32,
    /// ULIDs of the level-1 blocks that are in it. Never empty in a sound block: one without sources counts as a duplicate of any
    /// neighbour, and the compactor removes it.
    pub sources: Vec<String>,
    /// A compaction of it failed: its window is passed over for ever.
    pub failed: bool,
    pub thanos: ThanosMeta,
}

/// The part that only blocks in a bucket have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ThanosMeta {
    /// External labels: the stream that the block belongs to.
    pub labels: BTreeMap<String, String>,
    pub downsample: Downsample,
    /// `sidecar`, `receive`, `ruler`, `compactor`, `compactor.repair`, `bucket.repair`, `bucket.rewrite`, `bucket.upload`, or none.
    pub source: String,
    /// Every object of the block but marks; `meta.json` has no size there. Empty before Thanos 0.17.
    pub files: Vec<BlockFile>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Downsample {
    /// Milliseconds: 0, 300000 or 3600000.
    pub resolution: i64,
}

/// One object of a block.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BlockFile {
    /// Below the block's folder.
    pub rel_path: String,
    #[serde(default)]
    pub size_bytes: Option<u64>,
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
        Ok(Self {
            ulid: raw.ulid,
            min_time: raw.min_time,
            max_time: raw.max_time,
            samples: raw.stats.num_samples,
            series: raw.stats.num_series,
            chunks: raw.stats.num_chunks,
            level: raw.compaction.level,
            sources: raw.compaction.sources,
            failed: raw.compaction.failed,
            thanos: raw.thanos.rest,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    ulid: String,
    min_time: i64,
    max_time: i64,
    version: i64,
    #[serde(default)]
    stats: RawStats,
    #[serde(default)]
    compaction: RawCompaction,
    #[serde(default)]
    thanos: RawThanos,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawStats {
    num_samples: u64,
    num_series: u64,
    num_chunks: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawCompaction {
    level: u32,
    #[serde(deserialize_with = "nothing_for_null")]
    sources: Vec<String>,
    failed: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawThanos {
    version: i64,
    #[serde(flatten)]
    rest: ThanosMeta,
}

/// Go writes `null` for a list that was never made.
fn nothing_for_null<'de, D: serde::Deserializer<'de>>(json: D) -> Result<Vec<String>, D::Error> {
    Option::<Vec<String>>::deserialize(json).map(Option::unwrap_or_default)
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
        assert_eq!((meta.samples, meta.series, meta.chunks, meta.sources.len()), (360, 3, 3, 2));
        assert_eq!(meta.thanos.labels["cluster"], "eu-1");
        assert_eq!(meta.thanos.downsample.resolution, 300_000);
        let files: Vec<_> =
            meta.thanos.files.iter().map(|file| (file.rel_path.as_str(), file.size_bytes)).collect();
        assert_eq!(files, [("chunks/000001", Some(1212)), ("index", Some(618)), ("meta.json", None)]);
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
        assert_eq!((meta.level, meta.sources, meta.thanos), (1, Vec::new(), ThanosMeta::default()));
    }
}
