//! Servers that refuse, stall, lie or lose a reply while the process lives on.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::faults::{Front, Nth, Request, Verdict};
use serde_json::{Value, json};

use crate::world::{Small, ended, until};

fn refuse(status: u16, code: &str) -> Verdict {
    Verdict::Refuse { status, code: code.into() }
}

/// A run under one fault ends by itself and orderly; the next one converges.
async fn one_fault(front: Front, method: &str, path: &str, nth: Nth, verdict: Verdict, ends: &[i32]) {
    faults_of(front, method, path, &[(nth, verdict)], ends).await;
}

async fn faults_of(front: Front, method: &str, path: &str, faults: &[(Nth, Verdict)], ends: &[i32]) {
    let case = format!("{front:?} {method} {path}: {faults:?}");
    let mut small = Small::new().await;
    let path = path.replace("{repository}", &small.scene.repository).replace("{proven}", &small.proven);
    for (nth, verdict) in faults {
        small.sandbox.faults.rule(front, method, &path, *nth, verdict.clone());
    }
    let ran = small.apply().await;
    assert!(ends.contains(&ran.code), "{case}: exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    let met = small.sandbox.faults.requests().iter().any(|request| {
        request.front == front && request.method == method && sandbox::glob::matches(&path, &request.path)
    });
    assert!(met, "{case}: no request met the fault");
    small.sandbox.faults.clear();
    small.converges(&format!("{case}\n{}", ran.stderr)).await;
}

