//! Text to a [`Node`] tree, through the event parser that `serde-saphyr` is built on.
//!
//! Called by `parse`. Everything that YAML allows and a configuration has no use for is told here, each at its place,
//! and parsing goes on: duplicate keys, merge keys, tags, keys that are not text, several documents. Only a syntax
//! fault and an alias bomb end it.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{self as parser, Event, Options, Parser, ScalarStyle};

use super::diagnostic::Diagnostic;
use super::node::{Entry, Node, Scalar, Value};
use super::read::ENOUGH_FAULTS;
use super::source::{Source, Span};
use super::syntax;

/// Nodes that aliases may add. A configuration has some hundred in all; a bomb has billions.
const MAX_COPIED_NODES: usize = 10_000;
/// Deeper than any key of the configuration by far.
const MAX_DEPTH: usize = 32;

/// The first document's tree, or `None` when there is none to judge.
pub(super) fn tree(source: &Source, faults: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut builder =
        Builder { source, faults, stack: Vec::new(), anchors: HashMap::new(), copied: 0, root: None };
    let mut events = Parser::new_from_str_with_options(source.text(), options);
    while let Some(event) = events.next_event() {
        match event {
            Ok(_) if builder.faults.len() >= ENOUGH_FAULTS => return None,
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let at = offset(source, *error.marker());
                builder.faults.extend(syntax::faults(source, error.kind(), at));
                return None;
            }
        }
    }
    let root = builder.root.filter(|root| !matches!(&root.value, Value::Scalar(scalar) if scalar.is_null()));
    if root.is_none() {
        faults.push(empty(source));
    }
    root
}

fn empty(source: &Source) -> Diagnostic {
    Diagnostic::error("file-empty", "the file holds no key")
        .at(source, Span::new(0, 0), "")
        .help("`es2s3 init` writes a commented configuration to start from")
}

fn offset(source: &Source, marker: parser::Marker) -> usize {
    let characters =
        || source.text().char_indices().nth(marker.index()).map_or(source.text().len(), |(at, _)| at);
    marker.byte_offset().unwrap_or_else(characters)
}

struct Builder<'a> {
    source: &'a Source,
    faults: &'a mut Vec<Diagnostic>,
    /// Collections that are still open, outermost first.
    stack: Vec<Open>,
    /// Finished anchored nodes by the parser's id.
    anchors: HashMap<usize, Node>,
    copied: usize,
    root: Option<Node>,
}

struct Open {
    span: Span,
    anchor: usize,
    parts: Parts,
}

/// What a tag makes of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tagged {
    No,
    Text,
    Refused,
}

enum Parts {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Expecting, first_seen: HashMap<String, Span> },
}

enum Expecting {
    Key,
    ValueOf(String, Span),
    /// The value of a key that was refused.
    Nothing,
}

