//! Every way of damaging a repository, on the sandbox; `tests/real/damage.rs` plays the same table on real servers.
//!
//! `DAMAGE=blob cargo test --test damage` plays those whose name contains the word.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

use futures_util::StreamExt as _;

use support::damage;
use support::stage::Stage;

/// Each has a sandbox of its own.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn each_damage_is_named_and_nothing_is_deleted_on_a_damaged_copy() {
    let damages = damage::on("sandbox");
    let total = damages.len();
    let played = futures_util::stream::iter(damages).map(on_a_sandbox).buffer_unordered(AT_ONCE);
    let failed: Vec<&str> = played.filter_map(std::future::ready).collect().await;
    assert!(failed.is_empty(), "{} of {total} damages: {failed:?}", failed.len());
}

async fn on_a_sandbox(damage: &'static damage::Damage) -> Option<&'static str> {
    let world = sandbox::World::opensearch();
    let sandbox = sandbox::Sandbox::start(world.clone()).await.expect("the sandbox starts");
    let stage = Stage {
        name: "sandbox".into(),
        domain: sandbox.domain_url.clone(),
        s3: sandbox.s3_url.clone(),
        region: "us-east-1".into(),
        access_key: sandbox.access_key.clone(),
        secret_key: sandbox.secret_key.clone(),
        buckets: vec![sandbox::BUCKET.into()],
    };
    damage::play(stage, Some(world), damage).await
}
