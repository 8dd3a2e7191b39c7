//! `es2s3 man`: the manual page, made from the command line's own definition.

use clap::CommandFactory as _;

use crate::cli::args::Cli;
use crate::cli::output::Output;
use crate::error::{Exit, Failure};

pub(in crate::cli) fn run(output: &Output) -> Result<Exit, Failure> {
    clap_mangen::Man::new(Cli::command())
        .render(&mut output.writer())
        .map_err(|error| Failure::new(format!("could not print the manual page: {error}")))?;
    Ok(Exit::Done)
}
