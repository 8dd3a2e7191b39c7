//! Go modules: fetched into a cache of the ignored folder, and built in a copy of their folder.

use std::path::Path;
use std::process::Command;

use super::recipe::Site;
use crate::failure::{Context, Failure};
use crate::run;
use crate::tools::Tool;

/// Go with its caches inside the ignored folder, and writable so that the folder can be removed like any
/// other.
pub(super) fn command(site: &Site<'_>) -> Result<Command, Failure> {
    let mut go = Command::new(site.tools.path(Tool::Go)?);
    go.current_dir(&site.folder).env("GOFLAGS", "-modcacherw").env("GOWORK", "off");
    go.env("GOMODCACHE", site.layout.cache("go-modules")).env("GOCACHE", site.layout.cache("go-build"));
    Ok(go)
}

/// A copy that can be written to.
pub(super) fn copy_module(module: &Path, copy: &Path, log: &Path) -> Result<(), Failure> {
    run::logged(Command::new("cp").arg("-R").arg(module).arg(copy), log)?;
    run::logged(Command::new("chmod").args(["-R", "u+w"]).arg(copy), log)
        .context("cannot make the copy writable")
}
