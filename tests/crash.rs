//! What dies, is cut, lies or comes twice: whatever happens to a run, the next one converges and nothing is lost.
//!
//! Every test plays the program itself against the sandbox; the sandbox does the cutting.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

#[path = "crash/world.rs"]
mod world;

#[path = "crash/deaths.rs"]
mod deaths;
#[path = "crash/faults.rs"]
mod faults;
#[path = "crash/leases.rs"]
mod leases;
