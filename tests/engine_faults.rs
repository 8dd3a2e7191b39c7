//! Who could lose logs: plays of the whole program against the sandbox, in which something moves between two of its steps.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where"
)]

mod support;

#[allow(dead_code, reason = "the plays of tests/crash.rs use the rest of it")]
#[path = "crash/world.rs"]
mod world;

use std::process::{Child, Stdio};
use std::time::Duration;

use jiff::SignedDuration;
use sandbox::faults::{Front, Nth, Verdict};
use serde_json::{Value, json};

use support::scene::Ran;
use world::{Small, ended, until};

fn refuse(status: u16, code: &str) -> Verdict {
    Verdict::Refuse { status, code: code.into() }
}

fn said(ran: &Ran) -> String {
    format!("exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr)
}

fn start(small: &Small, arguments: &[&str]) -> Child {
    let mut command = small.scene.command(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("es2s3 starts")
}

/// Holds the command up at its first wish for the lease, when everything was looked at, and lets the world move meanwhile.
async fn between_plan_and_lease(small: &Small, arguments: &[&str], moves: impl AsyncFnOnce()) -> Ran {
    let slow = Verdict::Delay(Duration::from_secs(3));
    small.sandbox.faults.rule(Front::S3, "PUT", "*lock.json*", Nth::Only(1), slow);
    let child = start(small, arguments);
    let asks = || small.sandbox.faults.writes().iter().any(|write| write.path.contains("lock.json"));
    until("a wish for the lease", asks).await;
    moves().await;
    ended(child).await
}

fn state(small: &Small) -> Value {
    let key = format!("{}/state.json", small.scene.repository);
    let object = small.sandbox.store.get(&small.scene.state_bucket_name(), &key).expect("a state");
    serde_json::from_slice(&object.bytes).expect("a state")
}

fn put_state(small: &Small, state: &Value) {
    let key = format!("{}/state.json", small.scene.repository);
    small.sandbox.store.put(
        &small.scene.state_bucket_name(),
        &key,
        state.to_string().into_bytes(),
        small.scene.now,
    );
}

fn deletes(small: &Small) -> Vec<String> {
    let writes = small.sandbox.faults.writes().into_iter();
    let deletes = writes.filter(|one| one.front == Front::Elasticsearch && one.method == "DELETE");
    deletes.map(|one| one.path).collect()
}

async fn snapshots(small: &Small) -> Vec<String> {
    small.scene.domain.snapshots(&small.scene.repository).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_neither_shortens_a_hold_nor_takes_it_away() {
    let small = Small::new().await;
    let index = small.due[0].clone();
    assert_eq!(small.apply().await.code, 0);
    // For the court, until released. That no index bears the name is told, since it may be misspelt.
    let held = small.scene.run_to(0, &["hold", &index, "--note", "court"]).await;
    assert!(held.stderr.contains("no live index bears this name"), "{}", said(&held));
    let hold = state(&small)["holds"][&index].clone();

    let path = "/_snapshot/*/_restore*";
    let refused = refuse(400, "illegal_argument_exception");
    small.sandbox.faults.rule(Front::Elasticsearch, "POST", path, Nth::Only(1), refused);
    let failed = small.scene.run_to(6, &["restore", &index, "--auto-approve"]).await;
    assert_eq!(state(&small)["holds"][&index], hold, "{}", said(&failed));
    small.scene.run_to(0, &["restore", &index, "--auto-approve"]).await;
    assert_eq!(state(&small)["holds"][&index], hold);

    let shorter = small.scene.run_to(0, &["hold", &index, "--for", "1d"]).await;
    assert!(shorter.stderr.contains("held longer already"), "{}", said(&shorter));
    assert_eq!(state(&small)["holds"][&index], hold);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_on_a_pattern_is_refused_and_not_kept_as_a_name() {
    let small = Small::new().await;
    for pattern in ["app-*", "app-2026.01.01,app-2026.01.02", "_all"] {
        let ran = small.scene.run_to(1, &["hold", &small.due[0], pattern]).await;
        assert!(ran.stderr.contains("is no index name"), "{}", said(&ran));
    }
    assert_eq!(state(&small)["serial"], 1, "nothing was written");
}

/// An engine restores into a closed index without a word, over what it holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_looks_again_for_an_index_in_its_way() {
    let small = Small::new().await;
    let index = small.due[0].clone();
    assert_eq!(small.apply().await.code, 0);
    small.sandbox.faults.forget();
    let world = &small.sandbox.world;
    let ran = between_plan_and_lease(&small, &["restore", &index, "--auto-approve"], async || {
        drop(world.clone().index(&index, |_| {}));
        small.scene.domain.close(&index).await;
    })
    .await;
    assert_eq!(ran.code, 6, "{}", said(&ran));
    let restores = small.sandbox.faults.writes().iter().filter(|one| one.path.contains("_restore")).count();
    assert_eq!(restores, 0, "{}", said(&ran));
    assert!(state(&small)["holds"].get(&index).is_none(), "{}", said(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_indices_do_not_come_back_under_one_name() {
    let small = Small::new().await;
    assert_eq!(small.apply().await.code, 0);
    for (pattern, why) in [("x", "two indices would come back as x"), ("{}*", "is no index name")] {
        let arguments = ["restore", &small.due[0], &small.due[1], "--rename", pattern, "--auto-approve"];
        let ran = small.scene.run_to(1, &arguments).await;
        assert!(ran.stderr.contains(why), "{}", said(&ran));
    }
}

/// Whoever holds an index that is archived already means its logs, and those are in the snapshot alone: also when a late line
/// has made an index of that name anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_does_not_expire_while_what_lives_in_it_alone_is_held() {
    for made_anew in [false, true] {
        let mut small = Small::new().await;
        let archived = small.scene.dated("app-{20}");
        let ran = between_plan_and_lease(&small, &["apply", "--auto-approve"], async || {
            let mut state = state(&small);
            state["holds"] = json!({ &archived: { "uuid": null, "reason": { "asked": { "note": "court" } },
                "by": "bob@ci", "since": small.scene.now, "until": null } });
            put_state(&small, &state);
            if made_anew {
                small.scene.domain.create(&archived, 1, 1).await;
            }
        })
        .await;
        assert_eq!(ran.code, 6, "{}", said(&ran));
        assert!(snapshots(&small).await.contains(&small.expiring), "{}", said(&ran));
        assert!(ran.stdout.contains("is held, and lives in it alone"), "{}", said(&ran));
        let ran = small.scene.run_to(0, &["apply", "--auto-approve"]).await;
        assert!(ran.stdout.contains("held by bob@ci"), "the next plan knows it: {}", said(&ran));
        small.scene.run_to(0, &["unhold", &archived]).await;
        small.scene.now += SignedDuration::from_secs(10);
        small.scene.run_to(0, &["apply", "--auto-approve"]).await;
        assert!(!snapshots(&small).await.contains(&small.expiring));
    }
}

/// When the plan was made another snapshot held the same index; by the time the lease is there it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_became_the_last_copy_since_the_plan_stays() {
    let small = Small::new().await;
    let (world, archived) = (&small.sandbox.world, small.scene.dated("app-{30}"));
    drop(world.clone().index(&archived, |_| {}));
    let marks = json!({"es2s3": {"policy": "app", "day": "2026-01-02", "run": "R", "bytes": 1}});
    let (now, began) = (world.clock().now(), small.scene.now - SignedDuration::from_hours(24 * 9));
    let ours = format!("app-2026.01.02-s{}-0123abcd", began.strftime("%Y%m%d"));
    world.clock().set(began);
    assert!(world.take(&small.scene.repository, &ours, &[&archived], marks.clone()));
    world.clock().set(now);
    let second = format!("app-2026.01.02-s{}-0123abcd", small.scene.now.strftime("%Y%m%d"));
    assert!(world.take(&small.scene.repository, &second, &[&archived], marks));
    world.lock().indices.remove(&archived);

    let other = format!("_snapshot/{}/{second}", small.scene.repository);
    let arguments = ["apply", "--auto-approve", "--only", "expire", "--allow-expire-share=100%"];
    let ran = between_plan_and_lease(&small, &arguments, async || {
        small.scene.domain.send(reqwest::Method::DELETE, &other, None).await;
    })
    .await;
    assert_eq!(ran.code, 6, "{}", said(&ran));
    let left = snapshots(&small).await;
    assert!(left.contains(&ours) && !left.contains(&small.expiring), "{left:?}\n{}", said(&ran));
    assert!(ran.stdout.contains("it is the last copy of"), "{}", said(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_against_another_state_is_stale_once_the_lease_is_there() {
    let small = Small::new().await;
    let ran = between_plan_and_lease(&small, &["apply", "--auto-approve"], async || {
        put_state(&small, &json!({"format": 1, "serial": 1, "lineage": "another"}));
    })
    .await;
    assert_eq!(ran.code, 5, "{}", said(&ran));
    assert_eq!(deletes(&small), Vec::<String>::new());
    assert!(!small.is_locked().await, "the lease was given back");
}

/// Another run did it all between the plan and the lease: nothing is left to do, and nothing is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_run_did_since_the_plan_is_found_done() {
    let mut small = Small::new().await;
    let slow = Verdict::Delay(Duration::from_secs(20));
    small.sandbox.faults.rule(Front::S3, "PUT", "*lock.json*", Nth::Only(1), slow);
    let second = start(&small, &["apply", "--auto-approve", "--lock-timeout", "60s"]);
    let asks = || small.sandbox.faults.writes().iter().any(|write| write.path.contains("lock.json"));
    until("a wish for the lease", asks).await;
    let first = small.apply().await;
    assert_eq!(first.code, 0, "{}", said(&first));
    let second = ended(second).await;
    assert!(matches!(second.code, 0 | 6), "{}", said(&second));
    small.converges("two in a row").await;
}

/// A saved plan names the state that it was made against, and goes no further than that.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_stale_when_the_state_is_written_before_its_lease() {
    let small = Small::new().await;
    small.scene.run_to(0, &["plan", "--out", "saved"]).await;
    let ran = between_plan_and_lease(&small, &["apply", "saved"], async || {
        let mut state = state(&small);
        state["serial"] = json!(2);
        put_state(&small, &state);
    })
    .await;
    assert_eq!(ran.code, 5, "{}", said(&ran));
    assert_eq!(deletes(&small), Vec::<String>::new());
}

/// No good answer comes, and the index is still there when the run gives up: the engine may yet carry the delete out. Its line
/// must not be lost then, and no document may be taken in that would go with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_delete_that_comes_true_after_its_run_has_ended_is_in_the_manifest() {
    let mut small = Small::new().await;
    let busy = refuse(503, "process_cluster_event_timeout_exception");
    small.sandbox.faults.rule(Front::Elasticsearch, "DELETE", &format!("/{}*", small.proven), Nth::All, busy);
    let ran = small.scene.run_to(6, &["apply", "--auto-approve"]).await;
    assert!(ran.stdout.contains("a delete may still come about"), "{}", said(&ran));
    assert_eq!(small.blocked(), [small.proven.clone()], "{}", said(&ran));
    assert!(small.is_locked().await, "nobody looks before it is over: {}", said(&ran));
    small.sandbox.faults.clear();
    small.sandbox.world.lock().indices.remove(&small.proven);
    small.past_the_lease();
    let next = small.scene.run_to(0, &["apply", "--auto-approve"]).await;
    assert_eq!(small.manifest().await.get(&small.proven).map(Vec::len), Some(1), "{}", said(&next));
    small.converges("a late delete").await;
}

/// The journal takes so long that a document comes in between the proof and the delete: it is in no copy.
#[tokio::test(flavor = "multi_thread")]
async fn a_permit_that_has_grown_old_is_not_used() {
    let small = Small::new().await;
    let slow = Verdict::Delay(Duration::from_secs(12));
    // The first says that the run begins, the second that the index will be frozen, the third that it will be deleted.
    small.sandbox.faults.rule(Front::S3, "PUT", "*/journal/000003.json*", Nth::Only(1), slow);
    let child = start(&small, &["apply", "--auto-approve", "--only", "delete"]);
    let intends = || small.sandbox.faults.writes().iter().any(|one| one.path.contains("journal/000003"));
    until("the intent", intends).await;
    small.sandbox.world.write(&small.proven, 1);
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}", said(&ran));
    assert_eq!(deletes(&small), Vec::<String>::new(), "{}", said(&ran));
    assert!(small.is_live(&small.proven));
    assert_eq!(small.blocked(), Vec::<String>::new());
}

/// Somebody breaks the lease of a run that is alive: it deletes nothing more, though its own clock says that the lease stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_lease_was_broken_deletes_nothing_more() {
    let small = Small::new().await;
    small.sandbox.world.looks_until_done(1_000_000);
    let child = start(&small, &["apply", "--auto-approve"]);
    let snapshot = format!("/_snapshot/{}/", small.scene.repository);
    let writes = || {
        small.sandbox.faults.writes().iter().any(|one| one.method == "PUT" && one.path.starts_with(&snapshot))
    };
    until("a snapshot", writes).await;
    let lock = small
        .sandbox
        .store
        .get(&small.scene.state_bucket_name(), &format!("{}/lock.json", small.scene.repository))
        .expect("a lock");
    let lock: Value = serde_json::from_slice(&lock.bytes).expect("a lock");
    small.scene.run_to(0, &["state", "unlock", lock["run"].as_str().expect("a run")]).await;
    small.sandbox.world.looks_until_done(1);
    small.sandbox.world.lock().end_all();
    let ran = ended(child).await;
    assert_eq!(ran.code, 4, "{}", said(&ran));
    let before = deletes(&small);
    assert!(before.len() == 1 && before[0].starts_with(&format!("/{}?", small.proven)), "{before:?}");
    // What it had deleted by then it tells all the same: an heir may have looked a moment too early.
    assert_eq!(small.manifest().await.keys().collect::<Vec<_>>(), [&small.proven], "{}", said(&ran));
}

/// A tunnel to a real domain ends on this machine too; moved time would delete its logs too early.
#[tokio::test(flavor = "multi_thread")]
async fn time_is_not_moved_against_a_domain_with_a_certificate() {
    let mut small = Small::new().await;
    small.scene.stage.domain = "https://localhost:9".into();
    let ran = small.scene.run_to(1, &["plan"]).await;
    assert!(ran.stderr.contains("ES2S3_NOW is set"), "{}", said(&ran));
}

/// A block names an index and not its UUID: one that comes in that moment takes today's lines.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_made_anew_while_it_is_frozen_is_not_left_blocked() {
    let small = Small::new().await;
    let index = small.due[0].clone();
    let path = format!("/{index}/_block/write*");
    let slow = Verdict::Delay(Duration::from_secs(2));
    small.sandbox.faults.rule(Front::Elasticsearch, "PUT", &path, Nth::Only(1), slow);
    let child = start(&small, &["apply", "--auto-approve"]);
    let block = format!("/{index}/_block");
    until("a block", || small.sandbox.faults.writes().iter().any(|one| one.path.starts_with(&block))).await;
    small.sandbox.world.lock().indices.remove(&index);
    drop(small.sandbox.world.clone().index(&index, |_| {}));
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}", said(&ran));
    assert!(small.is_live(&index), "{}", said(&ran));
    assert_eq!(small.blocked(), Vec::<String>::new(), "{}", said(&ran));
}

