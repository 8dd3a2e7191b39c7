//! What the caller gets: exit code and output, or a failure that Lambda counts.

use lambda_runtime::Diagnostic;
use serde::Serialize;

use crate::cli::output::Kept;
use crate::error::{Exit, Failure};

/// The command's end as its caller would have seen it on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Version of the program, so that a caller of another one can say so.
    es2s3: &'static str,
    pub exit: u8,
    stdout: String,
    stderr: String,
    /// Whether anything was looked at, beyond that there is nothing to carry on.
    #[serde(skip)]
    ran: bool,
}

impl Answer {
    pub fn of(exit: Exit, kept: &Kept) -> Self {
        let text = |sink: &std::sync::Mutex<Vec<u8>>| {
            sink.lock().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        };
        Self { exit: exit as u8, stdout: text(&kept.out), stderr: text(&kept.err), ..Self::new() }
    }

    fn new() -> Self {
        Self {
            es2s3: env!("CARGO_PKG_VERSION"),
            exit: 0,
            stdout: String::new(),
            stderr: String::new(),
            ran: true,
        }
    }

    /// Nobody reads the answer to a schedule; its log has it all. The sums stay.
    pub fn in_short(self) -> Self {
        let last = self.stdout.lines().last().unwrap_or_default().to_owned();
        // Without a run the last line is the whole plan.
        let stdout = if last.contains("\"run_finished\"") { last + "\n" } else { String::new() };
        Self { stdout, ..self }
    }

    pub fn nothing_waits() -> Self {
        Self { stdout: "no run waits\n".into(), ran: false, ..Self::new() }
    }

    pub fn did_run(&self) -> bool {
        self.ran
    }

    pub fn failed(failure: &Failure) -> Self {
        let stderr = crate::render::failure(failure, false) + "\n";
        Self { exit: failure.exit as u8, stderr, ..Self::new() }
    }

    /// For a scheduled event nobody reads the answer: what needs a person is an error of the function. Another run at work, and
    /// a run that will be carried on, need nobody.
    pub fn or_alarm(self) -> Result<Self, Diagnostic> {
        if [Exit::Done, Exit::Locked].iter().any(|fine| *fine as u8 == self.exit) || self.is_pending_alone() {
            return Ok(self);
        }
        let last = self.stderr.trim_end().rsplit("\nerror: ").next().unwrap_or_default();
        let error_message = format!("exit {}: {last}", self.exit);
        Err(Diagnostic { error_type: kind(self.exit).into(), error_message })
    }

    /// Applied in part, and what is left is only waited for.
    fn is_pending_alone(&self) -> bool {
        let finished = self.stdout.lines().rev().find_map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).ok()?;
            (event["event"] == "run_finished").then_some(event)
        });
        self.exit == Exit::Partial as u8
            && finished.is_some_and(|event| event["failed"] == 0 && event["skipped"] == 0)
    }
}

/// An event that was refused before anything was done.
pub fn refused(failure: &Failure) -> Diagnostic {
    let help = failure.help.iter().map(|help| format!("; {help}")).collect::<String>();
    Diagnostic { error_type: "Refused".into(), error_message: format!("{}{help}", failure.message) }
}

fn kind(exit: u8) -> &'static str {
    match exit {
        3 => "GuardRefused",
        5 => "Stale",
        6 => "AppliedInPart",
        _ => "Failed",
    }
}
