//! `es2s3 init`: a commented configuration to fill in.

use std::io::Write as _;
use std::path::Path;

use crate::cli::output::Output;
use crate::error::{Exit, Failure};

pub(in crate::cli) fn run(path: &Path, force: bool, output: &Output) -> Result<Exit, Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut file = options.open(path).map_err(|error| refused(path, &error))?;
    file.write_all(crate::config::template(&crate::config::Starter::default()).as_bytes())
        .map_err(|error| Failure::new(format!("could not write {}: {error}", path.display())))?;
    output.remark(&format!("wrote {}; fill in the nine keys, then: es2s3 validate", path.display()));
    Ok(Exit::Done)
}

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::new(format!("could not write {}: {error}", path.display()));
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        failure.help("it is there already and was left alone; --force overwrites it")
    } else {
        failure
    }
}
