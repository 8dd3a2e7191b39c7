//! A plan of the whole AWS side without a change, beside `terraform plan` and `cdk diff`, all on the running emulator.
//!
//! An emulator on loopback answers in a few milliseconds, AWS over a network in tens: the figures tell what each program
//! costs by itself, not what a plan takes against the cloud.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{Cost, RUNS, median};
use super::{Bench, Table, function, peers};
use crate::failure::{Context, Failure};
use crate::stack::{CloudRecord, StackRecord};
use crate::tools::Tool;
use crate::{layout, run, versions};

const NETWORK: &str = include_str!("../../python/network.py");

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let record =
        StackRecord::read(&bench.layout.standing_run().stack_json()).context("run `cargo xtask stack up`")?;
    let opensearch = record.engines.iter().find(|engine| engine.kind == "opensearch");
    let domain = opensearch.context("the stack runs without OpenSearch")?.endpoint.clone();
    let cloud = record.cloud.context("the stack runs without the emulator of AWS")?;
    let Ours { plan, small, requests } = ours(bench, &cloud, &domain)?;
    let row = |name: String, cost: Option<Cost>| {
        let cells = cost.map_or_else(|| ["not installed"; 3].map(str::to_owned), Cost::cells);
        [vec![name], cells.to_vec()].concat()
    };
    Ok(Table {
        how: format!(
            "A plan of the AWS side that finds nothing to do, on the emulator: `es2s3 plan --only infra` of twelve objects with {requests} \
             requests, Terraform 1.11 with `hashicorp/aws` 5.100.0 of fifteen objects, and the CDK {} of a stack with a bucket, two \
             functions, their roles and a rule. The median of {RUNS} runs after one that warms the caches; memory is that of \
             the largest process.",
            versions::CDK
        ),
        head: vec!["command", "wall", "CPU", "memory"],
        rows: vec![
            row("`es2s3 plan --only infra`".to_owned(), Some(plan)),
            row("the same, built by the small profile".to_owned(), Some(small)),
            row("`terraform plan`".to_owned(), peers::plan(bench, &cloud)?),
            row("`cdk diff`".to_owned(), peers::diff(bench, &cloud)?),
        ],
    })
}

struct Ours {
    plan: Cost,
    small: Cost,
    requests: u64,
}

/// All made before, so that nothing is to do; and how many requests a plan sends.
fn ours(bench: &Bench<'_>, cloud: &CloudRecord, domain: &str) -> Result<Ours, Failure> {
    let folder = bench.layout.install("bench-infra");
    layout::make_folder(&folder)?;
    let python = bench.tools.path(Tool::Python)?;
    let network = run::captured(Command::new(python).args([
        "-c",
        NETWORK,
        &cloud.endpoint,
        &cloud.account,
        &cloud.region,
    ]))?;
    let (vpc, group) = network.trim().split_once(' ').context("the network has no ids")?;
    let config = config(cloud, domain, vpc, group);
    layout::write_file(&folder.join("app-config.yml"), &config.to_string())?;
    let say = |arguments: &[&str]| es2s3(&bench.binary, &folder, cloud, arguments);
    for arguments in [&["bootstrap", "--auto-approve"][..], &["apply", "--only", "infra", "--auto-approve"]] {
        run::captured(Command::new("sh").args(say(arguments)?))?;
    }
    let plan = ["plan", "--only", "infra", "--detailed-exitcode"];
    let said = run::captured(Command::new("sh").args(say(&[&plan[..], &["--format", "json"]].concat())?))?;
    let said: Value = serde_json::from_str(&said).context("the plan is no JSON")?;
    let requests = said["header"]["requests"].as_u64().unwrap_or_default();
    let cost = |arguments: Vec<OsString>| median(&bench.tools, Path::new("sh"), &arguments);
    let small = es2s3(&function::small(bench)?, &folder, cloud, &plan)?;
    Ok(Ours { plan: cost(say(&plan)?)?, small: cost(small)?, requests })
}

fn es2s3(
    binary: &Path,
    folder: &Path,
    cloud: &CloudRecord,
    arguments: &[&str],
) -> Result<Vec<OsString>, Failure> {
    let script = folder.join("run.sh");
    let text = format!(
        "cd '{}'\nexport AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_REGION={} AWS_ENDPOINT_URL={} AWS_ENDPOINT_URL_S3={}\nexec \"$@\"\n",
        folder.display(),
        cloud.account,
        cloud.secret_key,
        cloud.region,
        cloud.endpoint,
        cloud.s3_endpoint
    );
    layout::write_file(&script, &text)?;
    let mut command: Vec<OsString> = vec![script.into(), binary.into()];
    command.extend(arguments.iter().map(Into::into));
    Ok(command)
}

fn config(cloud: &CloudRecord, domain: &str, vpc: &str, group: &str) -> Value {
    json!({
        "account": cloud.account,
        "region": cloud.region,
        "vpc_id": vpc,
        "security_group_id": group,
        "bucket-name": "bench-infra-snapshots",
        "es_repo_name": "bench-infra",
        "ES_ENDPOINT": domain,
        "ES_INDEX_PREFIX": "bench-infra-",
        "snapshot_retention": 365,
        "index_retention": 30,
    })
}
