//! A bucket of blocks on the sandbox, and es2s3 beside it.

use jiff::{SignedDuration, Timestamp};
use sandbox::{Sandbox, World};
use serde_json::Value;

use crate::support::scene::{Ran, Scene};
use crate::support::stage::Stage;
use crate::support::thanos::files::{Block, DAY, Files, HOUR};

pub const BUCKET: &str = "metrics";

pub struct Place {
    pub sandbox: Sandbox,
    pub scene: Scene,
    /// A time of today, by which the sandbox's own clock goes.
    pub today: Timestamp,
    pub retention: String,
    /// More keys of `thanos:`.
    pub more: String,
}

impl Place {
    pub async fn with(name: &str, files: &Files) -> Self {
        let sandbox = Sandbox::start(World::opensearch()).await.expect("the sandbox starts");
        let stage = Stage {
            name: "sandbox".into(),
            domain: sandbox.domain_url.clone(),
            s3: sandbox.s3_url.clone(),
            region: sandbox::aws::REGION.into(),
            access_key: sandbox.access_key.clone(),
            secret_key: sandbox.secret_key.clone(),
            buckets: vec![sandbox::BUCKET.into()],
        };
        let mut scene = Scene::new(stage, name);
        scene.policy("none-", 30, 365, "");
        let today = scene.now;
        scene.now = within_a_fortnight(scene.now);
        sandbox.world.store().create_bucket(BUCKET);
        let place = Self { sandbox, scene, today, retention: "{}".into(), more: String::new() };
        place.put("", files);
        place
    }

    /// Everything was written three days ago.
    pub fn put(&self, prefix: &str, files: &Files) {
        self.put_at(prefix, files, self.scene.now - SignedDuration::from_hours(72));
    }

    pub fn put_at(&self, prefix: &str, files: &Files, at: Timestamp) {
        for (key, bytes) in &files.0 {
            self.sandbox.world.store().put(BUCKET, &format!("{prefix}{key}"), bytes.clone(), at);
        }
    }

    pub fn keys(&self, prefix: &str) -> Vec<String> {
        self.sandbox.world.store().list(BUCKET, prefix).into_iter().map(|(key, _)| key).collect()
    }

    pub async fn run(&mut self, code: i32, arguments: &[&str]) -> Ran {
        self.configure();
        self.scene.run_to(code, arguments).await
    }

    pub fn configure(&mut self) {
        let line = format!("thanos: {{ bucket: {BUCKET}, retention: {}{} }}", self.retention, self.more);
        self.scene.extra = vec![line];
    }

    pub async fn audit(&mut self) -> Value {
        let ran = self.run(0, &["thanos", "audit", "--format", "json", "-q"]).await;
        serde_json::from_str(&ran.stdout).expect("one document")
    }

    /// The Thanos half of a plan that leaves the rest alone.
    pub async fn plan(&mut self) -> Value {
        let ran = self.run(0, &["plan", "--only", "thanos", "--format", "json", "-q"]).await;
        let plan: Value = serde_json::from_str(&ran.stdout).expect("one document");
        plan["thanos"].clone()
    }
}

/// The Compactor's windows are counted from 1970: a later day on which yesterday began as one of a fortnight was over, so that a
/// test comes to the same whenever it is run.
fn within_a_fortnight(now: Timestamp) -> Timestamp {
    let day = now.as_millisecond() / DAY;
    let ahead = (1 - day).rem_euclid(14);
    now + SignedDuration::from_hours(24 * ahead)
}

/// Ids of findings, in the order of the audit.
pub fn ids(audit: &Value) -> Vec<String> {
    let findings = audit["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

/// Sixteen days of one stream up to yesterday: two-hour blocks of the last eight hours, and what a Compactor has made of those before,
/// in windows of eight hours and then of two days. No window is full that is not merged.
pub fn sound(now: Timestamp) -> Vec<Block> {
    let end = now.as_millisecond() / DAY * DAY - DAY;
    let twos = |from: i64, to: i64| -> Vec<Block> {
        (0..(to - from) / (2 * HOUR))
            .map(|n| Block::raw("eu", from + n * 2 * HOUR, from + (n + 1) * 2 * HOUR))
            .collect()
    };
    let mut blocks = Vec::new();
    for day in [16, 14, 12, 10, 8, 6, 4] {
        let parts = twos(end - day * DAY, end - (day - 2) * DAY);
        let whole = Block::of(&parts, 0);
        blocks.push(Block::of(std::slice::from_ref(&whole), 300_000));
        blocks.push(whole);
    }
    let eights =
        (1..6).map(|n| end - 2 * DAY + n * 8 * HOUR).map(|to| Block::of(&twos(to - 8 * HOUR, to), 0));
    blocks.extend(eights);
    blocks.extend(twos(end - 8 * HOUR, end));
    blocks
}