/// The catalogue can be a hundred megabytes: read once for the plan and once for the run, however many policies there are.
#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_nobody_wrote_to_is_read_once_a_run() {
    let small = Small::new().await;
    let world = &small.sandbox.world;
    assert!(world.take(&small.scene.repository, "by-hand-too", &[&small.due[0], &small.due[1]], Value::Null));
    small.sandbox.faults.forget();
    let ran = small.scene.run_to(0, &["apply", "--auto-approve", "--only", "delete"]).await;
    assert_eq!(deletes(&small).len(), 3, "{}", said(&ran));
    let read = |one: &sandbox::faults::Request| {
        let path = one.path.split('?').next().unwrap_or_default();
        let object = path.rsplit('/').next().unwrap_or_default();
        let number = object.strip_prefix("index-");
        one.front == Front::S3 && one.method == "GET" && number.is_some_and(|n| n.parse::<u64>().is_ok())
    };
    // The repository's own; those of shards lie deeper and are named by a UUID.
    assert_eq!(small.sandbox.faults.requests().into_iter().filter(read).count(), 2);
}

/// The copy is damaged before it could be verified: the index stays, and takes writes as before.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_new_copy_is_not_proven_is_not_left_blocked() {
    let small = Small::new().await;
    let gone = refuse(404, "NoSuchKey");
    small.sandbox.faults.rule(Front::S3, "GET", "*/indices/*/snap-*", Nth::All, gone);
    let ran = small.scene.run_to(6, &["apply", "--auto-approve", "--only", "archive"]).await;
    assert!(ran.stdout.contains("not proven: bytes"), "{}", said(&ran));
    assert_eq!(deletes(&small), Vec::<String>::new(), "{}", said(&ran));
    assert_eq!(small.blocked(), Vec::<String>::new(), "{}", said(&ran));
}
