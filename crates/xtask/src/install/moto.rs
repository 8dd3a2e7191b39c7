//! moto, as a folder of Python packages: those that the services here need, and not all that its own `server` extra brings
//! (a third of the size, and none of it a solver of equations).

use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::tools::Tool;
use crate::{layout, run, versions};

/// Every package with its version: a difference from AWS that a test expects is one of these versions.
const TREE: &str = include_str!("../../trees/moto.txt");

pub(crate) fn recipe() -> Recipe {
    Recipe { name: format!("moto-{}", versions::MOTO), ingredients: TREE.to_owned() }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let tree = site.folder.join("moto.txt");
    layout::write_file(&tree, TREE)?;
    let mut pip = Command::new(site.tools.path(Tool::Python)?);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--upgrade"]);
    pip.arg("--cache-dir").arg(site.layout.cache("pip"));
    pip.arg("--target").arg(&site.folder).arg("--requirement").arg(tree);
    run::logged_twice(&mut pip, &site.log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_of_the_version_in_the_table() {
        assert!(TREE.lines().any(|line| line == format!("moto=={}", versions::MOTO)));
        assert!(TREE.lines().all(|line| line.contains("==")), "every version is pinned");
    }
}
