//! `--format json`: one document on standard output for what reads, a stream of lines for what writes (`docs/json-output.md`).

use serde_json::Value;

use crate::support::scene::Ran;
use crate::world::Small;

#[track_caller]
fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", ran.stdout, ran.stderr))
}

#[track_caller]
fn lines(text: &str) -> Vec<Value> {
    let parsed =
        text.lines().map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")));
    parsed.collect::<Result<_, _>>().unwrap_or_else(|why| panic!("{why}"))
}

async fn json(small: &Small, code: i32, arguments: &[&str]) -> Ran {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    small.scene.run_to(code, &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_prints_one_document() {
    let small = Small::new().await;
    let plan = document(&json(&small, 0, &["plan"]).await);
    assert_eq!(plan["totals"]["archive"]["count"], 5, "{plan:#}");
    assert_eq!(small.apply().await.code, 0);
    small.scene.run_to(0, &["hold", &small.kept[0], "--note", "audit"]).await;
    let run = document(&json(&small, 0, &["history"]).await)[0]["run"].as_str().expect("a run").to_owned();
    let snapshot = small.scene.domain.snapshots(&small.scene.repository).await[0].clone();
    let cases: &[(&[&str], &str)] = &[
        (&["validate"], "/faults"),
        (&["schema"], "/properties/account"),
        (&["config", "show"], "/policies/0/prefix"),
        (&["status"], "/last_run/run"),
        (&["holds"], &format!("/{}/by", small.kept[0])),
        (&["history"], "/0/run"),
        (&["history", &run], "/deleted/0/index"),
        (&["state", "show"], "/state/serial"),
        (&["prove", &snapshot], "/info/name"),
    ];
    for (arguments, pointer) in cases {
        let ran = json(&small, 0, arguments).await;
        let found = document(&ran);
        assert!(found.pointer(pointer).is_some(), "es2s3 {arguments:?} has no {pointer}: {found:#}");
        // Progress is JSON too, line by line.
        lines(&ran.stderr);
    }
    let exported = small.scene.run_to(0, &["state", "export"]).await;
    assert!(lines(&exported.stdout).len() > 6, "{}", exported.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_streams_its_plan_its_events_and_its_end() {
    let small = Small::new().await;
    let ran = json(&small, 0, &["apply", "--auto-approve"]).await;
    let events = lines(&ran.stdout);
    let named: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("an event")).collect();
    let planned = named.iter().position(|name| *name == "planned").expect("the plan");
    let started = named.iter().position(|name| *name == "run_started").expect("the start");
    assert!(planned < started, "{named:?}");
    assert_eq!(events[planned]["plan"]["totals"]["delete"]["count"], 1);
    assert_eq!(named.last(), Some(&"run_finished"), "{named:?}");
    // One copy for the plan, and six for the permits of this run.
    assert_eq!(named.iter().filter(|name| **name == "verified").count(), 1 + 6, "{named:?}");
    assert_eq!(ran.stderr, "", "nothing went wrong");

    let again = lines(&json(&small, 0, &["apply", "--auto-approve"]).await.stdout);
    assert!(again.iter().all(|event| event["event"] != "run_started"), "{again:?}");

    let back = json(&small, 0, &["restore", &small.due[0], "--auto-approve"]).await;
    let events = lines(&back.stdout);
    assert!(
        events.iter().any(|event| event["event"] == "planned" && event["restore"].is_array()),
        "{events:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_one_object_with_its_exit_code() {
    let mut small = Small::new().await;
    let missing = json(&small, 1, &["prove", "app-2001.01.01"]).await;
    let error = lines(&missing.stderr).pop().expect("the error");
    assert_eq!((error["exit"].as_u64(), missing.stdout.as_str()), (Some(1), ""), "{error}");
    assert!(error["error"].as_str().expect("text").contains("app-2001.01.01"), "{error}");
    assert!(!error["help"].as_array().expect("help").is_empty(), "{error}");

    small.scene.extra.push("gaurds: { max_indices: 5 }".into());
    let faults = document(&json(&small, 1, &["validate"]).await);
    assert!(faults.to_string().contains("guards"), "the nearest key is told: {faults}");
    small.scene.extra.clear();
    small.scene.extra.push("guards: { max_indices: 5 }".into());
    let refused = json(&small, 3, &["plan"]).await;
    let error = lines(&refused.stderr).pop().expect("the refusal");
    assert_eq!(error["exit"], 3);
    assert!(error["help"][0].as_str().expect("a flag").contains("--allow-delete-count=6"), "{error}");
    document(&refused);
}
