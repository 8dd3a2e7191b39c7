//! Elasticsearch 6.8: no UUIDs in the catalogue, no `_block`, no metadata, one snapshot at a time.

use sandbox::engine::{Engine, Kind};
use serde_json::Value;

use crate::world::{Small, elasticsearch, keys, said};

/// Its catalogue names indices and snapshots alone, and files of shards are numbered.
#[tokio::test(flavor = "multi_thread")]
async fn its_repository_tells_no_uuid_of_an_index() {
    let small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    small.apply().await;
    let catalogue = small.catalogue();
    assert_eq!(keys(&catalogue), ["snapshots", "indices"]);
    assert_eq!(keys(&catalogue["snapshots"][0]), ["name", "uuid", "state"]);
    assert_eq!(keys(&catalogue["indices"][small.day("app-", 6)]), ["id", "snapshots"]);
    let id = catalogue["indices"][small.day("app-", 6)]["id"].as_str().expect("an id");
    let folder = format!("{}/indices/{id}/", small.scene.base_path());
    let files = small.sandbox.store.list(sandbox::BUCKET, &folder);
    let numbered = files.iter().filter(|(key, _)| key.ends_with("/index-0")).count();
    assert_eq!(numbered, 2, "one a shard: {:?}", files.iter().map(|(key, _)| key).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_proof_cannot_be_had_and_no_snapshot_is_made_in_vain() {
    let small = Small::of(elasticsearch("6.8.23"), "").await;
    let plan = small.plan().await;
    let line = "! blocked   3 indices";
    let why = "proof: identity: Elasticsearch 6.8.23 tells no uuid of an index in its catalogue, as all before 7.9: \
               set `proof: api` for this policy";
    assert!(plan.stdout.contains(line) && plan.stdout.contains(why), "{}", said(&plan));
    let apply = small.apply().await;
    let repository = format!("/_snapshot/{}", small.scene.repository);
    let registered = [format!("PUT {repository}"), format!("POST {repository}/_verify")];
    assert_eq!(small.written(), registered, "{}", said(&apply));
    assert_eq!(small.live().len(), 6);
    small.scene.second_apply_does_nothing().await;
}

/// What `proof: api` has is told in the evidence: it is less.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_lesser_proof_it_goes_on_and_says_so() {
    let small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    let apply = small.apply().await;
    assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
    let lines = small.manifest();
    assert_eq!(lines.len(), 3);
    for line in lines {
        let clauses = line["evidence"]["clauses"].as_array().expect("clauses");
        let names: Vec<&Value> = clauses.iter().map(|clause| &clause["clause"]).collect();
        assert_eq!(names, ["snapshot", "now"], "{line}");
        let says = clauses[0]["says"].as_str().expect("a sentence");
        assert!(says.contains("identity, bytes and commit were not checked"), "{says}");
    }
}

/// There is no `_block` before 7.9; the setting is taken, and a document is refused from then on.
#[tokio::test(flavor = "multi_thread")]
async fn indices_are_frozen_by_the_setting() {
    let small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    let apply = small.apply().await;
    let oldest = small.day("app-", 6);
    let written = small.written();
    assert!(written.contains(&format!("PUT /{oldest}/_settings")), "{written:?}\n{}", said(&apply));
    assert!(!written.iter().any(|write| write.contains("/_block/")), "{written:?}");
    let path = format!("{}/_block/write", small.day("app-", 0));
    let (status, reply) = small.scene.domain.ask(reqwest::Method::PUT, &path, None).await;
    assert_eq!((status, &reply["error"]["type"]), (400, &"invalid_type_name_exception".into()));
}

/// Each of the three snapshots takes several looks; a second one at that time would be refused with 503.
#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_made_one_after_another() {
    let small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    small.world().looks_until_done(3);
    let apply = small.apply().await;
    assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
    let answers = small.sandbox.faults.requests().into_iter().map(|request| request.status);
    assert!(answers.into_iter().all(|status| status != Some(503)), "{}", said(&apply));
}

