//! Lease, state, journal, manifest and bootstrap, over HTTP against the sandbox's S3. No clock but the one that a test moves.
//!
//! `real.rs` runs what matters most on the real stores of `cargo xtask test`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may stop where they stand"
)]

#[path = "state/bootstrap.rs"]
mod bootstrap;
#[path = "state/crash.rs"]
mod crash;
#[path = "state/formats.rs"]
mod formats;
#[path = "state/journal.rs"]
mod journal;
#[path = "state/lease.rs"]
mod lease;
#[path = "state/lost_lease.rs"]
mod lost_lease;
#[path = "state/manifest.rs"]
mod manifest;
#[path = "state/real.rs"]
mod real;
#[path = "state/stripping_proxy.rs"]
mod stripping_proxy;
#[path = "state/world.rs"]
mod world;
#[path = "state/writes.rs"]
mod writes;
