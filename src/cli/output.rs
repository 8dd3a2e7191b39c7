//! Standard output for results, standard error for everything else. The only place that writes to either.
//!
//! In the function both are kept, for whoever called it; what goes to standard error is in its log as well.

use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use super::args::{Color, Format, Global};
use crate::error::{Exit, Failure};
use crate::render::Style;

/// Where a command's words go, and in which form.
#[derive(Clone)]
pub struct Output {
    pub format: Format,
    pub quiet: bool,
    /// In JSON: the events are the result, one line each on standard output. Of a run that writes; all else prints one document.
    pub streams: bool,
    /// What was read for a plan is no part of the stream: the caller has shown that plan.
    pub skips_reading: bool,
    pub style: Style,
    /// Colour and bars on standard error follow its own terminal.
    pub err_terminal: bool,
    pub err_color: bool,
    /// Questions are asked only when a person can answer.
    pub can_ask: bool,
    lines: Arc<Mutex<()>>,
    kept: Option<Kept>,
}

/// What a command printed, where it has no terminal but a caller.
#[derive(Clone, Default)]
pub struct Kept {
    said: Arc<Mutex<Said>>,
    asking: Asking,
}

/// Every word of a command that ran for a caller elsewhere.
#[derive(Debug, Default)]
pub struct Said {
    pub out: String,
    /// Without the failure.
    pub err: String,
    pub failure: Option<Failure>,
    pub file: Option<String>,
    pub question: Option<String>,
}

/// What becomes of a question where nobody sits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Asking {
    /// Nobody answers.
    #[default]
    Nobody,
    /// It is handed to the caller, and the command ends there.
    HandOver,
    /// It was answered with yes, when what had been shown had this SHA-256. That is not given back again.
    Answered { shown: String },
}

impl Kept {
    /// All of it; nothing stays.
    pub fn taken(&self) -> Said {
        self.said.lock().map(|mut said| std::mem::take(&mut *said)).unwrap_or_default()
    }

    /// Whether the command ended at a question, which is the caller's.
    pub fn waits_for_an_answer(&self) -> bool {
        self.said.lock().is_ok_and(|said| said.question.is_some())
    }

    /// # Errors
    ///
    /// When it is no text.
    pub fn keep_file(&self, bytes: Vec<u8>) -> std::io::Result<()> {
        let text = String::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.keep(|said| said.file = Some(text));
        Ok(())
    }

    fn keep(&self, change: impl FnOnce(&mut Said)) {
        if let Ok(mut said) = self.said.lock() {
            change(&mut said);
        }
    }

    fn confirm(&self, question: &str) -> Result<bool, Failure> {
        match &self.asking {
            Asking::Nobody => Err(nobody()),
            Asking::HandOver => {
                self.keep(|said| said.question = Some(question.to_owned()));
                Err(Failure::new("the question is the caller's"))
            }
            Asking::Answered { shown } => {
                let now = self.said.lock().map(|mut said| std::mem::take(&mut said.out)).unwrap_or_default();
                if fingerprint(&now) == *shown {
                    return Ok(true);
                }
                Err(Failure::new("what was shown before the question is no longer so; nothing was written")
                    .exit(Exit::Stale)
                    .help("run the command again"))
            }
        }
    }
}

