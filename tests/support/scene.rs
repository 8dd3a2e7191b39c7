//! One scene: a stage, a folder with `app-config.yml`, and the binary run in it.

use std::path::PathBuf;
use std::process::{Command, Output};

use jiff::Timestamp;
use jiff::civil::Date;

use super::bucket::Bucket;
use super::domain::Domain;
use super::stage::Stage;

/// What one command printed and how it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

pub struct Scene {
    pub stage: Stage,
    pub domain: Domain,
    /// The repository's name, unique to this scene; so are its base path and its state.
    pub repository: String,
    pub folder: tempfile::TempDir,
    /// The time that es2s3 is told; its day is `today`.
    pub now: Timestamp,
    pub today: Date,
    pub policies: Vec<String>,
    pub extra: Vec<String>,
    /// Whether the AWS side is es2s3's.
    pub infrastructure: &'static str,
    /// How long a lease lasts, where the default is too long for a test.
    pub lease: Option<&'static str>,
    /// What the program finds in its environment besides: secrets of the domain.
    pub environment: Vec<(&'static str, &'static str)>,
}

impl Scene {
    pub fn new(stage: Stage, name: &str) -> Self {
        let unique = format!("{}-{:x}", name.replace('_', "-").to_lowercase(), std::process::id());
        // Noon of tomorrow: servers stamp the real time on what a test makes, and that must not lie ahead of the scene.
        let today = Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date()
            .saturating_add(jiff::Span::new().days(1));
        let noon = today.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("noon").timestamp();
        Self {
            domain: Domain::new(&stage.domain),
            repository: unique,
            folder: tempfile::tempdir().expect("a folder"),
            now: noon,
            today,
            policies: Vec::new(),
            extra: Vec::new(),
            infrastructure: "none",
            lease: None,
            environment: Vec::new(),
            stage,
        }
    }

    pub fn snapshot_bucket(&self) -> Bucket {
        Bucket::new(&self.stage, &self.stage.buckets[0])
    }

    pub fn state_bucket(&self) -> Bucket {
        Bucket::new(&self.stage, &self.state_bucket_name())
    }

    pub fn state_bucket_name(&self) -> String {
        format!("state-{}", self.repository)
    }

    /// Where the repository's objects are.
    pub fn base_path(&self) -> String {
        format!("snapshots/{}", self.repository)
    }

    /// A policy that takes ages from names: real servers stamp today's date on what a test creates.
    pub fn policy(&mut self, prefix: &str, index_days: u32, snapshot_days: u32, more: &str) {
        self.policies.push(format!(
            "  - {{ prefix: \"{prefix}\", index_retention: {index_days}, snapshot_retention: {snapshot_days}, age_from: name{} }}",
            if more.is_empty() { String::new() } else { format!(", {more}") }
        ));
    }

    pub fn config(&self) -> String {
        let Stage { region, domain, buckets, .. } = &self.stage;
        let mut text = format!(
            "account: \"111122223333\"\nregion: {region}\ninfrastructure: {infrastructure}\nvpc_id: vpc-0123456789abcdef0\nsecurity_group_id: sg-0123456789abcdef0\n\
             bucket-name: {bucket}\nes_repo_name: {repository}\nES_ENDPOINT: {domain}\nstate: {{ bucket: {state}{lease} }}\n\
             policies:\n{policies}\n",
            infrastructure = self.infrastructure,
            state = self.state_bucket_name(),
            lease = self.lease.map(|lease| format!(", lease: {lease}")).unwrap_or_default(),
            bucket = buckets[0],
            repository = self.repository,
            policies = self.policies.join("\n"),
        );
        for line in &self.extra {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// The command, ready to be started: for tests that kill it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        std::fs::write(self.folder.path().join("app-config.yml"), self.config())
            .expect("the configuration is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("USER", "alice")
            .env("HOSTNAME", "ci")
            .env("AWS_ACCESS_KEY_ID", &self.stage.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &self.stage.secret_key)
            .env("AWS_REGION", &self.stage.region)
            .env("AWS_ENDPOINT_URL", &self.stage.s3)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("ES2S3_NOW", self.now.to_string())
            .envs(self.environment.iter().copied());
        command
    }

    /// Runs es2s3 to its end. Blocking work goes off the test's runtime, which may be serving the stage.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("joined")
            .expect("es2s3 starts");
        ran(&output)
    }

    /// Runs es2s3 and insists on how it ends.
    pub async fn run_to(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, code, "es2s3 {arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn advance_days(&mut self, days: i64) {
        self.now =
            self.now.checked_add(jiff::SignedDuration::from_hours(24 * days)).expect("a time in range");
    }

    /// `app-{40}` with the date 40 days before today.
    pub fn dated(&self, name: &str) -> String {
        let Some((head, rest)) = name.split_once('{') else { return name.to_owned() };
        let Some((days, tail)) = rest.split_once('}').filter(|(days, _)| !days.is_empty()) else {
            return name.to_owned();
        };
        let date = super::normalize::days_before(self.today, days.parse().expect("days before today"));
        format!("{head}{}{tail}", date.strftime("%Y.%m.%d"))
    }

    /// Every scene ends so: nothing to do, and nothing was written to the domain.
    pub async fn second_apply_does_nothing(&self) {
        let before = self.picture().await;
        let ran = self.run(&["apply", "--auto-approve"]).await;
        assert_eq!(ran.code, 0, "second apply:\n{}\n{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("nothing to do"), "second apply:\n{}", ran.stdout);
        assert_eq!(self.picture().await, before, "the second apply wrote something");
    }

    /// Deletes the indices of the scene's policies, and those that were restored under another name.
    pub async fn leave_nothing(&self) {
        for index in self.own_indices().await {
            self.domain.delete(&index).await;
        }
    }

    /// Live indices of the scene's policies, and those restored under another name; a real domain has other guests.
    async fn own_indices(&self) -> Vec<String> {
        let own = |index: &String| {
            let start = &index[..index.find(|c: char| c.is_ascii_digit()).unwrap_or(index.len())];
            let prefix = format!("\"{}\"", start.trim_start_matches("restored-"));
            self.policies.iter().any(|policy| policy.contains(&prefix))
        };
        self.domain.indices("").await.into_iter().filter(own).collect()
    }

    /// Names and bytes of everything that a run may write: snapshots, indices, objects of both buckets.
    pub async fn picture(&self) -> Vec<String> {
        let mut seen = self.domain.snapshots(&self.repository).await;
        seen.extend(self.own_indices().await);
        seen.extend(self.snapshot_bucket().keys(&self.base_path()).await);
        let state = self.state_bucket();
        for key in state.keys(&format!("{}/", self.repository)).await {
            let bytes = state.get(&key).await;
            seen.push(format!("{key} {}", String::from_utf8_lossy(&bytes)));
        }
        seen
    }
}

pub fn ran(output: &Output) -> Ran {
    Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}
