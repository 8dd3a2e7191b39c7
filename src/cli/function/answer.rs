//! What the caller gets: exit code and output, or a failure that Lambda counts.

use lambda_runtime::Diagnostic;
use serde::{Deserialize, Serialize};

use crate::cli::output::{Kept, Output, Said};
use crate::error::{Exit, Failure};

/// The command's end as its caller would have seen it on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of the program, so that a caller of another one can say so.
    pub es2s3: String,
    pub exit: u8,
    #[serde(default)]
    pub stdout: String,
    #[serde(default)]
    pub stderr: String,
    /// What it failed with, told apart for a caller who is es2s3 too; else it is the end of `stderr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Told>,
    /// What the command would have written to a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The command waits for a yes to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The answer is in the state bucket, under the name that the caller gave.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stored: bool,
    /// Whether anything was looked at, beyond that there is nothing to carry on.
    #[serde(skip)]
    ran: bool,
}

/// A failure without its exit code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub message: String,
    #[serde(default)]
    pub help: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Answer {
    pub fn of(exit: Exit, kept: &Kept) -> Self {
        let Said { out: stdout, err: stderr, file, question, failure } = kept.taken();
        Self { exit: exit as u8, stdout, stderr, file, question, failure: failure.map(told), ..Self::new() }
    }

    /// For a caller who reads text alone.
    pub fn in_words(mut self, output: &Output) -> Self {
        if let (Some(Told { message, help }), Some(exit)) =
            (self.failure.take(), Exit::of_code(u64::from(self.exit)))
        {
            self.stderr += &(output.failure_text(&Failure { exit, message, help }) + "\n");
        }
        self
    }

    fn new() -> Self {
        Self {
            es2s3: env!("CARGO_PKG_VERSION").to_owned(),
            exit: 0,
            stdout: String::new(),
            stderr: String::new(),
            failure: None,
            file: None,
            question: None,
            stored: false,
            ran: true,
        }
    }

    /// In place of one that is too long for a reply.
    pub fn elsewhere() -> Self {
        Self { stored: true, ..Self::new() }
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

    /// The same for a caller who is es2s3 too.
    pub fn refused(failure: Failure) -> Self {
        Self { exit: failure.exit as u8, failure: Some(told(failure)), ..Self::new() }
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

fn told(Failure { message, help, .. }: Failure) -> Told {
    Told { message, help }
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