/// One of each kind of write, with the front and the path.
const WRITES: &[(Front, &str, &str)] = &[
    (Front::S3, "PUT", "*/lock.json*"),
    (Front::S3, "PUT", "*/journal/000001.json*"),
    (Front::S3, "PUT", "*/journal/000005.json*"),
    (Front::S3, "PUT", "*/plan.json*"),
    (Front::S3, "PUT", "*/config/*"),
    (Front::S3, "PUT", "*/manifest/*"),
    (Front::S3, "PUT", "*/state.json*"),
    (Front::S3, "DELETE", "*/lock.json*"),
    (Front::Elasticsearch, "PUT", "/_snapshot/{repository}"),
    (Front::Elasticsearch, "POST", "/_snapshot/{repository}/_verify*"),
    (Front::Elasticsearch, "PUT", "/*/_block/write*"),
    (Front::Elasticsearch, "PUT", "/_snapshot/{repository}/*"),
    (Front::Elasticsearch, "DELETE", "/{proven}*"),
    (Front::Elasticsearch, "DELETE", "/_snapshot/*"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_to_any_write_alone_does_no_harm() {
    for (front, method, path) in WRITES {
        one_fault(*front, method, path, Nth::Only(1), Verdict::CutAfter, &[0, 6]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_that_conflicts_or_throttles_is_asked_again() {
    for (front, method, path) in WRITES.iter().filter(|(front, ..)| *front == Front::S3) {
        let conflict = (Nth::Only(1), refuse(409, "ConditionalRequestConflict"));
        let throttled = (Nth::Only(2), refuse(503, "SlowDown"));
        faults_of(*front, method, path, &[conflict, throttled], &[0]).await;
    }
}

/// A refused condition means that someone else wrote: the run stops, whatever is true. Where the file can be read back, what is
/// in it decides: no lock is there, so the lease is free after all.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_condition_stops_the_run_and_loses_nothing() {
    for (path, ends) in [
        ("*/lock.json*", &[0][..]),
        ("*/journal/000001.json*", &[1]),
        ("*/journal/000012.json*", &[1]),
        ("*/state.json*", &[1]),
        ("*/manifest/*", &[0]),
    ] {
        one_fault(Front::S3, "PUT", path, Nth::Only(1), refuse(412, "PreconditionFailed"), ends).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_is_busy_is_asked_again() {
    for (front, method, path) in WRITES.iter().filter(|(front, ..)| *front == Front::Elasticsearch) {
        let (many, away) = (refuse(429, "busy"), refuse(503, "busy"));
        faults_of(*front, method, path, &[(Nth::Only(1), many), (Nth::Only(2), away)], &[0]).await;
    }
}

/// `PUT _snapshot` may fail to answer at every try and register all the same: reading it back decides.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_registers_without_saying_so_is_found() {
    one_fault(Front::Elasticsearch, "PUT", "/_snapshot/{repository}", Nth::All, Verdict::CutAfter, &[0])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_waits_for_a_snapshot_that_holds_the_index() {
    let mut small = Small::new().await;
    let held = refuse(400, "snapshot_in_progress_exception");
    small.sandbox.faults.script(
        Front::Elasticsearch,
        "DELETE",
        &small.proven,
        &[held.clone(), held.clone(), held],
    );
    assert_eq!(small.apply().await.code, 0);
    let path = format!("/{}", small.proven);
    assert_eq!(small.asked("DELETE", &path).len(), 4);
    small.converges("held").await;
}

/// The name is made anew between an unclear answer and the repeat, as a shipper with one more line for that day would do.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delete_never_hits_the_next_index_of_that_name() {
    for unclear in [refuse(503, "busy"), refuse(429, "busy"), refuse(400, "snapshot_in_progress_exception")] {
        let small = Small::new().await;
        let (faults, world) = (&small.sandbox.faults, &small.sandbox.world);
        faults.script(Front::Elasticsearch, "DELETE", &small.proven, std::slice::from_ref(&unclear));
        // The looks at the index after that answer are slow enough to make it anew meanwhile.
        let child = small.start();
        let path = format!("/{}", small.proven);
        until("the first delete", || !small.asked("DELETE", &path).is_empty()).await;
        world.lock().indices.remove(&small.proven);
        drop(world.clone().index(&small.proven, |_| {}));
        let ran = ended(child).await;
        assert!(
            small.is_live(&small.proven),
            "{unclear:?}: the next index of that name was deleted\n{}",
            ran.stderr
        );
        assert_eq!(small.asked("DELETE", &path).len(), 1, "{unclear:?}: {}", ran.stderr);
    }
}

/// A document written while a delete waits is in no snapshot: the delete does not happen.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delete_sees_what_was_written_meanwhile() {
    let small = Small::new().await;
    let held = refuse(400, "snapshot_in_progress_exception");
    small.sandbox.faults.script(Front::Elasticsearch, "DELETE", &small.proven, &[held.clone(), held]);
    let child = small.start();
    let path = format!("/{}", small.proven);
    until("the first delete", || !small.asked("DELETE", &path).is_empty()).await;
    small.sandbox.world.write(&small.proven, 1);
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    assert!(small.is_live(&small.proven), "{}", ran.stderr);
    assert_eq!(small.blocked(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_snapshot_keeps_its_index_and_takes_the_block_back() {
    let mut small = Small::new().await;
    small.sandbox.world.partial_next_snapshot();
    let ran = small.apply().await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("PARTIAL"), "{}", ran.stdout);
    assert_eq!(small.blocked(), Vec::<String>::new());
    let left = small.due.iter().filter(|index| small.is_live(index)).count();
    assert_eq!(left, 1);
    small.converges("partial").await;
}

/// What may not be read is not absent: nothing is removed on it, and the plan says which permission is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_denied_read_removes_nothing_and_names_the_permission() {
    let mut small = Small::new().await;
    let plan = small.scene.run_to(0, &["plan"]).await.stdout;
    assert!(plan.contains("- delete ") && plan.contains("x expire "), "{plan}");
    let reads: BTreeSet<_> = small.sandbox.faults.requests().into_iter().map(without_query).collect();
    assert!(reads.len() > 15, "{reads:?}");
    let denied = json!({"status": 403, "error": {
        "type": "security_exception",
        "reason": "no permissions for [indices:monitor/some] and User [name=a]",
    }});
    for (is_s3, path) in reads {
        let (front, code, permission) = match is_s3 {
            true => (Front::S3, "AccessDenied".to_owned(), "the caller lacks s3:"),
            false => (Front::Elasticsearch, denied.to_string(), "indices:monitor/some"),
        };
        // Exactly this path, with any query.
        for pattern in [path.clone(), format!("{path}?*")] {
            small.sandbox.faults.rule(front, "GET", &pattern, Nth::All, refuse(403, &code));
        }
        let plan = small.scene.run(&["plan"]).await;
        small.sandbox.faults.clear();
        let said = format!("{}{}", plan.stdout, plan.stderr);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(permission), "{path}: {said}");
        // The one proven index and the one old snapshot stand on different files; each needs all that it stands on.
        let both = said.contains("- delete ") && said.contains("x expire ");
        assert!(!both, "{path}: {said}");
    }
    small.converges("after all denials").await;
}

fn without_query(request: Request) -> (bool, String) {
    (request.front == Front::S3, request.path.split('?').next().unwrap_or_default().to_owned())
}

/// A 404 that does not say that the thing itself is missing may be a proxy's: it is no news of a snapshot or a repository.
#[tokio::test(flavor = "multi_thread")]
async fn a_404_of_something_else_is_not_an_absence() {
    for (path, ends) in [("/_snapshot/{repository}/app-*", &[6][..]), ("/_snapshot/{repository}", &[0, 1])] {
        let mut small = Small::new().await;
        let path = path.replace("{repository}", &small.scene.repository);
        small.sandbox.faults.rule(Front::Elasticsearch, "GET", &path, Nth::All, refuse(404, "not_routed"));
        let ran = small.apply().await;
        let said = format!("{path}: exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
        assert!(ends.contains(&ran.code), "{said}");
        small.sandbox.faults.clear();
        let snapshots = small.scene.domain.snapshots(&small.scene.repository).await;
        assert!(snapshots.contains(&small.expiring), "{said}");
        assert!(!said.contains("is gone"), "{said}");
        small.converges(&said).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_snapshot_of_a_stranger_is_waited_out() {
    let mut small = Small::new().await;
    small.sandbox.world.looks_until_done(1_000_000);
    assert!(small.sandbox.world.begin(&small.scene.repository, "stranger", &[&small.kept[0]], Value::Null));
    small.sandbox.world.looks_until_done(1);
    let ran = small.apply().await;
    assert!(matches!(ran.code, 0 | 6), "{}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    small.nothing_is_lost("a stranger's snapshot runs");
    small.sandbox.world.lock().end_all();
    small.converges("a stranger's snapshot ended").await;
}

/// A reply with `Retry-After` in mind: a stalled domain only delays.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reply_only_delays() {
    let late = Verdict::Delay(Duration::from_millis(300));
    one_fault(Front::Elasticsearch, "DELETE", "/{proven}*", Nth::Only(1), late, &[0]).await;
}
