//! Prometheus and promtool: out of Debian's package, which is unpacked and not installed, so that no service runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::{Context, Failure};
use crate::tools::Tool;
use crate::{layout, run};

const PACKAGE: &str = "prometheus";

/// Of whatever version the system's release has.
pub(crate) fn recipe() -> Recipe {
    Recipe {
        name: "prometheus-debian".into(),
        ingredients: "prometheus and promtool of the system's package\n".into(),
    }
}

pub(crate) fn install(site: &Site<'_>) -> Result<(), Failure> {
    if download(site).is_err() {
        // The lists of packages are older than the archive, or were never fetched.
        run::logged(Command::new(site.tools.path(Tool::Apt)?).arg("update"), &site.log)?;
        download(site)?;
    }
    let unpacked = site.folder.join("unpacked");
    let package = package(&site.folder)?;
    run::logged(
        Command::new(site.tools.path(Tool::Dpkg)?).arg("-x").arg(&package).arg(&unpacked),
        &site.log,
    )?;
    for program in [prometheus(&site.folder), promtool(&site.folder)] {
        let name = program.file_name().context("a program has a name")?;
        run::logged(Command::new("mv").arg(unpacked.join("usr/bin").join(name)).arg(&program), &site.log)?;
    }
    layout::remove_folder(&unpacked)?;
    std::fs::remove_file(&package).context(format!("cannot remove {}", package.display()))
}

fn download(site: &Site<'_>) -> Result<(), Failure> {
    let mut apt = Command::new(site.tools.path(Tool::Apt)?);
    run::logged(apt.current_dir(&site.folder).args(["download", PACKAGE]), &site.log)
}

fn package(folder: &Path) -> Result<PathBuf, Failure> {
    let files = std::fs::read_dir(folder).context(format!("cannot read {}", folder.display()))?;
    let mut paths = files.filter_map(Result::ok).map(|file| file.path());
    paths.find(|path| path.extension().is_some_and(|end| end == "deb")).context("apt-get left no package")
}

/// The programs inside an installation.
pub(crate) fn prometheus(folder: &Path) -> PathBuf {
    folder.join("prometheus")
}

pub(crate) fn promtool(folder: &Path) -> PathBuf {
    folder.join("promtool")
}
