//! `es2s3 man`: the manual page, made from the command line's own definition.

use clap::CommandFactory as _;

use crate::cli::args::Cli;
use crate::cli::output::Output;
use crate::error::{Exit, Failure};

pub(in crate::cli) fn run(output: &Output) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::new(format!("could not make the manual page: {error}")))?;
    output.result(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}
