//! The domain as a whole: which engine, which version, how it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which family of engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    Elasticsearch,
    OpenSearch,
}

/// A version as `GET /` tells it, pre-release marks dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

impl Version {
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }
}

/// Engine family and version: all that a request or a rule may branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    pub distribution: Distribution,
    pub version: Version,
}

/// Cluster or index health. `Red` means that a primary is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Green,
    Yellow,
    Red,
}

/// The domain as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub engine: Engine,
    pub name: String,
    /// `cluster_uuid` of `GET /`.
    pub uuid: String,
    pub health: Health,
    /// Shards that move between nodes at the moment.
    pub relocating_shards: u64,
    /// This machine's clock minus the `Date` of the domain's reply, in seconds. Absent when no `Date` came.
    pub clock_skew_seconds: Option<i64>,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.distribution {
            Distribution::Elasticsearch => write!(f, "Elasticsearch {}", self.version),
            Distribution::OpenSearch => write!(f, "OpenSearch {}", self.version),
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Health::Green => "green",
            Health::Yellow => "yellow",
            Health::Red => "red",
        })
    }
}
