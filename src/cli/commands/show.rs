//! `es2s3 show PLANFILE`: a saved plan as it was shown when it was made.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::output::Output;
use crate::error::{Exit, Failure};
use crate::plan::{self, Plan};

pub(in crate::cli) fn run(path: &Path, output: &Output) -> Result<Exit, Failure> {
    // Shown whatever its age: only applying asks for that.
    super::plan::print(output, &read(path, Timestamp::MIN)?, false);
    Ok(Exit::Done)
}

/// Reads a saved plan; whether it still fits is not asked here.
pub(in crate::cli) fn read(path: &Path, now: Timestamp) -> Result<Plan, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(format!("could not read {}: {error}", path.display()))
            .help("save one: es2s3 plan --out FILE")
    })?;
    plan::file::from_bytes(&bytes, now).map_err(|error| {
        let exit = if matches!(error, plan::file::PlanFileError::Expired { .. }) {
            Exit::Stale
        } else {
            Exit::Error
        };
        Failure::new(format!("{}: {error}", path.display()))
            .exit(exit)
            .help("make a new one: es2s3 plan --out FILE")
    })
}
