//! Snapshots in full, those that run, and how far one is.

use std::io::Read;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{
    Bytes, IndexName, Marks, RepositoryName, RunningSnapshot, SnapshotInfo, SnapshotName, SnapshotState,
    SnapshotUuid,
};

#[derive(Deserialize)]
struct Raw {
    snapshots: Vec<RawSnapshot>,
}

#[derive(Deserialize)]
struct RawSnapshot {
    snapshot: SnapshotName,
    uuid: SnapshotUuid,
    repository: Option<String>,
    state: SnapshotState,
    #[serde(default)]
    indices: Vec<IndexName>,
    #[serde(default)]
    start_time_in_millis: i64,
    #[serde(default)]
    end_time_in_millis: i64,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    failures: Vec<Value>,
    #[serde(default)]
    shards: RawShards,
    #[serde(default)]
    remote_store_index_shallow_copy: bool,
}

#[derive(Default, Deserialize)]
struct RawShards {
    total: u64,
    successful: u64,
}

/// Verbose snapshots: `GET _snapshot/r/names`.
///
/// # Errors
///
/// What is not such a reply.
pub fn infos(reader: &mut dyn Read) -> serde_json::Result<Vec<SnapshotInfo>> {
    let reply: Raw = serde_json::from_reader(reader)?;
    Ok(reply.snapshots.into_iter().map(info).collect())
}

fn info(raw: RawSnapshot) -> SnapshotInfo {
    let at = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or_default();
    SnapshotInfo {
        marks: marks(raw.metadata),
        name: raw.snapshot,
        uuid: raw.uuid,
        state: raw.state,
        started: at(raw.start_time_in_millis),
        ended: (raw.end_time_in_millis > 0).then(|| at(raw.end_time_in_millis)),
        indices: raw.indices,
        shards_total: raw.shards.total,
        shards_successful: raw.shards.successful,
        failures: raw.failures.iter().map(failure).collect(),
        shallow: raw.remote_store_index_shallow_copy,
    }
}

/// Metadata that is not es2s3's, or that cannot be read, makes the snapshot a stranger's: never expired.
fn marks(mut metadata: Value) -> Option<Marks> {
    serde_json::from_value(metadata.get_mut("es2s3")?.take()).ok()
}

fn failure(failure: &Value) -> String {
    let word = |key: &str| failure[key].as_str().unwrap_or("?");
    format!("{} shard {}: {}", word("index"), failure["shard_id"], word("reason"))
}

/// Running snapshots: `GET _snapshot/r/_current`.
///
/// # Errors
///
/// What is not such a reply.
pub fn running(reader: &mut dyn Read, asked: &RepositoryName) -> serde_json::Result<Vec<RunningSnapshot>> {
    let reply: Raw = serde_json::from_reader(reader)?;
    let running = reply.snapshots.into_iter().map(|raw| RunningSnapshot {
        marks: marks(raw.metadata),
        repository: raw.repository.unwrap_or_else(|| asked.to_string()),
        name: raw.snapshot,
        indices: raw.indices,
    });
    Ok(running.collect())
}

/// How far a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotProgress {
    pub state: SnapshotState,
    pub done: Bytes,
    /// Bytes that this snapshot adds, not those it shares with earlier ones.
    pub total: Bytes,
}

#[derive(Deserialize)]
struct RawStatuses {
    #[serde(default)]
    snapshots: Vec<RawStatus>,
}

#[derive(Deserialize)]
struct RawStatus {
    stats: RawStats,
}

#[derive(Default, Deserialize)]
struct RawStats {
    #[serde(default)]
    incremental: RawSize,
    #[serde(default)]
    processed: RawSize,
}

#[derive(Default, Deserialize)]
struct RawSize {
    #[serde(default)]
    size_in_bytes: u64,
}

/// `GET _snapshot/r/s/_status`: bytes done and in total of a running one. Its state words are not used: `DONE` there is not
/// `SUCCESS` in the listing.
///
/// # Errors
///
/// What is not such a reply.
pub fn bytes(reader: &mut dyn Read) -> serde_json::Result<Option<(Bytes, Bytes)>> {
    let reply: RawStatuses = serde_json::from_reader(reader)?;
    Ok(reply.snapshots.into_iter().next().map(|RawStatus { stats }| {
        (Bytes(stats.processed.size_in_bytes), Bytes(stats.incremental.size_in_bytes))
    }))
}
