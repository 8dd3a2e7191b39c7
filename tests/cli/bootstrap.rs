//! `es2s3 bootstrap` as a plan and an apply: what it shows, makes, finds made, and leaves alone.

use sandbox::faults::{Front, Verdict};
use serde_json::Value;

use crate::support::scene::{Ran, ran};
use crate::world::Small;

const BUCKET: &str = "state-fresh";

/// The scene's configuration with a state that nobody prepared yet.
async fn bootstrap(small: &Small, arguments: &[&str]) -> Ran {
    let prepared = small.scene.state_bucket_name();
    let fresh = small.scene.config().replace(&prepared, BUCKET);
    let mut all = vec!["-c", "fresh.yml", "bootstrap"];
    all.extend(arguments);
    let mut command = small.scene.command(&all);
    std::fs::write(small.scene.file("fresh.yml"), fresh).expect("the configuration is written");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
    ran(&output.expect("es2s3 starts"))
}

async fn bootstrap_to(code: i32, small: &Small, arguments: &[&str]) -> Ran {
    let ran = bootstrap(small, arguments).await;
    assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
    ran
}

/// Lines that begin so, one blank between the words.
fn lines<'a>(text: &'a str, start: &str) -> Vec<String> {
    let plain = |line: &'a str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(plain).filter(|line| line.starts_with(start)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_makes_bucket_and_state_and_the_second_finds_them() {
    let small = Small::new().await;
    let first = bootstrap_to(0, &small, &["--auto-approve"]).await;
    assert_eq!(
        lines(&first.stdout, "+"),
        [
            format!("+ create bucket {BUCKET}"),
            format!("+ create s3://{BUCKET}/{}/state.json the first state", small.scene.repository),
        ]
    );
    assert!(first.stdout.contains("settings of the bucket: made\nstate made\n"), "{}", first.stdout);
    let key = format!("{}/state.json", small.scene.repository);
    let (state, writes) = (small.sandbox.store.get(BUCKET, &key), small.sandbox.faults.writes().len());
    let second = bootstrap_to(0, &small, &["--auto-approve"]).await;
    assert!(
        lines(&second.stdout, "+").is_empty() && lines(&second.stdout, "~").is_empty(),
        "{}",
        second.stdout
    );
    assert!(
        second.stdout.contains("settings of the bucket: as declared\nstate there already\n"),
        "{}",
        second.stdout
    );
    let after = small.sandbox.faults.writes();
    // The put of a first state is sent all the same, under the condition that there is none.
    let harmless = |path: &str| path.contains("/bootstrap/") || path.contains(&key);
    assert!(after.iter().skip(writes).all(|write| harmless(&write.path)), "nothing but probes is written");
    assert_eq!(small.sandbox.store.get(BUCKET, &key).map(|one| one.etag), state.map(|one| one.etag));
}

/// Two at once: one makes the state, both end well, and there is one lineage.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_wins_and_the_other_says_so() {
    let small = Small::new().await;
    let both = tokio::join!(
        bootstrap(&small, &["--auto-approve", "--format", "json"]),
        bootstrap(&small, &["--auto-approve", "--format", "json"]),
    );
    let report = |ran: &Ran| -> Value {
        assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).expect("one document")
    };
    let (one, two) = (report(&both.0), report(&both.1));
    assert_eq!(one["state"]["lineage"], two["state"]["lineage"]);
    let made = [&one, &two].iter().filter(|report| report["state"]["state_made"] == true).count();
    assert_eq!(made, 1, "{one} {two}");
}

/// A bucket that was there for something else: old versions in it are somebody's backups, and not es2s3's to expire.
#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_a_bucket_that_holds_other_things_are_left_alone() {
    let small = Small::new().await;
    small.sandbox.store.create_bucket(BUCKET);
    small.sandbox.store.put(BUCKET, "backups/db.dump", b"dump".to_vec(), small.scene.now);
    for _ in 0..2 {
        let ran = bootstrap_to(0, &small, &["--auto-approve"]).await;
        assert_eq!(lines(&ran.stdout, "= keep bucket").len(), 1, "{}", ran.stdout);
        let settings = |path: &str| path.starts_with(&format!("/{BUCKET}?"));
        assert!(!small.sandbox.faults.writes().iter().any(|write| settings(&write.path)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_does_not_offer_is_no_obstacle() {
    let small = Small::new().await;
    let none = Verdict::Refuse { status: 501, code: "NotImplemented".into() };
    let never: Vec<Verdict> = vec![none; 9];
    small.sandbox.faults.script(Front::S3, "GET", "publicAccessBlock", &never);
    let ran = bootstrap_to(0, &small, &["--auto-approve"]).await;
    assert!(ran.stdout.contains("settings of the bucket: made"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_can_be_handed_to_others_without_credentials() {
    let small = Small::new().await;
    let requests = small.sandbox.faults.requests().len();
    let ran = bootstrap_to(0, &small, &["--print", "--ci", "github:acme/logs"]).await;
    assert_eq!(small.sandbox.faults.requests().len(), requests, "nobody is asked");
    let printed: Value = serde_json::from_str(&ran.stdout).expect("one document");
    let objects = printed["objects"].as_array().expect("a list");
    let kinds: Vec<_> = objects.iter().map(|one| one["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["bucket", "oidc-provider", "role", "role"]);
    let trusts = |role: usize| {
        objects[role]["trust"]["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"][0].clone()
    };
    assert_eq!(trusts(2), "repo:acme/logs:pull_request");
    assert_eq!(trusts(3), "repo:acme/logs:environment:production");
    let wrong = bootstrap_to(1, &small, &["--print", "--ci", "github:acme/*"]).await;
    assert!(wrong.stderr.contains("`acme/*` is no repository"), "{}", wrong.stderr);
}
