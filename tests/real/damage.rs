//! Every way of damaging a repository, on repositories that OpenSearch and Elasticsearch wrote.
//!
//! `DAMAGE=blob` plays those whose name contains the word.

use futures_util::StreamExt as _;

use crate::support::damage;
use crate::support::stage::real_stages;

const AT_ONCE: usize = 3;

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

/// A few at once; those that leave an index without primaries come last and alone, since the cluster is red for all then.
async fn each_on(engine: &str) {
    let stage = real_stages().into_iter().find(|stage| stage.name == engine).expect("the engine runs");
    let damages = damage::on(engine);
    let total = damages.len();
    let (alone, rest): (Vec<_>, Vec<_>) =
        damages.into_iter().partition(|damage| damage.before == damage::Before::Partial);
    let play = |damage| damage::play(stage.clone(), None, damage);
    let played = futures_util::stream::iter(rest).map(play).buffer_unordered(AT_ONCE);
    let mut failed: Vec<&str> = played.filter_map(std::future::ready).collect().await;
    for damage in alone {
        failed.extend(play(damage).await);
    }
    assert!(failed.is_empty(), "on {engine}, {} of {total} damages: {failed:?}", failed.len());
}
