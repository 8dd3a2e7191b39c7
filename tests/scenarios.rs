//! Scenario files on the sandbox: the committed transcript beside each file must come out again, line for line.
//!
//! `BLESS=1 cargo test --test scenarios` writes the transcripts anew. The same files run on the real servers in `tests/real.rs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

use std::path::PathBuf;

use support::script::play;
use support::stage::Stage;

macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                on_the_sandbox(stringify!($name)).await;
            }
        )+

        #[test]
        fn every_scenario_file_is_played() {
            let played = [$(stringify!($name)),+];
            let mut files: Vec<String> = std::fs::read_dir(folder())
                .expect("the folder of scenarios")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
                .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect();
            files.sort();
            assert_eq!(files, played, "tests/scenarios.rs lists the files in order of their names");
        }
    };
}

scenarios!(
    alias_keeps_the_write_index,
    archive_then_nothing,
    expire_after_retention,
    guard_refuses,
    held_snapshot_stays,
    hold_and_release,
    late_document,
    recreated_index,
    restore_is_held,
    saved_plan,
    three_policies,
);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

async fn on_the_sandbox(name: &str) {
    let sandbox = sandbox::Sandbox::start(sandbox::World::opensearch()).await.expect("the sandbox starts");
    let stage = Stage {
        name: "sandbox".into(),
        domain: sandbox.domain_url.clone(),
        s3: sandbox.s3_url.clone(),
        region: "us-east-1".into(),
        access_key: sandbox.access_key.clone(),
        secret_key: sandbox.secret_key.clone(),
        buckets: vec!["logs-sandbox".into()],
    };
    let script = std::fs::read_to_string(folder().join(format!("{name}.txt"))).expect("the scenario");
    let transcript = play(stage, name, &script).await;
    let beside = folder().join(format!("{name}.out"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&beside, &transcript).expect("blessed");
    }
    let committed = std::fs::read_to_string(&beside).expect("the transcript beside it; make it with BLESS=1");
    assert_eq!(transcript, committed, "{name}: the transcript differs from {}", beside.display());
}
