//! The audit of a bucket of blocks beside Thanos's own tools on the same SeaweedFS, and on the sandbox at ten times the size.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{self, Cost, RUNS};
use super::served::{self, Served};
use super::{Bench, Table};
use crate::failure::{Context, Failure};
use crate::stack::{EngineRecord, Part, StackRecord};
use crate::tools::Tool;
use crate::{install, layout, run};

const COPY: &str = include_str!("../../python/copy_bucket.py");
const BUCKET: &str = "metrics";
/// Beside Thanos, and alone.
const BESIDE: usize = 10_000;
const ALONE: [usize; 3] = [10_000, 30_000, 100_000];
/// Milliseconds: S3 takes ten to thirty for a small object.
const LATENCY: u64 = 15;
/// Objects of others, and how many blocks lie among them.
const FOREIGN: usize = 3_000_000;
const AMONG_THEM: usize = 1_000;

/// A store with the blocks in it.
struct Store {
    endpoint: String,
    access_key: String,
    secret_key: String,
    /// Its process.
    process: u32,
}

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let sandbox = served::build(bench)?;
    let mut rows = beside(bench, &sandbox)?;
    for blocks in ALONE {
        let world = Served::with_blocks(&sandbox, blocks)?;
        rows.extend(ours(bench, &store_of(&world), "the sandbox", blocks)?);
    }
    let world = Served::with_foreign(&sandbox, AMONG_THEM, FOREIGN)?;
    rows.extend(ours(bench, &store_of(&world), "the sandbox, with 3,000,000 foreign objects", AMONG_THEM)?);
    Ok(Table {
        how: format!(
            "Blocks of the shape that real ones have (streams of a year at three resolutions, about five objects each), audited. \
             Cold: nothing is known yet. Warm: everything is, by its ETag. `inspect` and `ls` look at metadata alone, never at the \
             objects of a block, and remember nothing; their requests are counted from their source (a HEAD and a GET for each \
             block, and a listing of folders). The median of {RUNS} runs after one that warms the caches; of the store the mean. \
             The stores run on the same two cores: with what SeaweedFS spends itself, no first audit there could take half of what \
             `inspect` takes, whoever made it. The sandbox answers from memory, and in some rows each answer comes {LATENCY} ms late, \
             as from S3 over a network."
        ),
        head: vec!["command", "store", "blocks", "wall", "CPU", "memory", "the store's CPU", "requests"],
        rows,
    })
}

fn beside(bench: &Bench<'_>, sandbox: &Path) -> Result<Vec<Vec<String>>, Failure> {
    let record =
        StackRecord::read(&bench.layout.standing_run().stack_json()).context("run `cargo xtask stack up`")?;
    let engine = record.engines.iter().find(|engine| engine.s3_server == "seaweedfs");
    let engine = engine.context("the stack runs without SeaweedFS")?;
    let thanos = record.thanos.clone().context("the stack runs without Thanos")?;
    let process = record.processes.iter().find(|process| process.name == "seaweedfs");
    let process = process.context("the stack does not know SeaweedFS's process")?;
    fill(bench, sandbox, engine)?;
    let store = Store {
        endpoint: engine.s3_endpoint.clone(),
        access_key: engine.access_key.clone(),
        secret_key: engine.secret_key.clone(),
        process: process.pid,
    };
    let mut rows = ours(bench, &store, "SeaweedFS", BESIDE)?;
    rows.extend(theirs(bench, &thanos, &store, "SeaweedFS")?);
    let afar = format!("the sandbox, {LATENCY} ms away");
    let world = Served::with_blocks_afar(sandbox, BESIDE, LATENCY)?;
    rows.extend(ours(bench, &store_of(&world), &afar, BESIDE)?);
    rows.extend(theirs(bench, &thanos, &store_of(&world), &afar)?);
    let world = Served::with_blocks(sandbox, BESIDE)?;
    rows.extend(theirs(bench, &thanos, &store_of(&world), "the sandbox")?);
    Ok(rows)
}

fn store_of(world: &Served) -> Store {
    Store {
        endpoint: world.s3.clone(),
        access_key: world.access_key.clone(),
        secret_key: world.secret_key.clone(),
        process: world.process(),
    }
}

