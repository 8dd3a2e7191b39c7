//! A plan beside Elastic's Curator: 1,200 daily indices on the running Elasticsearch 7.10.2, the same prefix
//! and age, both only looking.
//!
//! Curator's `--dry-run` of `delete_indices` lists what a run would delete. `es2s3 plan` also reads the
//! snapshots and what proves them, so it does more for its time.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::command::{self, Keys};
use super::measure::{RUNS, median};
use super::{Bench, Table};
use crate::failure::{Context, Failure};
use crate::layout;
use crate::stack::{EngineRecord, StackRecord};
use crate::tools::Tool;
use crate::{http, report, run, versions};

/// Three series of 400 days.
const PREFIXES: [&str; 3] = ["bench-app-", "bench-web-", "bench-db-"];
const DAYS_PER_PREFIX: usize = 400;
/// Days that stay searchable.
const KEEP_DAYS: u32 = 30;

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let engine = running_elasticsearch(bench)?;
    let port = port(&engine)?;
    fill(bench, port)?;
    let folder = bench.layout.install("bench-curator");
    layout::make_folder(&folder)?;
    let curator = installed(bench)?;
    let (client, actions) = curator_files(&folder, port)?;
    let arguments = ["--config".into(), client.into(), "--dry-run".into(), actions.into()];
    let theirs = median(&bench.tools, &curator, &arguments)?;
    let ours = median_of_plan(bench, &engine, &folder)?;
    let row = |name: String, cost: super::measure::Cost| [vec![name], cost.cells().to_vec()].concat();
    let names = PREFIXES.len() * DAYS_PER_PREFIX;
    Ok(Table {
        how: format!(
            "{names} single-shard daily indices of {} series on Elasticsearch {}, those older than {KEEP_DAYS} days to \
             go: the median of {RUNS} runs after one that warms the caches.",
            PREFIXES.len(),
            versions::ELASTICSEARCH
        ),
        head: vec!["command", "wall", "CPU", "memory"],
        rows: vec![
            row("`es2s3 plan`".to_owned(), ours),
            row(format!("`curator --dry-run` {}", versions::CURATOR), theirs),
        ],
    })
}

fn running_elasticsearch(bench: &Bench<'_>) -> Result<EngineRecord, Failure> {
    let record =
        StackRecord::read(&bench.layout.standing_run().stack_json()).context("run `cargo xtask stack up`")?;
    let engine = record.engines.into_iter().find(|engine| engine.kind == "elasticsearch");
    engine.context("the stack runs without elasticsearch; run `cargo xtask stack up`")
}

fn port(engine: &EngineRecord) -> Result<u16, Failure> {
    let digits = engine.endpoint.rsplit(':').next().and_then(|port| port.parse().ok());
    digits.context(format!("no port in {}", engine.endpoint))
}

/// Makes the indices that are not there yet; about 12 a second.
fn fill(bench: &Bench<'_>, port: u16) -> Result<(), Failure> {
    let there = http::get(port, "/_cat/indices/bench-*?h=index").context("cannot list the indices")?.body;
    let there: Vec<&str> = there.lines().map(str::trim).collect();
    let days = days(bench)?;
    let names = PREFIXES.iter().flat_map(|prefix| days.iter().map(move |day| format!("{prefix}{day}")));
    let missing: Vec<String> = names.filter(|name| !there.contains(&name.as_str())).collect();
    if !missing.is_empty() {
        report::line(&format!("making {} indices, about 12 a second ...", missing.len()));
    }
    missing.iter().try_for_each(|name| make_index(port, name))
}

/// The days before today in UTC, the latest first, as `2026.01.31`.
fn days(bench: &Bench<'_>) -> Result<Vec<String>, Failure> {
    let program = format!(
        "import datetime as d\nt = d.datetime.now(d.timezone.utc).date()\n\
         print('\\n'.join(f'{{t - d.timedelta(n):%Y.%m.%d}}' for n in range({DAYS_PER_PREFIX})))"
    );
    let said = run::captured(Command::new(bench.tools.path(Tool::Python)?).args(["-c", &program]))?;
    Ok(said.lines().map(str::to_owned).collect())
}

