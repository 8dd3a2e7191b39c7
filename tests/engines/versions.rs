//! The everyday run on each version: what is due is archived, what the plan calls the engine, what is sent to it.

use sandbox::World;

use crate::world::{Small, elasticsearch, opensearch, said};

/// What is different from engine to engine in a run that succeeds.
struct Row {
    world: World,
    /// What the policy says beyond its days.
    policy: &'static str,
    /// In the head of a plan.
    called: &'static str,
    /// The settings of the new repository.
    registered: &'static str,
}

const FULL: &str = "";
const API: &str = "proof: api";

const ELASTICSEARCH: &str = "base_path bucket";
const OPENSEARCH: &str = "base_path bucket shard_path_type";

macro_rules! engines {
    ($($name:ident: $world:expr, $policy:expr, $called:literal, $registered:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                archives(Row { world: $world, policy: $policy, called: $called, registered: $registered }).await;
            }
        )+
    };
}

engines! {
    elasticsearch_6_8: elasticsearch("6.8.23"), API, "Elasticsearch 6.8.23", ELASTICSEARCH;
    elasticsearch_7_10: elasticsearch("7.10.2"), FULL, "Elasticsearch 7.10.2", ELASTICSEARCH;
    opensearch_3_6: opensearch("3.6.0"), FULL, "OpenSearch 3.6.0", OPENSEARCH;
}

async fn archives(row: Row) {
    let small = Small::of(row.world, row.policy).await;
    let plan = small.plan().await;
    assert!(plan.stdout.contains(row.called), "{}", said(&plan));
    assert!(plan.stdout.contains("Plan: 1 to create, 3 to archive."), "{}", said(&plan));
    assert_eq!(small.written(), Vec::<String>::new(), "a plan writes nothing");

    let apply = small.apply().await;
    assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
    assert_eq!(small.live(), [2, 1, 0].map(|days| small.day("app-", days)), "{}", said(&apply));
    assert_eq!(small.blocked(), Vec::<String>::new());
    assert_eq!(small.registered(), row.registered);
    assert_eq!(small.catalogue()["snapshots"].as_array().map(Vec::len), Some(3));

    let after = small.plan().await;
    assert!(after.stdout.contains("Plan: nothing to do."), "{}", said(&after));
    small.scene.second_apply_does_nothing().await;
}
