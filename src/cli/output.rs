//! Standard output for results, standard error for everything else. The only place that writes to either.
//!
//! In the function both are kept, for whoever called it; what goes to standard error is in its log as well.

use std::io::{IsTerminal as _, Write};
use std::sync::{Arc, Mutex};

use super::args::{Color, Format, Global};
use crate::error::Failure;
use crate::render::Style;

/// Where a command's words go, and in which form.
#[derive(Clone)]
pub struct Output {
    pub format: Format,
    pub quiet: bool,
    /// In JSON: the events are the result, one line each on standard output. Of a run that writes; all else prints one document.
    pub streams: bool,
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
    pub out: Arc<Mutex<Vec<u8>>>,
    pub err: Arc<Mutex<Vec<u8>>>,
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
            style: Style { color: color(global.color, out_terminal), width, verbose: false },
            err_terminal,
            err_color: color(global.color, err_terminal),
            can_ask: std::io::stdin().is_terminal() && err_terminal,
            lines: Arc::default(),
            kept: None,
        }
    }

    /// The output of a command that runs for a caller elsewhere, whose terminal it is to fit.
    pub fn kept(global: &Global, color: bool, width: usize) -> (Self, Kept) {
        let kept = Kept::default();
        let output = Self {
            format: global.format,
            quiet: global.quiet,
            streams: false,
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

    /// A result. A closed pipe ends the program's wish to write, not the run.
    pub fn result(&self, text: &str) {
        let _whole_lines = self.lines.lock();
        if let Some(kept) = &self.kept {
            return keep(&kept.out, text);
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
        match self.format {
            Format::Json => {
                let object = serde_json::json!({
                    "error": failure.message,
                    "help": failure.help,
                    "exit": failure.exit as u8,
                });
                self.error_line(&object.to_string());
            }
            Format::Human | Format::Markdown => {
                self.error_line(&crate::render::failure(failure, self.err_color))
            }
        }
    }

    pub fn error_line(&self, text: &str) {
        let _whole_lines = self.lines.lock();
        if let Some(kept) = &self.kept {
            keep(&kept.err, &format!("{text}\n"));
        }
        let mut err = std::io::stderr().lock();
        let _closed = writeln!(err, "{text}");
    }

    /// Asks for the word `yes`. Where nobody can answer it says which flag to give.
    pub fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if !self.can_ask {
            return Err(Failure::new("nobody is here to ask: standard input is no terminal")
                .help("give --auto-approve, or apply a plan saved by `es2s3 plan --out FILE`"));
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

fn keep(sink: &Mutex<Vec<u8>>, text: &str) {
    if let Ok(mut bytes) = sink.lock() {
        bytes.extend_from_slice(text.as_bytes());
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
