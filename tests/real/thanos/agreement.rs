//! The same bucket, both tools: what es2s3 says of it is what Thanos says and does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bucket::{Inspected, Metrics};
use crate::support::thanos::files::{Block, Files};

fn blocks(audit: &Value, pick: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let items = audit["items"].as_array().expect("items").iter().filter(|item| pick(&item["action"]));
    items.map(|item| item["address"].as_str().unwrap().trim_start_matches("block/").to_owned()).collect()
}

fn due(action: &Value) -> bool {
    matches!(action["action"].as_str(), Some("mark" | "withheld"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_table_by_stream_is_that_of_inspect_and_retention_takes_the_same() {
    let mut metrics = Metrics::new("agreement").await;
    // Long enough for all three resolutions, and a second stream.
    let (end, back) = metrics.fourth_day();
    metrics.upload_until(end, 20, "eu");
    metrics.upload_until(end, 3, "us");
    let played = metrics.tomorrow().await;
    metrics.compact(&[]);
    let inspected = metrics.inspect();
    let resolutions: BTreeSet<&str> = inspected.iter().map(|line| line.resolution.as_str()).collect();
    assert_eq!(
        resolutions.into_iter().collect::<Vec<_>>(),
        ["0s", "1h0m0s", "5m0s"],
        "the fixture has all three"
    );
    let audit = metrics.audit().await;
    assert_eq!(shape(&played), shape(&audit), "what was played is what the Compactor did");
    for stream in audit["streams"].as_array().expect("streams") {
        let resolution = match stream["resolution"].as_str().unwrap() {
            "raw" => "0s",
            "5m" => "5m0s",
            _ => "1h0m0s",
        };
        let labels = stream["labels"].as_str().unwrap().replace('"', "");
        let of = |line: &&Inspected| line.labels == labels && line.resolution == resolution;
        let lines: Vec<&Inspected> = inspected.iter().filter(of).collect();
        assert_eq!(stream["blocks"], lines.len(), "{labels} {resolution}");
        let spans: Vec<(i64, i64)> = serde_json::from_value(stream["spans"].clone()).expect("spans");
        let (first, last) = (spans[0].0 / 1_000, spans[spans.len() - 1].1 / 1_000);
        assert_eq!(Some(first), lines.iter().map(|line| line.from).min(), "{labels} {resolution}");
        assert_eq!(Some(last), lines.iter().map(|line| line.until).max(), "{labels} {resolution}");
        for (level, amount) in stream["levels"].as_object().unwrap() {
            let level: u64 = level.parse().unwrap();
            assert_eq!(
                amount["count"],
                lines.iter().filter(|line| line.level == level).count(),
                "{labels} {resolution} {level}"
            );
        }
    }
    let total: u64 =
        audit["streams"].as_array().unwrap().iter().map(|one| one["blocks"].as_u64().unwrap()).sum();
    assert_eq!(total, inspected.len() as u64);
    what_retention_takes_is_what_thanos_marks(&mut metrics, back).await;
    metrics.leave_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_merges_that_wait_are_those_that_the_compactor_makes() {
    let mut metrics = Metrics::new("backlog").await;
    let (end, _) = metrics.fourth_day();
    metrics.upload_until(end, 20, "eu");
    metrics.advance(72);
    let behind = |audit: &Value| -> Vec<String> {
        let findings = audit["findings"].as_array().expect("findings").iter();
        let behind = findings.filter(|finding| finding["id"] == "compactor-behind");
        behind.map(|finding| finding["text"].as_str().unwrap().to_owned()).collect()
    };
    let before = behind(&metrics.audit().await);
    let merges = metrics.compact(&[]);
    assert!(merges > 10, "{merges}");
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(before[0].starts_with(&format!("cluster=\"eu\": {merges} merges of ")), "{merges}: {before:?}");
    assert_eq!(behind(&metrics.audit().await), Vec::<String>::new());
    metrics.leave_nothing().await;
}

/// Of each stream its blocks, those that are marked, its levels, and what time it covers.
fn shape(told: &Value) -> Vec<[Value; 6]> {
    let keys = ["labels", "resolution", "blocks", "levels", "spans", "marked"];
    let levels = |levels: &Value| -> Value {
        let levels = levels.as_object().expect("levels").iter();
        levels.map(|(level, amount)| (level.clone(), amount["count"].clone())).collect()
    };
    let row = |stream: &Value| {
        keys.map(|key| match key {
            "marked" => stream[key]["count"].clone(),
            "levels" => levels(&stream[key]),
            _ => stream[key].clone(),
        })
    };
    told["streams"].as_array().expect("streams").iter().map(row).collect()
}

async fn what_retention_takes_is_what_thanos_marks(metrics: &mut Metrics, back: i64) {
    let before = metrics.marked().await;
    // The clock of Thanos cannot be moved; es2s3 is told the same time.
    metrics.scene.now = jiff::Timestamp::now();
    let [raw, five_minutes, one_hour] = [12, 14, 19].map(|days| days + back);
    metrics.retention = format!("{{ raw: {raw}d, 5m: {five_minutes}d, 1h: {one_hour}d }}");
    let audit = metrics.audit().await;
    let ours = blocks(&audit, due);
    assert!(!ours.is_empty(), "the fixture has blocks past their retention");
    metrics.tools(&[
        "retention",
        &format!("--retention.resolution-raw={raw}d"),
        &format!("--retention.resolution-5m={five_minutes}d"),
        &format!("--retention.resolution-1h={one_hour}d"),
    ]);
    let theirs: BTreeSet<String> = metrics.marked().await.difference(&before).cloned().collect();
    assert_eq!(ours, theirs);
}

/// From the second time on the ranges are cut at names that are there.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn a_bucket_that_is_known_is_listed_as_whole_as_one_that_is_not() {
    let mut metrics = Metrics::new("known").await;
    let now = metrics.scene.now.as_millisecond();
    let block =
        |number: i64| Block::raw("eu", now - (700 - number) * 7_200_000, now - (699 - number) * 7_200_000);
    let blocks: Vec<Block> = (0..600).map(block).collect();
    metrics.put("", &Files::of(&blocks)).await;
    let inspected = metrics.inspect().len();
    for time in ["first", "second"] {
        let seen = metrics.audit().await["seen"]["present"].clone();
        assert_eq!(
            (&seen["blocks"], &seen["objects"]),
            (&inspected.into(), &(3 * inspected).into()),
            "the {time} time"
        );
    }
    metrics.leave_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_is_partial_is_what_thanos_takes_for_partial() {
    let mut metrics = Metrics::new("partial").await;
    metrics.upload(2, "eu");
    let mut files = metrics.files().await;
    let raw = files.blocks(0);
    // Names from long ago, since Thanos goes by the newest object or, where a store tells no time, by the name.
    let (cut, bare, garbled) = (&raw[0], &raw[1], &raw[2]);
    let mut damaged = Files::default();
    files.take(&format!("{cut}/meta.json"));
    metrics.bucket.delete(&format!("{cut}/meta.json")).await;
    for key in files.below(&format!("{bare}/")).into_iter().filter(|key| !key.ends_with("/index")) {
        metrics.bucket.delete(&key).await;
    }
    damaged.put(&format!("{garbled}/meta.json"), "{");
    metrics.put("", &damaged).await;
    metrics.advance(72);
    let audit = metrics.audit().await;
    let findings = audit["findings"].as_array().unwrap();
    let partial = |one: &&Value| matches!(one["id"].as_str(), Some("partial-upload" | "meta-unreadable"));
    let ours: BTreeSet<&str> =
        findings.iter().filter(partial).map(|one| one["block"].as_str().unwrap()).collect();
    assert_eq!(ours, [cut.as_str(), bare, garbled].into());
    // Its own view counts the same three as not whole, and shows none of them.
    let whole: BTreeSet<String> = metrics.inspect().into_iter().map(|line| line.ulid).collect();
    let all: BTreeSet<String> = raw.iter().cloned().collect();
    let theirs: BTreeSet<&str> = all.difference(&whole).map(String::as_str).collect();
    assert_eq!(ours, theirs);
    metrics.leave_nothing().await;
}
