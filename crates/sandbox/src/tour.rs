//! `sandbox tour`: a world with three policies and 400 days of indices, and the real commands run in it.
//!
//! Called by `main`. The commands are the program's own binary in a process of its own; nothing of it is linked here. What AWS
//! would start by its schedule is the same binary.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sandbox::aws::{ACCOUNT, REGION, SECURITY_GROUP, VPC};
use sandbox::{BUCKET, Sandbox, World};
use serde_json::Value;
use tokio::process::Command;

use crate::output;

/// Prefix, days that stay searchable, days that snapshots stay, days of indices in the world, primaries, size of a day.
const POLICIES: [(&str, u32, u32, i64, usize, u64); 3] = [
    ("app-", 365, 730, 400, 2, 4 << 30),
    ("audit-", 90, 400, 120, 1, 700 << 20),
    ("web-", 14, 365, 40, 3, 21 << 30),
];

/// The bucket of Thanos blocks, and how many are in it: two replicas' year.
const METRICS: &str = "metrics";
const BLOCKS: usize = 200;

/// A chapter: what the reader is about to see, and the steps that show it.
struct Chapter {
    says: &'static str,
    steps: Vec<Step>,
}

enum Step {
    /// A command line behind `es2s3`.
    Command(Vec<String>),
    /// Something that happens in the world, told in a line.
    Event(&'static str, fn(&Sandbox)),
    /// Time passes until the schedule has fired.
    Nights,
    /// Lines are added to app-config.yml.
    Declare(&'static str),
}

/// Plays the tour. With `keep` the world stays up until Ctrl-C.
pub(crate) async fn run(keep: bool) -> io::Result<()> {
    let binary = binary().await?;
    let sandbox = Sandbox::start(world()).await?;
    let folder = std::env::temp_dir().join(format!("es2s3-tour-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("app-config.yml"), config(&sandbox))?;
    std::fs::write(folder.join("es2s3.zip"), package(&binary)?)?;
    let mut stage = Stage { binary, folder, sandbox, now: None };
    stage.play().await?;
    output::closing();
    if keep {
        output::kept(&stage.folder, &stage.binary, &stage.sandbox, stage.now);
        tokio::signal::ctrl_c().await?;
    }
    std::fs::remove_dir_all(&stage.folder)
}

/// Where the commands run.
struct Stage {
    binary: PathBuf,
    folder: PathBuf,
    sandbox: Sandbox,
    /// The time that es2s3 is told, once it was let pass.
    now: Option<Timestamp>,
}

impl Stage {
    async fn play(&mut self) -> io::Result<()> {
        output::opening(&self.sandbox, POLICIES.map(|policy| policy.0));
        for chapter in chapters() {
            output::narrate(chapter.says);
            for step in &chapter.steps {
                self.step(step).await?;
            }
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Command(arguments) => self.command(arguments).await?,
            Step::Event(says, happen) => {
                output::event(says);
                happen(&self.sandbox);
            }
            Step::Nights => self.nights().await?,
            Step::Declare(lines) => {
                output::event(&format!("app-config.yml gets: {lines}"));
                let file = self.folder.join("app-config.yml");
                let text = std::fs::read_to_string(&file)? + lines + "\n";
                std::fs::write(&file, text)?;
            }
        }
        Ok(())
    }

    /// Two, since an index of yesterday is only due when its last day is over.
    async fn nights(&mut self) -> io::Result<()> {
        let date = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(2.days());
        let at = |hour, minute| date.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).map(|at| at.timestamp());
        let (before, after) = (at(4, 59).map_err(io::Error::other)?, at(5, 1).map_err(io::Error::other)?);
        let cloud = self.sandbox.world.cloud();
        cloud.clock().run_from(before);
        for fired in cloud.pass_until(after).await {
            output::fired(&fired);
        }
        self.now = Some(after);
        Ok(())
    }

    async fn command(&self, arguments: &[String]) -> io::Result<()> {
        let named = |argument: &String| argument.replace("{snapshot}", &a_snapshot(&self.sandbox));
        let arguments: Vec<String> = arguments.iter().map(named).collect();
        output::command(&arguments);
        let mut command = Command::new(&self.binary);
        command.args(&arguments).current_dir(&self.folder);
        // Whoever works with another store has it here, and the tour writes to its own alone.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_ENDPOINT_URL_") {
                command.env_remove(name);
            }
        }
        let done = command
            .env("AWS_ACCESS_KEY_ID", &self.sandbox.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &self.sandbox.secret_key)
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", &self.sandbox.s3_url)
            .envs(self.now.map(|now| ("ES2S3_NOW", now.to_string())))
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .stdin(Stdio::null())
            .output()
            .await?;
        output::shown(&done.stdout, &done.stderr, done.status.code());
        Ok(())
    }
}

/// A package may hold any program by the name `bootstrap`; this one becomes the es2s3 of the tour.
fn package(binary: &Path) -> io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755))?;
    zip.write_all(format!("#!/bin/sh\nexec '{}'\n", binary.display()).as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

fn world() -> World {
    let mut world = World::opensearch();
    for (prefix, _, _, days, primaries, size) in POLICIES {
        for back in 1..=days {
            let name = dated(prefix, back);
            let created = Timestamp::now().saturating_sub((24 * back).hours());
            let created = created.map_or(0, |at| at.as_millisecond());
            // Days differ, as they do; the same tour has the same sizes.
            let spread = (back * 7919 % 101) as u64;
            world = world.index_of(&name, primaries, |index| {
                index.created = created;
                index.nominal_bytes = Some(size / 100 * (60 + spread));
            });
        }
    }
    let world = world.blocks(METRICS, BLOCKS);
    world.alias("app-write", &dated("app-", 1), Some(true));
    world
}

fn dated(prefix: &str, back: i64) -> String {
    let day = Timestamp::now().to_zoned(TimeZone::UTC).date();
    format!("{prefix}{}", day.saturating_sub(back.days()).strftime("%Y.%m.%d"))
}

fn config(sandbox: &Sandbox) -> String {
    let mut text = format!(
        "# Written by the tour: three policies over a domain and an account that live in memory.\n\
         account: \"{ACCOUNT}\"\nregion: {REGION}\nvpc_id: {VPC}\nsecurity_group_id: {SECURITY_GROUP}\n\
         bucket-name: {BUCKET}\nes_repo_name: logs\nES_ENDPOINT: {}\n\
         # On AWS es2s3 packs itself; here a script starts the one that you see.\n\
         function: {{ package: es2s3.zip }}\npolicies:\n",
        sandbox.domain_url
    );
    for (prefix, searchable, kept, ..) in POLICIES {
        text.push_str(&format!(
            "  - {{ prefix: \"{prefix}\", index_retention: {searchable}, snapshot_retention: {kept} }}\n"
        ));
    }
    text
}

fn chapters() -> Vec<Chapter> {
    let mut chapters = of_data();
    chapters.extend(of_aws());
    chapters
}

fn command(line: &str) -> Step {
    Step::Command(line.split(' ').map(str::to_owned).collect())
}

fn chapter(says: &'static str, lines: &[&str]) -> Chapter {
    Chapter { says, steps: lines.iter().map(|line| command(line)).collect() }
}

/// Indices and snapshots.
fn of_data() -> Vec<Chapter> {
    let restore = format!("restore {} --auto-approve --quiet", dated("audit-", 119));
    vec![
        chapter(
            "The configuration says how long each series stays searchable, and how long its snapshots stay in S3.",
            &["validate"],
        ),
        chapter(
            "One plan for the data and for what runs it every day. It only reads. Two thirds of web- would go at once: a guard refuses, and names the flag that would allow exactly this amount.",
            &["plan"],
        ),
        chapter(
            "Before anything is written, the state bucket is made, and the store must prove that it honours conditional writes.",
            &["bootstrap --auto-approve"],
        ),
        chapter(
            "Said so, it is carried out: AWS first; then write block, snapshot, verification of every blob, and only then the delete.",
            &["apply --auto-approve --quiet --allow-delete-share=70%"],
        ),
        chapter(
            "The same verifier runs alone, for an auditor: one of the snapshots, clause by clause.",
            &["prove {snapshot} --quiet"],
        ),
        chapter("A second plan finds nothing to do.", &["plan --detailed-exitcode"]),
        chapter(
            "The runs are in a journal, and what is overdue, held or next is on one screen.",
            &["history", "status"],
        ),
        chapter(
            "What was deleted comes back from its verified snapshot, with a hold, so that the next run leaves it alone.",
            &[&restore, "holds", "plan"],
        ),
    ]
}

/// What runs it every day: the function, its role, its schedule, its log and its alarms.
fn of_aws() -> Vec<Chapter> {
    let drift: fn(&Sandbox) = |sandbox| {
        if let Some(function) = sandbox.world.cloud().lock().functions.get_mut("es2s3-logs") {
            function.fields.insert("MemorySize".to_owned(), 1024.into());
        }
    };
    vec![
        Chapter {
            says: "A change by hand is one line with its field, and apply repairs it.",
            steps: vec![
                Step::Event("Somebody gives the function more memory in the console.", drift),
                command("plan"),
                command("apply --auto-approve --quiet"),
            ],
        },
        Chapter {
            says: "Two nights pass, and at five the schedule fires. The function archives what came due meanwhile.",
            steps: vec![Step::Nights, command("logs"), command("history"), command("status")],
        },
        chapter("The scheduled run can be had at once, with its log and its exit code.", &["run"]),
        of_metrics(),
        chapter(
            "What es2s3 made it removes. Buckets stay, and no snapshot goes with it.",
            &["destroy --auto-approve --quiet"],
        ),
    ]
}

/// The bucket of Prometheus's metrics, which Thanos keeps.
fn of_metrics() -> Chapter {
    let damage: fn(&Sandbox) = |sandbox| {
        let keys: Vec<String> = sandbox
            .store
            .list(METRICS, "")
            .into_iter()
            .map(|(key, _)| key)
            .filter(|key| key.ends_with("/index"))
            .collect();
        // The newest: it is no copy of anything, so that all that is past its retention may go, on whatever day.
        if let Some(key) = keys.last() {
            sandbox.store.remove(METRICS, key);
        }
    };
    Chapter {
        says: "Metrics too: the bucket of Thanos is audited from its listing, what a retention takes is shown before it is marked, and \
               Thanos's Compactor deletes it. A block that lost its index is found without reading a single one.",
        steps: vec![
            Step::Declare(
                "thanos: { bucket: metrics, retention: { raw: 60d, 5m: 200d, 1h: 0d }, labels: [cluster], replica_labels: [replica] }",
            ),
            Step::Event("Somebody removes the index of a block by hand.", damage),
            command("thanos audit"),
            command("plan --only thanos"),
            command("apply --only thanos --auto-approve --quiet"),
            command("plan --only thanos --detailed-exitcode"),
        ],
    }
}

/// The newest name in the repository's catalogue that is audit-'s: its hash is not known beforehand.
fn a_snapshot(sandbox: &Sandbox) -> String {
    let catalogues = sandbox.store.list(BUCKET, "snapshots/logs/index-");
    let newest = catalogues.iter().max_by_key(|(key, _)| (key.len(), key.clone()));
    let catalogue = newest.and_then(|(_, object)| serde_json::from_slice::<Value>(&object.bytes).ok());
    let names =
        catalogue.as_ref().and_then(|catalogue| catalogue["snapshots"].as_array()).into_iter().flatten();
    let audit =
        names.filter_map(|snapshot| snapshot["name"].as_str()).filter(|name| name.starts_with("audit-"));
    audit.max().unwrap_or_default().to_owned()
}

/// The program: the one that `ES2S3_BIN` names, or the one beside this, built first so that it is of the same source.
async fn binary() -> io::Result<PathBuf> {
    if let Some(named) = std::env::var_os("ES2S3_BIN") {
        return Ok(named.into());
    }
    let here = std::env::current_exe()?;
    let folder = here.parent().ok_or_else(|| io::Error::other("this program has no folder"))?;
    let release = folder.file_name().is_some_and(|name| name == "release");
    output::building();
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "es2s3", "--bin", "es2s3"]);
    if release {
        build.arg("--release");
    }
    if !build.status().await?.success() {
        return Err(io::Error::other("es2s3 could not be built; run `cargo build -p es2s3` to see why"));
    }
    Ok(folder.join("es2s3"))
}
