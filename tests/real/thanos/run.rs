//! The whole way on a bucket that real Thanos made: a shortened retention is shown, applied, obeyed by the compactor, and then there
//! is nothing to do.

use super::bucket::Metrics;
use crate::support::thanos::files::{Block, DAY, Files};

/// All that `verify` can look for but what needs a repair.
const ISSUES: [&str; 3] = ["overlapped_blocks", "duplicated_compaction", "index_known_issues"];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn a_shortened_retention_is_shown_marked_and_carried_out_by_the_compactor() {
    let mut metrics = Metrics::new("run").await;
    let (end, back) = metrics.fourth_day();
    metrics.upload_until(end, 20, "eu");
    metrics.compact(&[]);
    metrics.prepare().await;
    let shown = metrics.run(0, &["plan", "--only", "thanos"]).await;
    assert!(shown.stdout.contains("Plan: nothing to do"), "{}", shown.stdout);
    let warned = metrics.verify(&ISSUES);
    // Blocks of today are left alone for two days.
    metrics.advance(49);
    metrics.retention = format!("{{ raw: {}d, 5m: {}d, 1h: 0d }}", 13 + back, 15 + back);
    metrics.more = ", delete_delay: 0s".into();
    let shown = metrics.run(0, &["plan", "--only", "thanos"]).await;
    assert!(shown.stdout.contains("past their retention"), "{}", shown.stdout);
    assert!(shown.stdout.contains("marked now; the Compactor deletes them"), "{}", shown.stdout);
    let before = metrics.marked().await;
    let applied = metrics.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(applied.stdout.contains("marked"), "{}", applied.stdout);
    let fresh: Vec<String> = metrics.marked().await.difference(&before).cloned().collect();
    assert!(!fresh.is_empty());
    // The mark bears es2s3's time, which is ahead of the compactor's; it is written anew as of an hour ago.
    for block in &fresh {
        let key = format!("{block}/deletion-mark.json");
        let text = String::from_utf8(metrics.bucket.get(&key).await).unwrap();
        let mut mark: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(mark["details"].as_str().unwrap().starts_with("es2s3: "), "{text}");
        mark["deletion_time"] = (jiff::Timestamp::now().as_second() - 3_600).into();
        metrics.bucket.put(&key, mark.to_string().into_bytes()).await;
    }
    metrics.compact(&["--delete-delay=0s"]);
    for block in &fresh {
        assert!(metrics.bucket.keys(block).await.is_empty(), "the compactor deletes what es2s3 has marked");
    }
    let again = metrics.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(again.stdout.contains("Plan: nothing to do"), "{}", again.stdout);
    let new: Vec<String> = metrics.verify(&ISSUES).difference(&warned).cloned().collect();
    assert_eq!(new, [""; 0], "verify finds nothing new");
    // It would say so: two blocks that share an hour.
    let start = metrics.scene.now.as_millisecond() - 300 * DAY;
    let two = [0, 3_600_000].map(|later| Block::raw("eu", start + later, start + later + 7_200_000));
    metrics.put("", &Files::of(&two)).await;
    let overlap = metrics.verify(&["overlapped_blocks"]);
    assert!(overlap.iter().any(|line| line.contains("found overlapped blocks")), "{overlap:?}");
    metrics.leave_nothing().await;
}

/// What es2s3 removes where no compactor runs is gone for Thanos as well, and nothing else is.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn without_a_compactor_a_condemned_block_goes_and_the_rest_stays() {
    let mut metrics = Metrics::new("alone").await;
    metrics.upload(1, "eu");
    let now = metrics.scene.now.as_millisecond();
    let old = Block::raw("eu", now - 90 * DAY, now - 90 * DAY + 7_200_000);
    metrics.put("", &Files::of(std::slice::from_ref(&old))).await;
    metrics.retention = "{ raw: 30d, 5m: 30d, 1h: 30d }".into();
    metrics.more = ", compactor: none".into();
    // Whatever its name says, it was put there a moment ago.
    metrics.advance(49);
    metrics.prepare().await;
    metrics.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert_eq!(metrics.marked().await, [old.id.to_string()].into());
    metrics.advance(49);
    let rest = metrics.inspect().len() - 1;
    metrics.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(metrics.bucket.keys(&old.id.to_string()).await.is_empty());
    assert_eq!(metrics.inspect().len(), rest);
    let again = metrics.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(again.stdout.contains("Plan: nothing to do"), "{}", again.stdout);
    metrics.leave_nothing().await;
}
