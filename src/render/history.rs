//! Runs as their journals tell them.

use super::text::{counted, second};
use crate::model::Bytes;
use crate::state::{Deed, Entry, ManifestLine, RunRecord, Settled};

/// One line a run, newest first.
pub fn runs(records: &[RunRecord]) -> String {
    if records.is_empty() {
        return "no runs yet\n".into();
    }
    records.iter().map(|record| format!("{}   {}\n", record.run, summary(record))).collect()
}

fn summary(record: &RunRecord) -> String {
    let begun = record.entries.iter().find_map(|entry| match entry {
        Entry::Begin { at, operation, by } => Some(format!("{} {operation} by {by}", second(*at))),
        _ => None,
    });
    let ended = record.entries.iter().rev().find_map(|entry| match entry {
        Entry::End { exit, done, skipped, failed, pending, .. } => Some(format!(
            "exit {exit}: {done} done, {skipped} left alone, {failed} failed, {pending} pending"
        )),
        Entry::Recovered { by, .. } => Some(format!("did not end; closed by {by}")),
        _ => None,
    });
    format!("{}   {}", begun.unwrap_or_else(|| "?".into()), ended.unwrap_or_else(|| "did not end".into()))
}

/// One run in full: what it did, step by step, and what it deleted.
pub fn run(record: &RunRecord, deleted: &[ManifestLine]) -> String {
    let mut text = format!("{}   {}\n", record.run, summary(record));
    for entry in &record.entries {
        if let Some(line) = line(entry) {
            text.push_str(&line);
        }
    }
    if deleted.is_empty() {
        return text;
    }
    let bytes: Bytes = deleted.iter().filter_map(|line| line.bytes).sum();
    text.push_str(&format!("\ndeleted {}, {bytes}:\n", counted(deleted.len() as u64, "index", "indices")));
    for line in deleted {
        let docs = line.docs.map(|docs| counted(docs, "document", "documents")).unwrap_or_default();
        text.push_str(&format!("  {}   {docs}   in snapshot {}\n", line.index, line.evidence.snapshot));
    }
    text + &format!("bring them back: es2s3 restore --run {}\n", record.run)
}

fn line(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Intent { step, deed, at, .. } => {
            Some(format!("  {}  {:>4}  {}\n", at.strftime("%H:%M:%S"), step.0, words(deed)))
        }
        Entry::Outcome { step, result, note, at } => {
            Some(format!("  {}  {:>4}    {}: {note}\n", at.strftime("%H:%M:%S"), step.0, settled(*result)))
        }
        Entry::Recovered { notes, .. } => Some(notes.iter().map(|note| format!("    {note}\n")).collect()),
        Entry::Begin { .. } | Entry::End { .. } => None,
    }
}

fn words(deed: &Deed) -> String {
    match deed {
        Deed::PutRepository { name, .. } => format!("register repository {name}"),
        Deed::PutObject { object } => format!("make or change {object}"),
        Deed::RemoveObject { object, arn } => format!("remove {object} ({arn})"),
        Deed::Freeze { index, .. } => format!("set the write block of {index}"),
        Deed::Thaw { index, .. } => format!("take back the write block of {index}"),
        Deed::Snapshot { snapshot, indices } => {
            format!("write snapshot {snapshot} of {}", counted(indices.len() as u64, "index", "indices"))
        }
        Deed::DeleteIndex { line } => format!("delete index {} ({})", line.index, line.uuid),
        Deed::DeleteSnapshot { snapshot, uuid } => format!("delete snapshot {snapshot} ({uuid})"),
        Deed::MarkBlock { key } => format!("mark {key} for deletion"),
        Deed::UnmarkBlock { key } => format!("take the deletion mark of {key} away"),
        Deed::RemoveObjects { below, bytes } => format!("remove what lies below {below} ({bytes})"),
        Deed::AbortUpload { key, upload } => format!("end the upload of {key} ({upload})"),
        Deed::PutLifecycle { bucket } => format!("set the lifecycle rule of {bucket}"),
        Deed::Restore { index, target, snapshot } => format!("restore {index} as {target} from {snapshot}"),
    }
}

fn settled(result: Settled) -> &'static str {
    match result {
        Settled::Done => "done",
        Settled::AlreadyDone => "done already",
        Settled::Skipped => "left alone",
        Settled::Failed => "failed",
        Settled::Pending => "pending",
    }
}
