//! Clause 1: the snapshot is complete.
//!
//! State SUCCESS, no failures, every shard successful, the index in its list, and not a shallow copy. `partial: false`
//! does not make this needless: a shard that fails midway still yields PARTIAL.

use super::refusal::{damaged, malformed, outdated};
use super::{SnapshotId, Subject};
use crate::model::{Clause, ClauseEvidence, Missing, SnapshotInfo, SnapshotState, counted};
use crate::repository::parse_snapshot;

/// The snapshot's root file as it was found at `key`.
pub(super) fn read(key: &str, blob: Option<&[u8]>) -> Result<SnapshotInfo, Missing> {
    let Some(blob) = blob else {
        return Err(damaged(Clause::Snapshot, key, "the snapshot's root file is not there"));
    };
    parse_snapshot(blob).map_err(|error| malformed(Clause::Snapshot, key, &error))
}

/// Whether `info`, read from `object` (a key or a REST path), describes a complete snapshot that holds the subject.
pub(super) fn check(
    subject: &Subject,
    id: &SnapshotId,
    info: &SnapshotInfo,
    object: &str,
) -> Result<ClauseEvidence, Missing> {
    check_whole(id, info, object)?;
    if !info.indices.contains(&subject.name) {
        let why = format!("the snapshot does not list index {}", subject.name);
        return Err(outdated(Clause::Snapshot, object, why));
    }
    // The other indices have at least a shard each.
    let others = info.indices.len() as u64 - 1;
    let least = u64::from(subject.primaries) + others;
    let most = if others == 0 { least } else { u64::MAX };
    if !(least..=most).contains(&info.shards_total) {
        let why = format!(
            "the snapshot has {}; {} with {} cannot be whole in it",
            counted(info.shards_total, "shard", "shards"),
            subject.name,
            counted(subject.primaries.into(), "primary", "primaries")
        );
        return Err(outdated(Clause::Snapshot, object, why));
    }
    Ok(evidence(info))
}

/// The part of the clause that does not depend on any index.
pub(super) fn check_whole(
    id: &SnapshotId,
    info: &SnapshotInfo,
    object: &str,
) -> Result<ClauseEvidence, Missing> {
    if (&info.name, &info.uuid) != (&id.name, &id.uuid) {
        let why = format!(
            "the file describes snapshot {} ({}), not {} ({})",
            info.name, info.uuid, id.name, id.uuid
        );
        return Err(damaged(Clause::Snapshot, object, why));
    }
    if info.shallow {
        let why =
            "a shallow copy holds no data: turn `remote_store_index_shallow_copy` off for this repository";
        return Err(damaged(Clause::Snapshot, object, why));
    }
    check_state(info).map_err(|(why, mended)| Missing {
        mended_by_snapshot: mended,
        ..damaged(Clause::Snapshot, object, why)
    })?;
    Ok(evidence(info))
}

/// What is wrong and whether a new snapshot mends it.
fn check_state(info: &SnapshotInfo) -> Result<(), (String, bool)> {
    match info.state {
        SnapshotState::Success => {}
        SnapshotState::InProgress => return Err(("the snapshot is still being written".into(), false)),
        SnapshotState::Failed => return Err(("the snapshot failed".into(), true)),
        SnapshotState::Partial => return Err((partial(info), true)),
        SnapshotState::Incompatible => {
            return Err(("the snapshot was made by an engine that this one cannot read".into(), true));
        }
    }
    if let Some(first) = info.failures.first() {
        return Err((format!("{} of its shards failed, first {first}", info.failures.len()), true));
    }
    if info.shards_total != info.shards_successful {
        let why =
            format!("only {} of {} shards are in the snapshot", info.shards_successful, info.shards_total);
        return Err((why, true));
    }
    Ok(())
}

fn partial(info: &SnapshotInfo) -> String {
    let first = info.failures.first().map(|line| format!(", first {line}")).unwrap_or_default();
    format!("the snapshot is partial: {} of {} shards{first}", info.shards_successful, info.shards_total)
}

fn evidence(info: &SnapshotInfo) -> ClauseEvidence {
    let says = format!("SUCCESS, {} of {} shards, no failures", info.shards_successful, info.shards_total);
    ClauseEvidence { clause: Clause::Snapshot, says }
}