/// SHA-256, hexadecimal.
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn nobody() -> Failure {
    Failure::new("nobody is here to ask: standard input is no terminal")
        .help("give --auto-approve, or apply a plan saved by `es2s3 plan --out FILE`")
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let out_terminal = std::io::stdout().is_terminal();
        let err_terminal = std::io::stderr().is_terminal();
        // A log or a file wraps for itself, or not at all.
        let width = if out_terminal { terminal_width() } else { Style::PLAIN.width };
        Self {
            format: global.format,
            quiet: global.quiet,
            streams: false,
            skips_reading: false,
            style: Style { color: color(global.color, out_terminal), width, verbose: false },
            err_terminal,
            err_color: color(global.color, err_terminal),
            can_ask: std::io::stdin().is_terminal() && err_terminal,
            lines: Arc::default(),
            kept: None,
        }
    }

    /// The output of a command that runs for a caller elsewhere, whose terminal it is to fit.
    pub fn kept(global: &Global, color: bool, width: usize, asking: Asking) -> (Self, Kept) {
        let kept = Kept { asking, ..Kept::default() };
        let output = Self {
            format: global.format,
            quiet: global.quiet,
            streams: false,
            skips_reading: false,
            style: Style { color, width, verbose: false },
            err_terminal: false,
            err_color: false,
            can_ask: false,
            lines: Arc::default(),
            kept: Some(kept.clone()),
        };
        (output, kept)
    }

    /// The output of a command whose events are its result.
    #[must_use]
    pub fn streaming(self) -> Self {
        Self { streams: true, ..self }
    }

    /// The output of a run whose plan was shown elsewhere.
    #[must_use]
    pub fn without_reading(self) -> Self {
        Self { skips_reading: true, ..self }
    }

    /// A result. A closed pipe ends the program's wish to write, not the run.
    pub fn result(&self, text: &str) {
        let _whole_lines = self.lines.lock();
        if let Some(kept) = &self.kept {
            return kept.keep(|said| said.out.push_str(text));
        }
        let mut out = std::io::stdout().lock();
        let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// One line of a stream in JSON.
    pub fn line(&self, value: &impl serde::Serialize) {
        if let Ok(line) = serde_json::to_string(value) {
            if self.streams { self.result(&(line + "\n")) } else { self.error_line(&line) }
        }
    }

    /// A word to the person: never part of the result.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            self.error_line(text);
        }
    }

    pub fn failure(&self, failure: &Failure) {
        if let Some(kept) = &self.kept {
            kept.keep(|said| said.failure = Some(failure.clone()));
        }
        self.write_error(&self.failure_text(failure));
    }

    pub fn failure_text(&self, failure: &Failure) -> String {
        match self.format {
            Format::Json => serde_json::json!({
                "error": failure.message,
                "help": failure.help,
                "exit": failure.exit as u8,
            })
            .to_string(),
            Format::Human | Format::Markdown => crate::render::failure(failure, self.err_color),
        }
    }

    /// What another es2s3 wrote to its standard error, as it is.
    pub fn error_text(&self, text: &str) {
        let _whole_lines = self.lines.lock();
        let mut err = std::io::stderr().lock();
        let _closed = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// A file that the command line asks for; the caller's, where the command runs for one.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, path: &Path, bytes: Vec<u8>) -> std::io::Result<()> {
        match &self.kept {
            Some(kept) => kept.keep_file(bytes),
            None => std::fs::write(path, bytes),
        }
    }

    pub fn error_line(&self, text: &str) {
        self.keep_error(text);
        self.write_error(text);
    }

    /// What an event says. The function's log has the event itself, so there the caller alone gets the words.
    pub fn progress_line(&self, text: &str) {
        if !self.keep_error(text) {
            self.write_error(text);
        }
    }

    /// Whether there is a caller to keep it for.
    fn keep_error(&self, text: &str) -> bool {
        let Some(kept) = &self.kept else { return false };
        kept.keep(|said| {
            said.err.push_str(text);
            said.err.push('\n');
        });
        true
    }

    fn write_error(&self, text: &str) {
        let _whole_lines = self.lines.lock();
        let mut err = std::io::stderr().lock();
        let _closed = writeln!(err, "{text}");
    }

    /// Asks for the word `yes`. Where nobody can answer it says which flag to give.
    pub fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if let Some(kept) = &self.kept {
            return kept.confirm(question);
        }
        if !self.can_ask {
            return Err(nobody());
        }
        let mut err = std::io::stderr().lock();
        let _shown = write!(err, "{question} Only `yes` is taken as yes: ").and_then(|()| err.flush());
        let mut answer = String::new();
        std::io::stdin()
            .read_line(&mut answer)
            .map_err(|error| Failure::new(format!("could not read the answer: {error}")))?;
        Ok(answer.trim() == "yes")
    }
}

/// `NO_COLOR` (any value but the empty one) wins over a terminal, `--color always` wins over both.
fn color(wish: Color, terminal: bool) -> bool {
    coloured(wish, terminal, std::env::var("NO_COLOR").ok().as_deref(), std::env::var("TERM").ok().as_deref())
}

fn coloured(wish: Color, terminal: bool, no_color: Option<&str>, term: Option<&str>) -> bool {
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && no_color.is_none_or(str::is_empty) && term != Some("dumb"),
    }
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_counts_for_what_was_shown_alone() {
        let kept = |shown: &str, asking: fn(String) -> Asking| {
            let kept = Kept { asking: asking(fingerprint("2 indices\n")), ..Kept::default() };
            kept.keep(|said| said.out.push_str(shown));
            kept
        };
        let same = kept("2 indices\n", |shown| Asking::Answered { shown });
        assert_eq!(same.confirm("Bring these back?"), Ok(true));
        assert_eq!(same.taken().out, "", "it was shown before");
        let other = kept("3 indices\n", |shown| Asking::Answered { shown });
        assert_eq!(other.confirm("Bring these back?").map_err(|failure| failure.exit), Err(Exit::Stale));
        let asked = kept("2 indices\n", |_| Asking::HandOver);
        assert!(asked.confirm("Bring these back?").is_err());
        assert_eq!(asked.taken().question.as_deref(), Some("Bring these back?"));
        assert!(kept("", |_| Asking::Nobody).confirm("?").is_err());
    }

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        let cases = [
            (Color::Auto, true, None, Some("xterm"), true),
            (Color::Auto, false, None, Some("xterm"), false),
            (Color::Auto, true, Some("1"), Some("xterm"), false),
            (Color::Auto, true, Some(""), Some("xterm"), true),
            (Color::Auto, true, None, Some("dumb"), false),
            (Color::Always, false, Some("1"), Some("dumb"), true),
            (Color::Never, true, None, Some("xterm"), false),
        ];
        for (wish, terminal, no_color, term, expected) in cases {
            assert_eq!(
                coloured(wish, terminal, no_color, term),
                expected,
                "{wish:?} {terminal} {no_color:?} {term:?}"
            );
        }
    }
}
