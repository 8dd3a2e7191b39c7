//! Buckets of Thanos blocks for tests: as files in memory, to be put into any store.

pub mod damages;
pub mod files;