/// Thanos's own tools, which look at less.
fn theirs(bench: &Bench<'_>, thanos: &Path, store: &Store, name: &str) -> Result<Vec<Vec<String>>, Failure> {
    let mut rows = Vec::new();
    let object_store = bench.layout.install("bench-thanos").join("objstore.yml");
    let text = format!(
        "type: S3\nconfig: {{bucket: {BUCKET}, endpoint: {}, access_key: {}, secret_key: {}, insecure: true, region: us-east-1}}\n",
        store.endpoint.trim_start_matches("http://"),
        store.access_key,
        store.secret_key
    );
    layout::write_file(&object_store, &text)?;
    for tool in ["inspect", "ls"] {
        let arguments: Vec<OsString> = ["tools", "bucket", tool, "--objstore.config-file"]
            .map(OsString::from)
            .into_iter()
            .chain([object_store.clone().into()])
            .collect();
        let cost = measure::beside(&bench.tools, thanos, &arguments, store.process)?;
        let requests = 2 * BESIDE + BESIDE.div_ceil(1_000);
        rows.push(row(&format!("`thanos tools bucket {tool}`"), name, BESIDE, cost, requests as u64));
    }
    Ok(rows)
}

/// Copies the sandbox's blocks into SeaweedFS, where they are not there yet.
fn fill(bench: &Bench<'_>, sandbox: &Path, engine: &EngineRecord) -> Result<(), Failure> {
    let world = Served::with_blocks(sandbox, BESIDE)?;
    let mut copy = Command::new(bench.tools.path(Tool::Python)?);
    copy.env("PYTHONPATH", install::folder(bench.layout, Part::Moto));
    copy.args(["-c", COPY, &world.s3, BUCKET, &world.access_key, &world.secret_key]);
    copy.args([&engine.s3_endpoint, BUCKET, &engine.access_key, &engine.secret_key]);
    run::captured(&mut copy).map(drop)
}

fn ours(bench: &Bench<'_>, store: &Store, name: &str, blocks: usize) -> Result<Vec<Vec<String>>, Failure> {
    let folder = bench.layout.install("bench-thanos");
    layout::make_folder(&folder)?;
    let memory = folder.join("cache");
    layout::remove_folder(&memory)?;
    let file = folder.join("app-config.yml");
    let config = serde_json::to_string(&config(store)).context("cannot write the configuration")?;
    layout::write_file(&file, &config)?;
    let mut rows = Vec::new();
    for (temperature, first) in [("cold", "rm -rf \"$ES2S3_CACHE\""), ("warm", ":")] {
        let arguments = arguments(bench, store, &folder, (&memory, &file), (temperature, first))?;
        let cost = measure::beside(&bench.tools, Path::new("sh"), &arguments, store.process)?;
        let said = run::captured(Command::new("sh").args(&arguments).args(["--format", "json"]))?;
        let audit: Value = serde_json::from_str(&said).context("the audit is no JSON")?;
        let seen = &audit["seen"]["present"];
        if seen["blocks"].as_u64() != Some(blocks as u64) {
            return Err(Failure::new(format!("the audit saw {} of {blocks} blocks", seen["blocks"])));
        }
        let requests = seen["requests"].as_u64().unwrap_or_default();
        rows.push(row(&format!("`es2s3 thanos audit`, {temperature}"), name, blocks, cost, requests));
    }
    Ok(rows)
}

fn arguments(
    bench: &Bench<'_>,
    store: &Store,
    folder: &Path,
    (memory, file): (&PathBuf, &PathBuf),
    (temperature, first): (&str, &str),
) -> Result<Vec<OsString>, Failure> {
    let script = folder.join(format!("{temperature}.sh"));
    let text = format!(
        "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_REGION=us-east-1 AWS_ENDPOINT_URL_S3={} ES2S3_CACHE='{}'\n{first}\nexec \"$@\"\n",
        store.access_key,
        store.secret_key,
        store.endpoint,
        memory.display()
    );
    layout::write_file(&script, &text)?;
    let mut command: Vec<OsString> = vec![script.into(), bench.binary.clone().into()];
    command.extend(["thanos", "audit", "--quiet", "--config"].map(OsString::from));
    command.push(file.into());
    Ok(command)
}

fn row(command: &str, store: &str, blocks: usize, (cost, served): (Cost, f64), requests: u64) -> Vec<String> {
    let mut cells = vec![command.to_owned(), store.to_owned(), blocks.to_string()];
    cells.extend(cost.cells());
    cells.push(format!("{:.0} ms", served * 1e3));
    cells.push(requests.to_string());
    cells
}

fn config(store: &Store) -> Value {
    json!({
        "account": "111122223333",
        "region": "us-east-1",
        "vpc_id": "vpc-0123456789abcdef0",
        "security_group_id": "sg-0123456789abcdef0",
        "bucket-name": "bench-thanos-snapshots",
        "es_repo_name": "bench",
        "ES_ENDPOINT": "http://127.0.0.1:9",
        "ES_INDEX_PREFIX": "bench-",
        "snapshot_retention": 365,
        "index_retention": 30,
        "infrastructure": "none",
        "thanos": {
            "bucket": BUCKET,
            "endpoint": store.endpoint,
            "retention": {"raw": "90d", "5m": "400d"},
            "replica_labels": ["replica"],
        },
    })
}