impl Builder<'_> {
    /// `None` ends the parse.
    fn event(&mut self, event: Event<'_>, whole: parser::Span) -> Option<()> {
        let start = offset(self.source, whole.start);
        let span = Span::new(start, offset(self.source, whole.end).saturating_sub(start));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.tag(tag.as_deref(), whole);
                let plain = style == ScalarStyle::Plain && tagged == Tagged::No;
                let span = self.trimmed(span);
                let value = match tagged {
                    Tagged::Refused => Value::Refused,
                    Tagged::No | Tagged::Text => Value::Scalar(Scalar { text: text.into_owned(), plain }),
                };
                self.finished(Node { span, value }, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), whole);
                self.stack.push(Open { span, anchor, parts: Parts::Sequence(Vec::new()) });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), whole);
                let parts =
                    Parts::Mapping { entries: Vec::new(), key: Expecting::Key, first_seen: HashMap::new() };
                self.stack.push(Open { span, anchor, parts });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::DocumentStart(..) if self.root.is_some() => {
                self.second_document(span);
                return None;
            }
            _ => {}
        }
        Some(())
    }

    /// The parser's end of a scalar may lie behind blanks.
    fn trimmed(&self, span: Span) -> Span {
        Span::new(span.offset, self.source.slice(span).trim_end().len())
    }

    /// Refuses every tag but `!!str`.
    fn tag(&mut self, tag: Option<&parser::Tag>, span: parser::Span) -> Tagged {
        let Some(tag) = tag else { return Tagged::No };
        if tag.is_yaml_core_schema() && tag.to_string().ends_with("str") {
            return Tagged::Text;
        }
        let start = offset(self.source, span.tag_start.unwrap_or(span.start));
        let rest = self.source.text().get(start..).unwrap_or("");
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let fault = Diagnostic::error("tag", "tags have no meaning in this file")
            .at(self.source, Span::new(start, len), "delete this")
            .help("quotes make a value text, and each key knows its own type");
        self.faults.push(fault);
        Tagged::Refused
    }

    fn close(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        let value = match open.parts {
            Parts::Sequence(items) => Value::Sequence(items),
            Parts::Mapping { entries, .. } => Value::Mapping(entries),
        };
        let span = match &value {
            Value::Mapping(entries) => entries.first().map_or(open.span, |entry| entry.key_span),
            _ => open.span,
        };
        self.finished(Node { span, value }, open.anchor);
    }

    /// A node is whole: it becomes a key, a value, an item or the root.
    fn finished(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut open.parts {
            Parts::Sequence(items) => items.push(node),
            Parts::Mapping { entries, key, first_seen } => match std::mem::replace(key, Expecting::Key) {
                Expecting::ValueOf(name, key_span) => {
                    entries.push(Entry { key: name, key_span, value: node })
                }
                Expecting::Nothing => {}
                Expecting::Key => {
                    *key = match accept_key(self.source, node, first_seen) {
                        Ok((name, span)) => Expecting::ValueOf(name, span),
                        Err(fault) => {
                            self.faults.push(*fault);
                            Expecting::Nothing
                        }
                    };
                }
            },
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Option<()> {
        let Some(node) = self.anchors.get(&anchor) else {
            let fault = Diagnostic::error("alias-loop", "this alias stands inside what it repeats")
                .at(self.source, span, "")
                .help("write the value out");
            self.faults.push(fault);
            self.finished(Node { span, value: Value::Refused }, 0);
            return Some(());
        };
        self.copied += node.size();
        if self.copied > MAX_COPIED_NODES {
            let message = format!("aliases repeat more than {MAX_COPIED_NODES} values");
            let fault = Diagnostic::error("alias-bomb", message)
                .at(self.source, span, "this alias passes the limit")
                .help("write the values out; a configuration needs few aliases or none");
            self.faults.push(fault);
            return None;
        }
        let node = node.clone();
        self.finished(node, 0);
        Some(())
    }

    fn second_document(&mut self, span: Span) {
        let fault = Diagnostic::error("several-documents", "the file holds more than one YAML document")
            .at(self.source, span, "the second one starts here")
            .help("keep one; two configurations are two files, each named with --config");
        self.faults.push(fault);
    }
}

/// A key's name and place, unless it is no text, a merge key, or was there before.
fn accept_key(
    source: &Source,
    node: Node,
    first_seen: &mut HashMap<String, Span>,
) -> Result<(String, Span), Box<Diagnostic>> {
    let span = node.span;
    let Value::Scalar(scalar) = node.value else {
        let fault = Diagnostic::error("key-not-text", "a key must be one word").at(source, span, "");
        return Err(Box::new(fault.help("a `?`, `[` or `{` stands where a key is expected")));
    };
    if scalar.plain && scalar.text == "<<" {
        let fault = Diagnostic::error("merge-key", "merge keys (`<<`) are not read").at(source, span, "");
        return Err(Box::new(
            fault.help("write the keys out: what a policy keeps must be readable at one place"),
        ));
    }
    match first_seen.get(&scalar.text) {
        Some(first) => {
            let fault =
                Diagnostic::error("duplicate-key", format!("key `{}` stands here twice", scalar.text))
                    .at(source, span, "delete one of the two")
                    .at(source, *first, "first here");
            Err(Box::new(fault))
        }
        None => {
            first_seen.insert(scalar.text.clone(), span);
            Ok((scalar.text, span))
        }
    }
}
