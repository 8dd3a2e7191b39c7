//! A snapshot's root file, `snap-<uuid>.dat`: state, times, shards, failures and es2s3's marks.

use jiff::Timestamp;
use serde::Deserialize;

use super::document::decode;
use super::{FormatError, unframe};
use crate::model::{IndexName, Marks, SnapshotInfo, SnapshotName, SnapshotState, SnapshotUuid};

/// Reads a root file. The checksum is checked first.
pub fn parse_snapshot(bytes: &[u8]) -> Result<SnapshotInfo, FormatError> {
    let document: Document = decode(unframe(bytes, "snapshot")?)?;
    document.snapshot.into_info()
}

#[derive(Deserialize)]
struct Document {
    snapshot: Body,
}

#[derive(Deserialize)]
struct Body {
    name: SnapshotName,
    uuid: SnapshotUuid,
    state: String,
    start_time: i64,
    #[serde(default)]
    end_time: i64,
    #[serde(default)]
    indices: Vec<IndexName>,
    total_shards: u64,
    successful_shards: u64,
    #[serde(default)]
    failures: Vec<Failure>,
    /// Free for whoever made the snapshot; under 1 KiB.
    #[serde(default)]
    metadata: serde_json::Value,
    /// OpenSearch: true when the data stayed in a remote store.
    remote_store_index_shallow_copy: Option<bool>,
    /// OpenSearch 2.17 and later: set on the second kind of shallow snapshot.
    pinned_timestamp: Option<i64>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    index: String,
    #[serde(default)]
    shard_id: i64,
    #[serde(default)]
    reason: Option<String>,
}

impl Body {
    fn into_info(self) -> Result<SnapshotInfo, FormatError> {
        Ok(SnapshotInfo {
            state: state(&self.state)?,
            started: time(self.start_time)?,
            ended: (self.end_time > 0).then(|| time(self.end_time)).transpose()?,
            marks: marks(self.metadata),
            shallow: self.remote_store_index_shallow_copy.unwrap_or(false)
                || self.pinned_timestamp.is_some_and(|pinned| pinned > 0),
            name: self.name,
            uuid: self.uuid,
            indices: self.indices,
            shards_total: self.total_shards,
            shards_successful: self.successful_shards,
            failures: self.failures.into_iter().map(Failure::into_line).collect(),
        })
    }
}

impl Failure {
    fn into_line(self) -> String {
        let reason = self.reason.unwrap_or_else(|| "no reason given".into());
        format!("{} shard {}: {}", self.index, self.shard_id, reason.lines().next().unwrap_or_default())
    }
}

/// Marks that do not read as es2s3's are somebody else's: such a snapshot is not ours.
fn marks(mut metadata: serde_json::Value) -> Option<Marks> {
    serde_json::from_value(metadata.get_mut("es2s3")?.take()).ok()
}

fn state(name: &str) -> Result<SnapshotState, FormatError> {
    match name {
        "IN_PROGRESS" => Ok(SnapshotState::InProgress),
        "SUCCESS" => Ok(SnapshotState::Success),
        "FAILED" => Ok(SnapshotState::Failed),
        "PARTIAL" => Ok(SnapshotState::Partial),
        "INCOMPATIBLE" => Ok(SnapshotState::Incompatible),
        found => Err(FormatError::State { found: found.into() }),
    }
}

fn time(millis: i64) -> Result<Timestamp, FormatError> {
    Timestamp::from_millisecond(millis).map_err(|_| FormatError::Time { millis })
}
