//! Another cluster writes to the same repository: nothing is lost, and the run says what is the matter.

use serde_json::Value;

use crate::world::{Small, elasticsearch, said};

/// From 7.12 on the catalogue names the cluster that wrote last.
#[tokio::test(flavor = "multi_thread")]
async fn elasticsearch_says_which_cluster_wrote_last_and_es2s3_stands_back() {
    for version in ["7.17.29", "8.15.3", "9.0.8"] {
        let small = Small::of(elasticsearch(version), "").await;
        let (world, repository) = (small.world(), &small.scene.repository);
        world.register(repository, sandbox::BUCKET, &small.scene.base_path(), &[]);
        assert!(world.take(repository, "ours", &[&small.day("app-", 0)], Value::Null));
        let own = world.lock().cluster_uuid.clone();
        assert_eq!(small.catalogue()["cluster_id"], own.as_str());
        // The cluster that was here before moved its repository to this one.
        world.lock().cluster_uuid = "AnotherClusterOfLogsAA".into();
        let plan = small.plan().await;
        let why = format!("cluster {own} wrote to it last, not this one (AnotherClusterOfLogsAA)");
        assert!(plan.stdout.contains(&why) && plan.stdout.contains("! blocked"), "{}", said(&plan));
        let apply = small.apply().await;
        assert_eq!(small.written(), Vec::<String>::new(), "{}", said(&apply));

        assert!(world.take(repository, "by-hand", &[&small.day("app-", 0)], Value::Null));
        let apply = small.apply().await;
        assert!(apply.stdout.contains("3 archived"), "after one snapshot by hand: {}", said(&apply));
    }
}
