//! The command line as scripts and people meet it: exit codes, what goes to which stream, JSON, secrets, completions.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where"
)]

mod support;

#[allow(dead_code, reason = "the plays of tests/crash.rs use the rest of it")]
#[path = "crash/world.rs"]
mod world;

#[path = "cli/account.rs"]
mod account;
#[path = "cli/bootstrap.rs"]
mod bootstrap;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/streams.rs"]
mod streams;
