//! A YAML file as a tree in which every part knows where it stands.
//!
//! Built by [`super::yaml`], read by [`super::read`]. Values keep the text that was written: what a number or a
//! boolean is, is judged by each key's own rule and never by YAML's guess.

use super::source::Span;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Scalar(Scalar),
    Mapping(Vec<Entry>),
    Sequence(Vec<Node>),
    /// A part that was refused and told; nothing more is said about it.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

/// A scalar after YAML's escapes, and whether it was written without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar {
    pub text: String,
    pub plain: bool,
}

impl Scalar {
    /// Nothing was written, or one of YAML's words for nothing.
    pub(super) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    /// How many nodes a copy of this one would add.
    pub(super) fn size(&self) -> usize {
        1 + match &self.value {
            Value::Mapping(entries) => entries.iter().map(|entry| entry.value.size()).sum(),
            Value::Sequence(items) => items.iter().map(Node::size).sum(),
            Value::Scalar(_) | Value::Refused => 0,
        }
    }
}
