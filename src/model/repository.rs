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
    /// Where its objects are; `None` when it has no bucket and is none that can be proven.
    pub fn place(&self) -> Option<Place> {
        Some(Place {
            repository: self.name.clone(),
            bucket: self.bucket()?,
            base_path: self.base_path().to_owned(),
        })
    }

    pub fn bucket(&self) -> Option<BucketName> {
        self.settings.get("bucket").map(|b| BucketName::new(b.as_str()))
    }

    /// The prefix of all its objects, without a slash at either end; empty for the bucket's root.
    pub fn base_path(&self) -> &str {
        self.settings.get("base_path").map_or("", |p| p.trim_matches('/'))
    }
}

/// Where a repository's objects are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub repository: RepositoryName,
    pub bucket: BucketName,
    /// Without a slash at either end; empty for the bucket's root.
    pub base_path: String,
}

impl Place {
    /// For people: `s3://bucket/base_path`.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.base_path)
    }
}
