//! versitygw: a Go module, built in a copy of its folder because the module cache is read-only and `go
//! install` refuses modules with replacements.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::{Context, Failure};
use crate::tools::Tool;
use crate::{layout, run, versions};

const MODULE: &str = "github.com/versity/versitygw";

pub(crate) fn recipe() -> Recipe {
    let name = format!("versitygw-{}", versions::VERSITYGW);
    Recipe { ingredients: format!("{name}\n"), name }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let module = format!("{MODULE}@v{}", versions::VERSITYGW);
    run::logged_twice(go(site)?.args(["mod", "download", &module]), &site.log)?;
    let source = site.folder.join("source");
    copy_module(&site.layout.cache("go-modules").join(&module), &source, &site.log)?;
    let mut build = go(site)?;
    build.current_dir(&source).args(["build", "-trimpath", "-ldflags=-s -w", "-o"]);
    build.arg(program(&site.folder)).arg("./cmd/versitygw");
    run::logged_twice(&mut build, &site.log)?;
    layout::remove_folder(&source)
}

/// The program inside an installation.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("versitygw")
}

/// Go with its caches inside the ignored folder, and writable so that the folder can be removed like any
/// other.
fn go(site: &Site<'_>) -> Result<Command, Failure> {
    let mut go = Command::new(site.tools.path(Tool::Go)?);
    go.current_dir(&site.folder).env("GOFLAGS", "-modcacherw").env("GOWORK", "off");
    go.env("GOMODCACHE", site.layout.cache("go-modules")).env("GOCACHE", site.layout.cache("go-build"));
    Ok(go)
}

fn copy_module(module: &Path, copy: &Path, log: &Path) -> Result<(), Failure> {
    run::logged(Command::new("cp").arg("-R").arg(module).arg(copy), log)?;
    run::logged(Command::new("chmod").args(["-R", "u+w"]).arg(copy), log)
        .context("cannot make the copy writable")
}
