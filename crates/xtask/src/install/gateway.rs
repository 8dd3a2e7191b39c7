//! versitygw: a Go module, built in a copy of its folder because the module cache is read-only and `go
//! install` refuses modules with replacements.

use std::path::{Path, PathBuf};

use super::go;
use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::{layout, run, versions};

const MODULE: &str = "github.com/versity/versitygw";

pub(crate) fn recipe() -> Recipe {
    let name = format!("versitygw-{}", versions::VERSITYGW);
    Recipe { ingredients: format!("{name}\n"), name }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let module = format!("{MODULE}@v{}", versions::VERSITYGW);
    run::logged_twice(go::command(site)?.args(["mod", "download", &module]), &site.log)?;
    let source = site.folder.join("source");
    go::copy_module(&site.layout.cache("go-modules").join(&module), &source, &site.log)?;
    let mut build = go::command(site)?;
    build.current_dir(&source).args(["build", "-trimpath", "-ldflags=-s -w", "-o"]);
    build.arg(program(&site.folder)).arg("./cmd/versitygw");
    run::logged_twice(&mut build, &site.log)?;
    layout::remove_folder(&source)
}

/// The program inside an installation.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("versitygw")
}
