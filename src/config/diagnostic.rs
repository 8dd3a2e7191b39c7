//! A fault of the configuration file as data: what is wrong, where, and what to write instead.
//!
//! Made by the other parts of `config`; rendered by [`super::render`] for people and here as JSON for programs.

use serde::Serialize;
use serde_json::{Value, json};

use super::source::{Source, Span};

/// What a diagnostic means for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is not used.
    Error,
    /// The file is used; this is worth knowing.
    Note,
}

/// A place in the file, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Stands behind the underline; empty when the message says it all.
    pub text: String,
}

/// One fault or note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, kebab-case; listed in `docs/config.md`.
    pub code: &'static str,
    pub severity: Severity,
    /// A fragment that could be read aloud.
    pub message: String,
    /// The first is where the fault is; further ones show what it clashes with. Empty when the file could not be read.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds a place. A text without lines has no places, and then this changes nothing.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span, text: impl Into<String>) -> Self {
        if let Some((line, column)) = source.position(span.offset) {
            self.labels.push(Label { span, line, column, text: text.into() });
        }
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn to_json(&self, source: &Source) -> Value {
        let first = self.labels.first();
        json!({
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": source.name(),
            "line": first.map(|label| label.line),
            "column": first.map(|label| label.column),
            "labels": self.labels.iter().map(label_json).collect::<Vec<_>>(),
            "help": self.help,
        })
    }
}

fn label_json(label: &Label) -> Value {
    json!({
        "offset": label.span.offset,
        "length": label.span.len,
        "line": label.line,
        "column": label.column,
        "text": label.text,
    })
}

/// Every fault of one file, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} has {}", source_text.name(), super::render::count(list, *more))]
pub struct Faults {
    // Not named `source`: that name would make it the error's cause.
    pub source_text: Source,
    pub list: Vec<Diagnostic>,
    /// Faults found beyond those that are kept.
    pub more: usize,
}

impl Faults {
    /// A file whose text could not be had: missing, a directory, too large.
    pub fn unread(file_name: &str, fault: Diagnostic) -> Self {
        Self { source_text: Source::new(file_name, ""), list: vec![fault], more: 0 }
    }

    /// See [`super::render::render`].
    pub fn render(&self, color: bool, width: usize) -> String {
        super::render::render(&self.source_text, &self.list, self.more, color, width)
    }

    pub fn to_json(&self) -> Value {
        to_json(&self.source_text, &self.list)
    }
}

/// `{"file", "valid", "diagnostics": […]}`: what `es2s3 validate --format json` prints. Offsets and lengths are bytes.
pub fn to_json(source: &Source, list: &[Diagnostic]) -> Value {
    json!({
        "file": source.name(),
        "valid": list.iter().all(|one| one.severity == Severity::Note),
        "diagnostics": list.iter().map(|one| one.to_json(source)).collect::<Vec<_>>(),
    })
}
