//! Diagnostics as text for people: the place, the line itself, an underline with its label, and what to write instead.
//!
//! Called by `cli` and tests. Pure: colour and width are arguments, and every line shown is one of the file's.

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::diagnostic::{Diagnostic, Label, Severity};
use super::source::Source;

/// Renders every diagnostic and, last, how many there were. `width` is the terminal's, in columns; `more` counts faults
/// that were found and are not in the list.
pub fn render(source: &Source, list: &[Diagnostic], more: usize, color: bool, width: usize) -> String {
    let page = Page { source, paint: Paint { color }, width: width.max(40), gutter: gutter(list) };
    let mut out = String::new();
    for one in list {
        page.diagnostic(&mut out, one);
    }
    if !list.is_empty() {
        out.push_str(&count(list, more));
        out.push('\n');
    }
    out
}

/// `2 faults`, `1 fault, 1 note`.
pub(super) fn count(list: &[Diagnostic], more: usize) -> String {
    let notes = list.iter().filter(|one| one.severity == Severity::Note).count();
    let faults = list.len() - notes + more;
    let plural = |n: usize, word: &str| match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    };
    match (faults, notes) {
        _ if more > 0 => format!("{}, the first {} shown", plural(faults, "fault"), faults - more),
        (faults, 0) => plural(faults, "fault"),
        (0, notes) => plural(notes, "note"),
        (faults, notes) => format!("{}, {}", plural(faults, "fault"), plural(notes, "note")),
    }
}

/// Room for the largest line number, two digits at least.
fn gutter(list: &[Diagnostic]) -> usize {
    let largest = list.iter().flat_map(|one| &one.labels).map(|label| label.line).max().unwrap_or(0);
    largest.to_string().len().max(2)
}

struct Page<'a> {
    source: &'a Source,
    paint: Paint,
    width: usize,
    gutter: usize,
}

impl Page<'_> {
    fn diagnostic(&self, out: &mut String, one: &Diagnostic) {
        let word = match one.severity {
            Severity::Error => self.paint.red("error:"),
            Severity::Note => self.paint.cyan("note:"),
        };
        let _ = writeln!(out, "{word} {}", self.paint.bold(&visible(one.message.chars())));
        let place = match one.labels.first() {
            Some(label) => format!("{}:{}:{}", self.source.name(), label.line, label.column),
            None => self.source.name().to_owned(),
        };
        let _ = writeln!(out, "  {}", self.paint.dim(&visible(place.chars())));
        self.excerpt(out, &one.labels);
        if let Some(help) = &one.help {
            self.wrapped(out, &format!("  {} ", self.paint.cyan("help:")), 8, &visible(help.chars()));
        }
    }

    /// Lines in the order of the file, each once, each label in a row of its own.
    fn excerpt(&self, out: &mut String, labels: &[Label]) {
        let mut labels: Vec<&Label> = labels.iter().collect();
        labels.sort_by_key(|label| (label.line, label.column));
        let mut shown = 0;
        for label in labels {
            let Some((text, range)) = self.source.line(label.line) else { continue };
            let underlined = underlined(text, &range, label);
            let window = self.window(text, &underlined);
            if label.line != shown {
                let number = self.paint.dim(&format!("  {:>w$} │", label.line, w = self.gutter));
                let _ = writeln!(out, "{number} {}", window.text);
            }
            shown = label.line;
            self.underline(out, &window, &label.text);
        }
    }

    fn underline(&self, out: &mut String, window: &Window, label: &str) {
        let margin = self.paint.dim(&format!("  {:w$} │", "", w = self.gutter));
        let label = visible(label.chars());
        let marks = self.paint.red(&"─".repeat(window.len));
        let lead = format!("{margin} {}{marks}", " ".repeat(window.start));
        if label.is_empty() {
            let _ = writeln!(out, "{lead}");
        } else if self.gutter + 6 + window.start + window.len + label.width() <= self.width {
            let _ = writeln!(out, "{lead} {label}");
        } else {
            let _ = writeln!(out, "{lead}");
            self.wrapped_with(out, &format!("{margin} "), &format!("{margin} "), self.gutter + 5, &label);
        }
    }

    fn wrapped(&self, out: &mut String, first: &str, indent: usize, text: &str) {
        self.wrapped_with(out, first, &" ".repeat(indent), indent, text);
    }

    /// Breaks at blanks; a word longer than a line stays whole. `taken` is how many columns the lead covers.
    fn wrapped_with(&self, out: &mut String, first: &str, rest: &str, taken: usize, text: &str) {
        let room = self.width.saturating_sub(taken).max(20);
        let mut line = String::new();
        let mut lead = first;
        for word in text.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > room {
                let _ = writeln!(out, "{lead}{line}");
                lead = rest;
                line.clear();
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, "{lead}{line}");
    }

    /// The part of a line that fits, around what is underlined.
    fn window(&self, text: &str, underlined: &Range<usize>) -> Window {
        let room = self.width.saturating_sub(self.gutter + 5).max(20);
        // One column more than fits shows that there is more; a line may have a million.
        let some = |text: &str| visible(text.chars().take(room + 1));
        let start =
            text[..underlined.start].char_indices().rev().take(room + 1).last().map_or(0, |(at, _)| at);
        let before = visible(text[start..underlined.start].chars());
        let (marked, after) = (some(&text[underlined.clone()]), some(&text[underlined.end..]));
        if before.width() + marked.width() + after.width() <= room {
            let (start, len) = (before.width(), marked.width().max(1));
            return Window { text: format!("{before}{marked}{after}").trim_end().to_owned(), start, len };
        }
        let (before, marked) = (crop_front(&before, room / 2), crop_back(&marked, room / 2));
        let (start, len) = (before.width(), marked.width().max(1));
        let after = crop_back(&after, room.saturating_sub(start + len).max(1));
        Window { text: format!("{before}{marked}{after}").trim_end().to_owned(), start, len }
    }
}

/// What is printed of a line, and which of its columns are underlined.
struct Window {
    text: String,
    start: usize,
    len: usize,
}

/// The label's bytes within its line, on whole characters.
fn underlined(text: &str, line: &Range<usize>, label: &Label) -> Range<usize> {
    let within = |offset: usize| {
        let offset = offset.clamp(line.start, line.end) - line.start;
        (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let start = within(label.span.offset);
    start..within(label.span.end()).max(start)
}

/// Control characters would move the cursor: a tab becomes a blank, others their picture (`␀`).
fn visible(text: impl Iterator<Item = char>) -> String {
    text.map(|c| match c {
        '\t' => ' ',
        '\u{7f}' => '␡',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('�'),
        // Zero-width and bidirectional characters could make a line look like another.
        c if c.width().unwrap_or(0) == 0 => '�',
        c => c,
    })
    .collect()
}

fn crop_back(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept = take_columns(text.chars(), room.saturating_sub(1));
    kept.push('…');
    kept
}

fn crop_front(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept: String = take_columns(text.chars().rev(), room.saturating_sub(1));
    kept.push('…');
    kept.chars().rev().collect()
}

fn take_columns(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
