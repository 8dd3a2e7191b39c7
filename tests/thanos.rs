//! Buckets of Thanos blocks on the sandbox: listed, audited, planned, applied. What a real Thanos says of the same is in `tests/real`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

#[path = "thanos/applying.rs"]
mod applying;
#[path = "thanos/damaged.rs"]
mod damaged;
#[path = "thanos/generated.rs"]
mod generated;
#[path = "thanos/listing.rs"]
mod listing;
#[path = "thanos/page.rs"]
mod page;
#[path = "thanos/world.rs"]
mod world;
