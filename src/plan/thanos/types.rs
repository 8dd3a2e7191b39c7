//! The Thanos half of a plan as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::future::Lost;
use super::spans::Spans;
use crate::model::infra::LifecycleRule;
use crate::model::thanos::{BlockId, FileDrift, Resolution, ThanosSpec};
use crate::model::{Address, Bytes, Live, Unknown};
use crate::plan::Amount;

/// A bucket of blocks: what is in it, what is wrong with it, and what would be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThanosPlan {
    pub spec: ThanosSpec,
    /// Absent: there is no such bucket. Unknown: it could not be listed, and nothing is done.
    pub seen: Live<Seen>,
    /// By labels, then by resolution.
    pub streams: Vec<Stream>,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Oldest block first; what is withheld is among them.
    pub items: Vec<Item>,
    /// What the retentions do now, by resolution and then by stream; those with nothing to do are left out.
    pub effects: Vec<Effect>,
    /// Time of today's samples that the retentions will take before a coarser copy of them, kept longer, is ever made.
    pub never: Vec<Lost>,
    pub cost: Cost,
    /// Files that start the components, and differ from what is rendered now. `apply` leaves them alone.
    #[serde(default = "nothing")]
    pub rendered: Live<Vec<FileDrift>>,
}

fn nothing<T>() -> Live<T> {
    Live::Absent
}

/// The whole bucket in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub blocks: u64,
    pub objects: u64,
    pub bytes: Bytes,
    /// Small objects that were fetched, and those that were known from before.
    pub fetched: u64,
    pub remembered: u64,
    /// Requests that it took, each attempt counted.
    pub requests: u64,
    /// Small objects that are there and could not be read, and why one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<(u64, Unknown)>,
}

/// All blocks of one set of labels and one resolution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// As Prometheus writes them.
    pub labels: String,
    pub resolution: Resolution,
    pub blocks: u64,
    pub bytes: Bytes,
    /// Of these, those that bear a deletion mark.
    pub marked: Amount,
    /// By compaction level.
    pub levels: BTreeMap<u32, Amount>,
    /// What it has samples of.
    pub spans: Spans,
}

/// One line of what is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub address: Address,
    /// The labels of the block's stream, as Prometheus writes them, where a retention is what decides about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Arc<str>>,
    pub action: Action,
    pub bytes: Bytes,
    /// Whether `--only` and `--exclude` leave it in. What is not selected is shown and never done.
    pub selected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Put a deletion mark: the retention of these samples ended at `ended`, in seconds since 1970, UTC.
    Mark { block: BlockId, resolution: Resolution, ended: i64 },
    /// Take a deletion mark away that the retention no longer asks for. `marked` is its time.
    Unmark { block: BlockId, marked: i64 },
    /// Due, and withheld.
    Withheld { block: BlockId, resolution: Resolution, ended: i64, why: Withheld },
    /// Delete a block whose mark is older than the delay, where no Compactor does it.
    Delete { block: BlockId, marked: i64 },
    /// Remove marks that are left of a block.
    PurgeGhost { block: BlockId, objects: u64 },
    /// Remove the legacy copies of metadata.
    PurgeDebugMetas { objects: u64 },
    /// End an upload that nobody ends.
    AbortUpload { key: String, upload: String, begun: i64 },
    /// Put es2s3's own lifecycle rule beside those of others.
    SetLifecycle { rules: BTreeMap<String, LifecycleRule> },
}

/// Why a block stays that is past its retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// Made less than 48 hours ago.
    Young,
    /// The coarser samples, which are kept longer, have not been made of it.
    NotDownsampled,
    /// This machine's clock and the store's differ: by another clock it may not be due.
    Clock,
}

/// What the retentions do to one resolution of one stream, now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    pub resolution: Resolution,
    /// Its labels, as Prometheus writes them.
    #[serde(default)]
    pub stream: Arc<str>,
    /// Marked by this plan.
    pub marked: Amount,
    /// Due and withheld.
    pub withheld: Amount,
    /// Seconds since 1970, UTC: when the first of them is deleted.
    pub freed_from: i64,
}

/// US dollars a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub storage_before: f64,
    /// Once everything that is marked is gone, now and by this plan.
    pub storage_after: f64,
    /// What an idle Compactor asks for, whoever queries; nothing where none runs.
    pub requests_before: f64,
    pub requests_after: f64,
}

impl Action {
    /// The word of the line.
    pub fn verb(&self) -> &'static str {
        match self {
            Action::Mark { .. } => "mark",
            Action::Unmark { .. } => "unmark",
            Action::Withheld { .. } => "blocked",
            Action::Delete { .. } => "delete",
            Action::PurgeGhost { .. } | Action::PurgeDebugMetas { .. } => "purge",
            Action::AbortUpload { .. } => "abort",
            Action::SetLifecycle { .. } => "change",
        }
    }

    /// Whether carrying it out changes anything.
    pub fn is_change(&self) -> bool {
        !matches!(self, Action::Withheld { .. })
    }

    pub fn block(&self) -> Option<BlockId> {
        match self {
            Action::Mark { block, .. }
            | Action::Unmark { block, .. }
            | Action::Withheld { block, .. }
            | Action::Delete { block, .. }
            | Action::PurgeGhost { block, .. } => Some(*block),
            Action::PurgeDebugMetas { .. } | Action::AbortUpload { .. } | Action::SetLifecycle { .. } => None,
        }
    }
}
