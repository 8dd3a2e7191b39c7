//! Bytes to text: everything that makes a file unreadable before YAML is even asked.
//!
//! Called by `parse`. Each fault names the byte that shows it and how to save the file instead.

use super::diagnostic::Diagnostic;
use super::file;
use super::source::{Source, Span};

/// The text as far as it could be had, and what is wrong with it.
pub(super) struct Text {
    pub source: Source,
    pub faults: Vec<Diagnostic>,
    /// Whether YAML can be parsed from it in spite of the faults.
    pub usable: bool,
}

pub(super) fn decode(file_name: &str, bytes: &[u8]) -> Text {
    if bytes.len() as u64 > file::MAX_BYTES {
        return unusable(file_name, "", file::too_large(bytes.len() as u64));
    }
    if let Some(encoding) = wide_encoding(bytes) {
        let fault = Diagnostic::error("not-utf8", format!("the file is {encoding}, not UTF-8"))
            .help("save it as UTF-8 without a byte order mark");
        return unusable(file_name, "", fault);
    }
    let (bytes, marked) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let mut text = match std::str::from_utf8(bytes) {
        Ok(text) => characters(Source::new(file_name, text)),
        Err(error) => invalid(file_name, bytes, error.valid_up_to()),
    };
    if marked {
        let fault = byte_order_mark(&text.source);
        text.faults.insert(0, fault);
    }
    text
}

fn unusable(file_name: &str, text: &str, fault: Diagnostic) -> Text {
    Text { source: Source::new(file_name, text), faults: vec![fault], usable: false }
}

/// UTF-16 and UTF-32 by their marks, or by the zero that every second byte of plain text is in UTF-16.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some("UTF-16"),
        _ => None,
    }
}

fn invalid(file_name: &str, bytes: &[u8], at: usize) -> Text {
    let source = Source::new(file_name, String::from_utf8_lossy(bytes));
    let byte = bytes.get(at).copied().unwrap_or_default();
    let fault = Diagnostic::error("not-utf8", format!("byte 0x{byte:02X} is not UTF-8"))
        .at(&source, Span::new(at, '\u{FFFD}'.len_utf8()), "the first byte that cannot be read")
        .help("save the file as UTF-8; an editor's \"Latin-1\" or \"Windows-1252\" is another encoding");
    Text { source, faults: vec![fault], usable: false }
}

fn byte_order_mark(source: &Source) -> Diagnostic {
    Diagnostic::error("byte-order-mark", "the file starts with a byte order mark")
        .at(source, Span::new(0, 0), "three invisible bytes stand before this")
        .help("save it as UTF-8 without a byte order mark (BOM): other readers take it as part of the first key")
}

/// A file with more control characters than this is no text at all.
const MAX_CONTROL_FAULTS: usize = 20;

/// Control characters that YAML does not allow. Several in a row are one fault.
fn characters(source: Source) -> Text {
    let mut faults = Vec::new();
    let mut last_end = None;
    for (at, c) in source.text().char_indices().filter(|(_, c)| forbidden(*c)) {
        if faults.len() == MAX_CONTROL_FAULTS {
            break;
        }
        if last_end != Some(at) {
            let message = format!("the file holds the control character U+{:04X}", c as u32);
            let fault = Diagnostic::error("control-character", message)
                .at(&source, Span::new(at, c.len_utf8()), "")
                .help("delete it; if the file came over a terminal or a copy, write it anew");
            faults.push(fault);
        }
        last_end = Some(at + c.len_utf8());
    }
    let usable = faults.is_empty();
    Text { source, faults, usable }
}

fn forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}
