//! `sandbox tour`: a world with three policies and 400 days of indices, and the real commands run in it.
//!
//! Called by `main`. The commands are the program's own binary in a process of its own; nothing of it is linked here.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::ToSpan as _;
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

/// A chapter: what the reader is about to see, and the commands that show it.
struct Chapter {
    says: &'static str,
    commands: Vec<Vec<String>>,
}

/// Plays the tour. With `keep` the world stays up until Ctrl-C.
pub(crate) async fn run(keep: bool) -> io::Result<()> {
    let binary = binary().await?;
    let sandbox = Sandbox::start(world()).await?;
    let folder = std::env::temp_dir().join(format!("es2s3-tour-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("app-config.yml"), config(&sandbox))?;
    output::opening(&sandbox, POLICIES.map(|policy| policy.0));
    for chapter in chapters() {
        output::narrate(chapter.says);
        for arguments in &chapter.commands {
            play(&binary, &folder, &sandbox, arguments).await?;
        }
    }
    output::closing();
    if keep {
        output::kept(&folder, &binary, &sandbox);
        tokio::signal::ctrl_c().await?;
    }
    std::fs::remove_dir_all(&folder)
}

fn world() -> World {
    let mut world = World::opensearch();
    for (prefix, _, _, days, primaries, size) in POLICIES {
        for back in 1..=days {
            let name = dated(prefix, back);
            let created = jiff::Timestamp::now().saturating_sub((24 * back).hours());
            let created = created.map_or(0, |at| at.as_millisecond());
            // Days differ, as they do; the same tour has the same sizes.
            let spread = (back * 7919 % 101) as u64;
            world = world.index_of(&name, primaries, |index| {
                index.created = created;
                index.nominal_bytes = Some(size / 100 * (60 + spread));
            });
        }
    }
    world.alias("app-write", &dated("app-", 1), Some(true));
    world
}

fn dated(prefix: &str, back: i64) -> String {
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    format!("{prefix}{}", day.saturating_sub(back.days()).strftime("%Y.%m.%d"))
}

fn config(sandbox: &Sandbox) -> String {
    let mut text = format!(
        "# Written by the tour: three policies over a domain and a bucket that live in memory.\n\
         account: \"630216610805\"\nregion: us-east-1\ninfrastructure: none\nvpc_id: vpc-0123456789abcdef0\n\
         security_group_id: sg-0123456789abcdef0\nbucket-name: {BUCKET}\nes_repo_name: logs\nES_ENDPOINT: {}\npolicies:\n",
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
    let due = dated("audit-", 119);
    let command = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let chapter =
        |says, lines: &[&str]| Chapter { says, commands: lines.iter().map(|line| command(line)).collect() };
    vec![
        chapter(
            "The configuration says how long each series stays searchable, and how long its snapshots stay in S3.",
            &["validate"],
        ),
        chapter("A plan reads the domain and the bucket and writes nothing.", &["plan"]),
        chapter(
            "Before anything is written, the state bucket is made, and the store must prove that it honours conditional writes.",
            &["bootstrap --auto-approve"],
        ),
        chapter(
            "Two thirds of web- would go at once. A guard refuses, and names the flag that would allow exactly this amount.",
            &["apply --auto-approve --quiet"],
        ),
        chapter(
            "Said so, it is carried out: write block, snapshot, verification of every blob, and only then the delete.",
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
        Chapter {
            says: "What was deleted comes back from its verified snapshot, with a hold, so that the next run leaves it alone.",
            commands: vec![
                vec!["restore".into(), due.clone(), "--auto-approve".into(), "--quiet".into()],
                command("holds"),
                command("plan"),
            ],
        },
    ]
}

async fn play(binary: &Path, folder: &Path, sandbox: &Sandbox, arguments: &[String]) -> io::Result<()> {
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("{snapshot}", &a_snapshot(sandbox))).collect();
    output::command(&arguments);
    let done = Command::new(binary)
        .args(&arguments)
        .current_dir(folder)
        .env("AWS_ACCESS_KEY_ID", &sandbox.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &sandbox.secret_key)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", &sandbox.s3_url)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .stdin(Stdio::null())
        .output()
        .await?;
    output::shown(&done.stdout, &done.stderr, done.status.code());
    Ok(())
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
