//! What became of each item, and of the run.

use std::collections::BTreeMap;

use crate::clients::engine::EngineError;
use crate::event::{Event, Events};
use crate::model::{Address, Bytes};
use crate::state::StateError;

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemResult {
    /// Carried out and confirmed; the words say what was seen.
    Done(String),
    /// Found done already, by an earlier run or by someone else.
    AlreadyDone(String),
    /// The world moved or a proof clause is missing: left alone.
    Skipped(String),
    /// Tried, and it failed; nothing was deleted by it.
    Failed(String),
    /// Begun and left to a later run.
    Pending(String),
}

impl ItemResult {
    /// What listeners are told of it.
    pub(super) fn event(self, address: &Address, verb: &'static str) -> Event {
        let address = address.clone();
        match self {
            ItemResult::Done(note) | ItemResult::AlreadyDone(note) => Event::ItemDone { address, verb, note },
            ItemResult::Skipped(why) => Event::ItemSkipped { address, verb, why },
            ItemResult::Failed(why) => Event::ItemFailed { address, verb, why },
            ItemResult::Pending(why) => Event::ItemPending { address, verb, why },
        }
    }
}

/// Sums of a run; the items themselves are events and journal entries.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Outcome {
    pub done: u64,
    pub skipped: u64,
    pub failed: u64,
    pub pending: u64,
    /// Indices that left the domain.
    pub deleted_indices: u64,
    pub deleted_bytes: Bytes,
    /// Of those, how many were snapshotted by this run.
    pub archived_indices: u64,
    pub expired_snapshots: u64,
    pub repository_changed: bool,
    /// Objects of the AWS side that were made, changed or removed.
    pub objects: u64,
    /// What was done in the bucket of blocks, by its verb.
    pub blocks: BTreeMap<&'static str, u64>,
    /// What was not carried out, and why, in order.
    pub withheld: Vec<(Address, String)>,
    pub interrupted: bool,
}

impl Outcome {
    /// Whether everything that was planned is done.
    pub fn complete(&self) -> bool {
        self.skipped + self.failed + self.pending == 0 && !self.interrupted
    }

    /// The exit code that this outcome ends the program with: 0, or 6 when something was left.
    pub fn exit(&self) -> u8 {
        if self.complete() { 0 } else { 6 }
    }

    /// Counts what became of one item, and tells it.
    pub(super) fn settle(
        &mut self,
        events: &Events,
        address: &Address,
        verb: &'static str,
        result: ItemResult,
    ) {
        self.count(address, &result);
        let of_blocks = matches!(address, Address::Block(_) | Address::Thanos(_));
        if of_blocks && matches!(result, ItemResult::Done(_)) {
            *self.blocks.entry(verb).or_default() += 1;
        }
        events.emit(result.event(address, verb));
    }

    pub(crate) fn count(&mut self, address: &Address, result: &ItemResult) {
        match result {
            ItemResult::Done(_) | ItemResult::AlreadyDone(_) => {
                self.done += 1;
                self.objects +=
                    u64::from(matches!((address, result), (Address::Aws(..), ItemResult::Done(_))));
            }
            ItemResult::Skipped(why) => {
                self.skipped += 1;
                self.withheld.push((address.clone(), why.clone()));
            }
            ItemResult::Failed(why) => {
                self.failed += 1;
                self.withheld.push((address.clone(), why.clone()));
            }
            ItemResult::Pending(why) => {
                self.pending += 1;
                self.withheld.push((address.clone(), why.clone()));
            }
        }
    }
}

/// Why a run must stop at once.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The lease was lost, or journal, manifest or state could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The domain went away; what was begun is in the journal and the next run takes it up.
    #[error("the domain no longer answers: {0}")]
    Engine(EngineError),
    /// Ctrl-C. Not an error: the outcome is kept.
    #[error("interrupted")]
    Interrupted,
}
