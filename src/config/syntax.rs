//! Faults of YAML's own grammar, in words that say what to do.
//!
//! Called by [`super::yaml`] with what the parser stumbled over. A parser names the place where it gave up; the cause is
//! often a tab or a blank some lines above, so those are looked for first.

use serde_saphyr::granit_parser::ErrorKind;

use super::diagnostic::Diagnostic;
use super::source::{Source, Span};

/// Every tab in an indentation when there is one, else the parser's own fault.
pub(super) fn faults(source: &Source, kind: &ErrorKind, offset: usize) -> Vec<Diagnostic> {
    let tabs = tabs(source);
    if !tabs.is_empty() {
        return tabs;
    }
    let (message, help) = words(kind);
    let span =
        Span::new(offset, source.text()[clamp(source, offset)..].chars().next().map_or(0, char::len_utf8));
    let mut fault =
        Diagnostic::error("yaml-syntax", format!("this is not YAML: {message}")).at(source, span, "");
    fault.help = help.map(str::to_owned);
    vec![fault]
}

fn clamp(source: &Source, offset: usize) -> usize {
    let text = source.text();
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Lines whose indentation holds a tab before something that is no comment.
fn tabs(source: &Source) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for number in 1.. {
        let Some((line, range)) = source.line(number) else { break };
        let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let rest = &line[indentation.len()..];
        if let (Some(tab), false) = (indentation.find('\t'), rest.is_empty() || rest.starts_with('#')) {
            let span = Span::new(range.start + tab, indentation.len() - tab);
            let fault = Diagnostic::error("tab-indentation", "a tab stands in the indentation")
                .at(source, span, "write blanks")
                .help("YAML indents with blanks only; set the editor to write two for the tab key");
            faults.push(fault);
        }
    }
    faults
}

/// The parser's kinds in this program's words; those that nobody meets keep the parser's.
fn words(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        ErrorKind::UnclosedQuotedScalar => ("a quote is never closed", "close it on the same line"),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key without its `:`", "write `key: value`, with a blank behind the colon")
        }
        ErrorKind::InvalidIndentation => {
            ("the indentation fits no level above", "keys of one level start in the same column")
        }
        ErrorKind::UnknownAnchor => {
            ("an alias without its anchor", "a value that starts with `*` needs quotes")
        }
        ErrorKind::InvalidColonPlacement => ("a `:` where none may stand", "quote a value that holds `: `"),
        ErrorKind::MisplacedFlowCollectionEnd => ("a bracket that closes nothing", "delete it or open it"),
        ErrorKind::RecursionLimitExceeded => {
            ("values nested more than 32 deep", "no key is nested that deep")
        }
        ErrorKind::MappingValueNotAllowed => (
            "a second `:` where a value stands",
            "quote a value that holds `: `; indent keys of one level alike",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => ("a bracket is never closed", "close it"),
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            ("entries in brackets without a comma between them", "write a `,` or close the bracket")
        }
        ErrorKind::ExpectedBlockMappingKey => {
            ("no key where one must stand", "write `key: value`, in the column of the keys of its level")
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            ("no `- ` where an item of the list must stand", "start it with `- `")
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            ("a value may not start with this character", "put the value in quotes")
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEofBlockSequence => {
            ("the file ends within a value", "close the bracket or quote that is open")
        }
        other => return (other.to_string(), None),
    };
    (message.to_owned(), Some(help))
}
