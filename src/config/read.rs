//! Reads keys out of the tree and keeps every fault with its place.
//!
//! Called by [`super::resolve`] and [`super::policies`]. A key that is misspelt is told once and read as the one that
//! was meant, so that one slip gives one fault.

use std::collections::BTreeMap;

use super::diagnostic::Diagnostic;
use super::keys::{self, Form, Key};
use super::nearest::nearest;
use super::node::{Entry, Node, Scalar, Value};
use super::rules::{Complaint, Ruled};
use super::source::{Source, Span, names_a_secret};

/// Faults that are kept; a file with more has one cause, and the rest is counted.
const MAX_FAULTS: usize = 200;
/// Faults that are worked out at all, so that a hostile file costs little. The parser stops at as many.
pub(super) const ENOUGH_FAULTS: usize = 1000;

/// What a key held.
#[derive(Debug, Clone)]
pub(super) enum Field<T> {
    Absent,
    /// It was there, and a fault was told.
    Faulty,
    Given(T, Span),
}

impl<T> Field<T> {
    /// The value, or the default when the key is absent. `None` after a fault.
    pub(super) fn or(self, default: impl FnOnce() -> T) -> Option<T> {
        match self {
            Field::Absent => Some(default()),
            Field::Faulty => None,
            Field::Given(value, _) => Some(value),
        }
    }

    /// Outer `None` after a fault, inner when the key is absent.
    pub(super) fn optional(self) -> Option<Option<T>> {
        match self {
            Field::Absent => Some(None),
            Field::Faulty => None,
            Field::Given(value, _) => Some(Some(value)),
        }
    }

    pub(super) fn given(&self) -> Option<(&T, Span)> {
        match self {
            Field::Given(value, span) => Some((value, *span)),
            Field::Absent | Field::Faulty => None,
        }
    }
}

/// One level of keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Section<'n> {
    pub start: Span,
    /// Empty for the file's own level, else as `domain.auth`.
    pub path: String,
    keys: &'static [Key],
    entries: BTreeMap<&'static str, &'n Entry>,
    /// It was there and could not be read.
    faulty: bool,
}

impl<'n> Section<'n> {
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.get(key).copied()
    }

    /// A key's name with the way to it.
    pub(super) fn full_name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// The file that is read, and what was found wrong with it.
pub(super) struct Reader<'s> {
    pub source: &'s Source,
    faults: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
    /// Keys that a level lacks.
    /// By the level's path.
    missing: BTreeMap<String, Missing>,
    /// Faults beyond [`ENOUGH_FAULTS`].
    uncounted: usize,
}

/// What one level lacks.
struct Missing {
    level: Span,
    keys: Vec<&'static Key>,
}

