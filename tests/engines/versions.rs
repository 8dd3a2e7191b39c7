//! The everyday run on each version: what is due is archived, what the plan calls the engine, what is sent to it.

use sandbox::World;

use crate::world::{Small, elasticsearch, keys, opensearch, said};

/// What is different from engine to engine in a run that succeeds.
struct Row {
    world: World,
    /// In the head of a plan.
    called: &'static str,
    /// What the policy says beyond its days.
    policy: &'static str,
    /// The settings of the new repository.
    registered: &'static str,
    /// What `index-N` has then.
    catalogue: &'static [&'static str],
}

const FULL: &str = "";
const API: &str = "proof: api";

const PLAIN: &str = "base_path bucket";
const FIXED: &str = "base_path bucket shard_path_type";

/// Before 7.9, from 7.9, from 7.12, and from OpenSearch 2 on.
const BARE: &[&str] = &["snapshots", "indices"];
const UUIDS: &[&str] = &["snapshots", "indices", "min_version", "index_metadata_identifiers"];
const WRITER: &[&str] =
    &["min_version", "uuid", "cluster_id", "snapshots", "indices", "index_metadata_identifiers"];
const LATER: &[&str] = &["snapshots", "indices", "index_metadata_identifiers"];

macro_rules! engines {
    ($($name:ident: $world:expr, $called:literal, $policy:expr, $registered:expr, $catalogue:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                archives(Row {
                    world: $world,
                    called: $called,
                    policy: $policy,
                    registered: $registered,
                    catalogue: $catalogue,
                })
                .await;
            }
        )+
    };
}

engines! {
    elasticsearch_6_8:  elasticsearch("6.8.23"),  "Elasticsearch 6.8.23",  API,  PLAIN, BARE;
    elasticsearch_7_10: elasticsearch("7.10.2"),  "Elasticsearch 7.10.2",  FULL, PLAIN, UUIDS;
    elasticsearch_7_17: elasticsearch("7.17.29"), "Elasticsearch 7.17.29", FULL, PLAIN, WRITER;
    elasticsearch_8_15: elasticsearch("8.15.3"),  "Elasticsearch 8.15.3",  FULL, PLAIN, WRITER;
    elasticsearch_9_0:  elasticsearch("9.0.8"),   "Elasticsearch 9.0.8",   FULL, PLAIN, WRITER;
    opensearch_1_3:     opensearch("1.3.20"),     "OpenSearch 1.3.20",     FULL, PLAIN, UUIDS;
    opensearch_2_11:    opensearch("2.11.1"),     "OpenSearch 2.11.1",     FULL, PLAIN, LATER;
    opensearch_2_19:    opensearch("2.19.4"),     "OpenSearch 2.19.4",     FULL, FIXED, LATER;
    opensearch_3_6:     opensearch("3.6.0"),      "OpenSearch 3.6.0",      FULL, FIXED, LATER;
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
    let catalogue = small.catalogue();
    assert_eq!(keys(&catalogue), row.catalogue);
    assert_eq!(catalogue["snapshots"].as_array().map(Vec::len), Some(3));

    let after = small.plan().await;
    assert!(after.stdout.contains("Plan: nothing to do."), "{}", said(&after));
    small.scene.second_apply_does_nothing().await;
}
