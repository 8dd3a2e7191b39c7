//! Two runs, interrupted runs, runs that come back from the dead: one lease, and what is begun is taken up.

use std::process::Stdio;

use jiff::SignedDuration;
use serde_json::json;

use crate::world::{Small, ended, signal, until};

/// A world whose snapshots go on until the test ends them.
async fn slow() -> Small {
    let small = Small::new().await;
    small.sandbox.world.looks_until_done(1_000_000);
    small
}

fn snapshot_runs(small: &Small) -> bool {
    let begun = format!("/_snapshot/{}/", small.scene.repository);
    small.sandbox.faults.writes().iter().any(|write| write.method == "PUT" && write.path.starts_with(&begun))
}

fn snapshots_end(small: &Small) {
    small.sandbox.world.looks_until_done(1);
    small.sandbox.world.lock().end_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_wait_leaves_the_next_run_takes_up() {
    let mut small = slow().await;
    let ran = small.scene.run(&["apply", "--auto-approve", "--no-wait"]).await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    assert!(!small.is_locked().await);
    let begun = small.scene.domain.snapshots(&small.scene.repository).await;
    snapshots_end(&small);
    small.converges("no-wait").await;
    let after = small.scene.domain.snapshots(&small.scene.repository).await;
    assert!(begun.iter().all(|one| after.contains(one) || *one == small.expiring), "{begun:?} {after:?}");
}

/// The run that waits for the snapshot is not the one that set the block, and takes it back all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_an_earlier_run_that_ends_partial_takes_the_block_back() {
    let mut small = slow().await;
    small.sandbox.world.partial_next_snapshot();
    assert_eq!(small.scene.run(&["apply", "--auto-approve", "--no-wait"]).await.code, 6);
    let frozen = small.blocked();
    assert_eq!(frozen.len(), 5, "{frozen:?}");
    small.sandbox.faults.forget();
    let child = small.start();
    let snapshot = format!("/_snapshot/{}/", small.scene.repository);
    until("a look by the next run", || {
        let requests = small.sandbox.faults.requests();
        requests.iter().any(|request| request.path.starts_with(&snapshot) && request.path.contains("_status"))
    })
    .await;
    snapshots_end(&small);
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("PARTIAL"), "{}\n{}", ran.stdout, ran.stderr);
    assert!(small.is_live(&frozen[0]), "{}", ran.stderr);
    assert_eq!(small.blocked(), Vec::<String>::new(), "{}", ran.stderr);
    small.converges("partial, taken up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_the_snapshot_running_and_gives_the_lease_back() {
    for name in ["INT", "TERM"] {
        let mut small = slow().await;
        let child = small.start();
        until("a snapshot", || snapshot_runs(&small)).await;
        signal(&child, name);
        let ran = ended(child).await;
        assert_eq!(ran.code, 6, "{name}: {}\n{}", ran.stdout, ran.stderr);
        assert!(!small.is_locked().await, "{name}");
        snapshots_end(&small);
        small.converges(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_names_the_holder_and_leaves() {
    let mut small = slow().await;
    let child = small.start();
    until("a snapshot", || snapshot_runs(&small)).await;
    let second = small.apply().await;
    assert_eq!(second.code, 4, "{}\n{}", second.stdout, second.stderr);
    assert!(second.stderr.contains("of alice on ci holds the lease until"), "{}", second.stderr);
    snapshots_end(&small);
    assert_eq!(ended(child).await.code, 0);
    small.converges("two at once").await;
}

/// The first run is stopped, its lease runs out, another takes it over and finishes; then the first wakes up.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_wakes_up_without_its_lease_writes_nothing() {
    let mut small = slow().await;
    let zombie = small.start();
    until("a snapshot", || snapshot_runs(&small)).await;
    signal(&zombie, "STOP");
    snapshots_end(&small);
    small.converges("the heir").await;
    small.sandbox.faults.forget();
    signal(&zombie, "CONT");
    let ran = ended(zombie).await;
    assert!(matches!(ran.code, 1 | 4), "{}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    let written: Vec<_> =
        small.sandbox.faults.writes().into_iter().filter(|write| write.status == Some(200)).collect();
    assert_eq!(written, [], "{}", ran.stderr);
    small.converges("after the zombie").await;
}

/// A plan is made before its run has the lease: a hold that was put in between counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_was_put_after_the_plan_is_kept() {
    let small = Small::new().await;
    let store = &small.sandbox.store;
    let (bucket, folder) = (small.scene.state_bucket_name(), &small.scene.repository);
    let lock = json!({
        "owner": "bob", "host": "ci", "run": "B", "operation": "hold", "fencing": 1,
        "started": small.scene.now, "expires": small.scene.now + SignedDuration::from_mins(2),
    });
    store.put(&bucket, &format!("{folder}/lock.json"), lock.to_string(), small.scene.now);
    let mut command = small.scene.command(&["apply", "--auto-approve", "--lock-timeout", "60s"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("es2s3 starts");
    let tries =
        || small.sandbox.faults.writes().iter().filter(|write| write.path.contains("lock.json")).count();
    until("the run to wait for the lease", || tries() > 0).await;
    let hold = json!({"uuid": null, "reason": {"asked": {"note": "audit"}}, "by": "bob@ci", "since": small.scene.now, "until": null});
    let held = [&small.proven, &small.due[0]];
    let state = json!({"format": 1, "serial": 2, "lineage": "L", "holds": {held[0]: hold, held[1]: hold}});
    store.put(&bucket, &format!("{folder}/state.json"), state.to_string(), small.scene.now);
    assert!(store.remove(&bucket, &format!("{folder}/lock.json")));
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    for index in held {
        assert!(small.is_live(index), "{index} is held and gone\n{}", ran.stderr);
    }
    assert_eq!(small.blocked(), Vec::<String>::new());
    assert_eq!(small.manifest().await.len(), small.due.len() - 2);
}
