//! Every call that es2s3 makes, as a function from typed arguments to a [`Request`](super::Request). Pure.
//!
//! Called by `reader` (the GETs) and `writer` (the rest). What one engine version takes and another refuses is decided here, so
//! that it can be read, and tested, in one place.

pub mod cluster;
pub mod indices;
pub mod repositories;
pub mod restores;
pub mod security;
pub mod snapshots;

use crate::model::{Distribution, Engine, Version};

/// Whether this is OpenSearch, or Elasticsearch from this version on. OpenSearch began as Elasticsearch 7.10.
fn since(engine: Engine, major: u16, minor: u16) -> bool {
    match engine.distribution {
        Distribution::OpenSearch => Version::new(major, minor, 0) <= Version::new(7, 10, 0),
        Distribution::Elasticsearch => engine.version >= Version::new(major, minor, 0),
    }
}
