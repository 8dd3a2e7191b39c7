//! What other versions answer otherwise, one row a version.

use super::client::{ask, done, started};
use crate::engine::{Engine, Kind};
use crate::world::World;

/// Status of `_cat/indices` told to expand, of `_block/write` and of `_data_stream`; keys of a list of snapshots; whether
/// every reply names the product.
type Row = (Kind, &'static str, [u16; 3], &'static [&'static str], bool);

const PLAIN: &[&str] = &["snapshots"];
const COUNTED: &[&str] = &["total", "remaining", "snapshots"];

const ROWS: &[Row] = &[
    (Kind::Elasticsearch, "6.8.23", [400, 400, 400], PLAIN, false),
    (Kind::Elasticsearch, "7.10.2", [200, 200, 400], PLAIN, false),
    (Kind::Elasticsearch, "7.17.29", [200, 200, 200], COUNTED, true),
    (Kind::Elasticsearch, "8.15.3", [200, 200, 200], COUNTED, true),
    (Kind::Elasticsearch, "9.0.8", [200, 200, 200], COUNTED, true),
    (Kind::OpenSearch, "1.3.20", [200, 200, 200], PLAIN, false),
    (Kind::OpenSearch, "2.11.1", [200, 200, 200], PLAIN, false),
    (Kind::OpenSearch, "3.6.0", [200, 200, 200], PLAIN, false),
];

#[tokio::test]
async fn each_version_answers_in_its_own_way() {
    for (kind, version, statuses, keys, names_product) in ROWS {
        let world = World::of(Engine::new(*kind, version)).repository("r", "r").index("a", |_| {});
        let sandbox = started(world.snapshot("r", "s", &["a"])).await;
        let requests = [
            "GET /_cat/indices?format=json&expand_wildcards=all",
            "PUT /a/_block/write",
            "GET /_data_stream",
        ];
        let mut answered = [0; 3];
        for (status, request) in answered.iter_mut().zip(requests) {
            *status = ask(&sandbox, request).await.0;
        }
        assert_eq!(answered, *statuses, "{version}");
        let listed = done(&sandbox, "GET /_snapshot/r/_all").await;
        assert_eq!(listed.as_object().unwrap().keys().collect::<Vec<_>>(), *keys, "{version}");
        assert_eq!(listed["snapshots"][0]["repository"] == "r", keys.len() > 1, "{version}");
        let head = super::client::head(&sandbox, "/").await.to_lowercase();
        assert_eq!(head.contains("x-elastic-product: elasticsearch"), *names_product, "{version}: {head}");
    }
}

#[tokio::test]
async fn before_7_9_a_second_snapshot_is_refused() {
    for (version, status) in [("6.8.23", 503), ("7.10.2", 200)] {
        let world = World::elasticsearch(version).repository("r", "r").index("a", |_| {});
        world.looks_until_done(10);
        let sandbox = started(world).await;
        done(&sandbox, "PUT /_snapshot/r/one").await;
        let (answered, body) = ask(&sandbox, "PUT /_snapshot/r/two").await;
        assert_eq!(answered, status, "{version}: {body}");
    }
}
