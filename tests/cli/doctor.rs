//! `es2s3 doctor` over a world that is well, and over one thing at a time that is not. It never writes.

use sandbox::faults::{Front, Nth, Verdict};
use serde_json::{Value, json};

use crate::world::Small;

/// After a first apply: before it the repository's settings differ.
async fn well() -> Small {
    let small = Small::new().await;
    let ran = small.apply().await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    small
}

/// The report, and that nothing was written for it.
async fn report(small: &Small, code: i32) -> Value {
    let before = small.sandbox.faults.writes().len();
    let ran = small.scene.run_to(code, &["doctor", "--format", "json"]).await;
    assert_eq!(small.sandbox.faults.writes().len(), before, "a doctor only looks");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[track_caller]
fn says(report: &Value, check: &str, outcome: &str, words: &str) {
    let checks = report["checks"].as_array().expect("checks");
    let one =
        checks.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("no {check}: {report:#}"));
    assert_eq!(one["outcome"], outcome, "{one:#}");
    assert!(one["text"].as_str().expect("a text").contains(words), "{words:?} is not in {one:#}");
    assert_eq!(one["fix"].is_string(), outcome == "failed", "a failure has a fix: {one:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_none_fails() {
    let small = well().await;
    let found = report(&small, 0).await;
    for (check, words) in [
        ("configuration", "2 policies"),
        ("credentials", "gives some"),
        ("region", "us-east-1"),
        ("endpoint", "answers"),
        ("engine", "OpenSearch 3.6.0, cluster"),
        ("clock", "0 s beside"),
        ("repository", "as declared"),
        ("bucket", "logs-sandbox is there"),
        ("catalogue", "snapshot"),
        ("state", "serial"),
        ("lock", "free"),
        ("plan", "was answered"),
    ] {
        says(&found, check, "ok", words);
    }
    let checks = found["checks"].as_array().expect("checks").len();
    assert_eq!(checks, 12, "neither an account nor the AWS side is at stake here: {found:#}");
    let screen = small.scene.run_to(0, &["doctor"]).await.stdout;
    assert!(screen.contains("12 ok, 0 failed, 0 could not be checked"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_does_not_answer_hides_what_lies_behind_it() {
    let mut small = Small::new().await;
    small.scene.stage.domain = "http://127.0.0.1:9".into();
    let found = report(&small, 1).await;
    says(&found, "endpoint", "failed", "no connection");
    for check in ["engine", "clock", "repository", "catalogue", "plan"] {
        says(&found, check, "unchecked", "not reached");
    }
    for check in ["credentials", "bucket", "state", "lock"] {
        says(&found, check, "ok", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_bootstrap_the_state_is_what_fails() {
    let small = Small::new().await;
    let found = report_of_a_new_account(&small).await;
    says(&found, "state", "failed", "does not exist");
    says(&found, "lock", "ok", "free");
    says(&found, "endpoint", "ok", "");
}

/// With the state in a bucket that nobody made.
async fn report_of_a_new_account(small: &Small) -> Value {
    let text = small.scene.config().replace(&small.scene.state_bucket_name(), "nobody-made-this");
    let mut command = small.scene.command(&["-c", "new.yml", "doctor", "--format", "json"]);
    std::fs::write(small.scene.file("new.yml"), text).expect("the configuration is written");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
    let ran = crate::support::scene::ran(&output.expect("es2s3 starts"));
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("es2s3 bootstrap"), "{}", ran.stdout);
    serde_json::from_str(&ran.stdout).expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_names_its_holder_and_an_expired_one_is_a_dead_run() {
    let small = well().await;
    let key = format!("{}/lock.json", small.scene.repository);
    for (minutes, code, outcome, words) in
        [(2, 0, "ok", "held: apply of bob@ci, run THEIRS"), (-2, 1, "failed", "expired: apply of bob@ci")]
    {
        let lock = json!({
            "owner": "bob", "host": "ci", "run": "THEIRS", "operation": "apply", "fencing": 1,
            "started": small.scene.now, "expires": small.scene.now + jiff::SignedDuration::from_mins(minutes),
        });
        small.sandbox.store.put(&small.scene.state_bucket_name(), &key, lock.to_string(), small.scene.now);
        says(&report(&small, code).await, "lock", outcome, words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_read_names_the_permission_to_grant() {
    let small = Small::new().await;
    let denied = Verdict::Refuse { status: 403, code: "AccessDenied".into() };
    small.sandbox.faults.rule(Front::S3, "GET", "*index*", Nth::All, denied);
    let found = report(&small, 1).await;
    says(&found, "catalogue", "failed", "was denied");
    says(&found, "plan", "failed", "s3:ListBucket");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_configuration_there_is_one_check() {
    let mut small = Small::new().await;
    small.scene.extra.push("gaurds: { max_indices: 5 }".into());
    let found = report(&small, 1).await;
    says(&found, "configuration", "failed", "1 fault");
    assert_eq!(found["checks"].as_array().expect("checks").len(), 1, "{found:#}");
}
