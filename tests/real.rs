//! The same scenario files, and what only real servers can show, on OpenSearch, Elasticsearch and two real S3 stores.
//!
//! Run by `cargo xtask test`, which starts the servers and names them in `ES2S3_STACK`. Ignored without them, since plain
//! `cargo test` needs nothing but Rust; with them a missing server is a failure, never a skip.

mod support;

#[path = "real/kill.rs"]
mod kill;
#[path = "real/scenarios.rs"]
mod scenarios;
