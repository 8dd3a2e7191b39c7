//! Exit codes, the same for every command, and the failure that carries one to `main`.
//!
//! Called by `reconcile` and `cli`: nothing below them names an exit code.

use std::fmt;

/// How the process ends. Documented in `docs/exit-codes.md`; stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing to do, or done.
    Done = 0,
    /// An error; what had been done before it was reported.
    Error = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// A guard refused the amount.
    Refused = 3,
    /// Another run holds the lease.
    Locked = 4,
    /// A saved plan no longer fits the world at all.
    Stale = 5,
    /// Some items were carried out, others not.
    Partial = 6,
}

impl Exit {
    /// The code of another es2s3's end, as one of ours.
    pub fn of_code(code: u64) -> Option<Self> {
        [Self::Done, Self::Error, Self::Changes, Self::Refused, Self::Locked, Self::Stale, Self::Partial]
            .into_iter()
            .find(|exit| *exit as u64 == code)
    }
}

/// A command that ends early: what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    /// A lower-case fragment, causes joined by `: `.
    pub message: String,
    /// Each a sentence or a command line to copy.
    pub help: Vec<String>,
}

impl Failure {
    pub fn new(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Error, message: message.to_string(), help: Vec::new() }
    }

    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
