//! The same scenario files, and what only real servers can show, on OpenSearch, Elasticsearch and two real S3 stores.
//!
//! Run by `cargo xtask test`, which starts the servers and names them in `ES2S3_STACK`. Ignored without them, since plain
//! `cargo test` needs nothing but Rust; with them a missing server is a failure, never a skip.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

#[path = "real/cloud.rs"]
mod cloud;
#[path = "real/damage.rs"]
mod damage;
#[path = "real/engine.rs"]
mod engine;
#[path = "real/faults.rs"]
mod faults;
#[path = "real/kill.rs"]
mod kill;
#[path = "real/refused_stores.rs"]
mod refused_stores;
#[path = "real/remote.rs"]
mod remote;
#[path = "real/rights.rs"]
mod rights;
#[path = "real/scenarios.rs"]
mod scenarios;
#[path = "real/second_opinion.rs"]
mod second_opinion;
#[path = "real/thanos/mod.rs"]
mod thanos;
