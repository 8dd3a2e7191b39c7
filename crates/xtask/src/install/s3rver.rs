//! s3rver, from npm, by a lock file: the very packages, by their checksums, and none of their scripts is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::tools::Tool;
use crate::{layout, run, versions};

const PACKAGE: &str = include_str!("../../trees/s3rver/package.json");
const LOCK: &str = include_str!("../../trees/s3rver/package-lock.json");

pub(crate) fn recipe() -> Recipe {
    Recipe { name: format!("s3rver-{}", versions::S3RVER), ingredients: format!("{PACKAGE}{LOCK}") }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    layout::write_file(&site.folder.join("package.json"), PACKAGE)?;
    layout::write_file(&site.folder.join("package-lock.json"), LOCK)?;
    let mut npm = Command::new(site.tools.path(Tool::Npm)?);
    npm.current_dir(&site.folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.arg("--cache").arg(site.layout.cache("npm"));
    run::logged_twice(&mut npm, &site.log)
}

/// The program inside an installation; Node runs it.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("node_modules/s3rver/bin/s3rver.js")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_of_the_version_in_the_table() {
        let lock: serde_json::Value = serde_json::from_str(LOCK).unwrap();
        assert_eq!(lock["packages"]["node_modules/s3rver"]["version"], versions::S3RVER);
        assert_eq!(lock["packages"][""]["dependencies"]["s3rver"], versions::S3RVER);
    }
}
