//! What `thanos:` of the configuration declares, every default filled in.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Labels, RenderedTo, Retention};
use crate::model::BucketName;

/// One bucket of blocks, who writes and reads it, and how long it keeps samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThanosSpec {
    pub bucket: BucketName,
    /// Keys begin with it and a slash; empty: blocks lie at the top.
    pub prefix: String,
    pub region: String,
    /// URL of another store than Amazon's.
    pub endpoint: Option<String>,
    pub retention: Retention,
    /// Seconds between a mark and the deletion of the block.
    pub delete_delay: u64,
    pub compactor: Compactor,
    /// Names of the external labels that every block must have.
    pub labels: Vec<String>,
    /// Of these, or beside them: those in which replicas of one Prometheus differ.
    pub replica_labels: Vec<String>,
    /// Whether the compactor merges the replicas into one stream, which cannot be undone. The querier does so for each query anyway.
    pub merge_replicas: bool,
    /// The longest pause between two blocks of a stream that is no gap, in seconds.
    pub gap: u64,
    pub components: Components,
    pub prometheus_version: Version,
    pub thanos_version: Version,
    /// Seconds that Prometheus itself keeps samples, beside the bucket.
    pub local_retention: u64,
    /// Of the Kubernetes objects.
    pub namespace: String,
    /// ARN of the role that the components reach the bucket with.
    pub role_arn: Option<String>,
    /// Files that a plan compares with what is rendered now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<RenderedTo>,
}

impl ThanosSpec {
    /// What every key of the bucket begins with: empty, or ending with a slash.
    pub fn key_prefix(&self) -> String {
        if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) }
    }

    /// Milliseconds: a shorter pause between samples is none.
    pub fn gap_ms(&self) -> i64 {
        i64::try_from(self.gap).unwrap_or(i64::MAX).saturating_mul(1_000)
    }

    /// What every block must bear, whoever made it: vertical compaction removes the labels of replicas on purpose.
    pub fn expected_labels(&self) -> impl Iterator<Item = &String> {
        self.labels.iter().filter(|name| !self.replica_labels.contains(name))
    }

    /// Those that replicas of one stream have in common.
    pub fn without_replicas(&self, labels: &Labels) -> Labels {
        let kept = labels.iter().filter(|(name, _)| !self.replica_labels.contains(name));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Who compacts, downsamples and deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compactor {
    /// `thanos compact`: es2s3 marks, and the compactor deletes what is marked.
    Thanos,
    /// Nobody: es2s3 deletes what is marked once its delay is over.
    None,
}

/// URLs (scheme, host and port) of the HTTP ports of what runs. Each list may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components {
    pub compact: Vec<String>,
    pub query: Vec<String>,
    pub store: Vec<String>,
    pub sidecar: Vec<String>,
}

/// `3.9.0`: of Prometheus or Thanos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// With or without a leading `v`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut number =
            || parts.next().filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
        let version = Self(number()?, number()?, number()?);
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Version::parse(&text).ok_or_else(|| format!("`{text}` is no version"))
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers_and_compare_as_such() {
        assert_eq!(Version::parse("v0.42.0"), Some(Version(0, 42, 0)));
        assert!(Version(3, 10, 0) > Version(3, 9, 1));
        for text in ["", "3", "3.9", "3.9.0.1", "3.9.x", "3..0", "-1.0.0", "3.9.0-rc.1"] {
            assert_eq!(Version::parse(text), None, "{text:?}");
        }
    }
}
