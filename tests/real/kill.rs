//! Three policies with ninety days each, archived by a program that is killed twenty times on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Instant;

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::scene::Scene;
use crate::support::stage::{Stage, real_stages};

const PREFIXES: [&str; 3] = ["kill-app-", "kill-audit-", "kill-web-"];
const DAYS: u32 = 90;
const RETENTION: u32 = 30;
const DUE: usize = 3 * (DAYS - RETENTION) as usize;
const KILLS: u64 = 20;
const APPLY: [&str; 3] = ["apply", "--auto-approve", "--allow-delete-share=67%"];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn ninety_days_are_archived_through_twenty_kills() {
    futures_util::future::join_all(real_stages().into_iter().map(ninety_days)).await;
}

async fn ninety_days(stage: Stage) {
    let name = stage.name.clone();
    let mut scene = Scene::new(stage, "kill");
    for prefix in PREFIXES {
        scene.policy(prefix, RETENTION, 365, "");
    }
    scene.lease = Some("10s");
    remove_indices(&scene).await;
    let due = fill(&scene).await;
    scene.run_to(0, &["bootstrap", "--auto-approve"]).await;
    let refused = scene.run_to(3, &["plan"]).await;
    assert!(refused.stderr.contains("--allow-delete-share=67%"), "{}", refused.stderr);
    scene.run_to(2, &["plan", "--detailed-exitcode", "--allow-delete-share=67%"]).await;

    let mut random = Random(0x5EED ^ name.len() as u64);
    let mut recoveries = 0;
    for _ in 0..KILLS {
        let lines = kill_after(&mut scene, 3 + random.below(30)).await;
        recoveries += usize::from(lines.iter().any(|line| line.contains("did not end")));
    }
    assert!(recoveries > 10, "{name}: of {KILLS} runs only {recoveries} found one that had died");
    let last = scene.run(&APPLY).await;
    assert!(matches!(last.code, 0 | 6), "{}\n{}", last.stdout, last.stderr);
    if last.code == 6 {
        scene.run_to(0, &APPLY).await;
    }

    scene.run_to(0, &["plan", "--detailed-exitcode"]).await;
    let again = scene.run_to(0, &["apply", "--auto-approve"]).await;
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    every_index_is_live_or_proven(&scene, &due).await;
    nothing_was_done_twice(&scene, &due).await;
    remove_indices(&scene).await;
}

/// Makes the indices, a few at a time, with a document each; returns those that are due.
async fn fill(scene: &Scene) -> BTreeSet<String> {
    let dated = |prefix: &str, days| scene.dated(&format!("{prefix}{{{days}}}"));
    let names: Vec<String> =
        PREFIXES.iter().flat_map(|prefix| (1..=DAYS).map(move |days| dated(prefix, days))).collect();
    let made = futures_util::stream::iter(&names).map(|name| one_document(scene, name));
    made.buffer_unordered(4).collect::<Vec<()>>().await;
    scene.domain.send(Method::POST, "kill-*/_flush?force=true&wait_if_ongoing=true", None).await;
    let old = |prefix: &'static str| (RETENTION + 1..=DAYS).map(move |days| dated(prefix, days));
    PREFIXES.into_iter().flat_map(old).collect()
}

async fn one_document(scene: &Scene, index: &str) {
    let settings =
        json!({"settings": {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}});
    scene.domain.send(Method::PUT, index, Some(settings)).await;
    let document = json!({"@timestamp": "2026-01-01T00:00:00Z", "message": "a line"});
    scene.domain.send(Method::POST, &format!("{index}/_doc"), Some(document)).await;
}

async fn remove_indices(scene: &Scene) {
    for prefix in PREFIXES {
        for names in scene.domain.indices(prefix).await.chunks(30) {
            scene.domain.delete(&names.join(",")).await;
        }
    }
}

/// Starts a run and kills it when it has said so much, or when it ended; time then passes until its lease is over.
async fn kill_after(scene: &mut Scene, lines: u64) -> Vec<String> {
    let began = Instant::now();
    let mut command = scene.command(&APPLY);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("es2s3 starts");
    let told = BufReader::new(child.stderr.take().expect("its standard error"));
    let told = tokio::task::spawn_blocking(move || {
        let told: Vec<String> =
            told.lines().take(usize::try_from(lines).expect("few")).map_while(Result::ok).collect();
        child.kill().expect("killed, or ended");
        child.wait().expect("gone");
        told
    });
    let told = told.await.expect("joined");
    let lived = SignedDuration::try_from(began.elapsed()).expect("not long");
    scene.now = scene.now + lived + SignedDuration::from_secs(11);
    told
}

async fn every_index_is_live_or_proven(scene: &Scene, due: &BTreeSet<String>) {
    let mut kept = 0;
    for prefix in PREFIXES {
        for index in scene.domain.indices(prefix).await {
            assert!(!due.contains(&index), "{index} is due and still there");
            kept += 1;
        }
        assert_eq!(scene.domain.count(&format!("{prefix}*")).await, u64::from(RETENTION));
    }
    assert_eq!(kept, 3 * RETENTION);
    let lines = manifest(scene).await;
    let listed: BTreeSet<String> = lines.iter().map(|line| text(&line["index"])).collect();
    assert_eq!((listed, lines.len()), (due.clone(), DUE), "each index is in the manifest, once");
    let uuids: BTreeSet<String> = lines.iter().map(|line| text(&line["uuid"])).collect();
    assert_eq!(uuids.len(), DUE, "each UUID once");
    let snapshots: BTreeSet<String> = lines.iter().map(|line| text(&line["evidence"]["snapshot"])).collect();
    let mut prove = vec!["prove"];
    prove.extend(snapshots.iter().map(String::as_str));
    scene.run_to(0, &prove).await;
}

/// Of all journals together: each index was deleted by one step, and known to be.
async fn nothing_was_done_twice(scene: &Scene, due: &BTreeSet<String>) {
    let bucket = scene.state_bucket();
    let mut deletes: BTreeMap<(String, u64), String> = BTreeMap::new();
    let mut done: BTreeMap<String, u32> = BTreeMap::new();
    for key in bucket.keys(&format!("{}/runs/", scene.repository)).await {
        let Some((run, _)) = key.split_once("/journal/") else { continue };
        let entries: Vec<Value> =
            serde_json::from_slice(&bucket.get(&key).await).expect("a batch of the journal");
        for entry in entries {
            let step = (run.to_owned(), entry["step"].as_u64().unwrap_or_default());
            match (entry["entry"].as_str(), entry["deed"].as_str(), entry["result"].as_str()) {
                (Some("intent"), Some("delete_index"), _) => {
                    drop(deletes.insert(step, text(&entry["line"]["index"])))
                }
                (Some("outcome"), _, Some("done")) => {
                    if let Some(index) = deletes.get(&step) {
                        *done.entry(index.clone()).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
    }
    let once: BTreeMap<String, u32> = due.iter().map(|index| (index.clone(), 1)).collect();
    assert_eq!(done, once, "each delete was done once");
    assert_eq!(bucket.keys(&format!("{}/lock.json", scene.repository)).await, Vec::<String>::new());
}

async fn manifest(scene: &Scene) -> Vec<Value> {
    let bucket = scene.state_bucket();
    let mut lines = Vec::new();
    for key in bucket.keys(&format!("{}/manifest/", scene.repository)).await {
        let month = String::from_utf8(bucket.get(&key).await).expect("text");
        lines.extend(month.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line")));
    }
    lines
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// The same moments every time: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
