//! The client of the search engine, without an engine: requests and replies as values, refusals by their exact texts, and the
//! transport against a server of a few lines that misbehaves on cue.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "engine_client/observing.rs"]
mod observing;
#[path = "engine_client/refusals.rs"]
mod refusals;
#[path = "engine_client/replies.rs"]
mod replies;
#[path = "engine_client/requests.rs"]
mod requests;
#[path = "engine_client/sending.rs"]
mod sending;
#[path = "engine_client/server.rs"]
mod server;
#[path = "engine_client/signing.rs"]
mod signing;
