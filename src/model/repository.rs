//! The snapshot repository: what is wanted and what is registered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BucketName, RepositoryName};

/// Settings as the engine keeps them: every value a string.
pub type RepositorySettings = BTreeMap<String, String>;

/// The repository that the configuration asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositorySpec {
    pub name: RepositoryName,
    pub bucket: BucketName,
    /// Where a new one is put: `snapshots/<name>` unless the configuration says otherwise. One that exists keeps its place.
    pub base_path: String,
    /// Whether `base_path` was set in the configuration, so that a difference is drift and not an inherited place.
    pub base_path_set: bool,
    pub region: String,
    /// The role that an AWS domain writes with.
    pub role_arn: Option<String>,
    /// Further settings, sent as they are.
    pub settings: RepositorySettings,
}

/// A registered repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub name: RepositoryName,
    /// `s3` for all that es2s3 can prove.
    pub kind: String,
    pub settings: RepositorySettings,
    /// Elasticsearch 7.12 and later.
    pub uuid: Option<String>,
}

impl Repository {
    pub fn bucket(&self) -> Option<BucketName> {
        self.settings.get("bucket").map(|b| BucketName::new(b.as_str()))
    }

    /// The prefix of all its objects, without a slash at either end; empty for the bucket's root.
    pub fn base_path(&self) -> &str {
        self.settings.get("base_path").map_or("", |p| p.trim_matches('/'))
    }
}
