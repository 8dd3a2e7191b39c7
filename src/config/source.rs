//! The text of a configuration file: where its lines are, and how they may be shown.
//!
//! Called by every part of `config` that names a place. What is shown never holds a secret: values of keys that look
//! like one, and credentials inside a URL, are masked, so that a fault on the same line cannot print them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A stretch of the text, in bytes of UTF-8 from its start (a byte order mark is not counted).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub offset: usize,
    pub len: usize,
}

impl Span {
    pub fn new(offset: usize, len: usize) -> Self {
        Self { offset, len }
    }

    pub fn end(self) -> usize {
        self.offset.saturating_add(self.len)
    }
}

/// A file's name and text with its lines found once. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source(Arc<Inner>);

#[derive(Default, PartialEq, Eq)]
struct Inner {
    name: String,
    text: String,
    /// The text with secrets masked by `*`, byte for byte as long.
    shown: String,
    /// Without their line breaks; never empty of lines unless the text is.
    lines: Vec<Range<usize>>,
}

/// The name alone: the text may hold a secret that somebody wrote into it.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.0.name).finish_non_exhaustive()
    }
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = lines(&text);
        let mut shown = text.clone().into_bytes();
        for line in &lines {
            for secret in secrets(&text[line.clone()]) {
                shown[line.start + secret.start..line.start + secret.end].fill(b'*');
            }
        }
        // Whole characters were replaced by ASCII, so this is always UTF-8.
        let shown = String::from_utf8(shown).unwrap_or_default();
        Self(Arc::new(Inner { name: name.into(), text, shown, lines }))
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text under a span; empty when the span does not lie on whole characters.
    pub fn slice(&self, span: Span) -> &str {
        self.0.text.get(span.offset..span.end()).unwrap_or("")
    }

    /// Line and column of an offset, both from 1, the column in characters. An offset behind the last line's end is
    /// that line's end, so that the line is always one that exists. `None` only for an empty text.
    pub fn position(&self, offset: usize) -> Option<(usize, usize)> {
        let line = self.0.lines.partition_point(|line| line.start <= offset).max(1);
        let range = self.0.lines.get(line - 1)?;
        let end = offset.clamp(range.start, range.end);
        let column =
            self.0.text[range.start..].char_indices().take_while(|(at, _)| range.start + at < end).count();
        Some((line, column + 1))
    }

    /// A line as it may be shown, with the bytes of the text that it covers. Lines count from 1.
    pub fn line(&self, number: usize) -> Option<(&str, Range<usize>)> {
        let range = self.0.lines.get(number.checked_sub(1)?)?.clone();
        Some((self.0.shown.get(range.clone())?, range))
    }
}

/// Line breaks are LF, CRLF and CR, as in YAML 1.2.
fn lines(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let crlf = bytes[at..].starts_with(b"\r\n");
        if crlf || matches!(bytes[at], b'\n' | b'\r') {
            lines.push(start..at);
            start = at + 1 + usize::from(crlf);
            at = start;
        } else {
            at += 1;
        }
    }
    if start < bytes.len() {
        lines.push(start..bytes.len());
    }
    lines
}

/// Where a line holds what must not be printed.
fn secrets(line: &str) -> Vec<Range<usize>> {
    [secret_value(line), url_credentials(line)].into_iter().flatten().collect()
}

const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "access_key"];

/// Whether a key of this name would hold a secret itself, and not the name of an environment variable that does.
pub(super) fn names_a_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    SECRET_WORDS.iter().any(|word| key.contains(word)) && !key.ends_with("_env")
}

/// From the first value of a secret's key to the end of the line: what follows it may still be part of it.
fn secret_value(line: &str) -> Option<Range<usize>> {
    let mut searched = 0;
    for (colon, _) in line.match_indices(':') {
        let key = line[searched..colon].trim_end_matches(['"', '\'', ' ']);
        let word = key.rfind(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).map_or(key, |at| {
            let after = key[at..].chars().next().map_or(0, char::len_utf8);
            &key[at + after..]
        });
        if names_a_secret(word) {
            let value = line[colon + 1..].trim_start();
            return (!value.is_empty()).then(|| line.len() - value.len()..line.len());
        }
        searched = colon + 1;
    }
    None
}

/// `user:password` of `https://user:password@host`.
fn url_credentials(line: &str) -> Option<Range<usize>> {
    let start = line.find("://")? + 3;
    let rest = &line[start..];
    let end = rest.find([' ', '"', '\'', '\t']).unwrap_or(rest.len());
    let at = rest[..end].rfind('@')?;
    Some(start..start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("f", "a: ü\r\nb: 2\rc\n");
        for (offset, position) in [
            (0, (1, 1)),
            (3, (1, 4)),
            (5, (1, 5)),
            (7, (2, 1)),
            (10, (2, 4)),
            (12, (3, 1)),
            (13, (3, 2)),
            (99, (3, 2)),
        ] {
            assert_eq!(source.position(offset), Some(position), "offset {offset}");
        }
        assert_eq!(Source::new("f", "").position(0), None);
    }

    #[test]
    fn secrets_are_masked_in_what_is_shown_and_nothing_else_is() {
        for (line, shown) in [
            ("password: hunter2", "password: *******"),
            ("auth: {type: basic, password: hunter2}", "auth: {type: basic, password: ********"),
            ("\"api-key\" : ü", "\"api-key\" : **"),
            ("password_env: ES_PASSWORD", "password_env: ES_PASSWORD"),
            ("ES_ENDPOINT: https://a:b@c@host:9200", "ES_ENDPOINT: https://*****@host:9200"),
            ("ES_ENDPOINT: https://host", "ES_ENDPOINT: https://host"),
        ] {
            let source = Source::new("f", line);
            assert_eq!(source.line(1).map(|(text, _)| text), Some(shown));
        }
    }
}
