//! One play for each code of `docs/exit-codes.md`; with each, what the person is told to do.

use sandbox::faults::{Front, Nth, Verdict};
use serde_json::json;

use crate::support::scene::Ran;
use crate::world::Small;

/// The code, and that the last error names the way out.
#[track_caller]
fn ends(ran: &Ran, code: i32, says: &[&str]) {
    let all = format!("exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    assert_eq!(ran.code, code, "{all}");
    for words in says {
        assert!(ran.stderr.contains(words), "{words:?} is not in {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn done_is_0_and_so_is_nothing_to_do() {
    let small = Small::new().await;
    ends(&small.scene.run(&["plan"]).await, 0, &[]);
    ends(&small.apply().await, 0, &[]);
    ends(&small.apply().await, 0, &[]);
    ends(&small.scene.run(&["plan", "--detailed-exitcode"]).await, 0, &[]);
    for arguments in [&["--help"][..], &["--version"], &["plan", "--help"], &["help", "apply"]] {
        ends(&small.scene.run(arguments).await, 0, &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_1_and_says_what_to_do() {
    let small = Small::new().await;
    let (proven, missing) = (small.proven.as_str(), "app-2001.01.01");
    let cases: &[(&[&str], &[&str])] = &[
        (&["plam"], &["unrecognized subcommand", "similar subcommand exists: 'plan'"]),
        (&["plan", "--onyl", "x"], &["unexpected argument '--onyl'", "--only"]),
        (&["plan", "--allow-delete-share=0%"], &["--allow-delete-share"]),
        (&["plan", "-c", "other.yml"], &["other.yml", "es2s3 init"]),
        (&["apply"], &["nobody is here to ask", "--auto-approve"]),
        (&["apply", "none.plan"], &["none.plan", "es2s3 plan --out FILE"]),
        (&["apply", "none.plan", "--only", "data"], &["belong to `es2s3 plan`"]),
        (&["show", "none.plan"], &["none.plan", "es2s3 plan --out FILE"]),
        (&["prove", missing], &["neither a live index nor a snapshot", "es2s3 history"]),
        (&["restore", missing, "--auto-approve"], &[missing]),
        (&["hold", "app-*"], &["is no index name"]),
        (&["unhold", proven], &["not held", "es2s3 holds"]),
        (&["history", "NOSUCHRUN"], &["NOSUCHRUN"]),
        (&["init"], &["app-config.yml", "--force"]),
    ];
    for (arguments, says) in cases {
        ends(&small.scene.run(arguments).await, 1, says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_1_and_never_an_empty_world() {
    let small = Small::new().await;
    let denied = || Verdict::Refuse { status: 403, code: "AccessDenied".into() };
    let state = format!("*{}/state.json*", small.scene.repository);
    let cases = [
        (Front::Elasticsearch, "/*".to_owned(), "could not read"),
        (Front::S3, "*index*".into(), "catalogue"),
        (Front::S3, state, "could not read the state"),
    ];
    for (front, path, says) in cases {
        small.sandbox.faults.rule(front, "GET", &path, Nth::All, denied());
        for arguments in
            [&["plan"][..], &["plan", "--detailed-exitcode"], &["apply", "--auto-approve"], &["status"]]
        {
            let ran = small.scene.run(arguments).await;
            ends(&ran, 1, &[]);
            assert!(ran.stderr.contains(says) || ran.stderr.contains("denied"), "{path}: {}", ran.stderr);
        }
        small.sandbox.faults.clear();
    }
    assert_eq!(small.sandbox.faults.writes(), [], "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_before_bootstrap_is_1_and_names_the_command() {
    let small = Small::new().await;
    let key = format!("{}/state.json", small.scene.repository);
    small.scene.state_bucket().delete(&key).await;
    ends(&small.scene.run(&["plan"]).await, 0, &[]);
    ends(&small.apply().await, 1, &["es2s3 bootstrap"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_2_when_asked_for() {
    let small = Small::new().await;
    ends(&small.scene.run(&["plan", "--detailed-exitcode"]).await, 2, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusing_guard_is_3_and_prints_the_line_to_use() {
    let mut small = Small::new().await;
    small.scene.extra.push("guards: { max_indices: 5 }".into());
    for arguments in [&["plan"][..], &["plan", "--detailed-exitcode"], &["apply", "--auto-approve"]] {
        ends(&small.scene.run(arguments).await, 3, &["es2s3 apply --allow-delete-count=6"]);
    }
    assert_eq!(small.sandbox.faults.writes(), [], "nothing was written");
    ends(&small.scene.run(&["apply", "--auto-approve", "--allow-delete-count=6"]).await, 0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_lease_is_4_and_names_its_holder() {
    let small = Small::new().await;
    let lock = json!({
        "owner": "bob", "host": "ci", "run": "THEIRS", "operation": "apply", "fencing": 1,
        "started": small.scene.now, "expires": small.scene.now + jiff::SignedDuration::from_mins(2),
    });
    let key = format!("{}/lock.json", small.scene.repository);
    small.sandbox.store.put(&small.scene.state_bucket_name(), &key, lock.to_string(), small.scene.now);
    let says = ["bob", "--lock-timeout", "es2s3 state unlock THEIRS"];
    ends(&small.apply().await, 4, &says);
    ends(&small.scene.run(&["hold", &small.kept[0]]).await, 4, &says);
    ends(&small.scene.run(&["plan"]).await, 0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_plan_is_5() {
    let mut small = Small::new().await;
    small.scene.run_to(0, &["plan", "--out", "today.plan"]).await;
    let untouched = small.scene.now;
    small.scene.advance_days(2);
    ends(&small.scene.run(&["apply", "today.plan"]).await, 5, &["es2s3 plan --out FILE"]);
    small.scene.now = untouched;
    small.scene.extra.push("guards: { max_indices: 400 }".into());
    ends(&small.scene.run(&["apply", "today.plan"]).await, 5, &["configuration", "es2s3 plan --out FILE"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_failed_is_6() {
    let small = Small::new().await;
    let refused = Verdict::Refuse { status: 400, code: "illegal_argument_exception".into() };
    let path = format!("/{}*", small.proven);
    small.sandbox.faults.rule(Front::Elasticsearch, "DELETE", &path, Nth::All, refused);
    let ran = small.apply().await;
    ends(&ran, 6, &[&small.proven]);
    assert!(ran.stdout.contains("1 failed"), "{}", ran.stdout);
}
