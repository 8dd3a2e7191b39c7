//! The scheduled function: the package of the small build, what its libc must offer, its start, and a run over 1,000 indices.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use super::measure::RUNS;
use super::served::{self, Served};
use super::{Bench, Table};
use crate::failure::{Context, Failure};
use crate::tools::Tool;
use crate::{layout, run};

const INTERFACE: &str = include_str!("../../python/function.py");
const INDICES: usize = 1_000;
const SNAPSHOTS: usize = 200;
/// Days. The oldest few indices are past it, so that the first apply has something to do.
const RETENTION: usize = 397;

/// One process that was started as Lambda starts it.
#[derive(Debug, Deserialize)]
struct Start {
    /// Seconds until it asked for an event.
    init: f64,
    first: f64,
    second: f64,
    kib: u64,
    said: String,
}

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let program = small(bench)?;
    let folder = bench.layout.install("bench-function");
    layout::make_folder(&folder)?;
    let package =
        run::captured(Command::new(&program).arg("package").arg("--out").arg(folder.join("es2s3.zip")))?;
    let starts = starts(bench, &program, &folder)?;
    let row = |what: &str, cell: String| vec![what.to_owned(), cell];
    let milliseconds = |seconds: f64| format!("{:.1} ms", seconds * 1e3);
    Ok(Table {
        how: format!(
            "`cargo build --profile small`, packed by `es2s3 package` ({}), and started by a stand-in for Lambda's runtime interface: \
             the median of {RUNS} processes, each with two scheduled runs over {INDICES} indices and {SNAPSHOTS} snapshots of the sandbox, of \
             which one run finds nothing due. Lambda gives 256 MiB a seventh of a processor, so expect several times these \
             durations there.",
            package.trim().rsplit('/').next().unwrap_or_default()
        ),
        head: vec!["", "median"],
        rows: vec![
            row("from start to asking for an event", milliseconds(median(&starts, |start| start.init))),
            row("first run", milliseconds(median(&starts, |start| start.first))),
            row("next run, connections open", milliseconds(median(&starts, |start| start.second))),
            row("memory", format!("{:.1} MB", median(&starts, |start| start.kib as f64) * 1024.0 / 1e6)),
        ],
    })
}

/// The program as the function runs it.
pub(super) fn small(bench: &Bench<'_>) -> Result<PathBuf, Failure> {
    let checkout = bench.layout.checkout();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    run::shown(cargo.current_dir(checkout).args(["build", "--profile", "small", "--package", "es2s3"]))?;
    Ok(checkout.join("target/small/es2s3"))
}

fn starts(bench: &Bench<'_>, program: &Path, folder: &Path) -> Result<Vec<Start>, Failure> {
    let world = Served::start(&served::build(bench)?, INDICES, SNAPSHOTS)?;
    layout::write_file(&folder.join("app-config.yml"), &config(&world).to_string())?;
    let hash = prepared(bench, folder, &world)?;
    let event = json!({"es2s3": 1, "do": "apply"}).to_string();
    let mut python = Command::new(bench.tools.path(Tool::Python)?);
    python.args(["-c", INTERFACE, &RUNS.to_string()]).arg(program).arg(event);
    python.env("ES2S3_STATE", "s3://bench-state/logs").env("ES2S3_CONFIG_HASH", hash);
    let said = run::captured(with_keys(&mut python, &world))?;
    let starts: Vec<Start> =
        said.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("cannot read the starts")?;
    match starts.iter().find(|start| !start.said.contains("\"exit\":0")) {
        Some(start) => Err(Failure::new(format!("a run did not end well: {}", start.said))),
        None => Ok(starts),
    }
}

/// The state, and in it the configuration that the function goes by: an apply that has something to do keeps it.
fn prepared(bench: &Bench<'_>, folder: &Path, world: &Served) -> Result<String, Failure> {
    let es2s3 = |arguments: &[&str]| {
        let mut command = Command::new(&bench.binary);
        command.current_dir(folder).args(arguments);
        run::captured(with_keys(&mut command, world))
    };
    es2s3(&["bootstrap", "--auto-approve"])?;
    es2s3(&["apply", "--auto-approve"])?;
    let plan: Value = serde_json::from_str(&es2s3(&["plan", "--format", "json"])?).context("no JSON")?;
    plan["header"]["config_hash"].as_str().map(str::to_owned).context("the plan has no hash")
}

fn with_keys<'a>(command: &'a mut Command, world: &Served) -> &'a mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", &world.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &world.secret_key)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL_S3", &world.s3)
}

fn config(world: &Served) -> Value {
    let policies: Vec<Value> = (0..INDICES.div_ceil(400))
        .map(|n| json!({ "prefix": format!("svc{n:03}-"), "index_retention": RETENTION, "snapshot_retention": 3000 }))
        .collect();
    json!({
        "account": "123456789012",
        "infrastructure": "none",
        "vpc_id": "vpc-0123456789abcdef0",
        "security_group_id": "sg-0123456789abcdef0",
        "bucket-name": world.bucket,
        "es_repo_name": "logs",
        "ES_ENDPOINT": world.engine,
        "region": "us-east-1",
        "state": { "bucket": "bench-state", "name": "logs" },
        "policies": policies,
    })
}

fn median(starts: &[Start], figure: fn(&Start) -> f64) -> f64 {
    let mut figures: Vec<f64> = starts.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
