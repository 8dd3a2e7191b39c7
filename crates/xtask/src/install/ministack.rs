//! ministack, in a Python environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::tools::Tool;
use crate::{run, versions};

pub(crate) fn recipe() -> Recipe {
    let name = format!("ministack-{}", versions::MINISTACK);
    Recipe { ingredients: format!("{name}\n{}", needs().join("\n")), name }
}

/// Without `cbor2` it answers no call of an SDK that speaks CBOR.
fn needs() -> [String; 2] {
    [format!("ministack=={}", versions::MINISTACK), format!("cbor2=={}", versions::CBOR2)]
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let python = site.tools.path(Tool::Python)?;
    run::logged(Command::new(python).args(["-m", "venv"]).arg(&site.folder), &site.log)?;
    let mut pip = Command::new(site.folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
    pip.arg("--cache-dir").arg(site.layout.cache("pip")).args(needs());
    run::logged_twice(&mut pip, &site.log)
}

/// The program inside an installation.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("bin/ministack")
}
