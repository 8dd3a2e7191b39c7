//! `terraform plan`, where Terraform is installed. Its provider comes from its registry, or from a mirror that
//! `ES2S3_TERRAFORM_PLUGINS` names.

use std::path::Path;
use std::process::Command;

use super::{on_path, there};
use crate::bench::Bench;
use crate::bench::measure::{Cost, median};
use crate::failure::Failure;
use crate::layout;
use crate::run;
use crate::stack::CloudRecord;

const OBJECTS: &str = include_str!("../../../bench/main.tf");
/// An account of its own in the emulator, at each run a new one: its state is new as well.
fn account() -> String {
    format!("21{:010}", std::process::id())
}

/// `None` where Terraform is not installed.
pub(crate) fn plan(bench: &Bench<'_>, cloud: &CloudRecord) -> Result<Option<Cost>, Failure> {
    let Some(terraform) = on_path("terraform") else { return Ok(None) };
    let folder = bench.layout.install("bench-terraform");
    layout::remove_folder(&folder)?;
    layout::make_folder(&folder)?;
    layout::write_file(&folder.join("main.tf"), OBJECTS)?;
    let account = account();
    let variables = format!("base = \"bench-terraform-{account}\"\npackage = \"function.zip\"\n");
    layout::write_file(&folder.join("terraform.tfvars"), &variables)?;
    package(bench, &folder.join("function.zip"))?;
    let mirror = std::env::var("ES2S3_TERRAFORM_PLUGINS").map(|mirror| format!("-plugin-dir={mirror}"));
    let mut init = vec!["init", "-input=false"];
    init.extend(mirror.as_deref());
    let log = bench.layout.install_log("terraform");
    let say = |arguments: &[&str]| there(&folder, cloud, &account, &terraform, arguments);
    run::logged(Command::new("sh").args(say(&init)?), &log)?;
    run::logged(Command::new("sh").args(say(&["apply", "-auto-approve", "-input=false"])?), &log)?;
    median(&bench.tools, Path::new("sh"), &say(&["plan", "-detailed-exitcode", "-input=false"])?).map(Some)
}

/// A small zip: what is in it is not measured.
fn package(bench: &Bench<'_>, file: &Path) -> Result<(), Failure> {
    let mut command = Command::new(&bench.binary);
    command.args(["package", "--out"]).arg(file);
    run::captured(&mut command).map(drop)
}
