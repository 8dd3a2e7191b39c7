//! What happens while es2s3 observes and applies, as data.
//!
//! Emitted by `observe`, `proof` and `apply`; the progress bars, the plain lines, the JSON stream and the journal's reader
//! subscribe. An event never carries a secret and never carries ready-made prose beyond the words of an error.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Address, Bytes, Evidence, IndexName, Missing, RunId, SnapshotName};

/// One thing that happened. Serialised as one JSON object a line under `--format json`, tagged by `event`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A phase of reading begins: `indices`, `catalogue`, `proofs`.
    Reading {
        what: &'static str,
    },
    /// Progress of long reading, in units of its own (proofs checked, objects listed).
    ReadProgress {
        what: &'static str,
        done: u64,
        total: u64,
    },
    /// All reading for a plan is over.
    ReadingDone,
    /// A request is tried again after a wait.
    Retrying {
        what: String,
        why: String,
        after_ms: u64,
    },
    /// The lease was taken; steps may begin.
    RunStarted {
        run: RunId,
        items: u64,
        lease_until: Timestamp,
    },
    /// An earlier run was found unfinished and is being carried on or closed.
    Recovering {
        run: RunId,
        open: u64,
    },
    ItemStarted {
        address: Address,
        verb: &'static str,
    },
    /// Bytes of the running snapshot, from `_status`.
    SnapshotProgress {
        snapshot: SnapshotName,
        done: Bytes,
        total: Bytes,
    },
    /// All clauses hold.
    Verified {
        index: IndexName,
        evidence: Box<Evidence>,
    },
    /// A clause does not hold.
    NotProven {
        index: IndexName,
        missing: Missing,
    },
    ItemDone {
        address: Address,
        verb: &'static str,
        note: String,
    },
    /// The world moved, or a proof is missing: the item was left alone.
    ItemSkipped {
        address: Address,
        verb: &'static str,
        why: String,
    },
    ItemFailed {
        address: Address,
        verb: &'static str,
        why: String,
    },
    /// Left to a later run by `--no-wait` or by an interrupt.
    ItemPending {
        address: Address,
        verb: &'static str,
        why: String,
    },
    /// Accepted, and not seen everywhere yet; it is asked again.
    ItemWaits {
        address: Address,
        why: String,
    },
    LeaseRenewed {
        until: Timestamp,
    },
    RunFinished {
        run: RunId,
        done: u64,
        skipped: u64,
        failed: u64,
        pending: u64,
    },
    /// Something worth knowing that changes nothing.
    Notice {
        text: String,
    },
}

type Subscriber = std::sync::Arc<dyn Fn(&Event) + Send + Sync>;

/// Where events go. Cloned freely; every subscriber sees every event in order.
#[derive(Clone, Default)]
pub struct Events {
    subscribers: Vec<Subscriber>,
}

impl Events {
    /// Nobody listens.
    pub fn silent() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, subscriber: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.subscribers.push(std::sync::Arc::new(subscriber));
        self
    }

    pub fn emit(&self, event: Event) {
        for subscriber in &self.subscribers {
            subscriber(&event);
        }
    }
}
