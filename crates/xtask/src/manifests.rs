//! What `es2s3 thanos render --target k8s` writes, against the schemas of Kubernetes: an unknown key, which a cluster would drop without
//! a word, is a fault here.
//!
//! Checked are the files that `tests/thanos_render.rs` holds to the program's output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure};
use crate::layout::{self, Layout};
use crate::tools::{Tool, Tools};
use crate::{report, run, versions};

/// Every package with its version.
const TREE: &str = include_str!("../trees/kubernetes-validate.txt");

/// Checks all manifests against each version, and that the checker refuses a misspelt key.
pub(crate) fn check(layout: &Layout, tools: &Tools) -> Result<(), Failure> {
    let validator =
        Validator { python: tools.path(Tool::Python)?.to_path_buf(), packages: install(layout, tools)? };
    let manifests = manifests(&layout.checkout().join("tests/thanos/render"))?;
    for version in versions::KUBERNETES {
        run::shown(validator.command(version).args(&manifests))?;
    }
    let misspelt = misspelt(layout, &manifests)?;
    match run::captured(validator.command(versions::KUBERNETES[0]).arg(&misspelt)) {
        Err(_) => {
            let versions = versions::KUBERNETES.join(" and ");
            report::line(&format!("{} manifests fit the schemas of Kubernetes {versions}", manifests.len()));
            Ok(())
        }
        Ok(_) => Err(Failure::new("the checker takes a misspelt key, so it has proven nothing")),
    }
}

struct Validator {
    python: PathBuf,
    packages: PathBuf,
}

impl Validator {
    fn command(&self, version: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.env("PYTHONPATH", &self.packages);
        command.args(["-m", "kubernetes_validate", "--strict", "--quiet", "-k", version]);
        command
    }
}

fn install(layout: &Layout, tools: &Tools) -> Result<PathBuf, Failure> {
    let folder = layout.install(&format!("kubernetes-validate-{}", versions::KUBERNETES_VALIDATE));
    let (tree, complete) = (folder.join("tree.txt"), folder.join("COMPLETE"));
    if fs::read_to_string(&complete).is_ok_and(|made_from| made_from == TREE) {
        return Ok(folder);
    }
    layout::remove_folder(&folder)?;
    layout::make_folder(&folder)?;
    layout::write_file(&tree, TREE)?;
    let mut pip = Command::new(tools.path(Tool::Python)?);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    pip.arg("--cache-dir").arg(layout.cache("pip"));
    pip.arg("--target").arg(&folder).arg("--requirement").arg(&tree);
    run::logged_twice(&mut pip, &layout.install_log("kubernetes-validate"))?;
    layout::write_file(&complete, TREE)?;
    Ok(folder)
}

/// Those of every configuration.
fn manifests(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for configuration in files(folder)? {
        found.extend(files(&configuration.join("k8s"))?);
    }
    found.sort();
    if found.is_empty() {
        Err(Failure::new(format!("{} holds no manifest", folder.display())))
    } else {
        Ok(found)
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let said = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).context(said())?;
    entries.map(|entry| Ok(entry.context(said())?.path())).collect()
}

fn misspelt(layout: &Layout, manifests: &[PathBuf]) -> Result<PathBuf, Failure> {
    let path = manifests.iter().find(|path| path.ends_with("compact.yaml")).context("no compact.yaml")?;
    let text = fs::read_to_string(path).context(format!("cannot read {}", path.display()))?;
    let bad = layout.cache("misspelt").join("compact.yaml");
    layout::write_file(&bad, &text.replace("serviceName:", "servicename:"))?;
    Ok(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_of_the_version_in_the_table() {
        let pinned = format!("kubernetes-validate=={}", versions::KUBERNETES_VALIDATE);
        assert!(TREE.lines().any(|line| line == pinned));
        assert!(TREE.lines().all(|line| line.contains("==")), "every version is pinned");
    }
}
