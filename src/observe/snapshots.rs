//! Root files of wanted snapshots, `snap-<uuid>.dat`: what the catalogue does not tell (times, shards, marks).
//!
//! Called with the few snapshots that the planner asks for, not with all: each costs a GET.

use std::collections::BTreeMap;

use futures_util::StreamExt;

use crate::clients::s3;
use crate::model::{Live, SnapshotInfo, SnapshotUuid, Unknown};
use crate::repository::{Layout, parse_snapshot};

/// GETs under way at once.
const AT_ONCE: usize = 16;

/// One entry for each of `wanted`. `Absent` when the file is not there, `Unknown` when it cannot be read or is damaged.
pub async fn snapshots(
    s3: &s3::Reader,
    base_path: &str,
    wanted: impl IntoIterator<Item = SnapshotUuid>,
) -> BTreeMap<SnapshotUuid, Live<SnapshotInfo>> {
    let layout = &Layout::new(base_path);
    futures_util::stream::iter(wanted)
        .map(|uuid| async move {
            let info = snapshot(s3, &layout.snapshot(&uuid), &uuid).await;
            (uuid, info)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

async fn snapshot(s3: &s3::Reader, key: &str, uuid: &SnapshotUuid) -> Live<SnapshotInfo> {
    let blob = match s3.get(key).await {
        Ok(Some(blob)) => blob,
        Ok(None) => return Live::Absent,
        Err(why) => return Live::Unknown(why.unknown()),
    };
    match parse_snapshot(&blob.bytes) {
        Ok(info) if info.uuid == *uuid => Live::Present(info),
        Ok(info) => {
            Live::Unknown(Unknown::because(format!("{key} describes another snapshot, uuid {}", info.uuid)))
        }
        Err(why) => Live::Unknown(Unknown::because(format!("{key}: {why}"))),
    }
}
