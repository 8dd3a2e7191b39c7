//! Every engine that es2s3 knows, in its own dialect: plan, apply, and a plan that is empty then.
//!
//! Each play is the program itself against the sandbox, which answers and writes its repository as that version does.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

#[path = "engines/world.rs"]
mod world;

#[path = "engines/credentials.rs"]
mod credentials;
#[path = "engines/elasticsearch_6.rs"]
mod elasticsearch_6;
#[path = "engines/neighbours.rs"]
mod neighbours;
#[path = "engines/versions.rs"]
mod versions;
#[path = "engines/writers.rs"]
mod writers;
