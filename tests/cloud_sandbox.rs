//! The AWS side on the sandbox: made, found as declared, drifted in every field and repaired, adopted, refused, fired, removed.
//!
//! What it shows of whole runs is shown again on an emulator by `tests/real/cloud.rs`, from the same plays.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

#[path = "cloud_sandbox/deaths.rs"]
mod deaths;
#[path = "cloud_sandbox/drift.rs"]
mod drift;
#[path = "cloud_sandbox/fine_grained.rs"]
mod fine_grained;
#[path = "cloud_sandbox/others.rs"]
mod others;
#[path = "cloud_sandbox/runs.rs"]
mod runs;
#[path = "cloud_sandbox/whole.rs"]
mod whole;
#[path = "cloud_sandbox/world.rs"]
mod world;
