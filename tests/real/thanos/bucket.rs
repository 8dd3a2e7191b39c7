//! A bucket of blocks that promtool cut and Thanos uploaded, and Thanos's tools on it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::support::bucket::Bucket;
use crate::support::scene::{Ran, Scene};
use crate::support::stage::{Stage, real_stages};
use crate::support::thanos::files::Files;

const DAY: i64 = 86_400;

/// What of `stack.json` is about Thanos.
#[derive(Deserialize)]
struct Programs {
    thanos: PathBuf,
    promtool: PathBuf,
    prometheus: PathBuf,
}

pub struct Metrics {
    pub scene: Scene,
    pub bucket: Bucket,
    pub name: String,
    pub retention: String,
    pub more: String,
    /// There is a state.
    prepared: bool,
    programs: Programs,
}

/// One line of `thanos tools bucket inspect`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inspected {
    pub ulid: String,
    /// `cluster=eu`.
    pub labels: String,
    /// `0s`, `5m0s`, `1h0m0s`.
    pub resolution: String,
    pub level: u64,
    /// Seconds since 1970, UTC.
    pub from: i64,
    pub until: i64,
}

impl Metrics {
    /// An empty bucket of its own.
    pub async fn new(name: &str) -> Self {
        let stage = real_stages()
            .into_iter()
            .find(|stage| stage.name == "opensearch")
            .expect("the stage with SeaweedFS");
        Self::on(stage, name).await
    }

    /// The same on any store.
    pub async fn on(stage: Stage, name: &str) -> Self {
        let mut scene = Scene::new(stage, &format!("thanos-{name}"));
        scene.policy("none-", 30, 365, "");
        let name = format!("metrics-{name}-{:x}", std::process::id());
        let bucket = Bucket::new(&scene.stage, &name);
        bucket.make().await;
        let metrics = Self {
            scene,
            bucket,
            name,
            retention: "{}".into(),
            more: String::new(),
            prepared: false,
            programs: programs(),
        };
        metrics.write_object_store();
        metrics
    }

    pub fn thanos(&self) -> &Path {
        &self.programs.thanos
    }

    pub fn prometheus(&self) -> &Path {
        &self.programs.prometheus
    }

    fn write_object_store(&self) {
        let Stage { s3, region, access_key, secret_key, .. } = &self.scene.stage;
        let host = s3.trim_start_matches("http://");
        let text = format!(
            "type: S3\nconfig:\n  bucket: {}\n  endpoint: {host}\n  region: {region}\n  access_key: {access_key}\n  \
             secret_key: {secret_key}\n  insecure: true\n",
            self.name
        );
        std::fs::write(self.scene.file("objstore.yml"), text).expect("written");
    }

    /// Two-hour blocks of two series, a sample each five minutes, for so many days up to yesterday.
    pub fn upload(&self, days: i64, cluster: &str) {
        self.upload_until(Timestamp::now().as_second() / DAY * DAY - DAY, days, cluster);
    }

    /// The end of the day, yesterday or before, that is the fourth of one of the Compactor's fortnights: twenty days up to it come to
    /// the same blocks whenever a test is run. And how many days it is before yesterday.
    pub fn fourth_day(&self) -> (i64, i64) {
        let yesterday = Timestamp::now().as_second() / DAY - 1;
        let back = (yesterday - 4).rem_euclid(14);
        ((yesterday - back) * DAY, back)
    }

    /// As [`Metrics::upload`], up to `end` in seconds since 1970, UTC.
    pub fn upload_until(&self, end: i64, days: i64, cluster: &str) {
        let mut text = String::from("# TYPE up gauge\n");
        for series in 0..2 {
            for at in (end - days * DAY..end).step_by(300) {
                let _ = writeln!(text, "up{{instance=\"i{series}\"}} {} {at}", at / 300 % 7);
            }
        }
        text.push_str("# EOF\n");
        let samples = self.scene.file("samples.om");
        std::fs::write(&samples, text).expect("written");
        let blocks = self.scene.file(&format!("blocks-{cluster}"));
        done(
            Command::new(&self.programs.promtool)
                .args(["tsdb", "create-blocks-from", "openmetrics"])
                .arg(&samples)
                .arg(&blocks),
        );
        let label = format!("cluster=\"{cluster}\"");
        self.tools(&["upload-blocks", "--path", &blocks.display().to_string(), "--label", &label]);
    }

    /// One round of the compactor: compaction, downsampling, retention, deletion of what its marks have condemned.
    /// How many merges it made.
    pub fn compact(&self, flags: &[&str]) -> usize {
        let data = self.scene.file("compactor");
        let mut compact = Command::new(&self.programs.thanos);
        compact
            .arg("compact")
            .arg("--data-dir")
            .arg(&data)
            .args(["--consistency-delay=0s", "--http-address=127.0.0.1:0"]);
        let (_, log) =
            ended(compact.args(flags).arg("--objstore.config-file").arg(self.scene.file("objstore.yml")));
        log.lines().filter(|line| line.contains("msg=\"compacted blocks\"")).count()
    }

    /// `thanos tools bucket …`; its standard output.
    pub fn tools(&self, arguments: &[&str]) -> String {
        let mut tools = Command::new(&self.programs.thanos);
        tools.args(["tools", "bucket"]).args(arguments);
        done(tools.arg("--objstore.config-file").arg(self.scene.file("objstore.yml")))
    }

