//! Which snapshots are to be made: one for a policy's indices of one day of data.
//!
//! Called by `plan` after the selection, so that a snapshot holds what was selected and nothing else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::snapshot_name;
use super::types::{Archive, Decision, IndexItem};
use crate::model::{IndexUuid, PolicyName, SnapshotName};

/// Names the snapshots of all archived items and returns those that are to be made or awaited, by day of data.
///
/// An item that is already in a running snapshot of ours bears its name; all others bear none yet.
pub(super) fn group(policy: &PolicyName, items: &mut [IndexItem], now: Timestamp) -> Vec<Archive> {
    let mut archives = Vec::new();
    for ((day, running), group) in groups(items) {
        let selected: Vec<usize> = group.iter().copied().filter(|&at| items[at].selected).collect();
        let named = if selected.is_empty() { &group } else { &selected };
        let snapshot = running.clone().unwrap_or_else(|| {
            let uuids: Vec<&IndexUuid> = named.iter().map(|&at| &items[at].uuid).collect();
            snapshot_name::make(policy, day, &uuids, now)
        });
        for &at in &group {
            if let Decision::Archive { snapshot: name, .. } = &mut items[at].decision {
                *name = snapshot.clone();
            }
        }
        if !selected.is_empty() {
            archives.push(archive(snapshot, day, running.is_some(), &selected, items));
        }
    }
    archives
}

/// Positions of the archived items by day, and by the running snapshot that holds them already.
fn groups(items: &[IndexItem]) -> BTreeMap<(Date, Option<SnapshotName>), Vec<usize>> {
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Decision::Archive { snapshot, .. } = &item.decision {
            let running = (!snapshot.as_str().is_empty()).then(|| snapshot.clone());
            groups.entry((item.period.first_day(), running)).or_default().push(at);
        }
    }
    groups
}

fn archive(
    snapshot: SnapshotName,
    day: Date,
    running: bool,
    members: &[usize],
    items: &[IndexItem],
) -> Archive {
    let mut indices: Vec<_> = members.iter().map(|&at| items[at].name.clone()).collect();
    indices.sort_unstable();
    let bytes = members.iter().filter_map(|&at| items[at].bytes).sum();
    Archive { snapshot, day, indices, bytes, running }
}
