//! Another cluster writes to the same repository: nothing is lost, and the run says what is the matter.

use sandbox::World;
use serde_json::Value;

use crate::world::{Small, elasticsearch, opensearch, said};

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

/// The same where the repository is not registered here at all: registering it would make a second writer.
#[tokio::test(flavor = "multi_thread")]
async fn the_repository_of_another_cluster_is_not_taken_over() {
    let small = Small::of(elasticsearch("8.15.3"), "").await;
    let (world, repository) = (small.world(), &small.scene.repository);
    world.register(repository, sandbox::BUCKET, &small.scene.base_path(), &[]);
    assert!(world.take(repository, "theirs", &[&small.day("app-", 0)], Value::Null));
    world.lock().unregister(repository).expect("it was registered");
    world.lock().cluster_uuid = "AnotherClusterOfLogsAA".into();
    for ran in [small.plan().await, small.apply().await] {
        assert!(said(&ran).contains("wrote to it last, not this one"), "{}", said(&ran));
        assert!(said(&ran).contains("holds a repository already, with 1 snapshot"), "{}", said(&ran));
    }
    assert_eq!(small.written(), Vec::<String>::new());
}

/// The plan is saved, a stranger moves the catalogue on, and the saved plan is applied. OpenSearch does not say who wrote last:
/// there the engine itself notices, at the end of the first snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_that_writes_between_plan_and_apply_costs_nothing() {
    for (world, why) in [
        (elasticsearch("7.17.29"), "the plan says archive, now it would be blocked"),
        (elasticsearch("9.0.8"), "the plan says archive, now it would be blocked"),
        (elasticsearch("7.10.2"), "another cluster wrote to the repository"),
        (opensearch("1.3.20"), "another cluster wrote to the repository"),
        (opensearch("3.6.0"), "another cluster wrote to the repository"),
    ] {
        let small = shared(world).await;
        let repository = &small.scene.repository;
        small.scene.run_to(0, &["plan", "--out", "saved"]).await;
        small.world().lock().another_cluster_takes(repository, "theirs");
        let before = small.catalogue();
        let ran = small.scene.run_to(6, &["apply", "saved"]).await;
        assert!(said(&ran).contains(why), "{}", said(&ran));
        assert_eq!(small.live().len(), 6, "{}", said(&ran));
        assert_eq!(small.blocked(), Vec::<String>::new(), "{}", said(&ran));
        assert_eq!(small.catalogue(), before, "the stranger's catalogue stands");
    }
}

/// What the error says to do is what helps.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_stranger_the_repository_is_registered_anew_and_the_run_goes_on() {
    let small = shared(opensearch("2.19.4")).await;
    let repository = &small.scene.repository;
    small.world().lock().another_cluster_takes(repository, "theirs");
    let ran = small.scene.run_to(6, &["apply", "--auto-approve"]).await;
    let help =
        "let one cluster alone write to it, then remove the repository from this one and register it again";
    assert!(ran.stdout.contains(help), "{}", said(&ran));

    small.scene.domain.send(reqwest::Method::DELETE, &format!("_snapshot/{repository}"), None).await;
    let ran = small.apply().await;
    assert!(ran.stdout.contains("repository registered, 3 archived"), "{}", said(&ran));
    let snapshots = small.scene.domain.snapshots(repository).await;
    assert!(snapshots.contains(&"theirs".to_owned()) && snapshots.len() == 5, "{snapshots:?}");
    small.scene.second_apply_does_nothing().await;
}

/// The small world with a registered repository that holds one snapshot already.
async fn shared(world: World) -> Small {
    let small = Small::of(world, "").await;
    let settings: &[(&str, &str)] = if small.world().lock().engine.opensearch_since(2, 17) {
        &[("shard_path_type", "FIXED")]
    } else {
        &[]
    };
    let repository = &small.scene.repository;
    small.world().register(repository, sandbox::BUCKET, &small.scene.base_path(), settings);
    assert!(small.world().take(repository, "ours", &[&small.day("app-", 0)], Value::Null));
    small
}
