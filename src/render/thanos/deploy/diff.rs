//! What is rendered against what lies in a folder.

use std::collections::BTreeMap;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::RenderedFile;
use crate::model::thanos::{Change, FileDrift};

/// One name, and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    pub name: String,
    pub change: Change,
    /// Empty where there is none.
    #[serde(skip)]
    pub before: String,
    #[serde(skip)]
    pub after: String,
}

/// In the order of the files, what is left over last. `found` holds what es2s3 once made in the folder, and what bears a name that is
/// rendered now.
pub fn thanos_changes(files: Vec<RenderedFile>, mut found: BTreeMap<String, String>) -> Vec<FileChange> {
    let mut changes = Vec::new();
    for RenderedFile { name, text: after } in files {
        let (change, before) = match found.remove(&name) {
            None => (Change::New, String::new()),
            Some(before) if before == after => (Change::Same, before),
            Some(before) => (Change::Changed, before),
        };
        changes.push(FileChange { name, change, before, after });
    }
    changes.extend(found.into_iter().map(|(name, before)| FileChange {
        name,
        change: Change::LeftOver,
        before,
        after: String::new(),
    }));
    changes
}

/// One line a file that is not the same, and a count of the rest.
pub fn thanos_change_summary(changes: &[FileChange]) -> String {
    let mut text = String::new();
    for one in changes.iter().filter(|one| one.change != Change::Same) {
        let (added, removed) = counts(one);
        let more = if one.change == Change::LeftOver { "; no longer rendered: remove it" } else { "" };
        text.push_str(&format!("{:<9}  {}  +{added} -{removed}{more}\n", one.change.word(), one.name));
    }
    match changes.iter().filter(|one| one.change == Change::Same).count() {
        0 => {}
        1 => text.push_str("same       1 file\n"),
        count => text.push_str(&format!("same       {count} files\n")),
    }
    text
}

/// As `diff -u` writes it; empty when nothing differs.
pub fn thanos_change_diff(changes: &[FileChange]) -> String {
    changes.iter().filter(|one| one.change != Change::Same).map(unified).collect()
}

fn unified(one: &FileChange) -> String {
    let side =
        |there: bool, side: &str| if there { format!("{side}/{}", one.name) } else { "/dev/null".into() };
    let before = side(one.change != Change::New, "a");
    let after = side(one.change != Change::LeftOver, "b");
    let diff = TextDiff::from_lines(&one.before, &one.after);
    diff.unified_diff().context_radius(3).header(&before, &after).to_string()
}

/// What is not as it is to be, for a plan.
pub fn thanos_drift(changes: &[FileChange]) -> Vec<FileDrift> {
    let drifted = changes.iter().filter(|one| one.change != Change::Same);
    drifted.map(|one| FileDrift { name: one.name.clone(), change: one.change, diff: unified(one) }).collect()
}

/// Lines added and removed.
fn counts(one: &FileChange) -> (usize, usize) {
    let diff = TextDiff::from_lines(&one.before, &one.after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}
