//! `es2s3 validate`, and the loading of the configuration for every other command.

use crate::cli::args::{Format, Global};
use crate::cli::output::Output;
use crate::config::{self, Config};
use crate::error::{Exit, Failure};

pub(in crate::cli) fn run(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let config = load(global, output)?;
    let policies = config.policies.len();
    match output.format {
        Format::Json => output.result("{\"faults\":[]}\n"),
        Format::Human | Format::Markdown => output.result(&format!(
            "{}: no fault; {policies} {} over {}\n",
            global.config.display(),
            if policies == 1 { "policy" } else { "policies" },
            config.domain.endpoint
        )),
    }
    Ok(Exit::Done)
}

/// Reads and resolves the configuration; shows every fault and every note on standard error.
pub(in crate::cli) fn load(global: &Global, output: &Output) -> Result<Config, Failure> {
    let name = global.config.display().to_string();
    let source = config::file::read(&global.config).map_err(|fault| unreadable(&fault, &name))?;
    match config::parse(&name, &source) {
        Ok(parsed) => {
            for note in &parsed.notes {
                output.remark(
                    config::render(
                        &parsed.source,
                        std::slice::from_ref(note),
                        0,
                        output.err_color,
                        output.style.width,
                    )
                    .trim_end(),
                );
            }
            in_region(global, &parsed.config.region)?;
            Ok(parsed.config)
        }
        Err(faults) => {
            let count = faults.list.len();
            match output.format {
                Format::Json => output.result(&super::json(&faults.to_json())?),
                Format::Human | Format::Markdown => {
                    let (color, width) = (output.err_color, output.style.width);
                    output.error_line(faults.render(color, width).trim_end());
                }
            }
            Err(Failure::new(format!("{name} has {count} {}", if count == 1 { "fault" } else { "faults" })))
        }
    }
}

/// The function goes by the same file and has no command line: a region that only a flag says would not be its own.
fn in_region(global: &Global, declared: &str) -> Result<(), Failure> {
    match &global.region {
        Some(meant) if meant != declared => Err(Failure::new(format!(
            "--region says {meant}, and {} is for {declared}",
            global.config.display()
        ))
        .help(format!(
            "write `region: {meant}` in the file, or choose the file of that region with --config"
        ))),
        _ => Ok(()),
    }
}

fn unreadable(fault: &config::Diagnostic, name: &str) -> Failure {
    let failure = Failure::new(format!("{name}: {}", fault.message));
    match &fault.help {
        Some(help) => failure.help(help.clone()),
        None => failure,
    }
}
