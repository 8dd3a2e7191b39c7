//! A project on the sandbox: its package starts the es2s3 of this build, its time is tomorrow's, short before the schedule.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sandbox::aws::{Account, Cloud as Aws};
use sandbox::faults::{Cut, Front, Request};
use sandbox::{Sandbox, World};

use crate::support::cloud::{Cloud, Project};
use crate::support::scene::Ran;
use crate::support::stage::Stage;

pub struct Place {
    pub sandbox: Sandbox,
    pub project: Project,
}

impl Place {
    /// An account with nothing in it but a VPC and a bucket.
    pub async fn empty(name: &str) -> Self {
        Self::of(World::opensearch(), name).await
    }

    pub async fn of(world: World, name: &str) -> Self {
        let sandbox = Sandbox::start(world).await.expect("the sandbox starts");
        let stage = Stage {
            name: "sandbox".into(),
            domain: sandbox.domain_url.clone(),
            s3: sandbox.s3_url.clone(),
            region: sandbox::aws::REGION.into(),
            access_key: sandbox.access_key.clone(),
            secret_key: sandbox.secret_key.clone(),
            buckets: vec![sandbox::BUCKET.into()],
        };
        let mut project = Project::new(stage, Cloud::of_sandbox(&sandbox), name).await;
        write_package(&project);
        project.extra.push("function: { package: es2s3.zip }".into());
        project.now = Some(before_the_schedule());
        sandbox.world.cloud().clock().run_from(before_the_schedule());
        Self { sandbox, project }
    }

    /// With a state, and nothing else yet.
    pub async fn prepared(name: &str) -> Self {
        let place = Self::empty(name).await;
        place.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
        place
    }

    /// With everything that the configuration asks for.
    pub async fn made(name: &str) -> Self {
        let place = Self::prepared(name).await;
        place.project.run_to(0, &["apply", "--auto-approve"]).await;
        place
    }

    pub fn aws(&self) -> &Aws {
        self.sandbox.world.cloud()
    }

    /// Changes the account as a hand in the console would.
    pub fn by_hand(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.aws().lock());
    }

    /// `es2s3-<name>`: what everything of this project is called by.
    pub fn base(&self) -> String {
        format!("es2s3-{}", self.project.name)
    }

    /// Lets time pass in AWS, and tells es2s3 the new one.
    pub async fn pass(&mut self, time: SignedDuration) -> Vec<sandbox::aws::Fired> {
        let until = self.aws().clock().now() + time;
        let fired = self.aws().pass_until(until).await;
        self.project.now = Some(until);
        fired
    }

    /// A command that is killed as soon as its connection was cut at this write.
    pub async fn dies_at_write(&self, arguments: &[&str], at: usize, cut: Cut) {
        let mut command = self.project.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let before = self.sandbox.faults.writes().len();
        self.sandbox.faults.cut_after_write(at, cut);
        let mut child = command.spawn().expect("es2s3 starts");
        let give_up = Instant::now() + Duration::from_secs(60);
        while self.sandbox.faults.writes().len() < before + at {
            assert!(
                Instant::now() < give_up,
                "it made {} writes",
                self.sandbox.faults.writes().len() - before
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        self.sandbox.faults.heal();
    }

    /// What the function wrote.
    pub fn log(&self) -> Vec<String> {
        let account = self.aws().lock();
        let lines = account.log_groups.values().flat_map(|group| &group.lines);
        lines.map(|line| line.text.clone()).collect()
    }

    /// Lines of the AWS side in a plan that would do something, or cannot.
    pub async fn plan(&self) -> Vec<String> {
        lines(&self.project.run(&["plan", "--only", "infra"]).await)
    }

    /// Requests to AWS, S3's among them, since the log was forgotten.
    pub fn requests(&self) -> Vec<Request> {
        let all = self.sandbox.faults.requests();
        all.into_iter().filter(|request| request.front != Front::Elasticsearch).collect()
    }
}

pub fn lines(ran: &Ran) -> Vec<String> {
    let marks = ["+ ", "~ ", "- ", "! "];
    let line = |line: &&str| marks.iter().any(|mark| line.trim_start().starts_with(mark));
    ran.stdout
        .lines()
        .filter(line)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Ten minutes before the schedule of tomorrow: servers stamp the machine's time on what a test makes, and that must not lie ahead.
fn before_the_schedule() -> Timestamp {
    let tomorrow = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(1.day());
    tomorrow.at(4, 50, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("a time").timestamp()
}

/// A package may hold any program by the name `bootstrap`; this one becomes the es2s3 that is tested.
fn write_package(project: &Project) {
    let script = format!("#!/bin/sh\nexec '{}'\n", env!("CARGO_BIN_EXE_es2s3"));
    std::fs::write(project.folder.path().join("es2s3.zip"), package(&script))
        .expect("the package is written");
}

/// A zip with this script.
pub fn package(script: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).expect("a zip");
    zip.write_all(script.as_bytes()).expect("a zip");
    zip.finish().expect("a zip").into_inner()
}
