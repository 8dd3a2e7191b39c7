//! Programs that run to their end: build tools, download tools, cargo.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure};
use crate::layout;

/// Lines of a log that a failure shows.
const TAIL_LINES: usize = 40;

/// Runs a program with its output appended to a log file.
///
/// # Errors
/// When it cannot start or ends with another code than 0; the end of the log is part of the failure.
pub(crate) fn logged(command: &mut Command, log: &Path) -> Result<(), Failure> {
    if let Some(folder) = log.parent() {
        layout::make_folder(folder)?;
    }
    let open = || {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .context(format!("cannot open {}", log.display()))
    };
    let name = name(command);
    let status = command
        .stdin(Stdio::null())
        .stdout(open()?)
        .stderr(open()?)
        .status()
        .context(format!("cannot run {name}"))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{name} ended with {status}; the end of {}:\n{}", log.display(), tail(log))))
}

/// [`logged`], and once more when it failed: for what fetches from a network.
pub(crate) fn logged_twice(command: &mut Command, log: &Path) -> Result<(), Failure> {
    logged(command, log).or_else(|_| logged(command, log))
}

/// Runs a program whose output the reader sees.
pub(crate) fn shown(command: &mut Command) -> Result<(), Failure> {
    let name = name(command);
    let status = command.stdin(Stdio::null()).status().context(format!("cannot run {name}"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{name} ended with {status}"))) }
}

/// Runs a program and gives its standard output.
pub(crate) fn captured(command: &mut Command) -> Result<String, Failure> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output().context(format!("cannot run {name}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{name} ended with {}:\n{}", output.status, said.trim_end())))
}

/// The last lines of a log file, indented; empty when there is none.
pub(crate) fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default();
    kept.iter().map(|line| format!("  | {line}\n")).collect()
}

fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_carries_the_end_of_its_log() {
        let log = std::env::temp_dir().join(format!("xtask-run-{}.log", std::process::id()));
        let failure = logged(Command::new("sh").args(["-c", "echo out of luck; exit 3"]), &log).unwrap_err();
        fs::remove_file(&log).unwrap();
        assert!(failure.to_string().contains("  | out of luck"), "{failure}");
    }

    #[test]
    fn the_second_try_may_succeed() {
        let mark = std::env::temp_dir().join(format!("xtask-twice-{}", std::process::id()));
        let script = format!("test -e {0} && rm {0} || {{ touch {0}; exit 1; }}", mark.display());
        let log = mark.with_extension("log");
        logged_twice(Command::new("sh").args(["-c", &script]), &log).unwrap();
        fs::remove_file(&log).unwrap();
    }
}
