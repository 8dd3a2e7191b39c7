//! Small pieces of prose: plurals, grouped digits, spans of time, colour.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

pub(super) use crate::model::{counted, grouped};

/// `2026-11-23 05:00 UTC`.
pub(super) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-11-23 05:00:11 UTC`.
pub(super) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2026-11-23`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// The two largest units: `29 d 23 h`, `3 h 5 m`, `12 s`. Negative spans are shown as zero.
pub(super) fn span(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) if seconds % 60 == 0 => format!("{m} m"),
        (0, 0, m) => format!("{m} m {} s", seconds % 60),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} m"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// Colours by meaning, not by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tint {
    Add,
    Change,
    Remove,
    Attention,
    Quiet,
    Strong,
}

pub(super) fn tinted(text: &str, tint: Tint, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match tint {
        Tint::Add => "32",
        Tint::Change => "33",
        Tint::Remove => "31",
        Tint::Attention => "35",
        Tint::Quiet => "2",
        Tint::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// What others wrote, a key or a label, with its control characters spelt out: it must not move the cursor or end a line.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let spelt = |letter: char| {
        if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() }
    };
    Cow::Owned(text.chars().map(spelt).collect())
}

/// Breaks `text` at spaces so that no line is longer than `width` (words longer than that stand alone).
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut();
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_moves_no_cursor() {
        assert_eq!(printable("chunks/é 000001"), "chunks/é 000001");
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{9b}"), "a\\u{1b}[2Jb\\nc\\u{9b}");
    }

    #[test]
    fn numbers_and_spans_read_as_people_write_them() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1204), "1,204");
        assert_eq!(grouped(48_201_377), "48,201,377");
        assert_eq!(counted(1, "index", "indices"), "1 index");
        assert_eq!(counted(0, "index", "indices"), "0 indices");
        for (seconds, text) in [
            (-5, "0 s"),
            (12, "12 s"),
            (60, "1 m"),
            (96, "1 m 36 s"),
            (3600, "1 h"),
            (11_100, "3 h 5 m"),
            (2_588_400, "29 d 23 h"),
        ] {
            assert_eq!(span(SignedDuration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn long_reasons_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
    }
}