/// Another's snapshot runs: nothing can be begun until it ends, and the plan says which it waits for.
#[tokio::test(flavor = "multi_thread")]
async fn another_running_snapshot_is_waited_for() {
    let small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    let repository = &small.scene.repository;
    small.world().register(repository, sandbox::BUCKET, &small.scene.base_path(), &[]);
    small.world().looks_until_done(1_000_000);
    assert!(small.world().begin(repository, "nightly", &[&small.day("app-", 0)], Value::Null));
    let plan = small.plan().await;
    assert!(plan.stdout.contains("nightly"), "{}", said(&plan));
    let apply = small.apply().await;
    assert_eq!(small.written(), Vec::<String>::new(), "{}", said(&apply));
    small.world().looks_until_done(1);
    small.world().lock().end_all();
    let apply = small.apply().await;
    assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
}

/// Ticks of a scheduler that do not wait: each begins what can be begun and takes up what has ended meanwhile. Without marks
/// a running snapshot is a stranger's, so it is waited for, and found by its indices then.
#[tokio::test(flavor = "multi_thread")]
async fn runs_that_do_not_wait_get_there_one_snapshot_at_a_time() {
    let mut small = Small::of(elasticsearch("6.8.23"), "proof: api").await;
    small.world().looks_until_done(1_000_000);
    for (day, others) in [(6, 2), (5, 1), (4, 0)] {
        let index = small.day("app-", day);
        let ran = small.scene.run(&["apply", "--auto-approve", "--no-wait"]).await;
        let waiting = ran.stdout.matches("another snapshot is running; the next run begins this one").count();
        assert_eq!(waiting, others, "{}", said(&ran));
        assert!(!ran.stdout.contains("failed, "), "nothing is wrong: {}", said(&ran));
        assert_eq!(small.blocked(), [index.as_str()], "the one that is being written: {}", said(&ran));
        small.scene.now += jiff::SignedDuration::from_mins(3);
        let plan = small.plan().await;
        assert!(plan.stdout.contains("is running, and this engine makes one at a time"), "{}", said(&plan));
        small.world().lock().end_all();
        small.scene.now += jiff::SignedDuration::from_mins(3);
    }
    let ran = small.apply().await;
    assert!(ran.stdout.contains("Applied: 1 deleted"), "{}", said(&ran));
    assert_eq!(small.live(), [2, 1, 0].map(|days| small.day("app-", days)));
    assert_eq!(small.manifest().len(), 3);
    small.scene.second_apply_does_nothing().await;
}

/// Marks are metadata, which 6.8 does not keep: its snapshots are nobody's, and stay when their time has come.
#[tokio::test(flavor = "multi_thread")]
async fn its_snapshots_never_expire() {
    for (version, left) in [("6.8.23", 3), ("7.10.2", 0)] {
        let mut small = Small::of(elasticsearch(version), "proof: api").await;
        small.apply().await;
        small.scene.advance_days(8);
        small.world().clock().set(small.scene.now);
        let arguments = ["apply", "--auto-approve", "--only", "expire", "--allow-expire-share=100%"];
        let ran = small.scene.run_to(0, &arguments).await;
        let snapshots = small.scene.domain.snapshots(&small.scene.repository).await;
        assert_eq!(snapshots.len(), left, "{version}: {snapshots:?} {}", said(&ran));
    }
}

/// The cluster was upgraded, and its repository still holds a snapshot of 6.8: 7.17 goes on without UUIDs then.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_began_with_6_8_blocks_the_full_proof_after_an_upgrade() {
    let small = Small::of(elasticsearch("6.8.23"), "").await;
    let (world, repository) = (small.world(), &small.scene.repository);
    world.register(repository, sandbox::BUCKET, &small.scene.base_path(), &[]);
    assert!(world.take(repository, "before", &[&small.day("app-", 0)], Value::Null));
    world.lock().engine = Engine::new(Kind::Elasticsearch, "7.17.29");
    assert!(world.take(repository, "after", &[&small.day("app-", 0)], Value::Null));
    assert_eq!(keys(&small.catalogue()), ["snapshots", "indices"]);
    let plan = small.plan().await;
    let why = "proof: identity: the catalogue does not tell the uuids of indices while a snapshot from before Elasticsearch \
               7.9 is in it: use a repository without such snapshots, or set `proof: api` for this policy";
    assert!(plan.stdout.contains(why), "{}", said(&plan));

    small.scene.domain.send(reqwest::Method::DELETE, &format!("_snapshot/{repository}/before"), None).await;
    let apply = small.apply().await;
    assert!(apply.stdout.contains("3 archived"), "once it is gone: {}", said(&apply));
}
