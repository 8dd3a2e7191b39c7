//! `es2s3 show PLANFILE`: a saved plan as it was shown when it was made.

use std::path::Path;

use crate::cli::output::Output;
use crate::error::{Exit, Failure};
use crate::plan::{self, Plan};

pub(in crate::cli) fn run(path: &Path, output: &Output) -> Result<Exit, Failure> {
    super::plan::print(output, &read(path)?, false);
    Ok(Exit::Done)
}

/// Reads a saved plan; whether it still fits is not asked here.
pub(in crate::cli) fn read(path: &Path) -> Result<Plan, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(format!("could not read {}: {error}", path.display())).help("save one: es2s3 plan --out FILE")
    })?;
    plan::file::from_bytes(&bytes).map_err(|error| {
        Failure::new(format!("{}: {error}", path.display())).help("make a new one: es2s3 plan --out FILE")
    })
}
