//! What the guards count.

use std::collections::BTreeMap;

use super::conditions;
use crate::model::Bytes;
use crate::plan::types::{Blocker, Decision, GuardName, IndexItem, KeepReason, Series, SnapshotDecision};

/// What the guards count, gathered in one pass over the lines.
#[derive(Default)]
pub(super) struct Tally {
    /// Selected indices that leave the domain. An archived index counts: it goes as soon as its snapshot is proven.
    pub indices: u64,
    pub bytes: Bytes,
    /// Selected snapshots that expire.
    pub expired: u64,
    /// Lines that the floor keeps.
    pub floored: u64,
    /// Lines, of indices and of snapshots, that a condition of the world takes out.
    pub blocked: BTreeMap<GuardName, u64>,
}

impl Tally {
    pub fn of(series: &Series) -> Self {
        let mut tally = Self::default();
        for item in &series.indices {
            match &item.decision {
                Decision::Archive { .. } | Decision::Delete { .. } if item.selected => tally.remove(item),
                Decision::Keep { reason: KeepReason::MinRemaining } => tally.floored += 1,
                Decision::Blocked { blocker } => tally.block(blocker),
                Decision::Archive { .. } | Decision::Delete { .. } => {}
                Decision::Keep { .. } | Decision::Held { .. } => {}
            }
        }
        for item in &series.snapshots {
            match &item.decision {
                SnapshotDecision::Expire { .. } if item.selected => tally.expired += 1,
                SnapshotDecision::Blocked { blocker } => tally.block(blocker),
                SnapshotDecision::Expire { .. }
                | SnapshotDecision::Held { .. }
                | SnapshotDecision::Keep { .. } => {}
            }
        }
        tally
    }

    pub fn sum(tallies: &[Tally]) -> Self {
        let mut sum = Self::default();
        for tally in tallies {
            sum.indices += tally.indices;
            sum.bytes += tally.bytes;
            sum.expired += tally.expired;
            tally.blocked.iter().for_each(|(guard, lines)| *sum.blocked.entry(*guard).or_default() += lines);
        }
        sum
    }

    fn remove(&mut self, item: &IndexItem) {
        self.indices += 1;
        self.bytes += item.bytes.unwrap_or_default();
    }

    fn block(&mut self, blocker: &Blocker) {
        if let Some(guard) = conditions::guard_of(blocker) {
            *self.blocked.entry(guard).or_default() += 1;
        }
    }
}
