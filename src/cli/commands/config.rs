//! `es2s3 config show` and `es2s3 schema`.

use crate::cli::args::{Format, Global};
use crate::cli::output::Output;
use crate::error::{Exit, Failure};

pub(in crate::cli) fn show(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let config = super::validate::load(global, output)?;
    output.result(&match output.format {
        Format::Json => super::json(&config)?,
        Format::Human | Format::Markdown => crate::config::show(&config),
    });
    Ok(Exit::Done)
}

pub(in crate::cli) fn schema(output: &Output) -> Result<Exit, Failure> {
    output.result(&super::json(&crate::config::schema())?);
    Ok(Exit::Done)
}
