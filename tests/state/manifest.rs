//! One line per deleted index, by month: never lost, never twice.

use es2s3::model::{Bytes, Evidence, Granularity, Period};
use es2s3::state::{Manifest, ManifestLine, StateError};
use futures_util::future::join_all;
use jiff::Timestamp;
use sandbox::faults::Verdict;

use crate::world::World;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn line(index: &str, run: &str, deleted: &str) -> ManifestLine {
    let (start, end) = (at("2026-10-01T00:00:00Z"), at("2026-10-02T00:00:00Z"));
    ManifestLine {
        index: index.into(),
        uuid: format!("uuid-of-{index}").into(),
        policy: "app".into(),
        docs: Some(3),
        bytes: Some(Bytes(1024)),
        primaries: 1,
        period: Period { start, end, granularity: Granularity::Day },
        created: Some(start),
        repository: "logs".into(),
        bucket: "logs-bucket".into(),
        base_path: "snapshots/logs".into(),
        evidence: Evidence {
            index: index.into(),
            uuid: format!("uuid-of-{index}").into(),
            snapshot: "app-2026.10.01".into(),
            snapshot_uuid: "snapshot-uuid".into(),
            snapshot_started: end,
            repository_url: "s3://logs-bucket/snapshots/logs".into(),
            docs: Some(3),
            shards: 1,
            blobs: 4,
            bytes: Bytes(1000),
            clauses: vec![],
            commits: vec![],
        },
        run: run.into(),
        deleted: at(deleted),
    }
}

fn names(lines: &[ManifestLine]) -> Vec<&str> {
    lines.iter().map(|line| line.index.as_str()).collect()
}

#[tokio::test]
async fn lines_go_to_the_month_of_their_deletion_and_are_written_once() {
    let world = World::prepared().await;
    let manifest = Manifest::new(&world.store);
    let lines = [line("a", "R1", "2026-11-30T23:59:59Z"), line("b", "R1", "2026-12-01T00:00:00Z")];
    for _ in 0..2 {
        manifest.append(&lines).await.unwrap();
    }
    // Another run tells the same deletion; and the same index goes once more, on another snapshot.
    let (told_again, mut again) =
        (line("a", "R2", "2026-11-30T12:00:00Z"), line("a", "R3", "2026-11-30T13:00:00Z"));
    again.evidence.snapshot_uuid = "another-snapshot".into();
    manifest.append(&[lines[0].clone(), told_again, again]).await.unwrap();
    let lengths = ["11", "12"]
        .map(|month| world.text(&format!("logs/manifest/2026-{month}.jsonl")).unwrap().lines().count());
    assert_eq!(lengths, [2, 1]);
    let runs: Vec<_> = manifest.read().await.unwrap().iter().map(|line| line.run.to_string()).collect();
    assert_eq!(runs, ["R1", "R3", "R1"]);
}

#[tokio::test]
async fn of_eight_runs_that_append_at_once_none_loses_a_line() {
    let world = World::prepared().await;
    let manifest = Manifest::new(&world.store);
    let lines: Vec<_> =
        (0..8).map(|n| [line(&format!("i{n}"), &format!("R{n}"), "2026-11-23T12:00:00Z")]).collect();
    for appended in join_all(lines.iter().map(|line| manifest.append(line))).await {
        appended.unwrap();
    }
    let read = manifest.read().await.unwrap();
    let mut names = names(&read);
    names.sort_unstable();
    assert_eq!(names, ["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"]);
}

#[tokio::test]
async fn an_append_whose_reply_was_lost_is_not_repeated() {
    let world = World::prepared().await;
    let manifest = Manifest::new(&world.store);
    world.script("PUT", "manifest", &[Verdict::CutAfter]);
    manifest.append(&[line("a", "R1", "2026-11-23T12:00:00Z")]).await.unwrap();
    assert_eq!(names(&manifest.read().await.unwrap()), ["a"]);
}

#[tokio::test]
async fn months_before_the_question_are_not_read() {
    let world = World::prepared().await;
    let manifest = Manifest::new(&world.store);
    // 01KB0... began on 2026-11-23.
    let run = es2s3::state::new_run_id(at("2026-11-23T12:00:00Z"));
    let lines = [
        line("old", "R1", "2025-06-01T00:00:00Z"),
        line("a", run.as_str(), "2026-11-30T00:00:00Z"),
        line("b", run.as_str(), "2026-12-01T00:00:00Z"),
        line("c", "R3", "2026-12-02T00:00:00Z"),
    ];
    manifest.append(&lines).await.unwrap();
    let before = world.count("GET", "/manifest/");
    assert_eq!(names(&manifest.of_run(&run).await.unwrap()), ["a", "b"]);
    assert_eq!(names(&manifest.since(at("2026-12-15T00:00:00Z")).await.unwrap()), ["b", "c"]);
    assert_eq!(world.count("GET", "/manifest/") - before, 3);
    assert_eq!(names(&manifest.of_run(&"R1".into()).await.unwrap()), ["old"]);
}

#[tokio::test]
async fn a_line_that_is_not_understood_is_an_error_that_names_it() {
    let world = World::prepared().await;
    let manifest = Manifest::new(&world.store);
    manifest.append(&[line("a", "R1", "2026-11-23T12:00:00Z")]).await.unwrap();
    let damaged = world.text("logs/manifest/2026-11.jsonl").unwrap() + "{\"index\":\n";
    world.put("logs/manifest/2026-11.jsonl", &damaged).await;
    let error = manifest.read().await.unwrap_err();
    assert!(matches!(error, StateError::Garbled { .. }));
    let text = error.to_string();
    assert!(
        text.starts_with("s3://es2s3-state-test/logs/manifest/2026-11.jsonl cannot be understood: line 2:"),
        "{text}"
    );
    manifest.append(&[line("b", "R1", "2026-11-23T12:00:00Z")]).await.unwrap_err();
    assert_eq!(world.text("logs/manifest/2026-11.jsonl").unwrap(), damaged, "it is not written over");
}