/// Faults in the order of their places, how many more there were, and the notes.
pub(super) struct Findings {
    pub faults: Vec<Diagnostic>,
    pub more: usize,
    pub notes: Vec<Diagnostic>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, faults: Vec<Diagnostic>) -> Self {
        Self { source, faults, notes: Vec::new(), missing: BTreeMap::new(), uncounted: 0 }
    }

    pub(super) fn fault(&mut self, fault: Diagnostic) {
        if self.faults.len() >= ENOUGH_FAULTS {
            self.uncounted += 1;
        } else if !self.faults.contains(&fault) {
            // An alias repeats a value, and with it the value's fault: that is told once.
            self.faults.push(fault);
        }
    }

    pub(super) fn note(&mut self, note: Diagnostic) {
        self.notes.push(note);
    }

    pub(super) fn finish(mut self) -> Findings {
        for (path, lacks) in std::mem::take(&mut self.missing) {
            let fault = missing(self.source, &path, &lacks);
            self.faults.push(fault);
        }
        let place = |fault: &Diagnostic| fault.labels.first().map(|label| label.span.offset);
        self.faults.sort_by_key(place);
        let more = self.faults.len().saturating_sub(MAX_FAULTS) + self.uncounted;
        self.faults.truncate(MAX_FAULTS);
        self.notes.sort_by_key(place);
        Findings { faults: self.faults, more, notes: self.notes }
    }

    /// The keys of one level, with every unknown one told.
    pub(super) fn level<'n>(&mut self, node: &'n Node, keys: &'static [Key], path: &str) -> Section<'n> {
        let mut section = Section { start: node.span, path: path.to_owned(), keys, ..Section::default() };
        let Value::Mapping(entries) = &node.value else {
            section.faulty = true;
            return section;
        };
        for entry in entries {
            if let Some(key) = keys::find(keys, &entry.key) {
                section.entries.insert(key.name, entry);
            }
        }
        for entry in entries.iter().filter(|entry| keys::find(keys, &entry.key).is_none()) {
            if self.faults.len() >= ENOUGH_FAULTS {
                self.uncounted += 1;
                continue;
            }
            let meant = nearest(&entry.key, keys.iter().map(|key| key.name));
            self.unknown(entry, meant, &section);
            if let Some(key) = meant.and_then(|name| keys::find(keys, name)) {
                section.entries.entry(key.name).or_insert(entry);
            }
        }
        section
    }

    fn unknown(&mut self, entry: &Entry, meant: Option<&str>, section: &Section<'_>) {
        let message = format!("unknown key `{}`", entry.key);
        let known =
            || section.keys.iter().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ");
        let fault = Diagnostic::error("unknown-key", message);
        let fault = match meant {
            _ if names_a_secret(&entry.key) => fault
                .at(self.source, entry.key_span, "secrets are never in this file")
                .help("`domain.auth.password_env` or `key_env` names the environment variable that holds it, `password_from` or `key_from` a \
                     secret of Secrets Manager or a parameter of SSM"),
            Some(meant) => fault.at(self.source, entry.key_span, format!("did you mean `{meant}`?")),
            None if section.path.is_empty() => {
                fault.at(self.source, entry.key_span, "").help(format!("the keys are {}", known()))
            }
            None => {
                let help = format!("the keys of `{}` are {}", section.path, known());
                fault.at(self.source, entry.key_span, "").help(help)
            }
        };
        self.fault(fault);
    }

    /// A level within a level; empty when its key is absent.
    pub(super) fn section<'n>(&mut self, parent: &Section<'n>, key: &'static str) -> Section<'n> {
        let path = parent.full_name(key);
        let form = keys::find(parent.keys, key).map(|key| &key.form);
        let (Some(entry), Some(Form::Section(keys))) = (parent.entry(key), form) else {
            return Section { start: parent.start, path, faulty: parent.faulty, ..Section::default() };
        };
        if !matches!(entry.value.value, Value::Mapping(_)) {
            let example = keys.first().map_or("", |key| key.name);
            let help = format!("write its keys below it, indented: `{example}: …`");
            self.wrong_type(entry, "must be a group of keys", help);
        }
        self.level(&entry.value, keys, &path)
    }

    /// The items of a list of sections; `None` when the key is absent or no list.
    pub(super) fn list<'n>(&mut self, parent: &Section<'n>, key: &'static str) -> Option<Vec<Section<'n>>> {
        let entry = parent.entry(key)?;
        let Some(Form::List(keys)) = keys::find(parent.keys, key).map(|key| &key.form) else { return None };
        let Value::Sequence(items) = &entry.value.value else {
            self.wrong_type(entry, "must be a list", format!("start each item with `- {}: …`", keys[1].name));
            return None;
        };
        if items.is_empty() {
            self.wrong_type(
                entry,
                "must not be an empty list",
                "give one item at least, or delete the key".to_owned(),
            );
        }
        let mut sections = Vec::new();
        for (number, item) in items.iter().enumerate() {
            if !matches!(item.value, Value::Mapping(_) | Value::Refused) {
                let message = format!("item {} of {key} must be a group of keys", number + 1);
                let fault = Diagnostic::error("wrong-type", message).at(self.source, item.span, "");
                self.fault(fault.help(format!("write `- {}: …`", keys[1].name)));
            }
            sections.push(self.level(item, keys, &format!("{key}[{number}]")));
        }
        Some(sections)
    }

    /// The names and texts of a map, each judged by its rule.
    pub(super) fn map(
        &mut self,
        parent: &Section<'_>,
        key: &'static str,
        name_rule: impl Fn(&str) -> Ruled<()>,
        value_rule: impl Fn(&Scalar) -> Ruled<String>,
    ) -> Field<BTreeMap<String, String>> {
        let Some(entry) = parent.entry(key) else { return absent(parent) };
        let Value::Mapping(entries) = &entry.value.value else {
            self.wrong_type(
                entry,
                "must be names with a text each",
                "write `NAME: TEXT` below it, indented".to_owned(),
            );
            return Field::Faulty;
        };
        let mut map = BTreeMap::new();
        for one in entries {
            let name_fault = name_rule(&one.key).err();
            if let Some(complaint) = name_fault {
                self.complain(&one.key, one.key_span, complaint);
            } else if let Field::Given(text, _) = self.entry_value(one, &value_rule) {
                map.insert(one.key.clone(), text);
            }
        }
        if map.len() == entries.len() { Field::Given(map, entry.key_span) } else { Field::Faulty }
    }

    /// A list of single values, each by the same rule.
    pub(super) fn values<T>(
        &mut self,
        parent: &Section<'_>,
        key: &'static str,
        rule: impl Fn(&Scalar) -> Ruled<T>,
    ) -> Field<Vec<T>> {
        let Some(entry) = parent.entry(key) else { return absent(parent) };
        let form = keys::find(parent.keys, key).map(|key| &key.form);
        let items = match &entry.value.value {
            Value::Sequence(items) => items.as_slice(),
            Value::Scalar(_) if matches!(form, Some(Form::OneOrMore(_))) => {
                std::slice::from_ref(&entry.value)
            }
            _ => {
                self.wrong_type(entry, "must be a list", "write `- VALUE` below it, one a line".to_owned());
                return Field::Faulty;
            }
        };
        let mut values = Vec::new();
        for item in items {
            let one = Entry { key: entry.key.clone(), key_span: entry.key_span, value: item.clone() };
            if let Field::Given(value, _) = self.entry_value(&one, &rule) {
                values.push(value);
            }
        }
        if values.len() == items.len() { Field::Given(values, entry.key_span) } else { Field::Faulty }
    }

    /// A key's value by its rule.
    pub(super) fn value<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        rule: impl Fn(&Scalar) -> Ruled<T>,
    ) -> Field<T> {
        match section.entry(key) {
            Some(entry) => self.entry_value(entry, rule),
            None => absent(section),
        }
    }

    fn entry_value<T>(&mut self, entry: &Entry, rule: impl Fn(&Scalar) -> Ruled<T>) -> Field<T> {
        let scalar = match &entry.value.value {
            Value::Scalar(scalar) => scalar,
            Value::Refused => return Field::Faulty,
            Value::Mapping(_) | Value::Sequence(_) => {
                self.wrong_type(entry, "must be a single value", "write it on the key's own line".to_owned());
                return Field::Faulty;
            }
        };
        if scalar.is_null() {
            let help = "write a value, or delete the key".to_owned();
            self.wrong_type(entry, "has no value", help);
            return Field::Faulty;
        }
        match rule(scalar) {
            Ok(value) => Field::Given(value, entry.value.span),
            Err(complaint) => {
                let span = self.part(entry.value.span, scalar, &complaint);
                self.complain(&entry.key, span, complaint);
                Field::Faulty
            }
        }
    }

    /// A key that may stand in one of two places, the nine keys' and the modern one. Both is a fault.
    pub(super) fn either<T>(
        &mut self,
        top: &Section<'_>,
        key: &'static str,
        section: &Section<'_>,
        modern: &'static str,
        rule: impl Fn(&Scalar) -> Ruled<T>,
    ) -> Field<T> {
        match (top.entry(key), section.entry(modern)) {
            (Some(first), Some(second)) => {
                self.conflict(first, key, second, &section.full_name(modern));
                Field::Faulty
            }
            (Some(_), None) => self.value(top, key, rule),
            (None, _) => self.value(section, modern, rule),
        }
    }

    /// Two keys that say the same thing.
    pub(super) fn conflict(&mut self, first: &Entry, key: &str, second: &Entry, modern: &str) {
        let fault = Diagnostic::error("said-twice", format!("`{key}` and `{modern}` say the same thing"))
            .at(self.source, first.key_span, "delete this")
            .at(self.source, second.key_span, "keep this")
            .help("the first is the short form, the second the modern one; a file uses one of them");
        self.fault(fault);
    }

    /// The value of a key that nothing stands in for.
    pub(super) fn required<T>(
        &mut self,
        section: &Section<'_>,
        key: &'static str,
        field: Field<T>,
    ) -> Option<T> {
        if matches!(field, Field::Absent)
            && let Some(known) = keys::find(section.keys, key).or_else(|| keys::find(keys::TOP, key))
        {
            let lacks = || Missing { level: section.start, keys: Vec::new() };
            self.missing.entry(section.path.clone()).or_insert_with(lacks).keys.push(known);
        }
        field.optional().flatten()
    }

    fn wrong_type(&mut self, entry: &Entry, must: &str, help: String) {
        if entry.value.value != Value::Refused {
            let fault = Diagnostic::error("wrong-type", format!("{} {must}", entry.key));
            self.fault(fault.at(self.source, entry.key_span, "").help(help));
        }
    }

    /// A fault about a value, at the part of it that is meant.
    pub(super) fn complain(&mut self, name: &str, span: Span, complaint: Complaint) {
        let message = format!("{name} {}", complaint.problem);
        let mut fault = Diagnostic::error(complaint.code, message).at(self.source, span, complaint.label);
        fault.help = complaint.help;
        self.fault(fault);
    }

    /// Where a part of a value stands, unless quotes or folding moved it.
    fn part(&self, span: Span, scalar: &Scalar, complaint: &Complaint) -> Span {
        let Some(part) = &complaint.part else { return span };
        let written = self.source.slice(span);
        let quote = usize::from(!scalar.plain);
        let inner = written.get(quote..written.len().saturating_sub(quote));
        if inner != Some(scalar.text.as_str()) {
            return span;
        }
        Span::new(span.offset + quote + part.start, part.len())
    }
}

/// A key of a level that could not be read is not missing.
fn absent<T>(section: &Section<'_>) -> Field<T> {
    if section.faulty { Field::Faulty } else { Field::Absent }
}

fn missing(source: &Source, path: &str, lacks: &Missing) -> Diagnostic {
    let names: Vec<String> = lacks.keys.iter().map(|key| format!("`{}`", key.name)).collect();
    let plural = if lacks.keys.len() == 1 { "key" } else { "keys" };
    let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
    let lines = lacks.keys.iter().map(|key| match key.form {
        Form::Value(kind) => format!("`{}: {}` ({})", key.name, kind.example(), key.doc),
        _ => format!("`{}:` ({})", key.name, key.doc),
    });
    let help = format!("write for instance {}", lines.collect::<Vec<_>>().join(", "));
    Diagnostic::error("missing-key", format!("missing {plural} {}{place}", names.join(", ")))
        .at(source, lacks.level, "")
        .help(help)
}
