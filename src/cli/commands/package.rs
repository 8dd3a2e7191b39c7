//! `es2s3 package`: this program as the zip that the function runs.

use std::path::{Path, PathBuf};

use crate::cli::output::Output;
use crate::cli::package;
use crate::error::{Exit, Failure};

pub(in crate::cli) fn run(
    out: &Path,
    executable: Option<&PathBuf>,
    output: &Output,
) -> Result<Exit, Failure> {
    let path = match executable {
        Some(path) => path.clone(),
        None => std::env::current_exe()
            .map_err(|error| Failure::new(format!("this program does not know where it is: {error}")))?,
    };
    let program = std::fs::read(&path)
        .map_err(|error| Failure::new(format!("could not read {}: {error}", path.display())))?;
    let fit = package::Fit::of(&program)
        .map_err(|why| unfit(&path, &why).help("build it on Linux: cargo build --profile small"))?;
    let zip = package::zip(&program).map_err(|error| unfit(&path, &error.to_string()))?;
    std::fs::write(out, &zip)
        .map_err(|error| Failure::new(format!("could not write {}: {error}", out.display())))?;
    output.result(&format!(
        "{}: {}, {} ({}), CodeSha256 {}\n",
        out.display(),
        crate::model::Bytes(zip.len() as u64),
        fit.architecture.word(),
        fit.libc(),
        package::fingerprint(&zip)
    ));
    Ok(Exit::Done)
}

fn unfit(path: &Path, why: &str) -> Failure {
    Failure::new(format!("{} cannot be the function: {why}", path.display()))
}
