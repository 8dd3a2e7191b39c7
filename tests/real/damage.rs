//! Every way of damaging a repository, on repositories that OpenSearch and Elasticsearch wrote.
//!
//! `DAMAGE=blob` plays those whose name contains the word.

use crate::support::damage;
use crate::support::stage::real_stages;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn damage_in_a_repository_of_opensearch_is_named() {
    each_on("opensearch").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn damage_in_a_repository_of_elasticsearch_is_named() {
    each_on("elasticsearch").await;
}

/// One after another: an index that is being made, or has no primaries, makes the cluster red for all.
async fn each_on(engine: &str) {
    let stage = real_stages().into_iter().find(|stage| stage.name == engine).expect("the engine runs");
    let damages = damage::on(engine);
    let mut failed = Vec::new();
    for damage in &damages {
        failed.extend(damage::play(stage.clone(), None, damage).await);
    }
    assert!(failed.is_empty(), "on {engine}, {} of {} damages: {failed:?}", failed.len(), damages.len());
}
