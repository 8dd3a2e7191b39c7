//! Findings in words: folded by what was looked for, with what to do.

use super::super::Style;
use super::super::text::{Tint, counted, printable, tinted, wrapped};
use crate::model::Bytes;
use crate::plan::thanos::{Check, Finding, Level};

/// Shown of each kind unless every one is wanted.
const EXAMPLES: usize = 3;
/// Keys shown of one finding.
const KEYS: usize = 3;

/// One line in a plan, naming the worst.
pub(in super::super) fn summary(findings: &[Finding], style: &Style) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count() as u64;
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    if errors + warnings == 0 {
        return String::new();
    }
    let mut kinds: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.level != Level::Note)
        .map(|finding| finding.id.word())
        .collect();
    kinds.dedup();
    let tint = if errors > 0 { Tint::Attention } else { Tint::Change };
    let counts = [
        (errors > 0).then(|| counted(errors, "error", "errors")),
        (warnings > 0).then(|| counted(warnings, "warning", "warnings")),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    format!(
        "  {} ({}): es2s3 thanos audit tells more\n",
        tinted(&counts.join(", "), tint, style.color),
        kinds.join(", ")
    )
}

/// Every kind with what it means, examples, and what to do.
pub(super) fn page(findings: &[Finding], style: &Style) -> String {
    let mut text = String::new();
    for of_kind in findings.chunk_by(|a, b| a.id == b.id) {
        if let Some(first) = of_kind.first() {
            text.push('\n');
            text.push_str(&kind(first.id, of_kind, style));
        }
    }
    text
}

fn kind(check: Check, findings: &[Finding], style: &Style) -> String {
    let (word, tint) = level(check.level());
    let bytes: Bytes = findings.iter().map(|finding| finding.bytes).sum();
    let amount = if bytes.0 == 0 { String::new() } else { format!(", {bytes}") };
    let count = findings.len() as u64;
    let mut text = format!("{} {} ({}{amount})\n", tinted(word, tint, style.color), check.word(), count);
    let width = style.width.saturating_sub(4).max(40);
    let mut push = |indent: &str, words: &str| {
        for line in wrapped(&printable(words), width) {
            text.push_str(&format!("{indent}{line}\n"));
        }
    };
    push("  ", check.meaning());
    let shown = if style.verbose { findings.len() } else { EXAMPLES };
    for finding in findings.iter().take(shown) {
        push("    ", &finding.text);
        if style.verbose {
            for key in finding.keys.iter().take(KEYS).filter(|key| !finding.text.contains(key.as_str())) {
                push("      ", key);
            }
        }
    }
    if findings.len() > shown {
        push("    ", &format!("and {} more", findings.len() - shown));
    }
    push("  ", &format!("do: {}", check.advice()));
    text
}

fn level(level: Level) -> (&'static str, Tint) {
    match level {
        Level::Error => ("error", Tint::Attention),
        Level::Warning => ("warning", Tint::Change),
        Level::Note => ("note", Tint::Quiet),
    }
}
