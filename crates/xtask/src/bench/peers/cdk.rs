//! `cdk diff`, installed from npm where Node is on the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{on_path, there};
use crate::bench::Bench;
use crate::bench::measure::{Cost, median};
use crate::failure::Failure;
use crate::layout;
use crate::stack::CloudRecord;
use crate::{run, versions};

const STACK: &str = include_str!("../../../bench/app.js");
const ACCOUNT: &str = "210000000002";

/// `None` where there is no npm.
pub(crate) fn diff(bench: &Bench<'_>, cloud: &CloudRecord) -> Result<Option<Cost>, Failure> {
    let Some(npm) = on_path("npm") else { return Ok(None) };
    let (folder, log) = (installed(bench, &npm)?, bench.layout.install_log("cdk"));
    layout::write_file(&folder.join("app.js"), STACK)?;
    layout::write_file(&folder.join("cdk.json"), "{\"app\":\"node app.js\"}\n")?;
    let cdk = folder.join("node_modules/.bin/cdk");
    let say = |arguments: &[&str]| there(&folder, cloud, ACCOUNT, &cdk, arguments);
    let place = format!("aws://{ACCOUNT}/{}", cloud.region);
    run::logged(Command::new("sh").args(say(&["bootstrap", &place])?), &log)?;
    run::logged(Command::new("sh").args(say(&["deploy", "--require-approval", "never"])?), &log)?;
    median(&bench.tools, Path::new("sh"), &say(&["diff"])?).map(Some)
}

fn installed(bench: &Bench<'_>, npm: &Path) -> Result<PathBuf, Failure> {
    let folder = bench.layout.install(&format!("cdk-{}", versions::CDK));
    let complete = folder.join("COMPLETE");
    if complete.is_file() {
        return Ok(folder);
    }
    layout::remove_folder(&folder)?;
    layout::make_folder(&folder)?;
    let mut install = Command::new(npm);
    install.current_dir(&folder).args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    install.arg("--cache").arg(bench.layout.cache("npm"));
    install.arg(format!("aws-cdk@{}", versions::CDK)).args(versions::CDK_NEEDS);
    run::logged_twice(&mut install, &bench.layout.install_log("cdk"))?;
    layout::write_file(&complete, "")?;
    Ok(folder)
}