fn make_index(port: u16, name: &str) -> Result<(), Failure> {
    let body = json!({ "settings": { "number_of_shards": 1, "number_of_replicas": 0 } }).to_string();
    let reply =
        http::send(port, "PUT", &format!("/{name}"), &body).context(format!("cannot make index {name}"))?;
    if reply.status == 200 {
        Ok(())
    } else {
        Err(Failure::new(format!("cannot make index {name}: {}", reply.body)))
    }
}

/// Curator in an environment of its own.
fn installed(bench: &Bench<'_>) -> Result<PathBuf, Failure> {
    let folder = bench.layout.install(&format!("curator-{}", versions::CURATOR));
    let (curator, complete) = (folder.join("bin/curator"), folder.join("COMPLETE"));
    if complete.is_file() {
        return Ok(curator);
    }
    let log = bench.layout.install_log("curator");
    layout::remove_folder(&folder)?;
    run::logged(Command::new(bench.tools.path(Tool::Python)?).args(["-m", "venv"]).arg(&folder), &log)?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps"]);
    pip.arg("--cache-dir").arg(bench.layout.cache("pip"));
    pip.arg(format!("elasticsearch-curator=={}", versions::CURATOR)).args(versions::CURATOR_NEEDS);
    run::logged_twice(&mut pip, &log)?;
    layout::write_file(&complete, "")?;
    Ok(curator)
}

/// Curator's client file and its action file; JSON is YAML.
fn curator_files(folder: &Path, port: u16) -> Result<(PathBuf, PathBuf), Failure> {
    let (client, actions) = (folder.join("client.yml"), folder.join("actions.yml"));
    let logging = json!({ "loglevel": "INFO" });
    let hosts = json!({ "hosts": ["127.0.0.1"], "port": port, "timeout": 30 });
    layout::write_file(&client, &json!({ "client": hosts, "logging": logging }).to_string())?;
    let numbered =
        PREFIXES.iter().enumerate().map(|(number, prefix)| ((number + 1).to_string(), action(prefix)));
    layout::write_file(&actions, &json!({ "actions": Value::Object(numbered.collect()) }).to_string())?;
    Ok((client, actions))
}

fn action(prefix: &str) -> Value {
    json!({
        "action": "delete_indices",
        "description": format!("{prefix}* after {KEEP_DAYS} days"),
        "options": { "ignore_empty_list": true },
        "filters": [
            { "filtertype": "pattern", "kind": "prefix", "value": prefix },
            {
                "filtertype": "age", "source": "name", "direction": "older",
                "timestring": "%Y.%m.%d", "unit": "days", "unit_count": KEEP_DAYS,
            },
        ],
    })
}

fn median_of_plan(
    bench: &Bench<'_>,
    engine: &EngineRecord,
    folder: &Path,
) -> Result<super::measure::Cost, Failure> {
    let keys = Keys {
        access_key: &engine.access_key,
        secret_key: &engine.secret_key,
        region: &engine.region,
        s3_endpoint: &engine.s3_endpoint,
    };
    let arguments = command::plan(bench, folder, &keys, &plan_config(engine))?;
    median(&bench.tools, Path::new("sh"), &arguments)
}

/// A policy a series, and guards so wide that none of them ends the plan early.
fn plan_config(engine: &EngineRecord) -> Value {
    let policies: Vec<Value> = PREFIXES
        .iter()
        .map(|prefix| json!({ "prefix": prefix, "index_retention": KEEP_DAYS, "snapshot_retention": 365 }))
        .collect();
    json!({
        "account": "123456789012",
        "infrastructure": "none",
        "vpc_id": "vpc-0123456789abcdef0",
        "security_group_id": "sg-0123456789abcdef0",
        "bucket-name": engine.buckets.first(),
        "es_repo_name": "bench",
        "ES_ENDPOINT": engine.endpoint,
        "region": engine.region,
        "policies": policies,
        "guards": { "max_indices": 5000, "max_share": "100%" },
    })
}
