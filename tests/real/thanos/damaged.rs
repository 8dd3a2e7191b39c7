//! A bucket that real Thanos made, damaged in every way that is on the list: each gives its finding.

use super::bucket::Metrics;
use crate::support::thanos::damages::ALL;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn every_damage_to_a_bucket_of_thanos_gives_its_finding() {
    let mut metrics = Metrics::new("damaged").await;
    metrics.upload(2, "eu");
    let files = metrics.files().await;
    let ids = |audit: &serde_json::Value| -> Vec<String> {
        audit["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    metrics.advance(72);
    metrics.more = ", labels: [cluster]".into();
    let before = ids(&metrics.audit().await);
    let mut wrong = Vec::new();
    for (number, damage) in ALL.iter().enumerate() {
        let mut damaged = files.clone();
        let at = damaged.blocks(0)[0].clone();
        (damage.strike)(&mut damaged, &at);
        metrics.put(&format!("d{number:02}/"), &damaged).await;
        metrics.more = format!(", labels: [cluster], prefix: d{number:02}");
        let mut found = ids(&metrics.audit().await);
        found.retain(|id| !before.contains(id));
        found.sort();
        let mut wanted = vec![damage.finding];
        wanted.extend(damage.also);
        wanted.sort_unstable();
        if found != wanted {
            wrong.push(format!("{}: wanted {wanted:?}, found {found:?}", damage.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    metrics.leave_nothing().await;
}
