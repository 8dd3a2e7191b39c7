//! Thanos: a Go module with replacements, built like versitygw in a copy of its folder.

use std::path::{Path, PathBuf};

use super::go;
use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::{layout, run, versions};

const MODULE: &str = "github.com/thanos-io/thanos";
/// Without `slicelabels` it builds, and Store and Querier die at their first answer.
const TAGS: &str = "netgo,slicelabels";

pub(crate) fn recipe() -> Recipe {
    let name = format!("thanos-{}", versions::THANOS);
    Recipe { ingredients: format!("{name}\n{TAGS}\n"), name }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let module = format!("{MODULE}@v{}", versions::THANOS);
    run::logged_twice(go::command(site)?.args(["mod", "download", &module]), &site.log)?;
    let source = site.folder.join("source");
    go::copy_module(&site.layout.cache("go-modules").join(&module), &source, &site.log)?;
    // Its build cache is several times as large as all others and is of no use a second time.
    let cache = site.folder.join("build-cache");
    let mut build = go::command(site)?;
    build.current_dir(&source).env("GOCACHE", &cache);
    build.args(["build", "-tags", TAGS, "-trimpath", "-ldflags=-s -w", "-o"]).arg(program(&site.folder));
    build.arg("./cmd/thanos");
    run::logged_twice(&mut build, &site.log)?;
    layout::remove_folder(&source)?;
    layout::remove_folder(&cache)
}

/// The program inside an installation.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("thanos")
}
