//! What Thanos's own cleanup removes is what es2s3 takes for given up. On the sandbox's store, since no real one lets a test write an
//! object as of three days ago; Thanos is the real one.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Sandbox, World};
use serde_json::Value;

use super::bucket::Metrics;
use crate::support::stage::Stage;
use crate::support::thanos::files::{Block, DAY, Files};

fn stage(sandbox: &Sandbox) -> Stage {
    Stage {
        name: "sandbox".into(),
        domain: sandbox.domain_url.clone(),
        s3: sandbox.s3_url.clone(),
        region: sandbox::aws::REGION.into(),
        access_key: sandbox.access_key.clone(),
        secret_key: sandbox.secret_key.clone(),
        buckets: vec![sandbox::BUCKET.into()],
    }
}

/// A block whose objects are as old as this, in hours, and what happened to it.
struct Case {
    hours: i64,
    harm: Harm,
}

#[derive(Clone, Copy, PartialEq)]
enum Harm {
    None,
    /// Its upload was cut.
    NoMeta,
    /// Its metadata is no JSON.
    Garbled,
    /// Nothing is left but its mark.
    Ghost,
    /// It bears a mark of so many hours ago.
    Marked(i64),
}

const CASES: [Case; 10] = [
    Case { hours: 90, harm: Harm::None },
    Case { hours: 90, harm: Harm::NoMeta },
    Case { hours: 47, harm: Harm::NoMeta },
    Case { hours: 49, harm: Harm::NoMeta },
    Case { hours: 90, harm: Harm::Garbled },
    Case { hours: 47, harm: Harm::Garbled },
    Case { hours: 90, harm: Harm::Ghost },
    Case { hours: 47, harm: Harm::Ghost },
    Case { hours: 90, harm: Harm::Marked(49) },
    Case { hours: 90, harm: Harm::Marked(47) },
];

fn files(now: Timestamp, number: i64, case: &Case) -> (String, Files) {
    let end = now.as_millisecond() / DAY * DAY - (20 + number) * DAY;
    let block = Block::raw("eu", end - 7_200_000, end);
    let mut files = Files::of(std::slice::from_ref(&block));
    let id = block.id.to_string();
    let mark = |ago: i64| {
        let time = now.as_second() - ago * 3_600;
        serde_json::json!({"id": id, "version": 1, "deletion_time": time})
    };
    let deletion = format!("{id}/deletion-mark.json");
    match case.harm {
        Harm::None => {}
        Harm::NoMeta => drop(files.take(&format!("{id}/meta.json"))),
        Harm::Garbled => files.put(&format!("{id}/meta.json"), "{"),
        Harm::Ghost => {
            files.take_below(&id);
            files.put_json(&deletion, &mark(90));
        }
        Harm::Marked(ago) => files.put_json(&deletion, &mark(ago)),
    }
    (id, files)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_cleanup_removes_is_what_was_given_up_and_what_its_mark_has_condemned() {
    let sandbox = Sandbox::start(World::opensearch()).await.expect("the sandbox starts");
    let mut metrics = Metrics::on(stage(&sandbox), "cleanup").await;
    let now = Timestamp::now();
    metrics.scene.now = now;
    let mut condemned = BTreeSet::new();
    for (number, case) in (0..).zip(&CASES) {
        let (id, files) = files(now, number, case);
        for (key, bytes) in files.0 {
            let at = now - SignedDuration::from_hours(case.hours);
            sandbox.world.store().put(&metrics.name, &key, bytes, at);
        }
        if case.harm == Harm::Marked(49) {
            condemned.insert(id);
        }
    }
    let audit = metrics.audit().await;
    let given_up = |finding: &&Value| finding["text"].as_str().unwrap().contains("in its next round");
    let findings = audit["findings"].as_array().expect("findings").iter().filter(given_up);
    let ours: BTreeSet<String> = findings.map(|one| one["block"].as_str().unwrap().to_owned()).collect();
    let before = folders(&metrics).await;
    metrics.tools(&["cleanup"]);
    let gone: BTreeSet<String> = before.difference(&folders(&metrics).await).cloned().collect();
    assert_eq!(gone, ours.union(&condemned).cloned().collect());
    assert_eq!(gone.len(), 5);
}

async fn folders(metrics: &Metrics) -> BTreeSet<String> {
    let keys = metrics.bucket.keys("").await;
    keys.iter().filter_map(|key| Some(key.split_once('/')?.0.to_owned())).collect()
}
