//! What the running components say of themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Inventory, Labels};
use crate::model::Live;

/// Everything that was seen of Thanos: the bucket, and who works with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub bucket: Live<Inventory>,
    pub running: Vec<Running>,
    /// This machine's clock minus the store's, in seconds; none where no reply had a date.
    pub clock_skew_seconds: Option<i64>,
}

/// Which component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    Compact,
    Store,
    Query,
    Sidecar,
}

/// One that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub component: Component,
    /// Where, as the configuration has it.
    pub url: String,
    /// `Unknown`: it does not answer, or not like Thanos.
    pub facts: Live<Facts>,
}

/// What it answered. Each part is what this kind of component has to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// By name without dashes in front, as `/api/v1/status/flags` gives them; a Sidecar has no such page.
    pub flags: BTreeMap<String, String>,
    /// As it was built: `0.42.0`, `0.42.0-rc.1`. Nothing where the build was given none.
    pub version: Option<String>,
    /// From the metrics: the name of its bucket, which no flag tells.
    pub bucket: Option<String>,
    /// The Compactor stopped by itself and waits for a person.
    pub halted: bool,
    /// Of the Sidecar: uploads that failed since it was started.
    pub failed_uploads: u64,
    /// Of the Querier: the stores that it knows.
    pub stores: Vec<StoreSeen>,
}

/// A store as the Querier knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSeen {
    /// `sidecar`, `store`, `rule`, `receive`.
    pub kind: String,
    /// Its gRPC address.
    pub address: String,
    /// What its last check ended with.
    pub error: Option<String>,
    /// External labels of what it answers for: one set of a Sidecar, one for each stream of a Store. Empty where none are told.
    pub label_sets: Vec<Labels>,
    /// Milliseconds since 1970, UTC.
    pub min_time: i64,
    pub max_time: i64,
}

impl Component {
    pub fn word(self) -> &'static str {
        match self {
            Component::Compact => "Compactor",
            Component::Store => "Store",
            Component::Query => "Querier",
            Component::Sidecar => "Sidecar",
        }
    }
}