    /// What `thanos tools bucket verify` warns of. It logs to standard error, and ends well whatever it finds.
    pub fn verify(&self, issues: &[&str]) -> BTreeSet<String> {
        let mut tools = Command::new(&self.programs.thanos);
        tools.args(["tools", "bucket", "verify"]);
        tools.args(issues.iter().map(|issue| format!("--issues={issue}")));
        let (_, log) = ended(tools.arg("--objstore.config-file").arg(self.scene.file("objstore.yml")));
        assert!(log.contains("verify task completed"), "{log}");
        let bad = log.lines().filter(|line| line.contains("level=warn") || line.contains("level=error"));
        bad.filter_map(|line| Some(line.split_once("msg=")?.1.to_owned())).collect()
    }

    pub fn inspect(&self) -> BTreeSet<Inspected> {
        let said = self.tools(&["inspect", "--output=csv"]);
        let mut lines = csv(&said);
        let head = lines.remove(0);
        let column = |name: &str| head.iter().position(|one| one == name).expect("a column of inspect");
        let (ulid, labels, resolution, level) =
            (column("ULID"), column("LABELS"), column("RESOLUTION"), column("COMP-LEVEL"));
        let (from, until) = (column("FROM"), column("UNTIL"));
        let time = |said: &str| said.parse::<jiff::Timestamp>().expect("a time").as_second();
        lines
            .into_iter()
            .map(|line| Inspected {
                ulid: line[ulid].clone(),
                labels: line[labels].clone(),
                resolution: line[resolution].clone(),
                level: line[level].parse().expect("a level"),
                from: time(&line[from]),
                until: time(&line[until]),
            })
            .collect()
    }

    /// Blocks that bear a deletion mark.
    pub async fn marked(&self) -> BTreeSet<String> {
        let keys = self.bucket.keys("").await;
        keys.iter().filter_map(|key| key.strip_suffix("/deletion-mark.json")).map(str::to_owned).collect()
    }

    pub async fn files(&self) -> Files {
        let mut files = Files::default();
        for key in self.bucket.keys("").await {
            let bytes = self.bucket.get(&key).await;
            files.put(&key, bytes);
        }
        files
    }

    pub async fn put(&self, prefix: &str, files: &Files) {
        for (key, bytes) in &files.0 {
            self.bucket.put(&format!("{prefix}{key}"), bytes.clone()).await;
        }
    }

    pub fn advance(&mut self, hours: i64) {
        self.scene.now += SignedDuration::from_hours(hours);
    }

    pub async fn prepare(&mut self) {
        self.run(0, &["bootstrap", "--auto-approve"]).await;
        self.prepared = true;
    }

    pub async fn run(&mut self, code: i32, arguments: &[&str]) -> Ran {
        let line = format!("thanos: {{ bucket: {}, retention: {}{} }}", self.name, self.retention, self.more);
        self.scene.extra = vec![line];
        self.scene.run_to(code, arguments).await
    }

    pub async fn audit(&mut self) -> Value {
        let ran = self.run(0, &["thanos", "audit", "--format", "json", "-q"]).await;
        serde_json::from_str(&ran.stdout).expect("one document")
    }

    /// The bucket of tomorrow, as es2s3 plays the Compactor from now on.
    pub async fn tomorrow(&mut self) -> Value {
        self.scene.now = Timestamp::now();
        let tomorrow = (self.scene.now + SignedDuration::from_hours(24)).strftime("%Y-%m-%d").to_string();
        let ran = self.run(0, &["plan", "--at", &tomorrow, "--format", "json", "-q"]).await;
        serde_json::from_str(&ran.stdout).expect("one document")
    }

    pub async fn leave_nothing(&self) {
        self.bucket.remove().await;
        if self.prepared {
            self.scene.state_bucket().remove().await;
        }
    }
}

fn programs() -> Programs {
    let path = std::env::var("ES2S3_STACK").expect("ES2S3_STACK names stack.json: run `cargo xtask test`");
    let text = std::fs::read_to_string(path).expect("stack.json is readable");
    serde_json::from_str(&text).expect("the stack has Thanos and Prometheus")
}

/// Runs it to its end, as [`ended`]. Its standard output.
fn done(command: &mut Command) -> String {
    ended(command).0
}

/// Runs it to its end, which must be a good one and come within a few minutes. Its standard output and its log.
fn ended(command: &mut Command) -> (String, String) {
    const LIMIT: Duration = Duration::from_secs(300);
    let (mut out, mut err) = (tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file"));
    command.stdin(Stdio::null());
    command.stdout(out.try_clone().expect("the same file")).stderr(err.try_clone().expect("the same file"));
    let mut child = command.spawn().expect("it starts");
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break Some(status),
            None if began.elapsed() > LIMIT => {
                child.kill().ok();
                child.wait().ok();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let text = |file: &mut std::fs::File| {
        let mut text = String::new();
        file.rewind().expect("from the start");
        file.read_to_string(&mut text).expect("text");
        text
    };
    let (out, err) = (text(&mut out), text(&mut err));
    assert!(status.is_some_and(|status| status.success()), "{command:?} ended with {status:?}\n{out}\n{err}");
    (out, err)
}

/// No field of `inspect` holds a line's end; labels hold commas and stand in quotes.
fn csv(text: &str) -> Vec<Vec<String>> {
    let fields = |line: &str| {
        let (mut fields, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                other => fields.last_mut().expect("a field").push(other),
            }
        }
        fields
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(fields).collect()
}
