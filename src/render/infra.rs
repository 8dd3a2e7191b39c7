//! Lines of the AWS side: what differs is shown under its line, documents as a unified diff.

use similar::TextDiff;

use super::row::Row;
use crate::plan::FieldChange;
use crate::plan::infra::{ObjectChange, ObjectItem};

/// Lines of a document diff shown for one field; the rest is counted.
const DIFF_LINES: usize = 40;

/// One row an object; objects that stay fold into one.
pub(super) fn rows(items: &[ObjectItem], verbose: bool) -> Vec<Row> {
    let fold = |item: &&ObjectItem| !verbose && matches!(item.change, ObjectChange::Keep { .. });
    let kept = items.iter().filter(fold).count();
    let mut rows: Vec<Row> = items.iter().filter(|item| !fold(item)).map(row).collect();
    if kept > 0 {
        let names = if kept == 1 { "1 object of AWS".to_owned() } else { format!("{kept} objects of AWS") };
        rows.push(Row {
            symbol: '=',
            verb: "keep",
            names,
            reasons: vec!["as declared".into()],
            ..Row::default()
        });
    }
    rows
}

fn row(item: &ObjectItem) -> Row {
    let (symbol, verb, mut reasons) = match &item.change {
        ObjectChange::Keep { .. } => ('=', "keep", vec!["as declared".to_owned()]),
        ObjectChange::Create { .. } => ('+', "create", Vec::new()),
        ObjectChange::Update { fields, .. } => ('~', "change", vec![names(fields)]),
        ObjectChange::Adopt { fields, .. } if fields.is_empty() => {
            ('~', "adopt", vec!["it is there and as declared; from now on es2s3's".to_owned()])
        }
        ObjectChange::Adopt { fields, .. } => (
            '~',
            "adopt",
            vec![format!("it is there; from now on es2s3's, and changed in {}", names(fields))],
        ),
        ObjectChange::Remove { .. } => ('-', "remove", vec!["nothing asks for it any more".to_owned()]),
        ObjectChange::Blocked { unknown } => {
            let lacks =
                unknown.missing.as_ref().map(|action| format!(" (lacks {action})")).unwrap_or_default();
            ('!', "blocked", vec![format!("{}{lacks}", unknown.why)])
        }
    };
    if !item.selected {
        reasons.push("left out by --only or --exclude".into());
    }
    Row {
        symbol,
        verb,
        names: format!("{} {}", item.address.kind(), item.address.name()),
        reasons,
        ..Row::default()
    }
}

fn names(fields: &[FieldChange]) -> String {
    let shown: Vec<String> = fields.iter().map(short).collect();
    shown.join("; ")
}

/// A value on one line in full; a document only by name, since its diff stands below.
fn short(change: &FieldChange) -> String {
    let long = |value: &Option<String>| value.as_ref().is_some_and(|value| value.contains('\n'));
    if long(&change.before) || long(&change.after) {
        return change.field.clone();
    }
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(not set)".into());
    format!("{}: {} → {}", change.field, shown(&change.before), shown(&change.after))
}

/// The documents that differ, line by line.
pub(super) fn diffs(items: &[ObjectItem]) -> String {
    let mut text = String::new();
    for item in items {
        let fields = match &item.change {
            ObjectChange::Update { fields, .. } | ObjectChange::Adopt { fields, .. } => fields,
            _ => continue,
        };
        for change in fields {
            let (before, after) = (change.before.as_deref(), change.after.as_deref());
            if before.into_iter().chain(after).any(|value| value.contains('\n')) {
                text.push_str(&format!("    {} · {}\n", item.address, change.field));
                text.push_str(&diff(before.unwrap_or_default(), after.unwrap_or_default()));
            }
        }
    }
    text
}

fn diff(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let lines: Vec<String> = diff
        .unified_diff()
        .context_radius(2)
        .to_string()
        .lines()
        .filter(|line| !line.starts_with("\\ "))
        .map(|line| format!("      {line}\n"))
        .collect();
    let more = lines.len().saturating_sub(DIFF_LINES);
    let mut text: String = lines.iter().take(DIFF_LINES).map(String::as_str).collect();
    if more > 0 {
        text.push_str(&format!("      … and {more} more lines: es2s3 plan --format json\n"));
    }
    text
}
