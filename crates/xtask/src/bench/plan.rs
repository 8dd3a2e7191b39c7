//! A whole plan of the real program against the sandbox, served over loopback by a process of its own: what it costs and
//! how many requests it sends, from few indices to many.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::command::{self, Keys};
use super::measure::{RUNS, median};
use super::served::{self, Served};
use super::{Bench, Table};
use crate::failure::{Context, Failure};
use crate::run;

/// Live indices and snapshots.
const SIZES: [(usize, usize); 4] = [(100, 20), (1_000, 200), (10_000, 2_000), (100_000, 20_000)];
/// As the sandbox makes its series.
const DAYS_PER_SERIES: usize = 400;
/// One day of each series is due.
const KEEP_DAYS: usize = 398;

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let sandbox = served::build(bench)?;
    let rows: Vec<Vec<String>> =
        SIZES.iter().map(|size| row(bench, &sandbox, *size)).collect::<Result<_, _>>()?;
    Ok(Table {
        how: format!(
            "`es2s3 plan` against the sandbox in another process, over loopback: daily indices in series of \
             {DAYS_PER_SERIES}, one or two days of each series due, and es2s3's own snapshots of the days before. The \
             median of {RUNS} runs after one that warms the caches; CPU and memory are es2s3's own."
        ),
        head: vec!["indices", "snapshots", "wall", "CPU", "memory", "requests to the domain", "to S3"],
        rows,
    })
}

fn row(
    bench: &Bench<'_>,
    sandbox: &Path,
    (indices, snapshots): (usize, usize),
) -> Result<Vec<String>, Failure> {
    let world = Served::start(sandbox, indices, snapshots)?;
    let keys = Keys {
        access_key: &world.access_key,
        secret_key: &world.secret_key,
        region: "us-east-1",
        s3_endpoint: &world.s3,
    };
    let folder = bench.layout.install("bench-plan");
    let arguments = command::plan(bench, &folder, &keys, &config(&world, indices))?;
    let cost = median(&bench.tools, Path::new("sh"), &arguments)?;
    let said = run::captured(Command::new("sh").args(&arguments).args(["--format", "json"]))?;
    let plan: Value = serde_json::from_str(&said).context("the plan is no JSON")?;
    let header = &plan["header"];
    let read = (header["indices_read"].as_u64(), header["snapshots_read"].as_u64());
    if read != (Some(indices as u64), Some(snapshots as u64)) {
        return Err(Failure::new(format!(
            "the plan read {read:?} of {indices} indices, {snapshots} snapshots"
        )));
    }
    let (all, domain) = (
        header["requests"].as_u64().unwrap_or_default(),
        header["domain_requests"].as_u64().unwrap_or_default(),
    );
    let mut cells = vec![indices.to_string(), snapshots.to_string()];
    cells.extend(cost.cells());
    cells.extend([domain.to_string(), (all - domain).to_string()]);
    Ok(cells)
}

/// A policy a series, and guards so wide that none of them ends the plan early.
fn config(world: &Served, indices: usize) -> Value {
    let series = indices.div_ceil(DAYS_PER_SERIES).max(1);
    // A world of less than one full series keeps two days less than it has.
    let keep = KEEP_DAYS.min(indices.saturating_sub(2));
    let policies: Vec<Value> = (0..series)
        .map(|n| json!({ "prefix": format!("svc{n:03}-"), "index_retention": keep, "snapshot_retention": 3000 }))
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
        "policies": policies,
        "guards": { "max_indices": 5000, "max_share": "100%" },
    })
}
