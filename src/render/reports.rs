//! What commands report besides plans: outcomes, holds, the state, bootstrap, restorations.

use jiff::{SignedDuration, Timestamp};

use super::Style;
use super::text::{Tint, counted, minute, second, span, tinted};
use super::words;
use crate::apply::{Outcome, RestoreItem};
use crate::model::{Bytes, Hold, RunId, State};
use crate::state::LockFile;
use crate::state::holds::holds_at;

/// The last lines of an apply.
pub fn outcome(outcome: &Outcome, run: &RunId, took: SignedDuration, style: &Style) -> String {
    let mut parts = Vec::new();
    if outcome.objects > 0 {
        parts.push(format!("{} of AWS", counted(outcome.objects, "object", "objects")));
    }
    if outcome.repository_changed {
        parts.push("repository registered".to_owned());
    }
    let deleted = outcome.deleted_indices - outcome.archived_indices;
    for (count, word) in
        [(outcome.archived_indices, "archived"), (deleted, "deleted"), (outcome.expired_snapshots, "expired")]
    {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    for (verb, count) in &outcome.blocks {
        parts.push(match *verb {
            "mark" => format!("{} marked", counted(*count, "block", "blocks")),
            "unmark" => format!("{} unmarked", counted(*count, "block", "blocks")),
            "delete" => format!("{} deleted", counted(*count, "block", "blocks")),
            "purge" => format!("{count} purged"),
            "abort" => format!("{} ended", counted(*count, "upload", "uploads")),
            _ => "lifecycle set".to_owned(),
        });
    }
    let what = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    let freed = if outcome.deleted_bytes > Bytes(0) {
        format!(", {} freed", outcome.deleted_bytes)
    } else {
        String::new()
    };
    let mut text = format!("Applied: {what}{freed} in {}. ", span(took));
    text.push_str(&left(outcome));
    text.push('\n');
    for (address, why) in &outcome.withheld {
        text.push_str(&format!("  {} {address}: {why}\n", tinted("!", Tint::Attention, style.color)));
    }
    if outcome.interrupted {
        text.push_str("Interrupted: what was not begun is left to the next run.\n");
    }
    if outcome.deleted_indices > 0 {
        text.push_str(&format!("Bring them back: es2s3 restore --run {run}\n"));
    }
    text
}

pub(super) fn left(outcome: &Outcome) -> String {
    let counts = [(outcome.failed, "failed"), (outcome.skipped, "left alone"), (outcome.pending, "pending")];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if told.is_empty() { "0 failed.".into() } else { format!("{}.", told.join(", ")) }
}

/// A hold in words.
pub fn hold(hold: &Hold) -> String {
    words::hold(hold)
}

/// All holds that keep something.
pub fn holds(state: &State, now: Timestamp) -> String {
    let mut text = String::new();
    for (index, hold) in state.holds.iter().filter(|(_, hold)| holds_at(hold, now)) {
        text.push_str(&format!("{index}   {}\n", words::hold(hold)));
    }
    if text.is_empty() { "no holds\n".into() } else { text }
}

/// The state for people.
pub fn state(place: &str, state: &State, lock: Option<&LockFile>, now: Timestamp) -> String {
    let mut text = format!("{place}\n  serial {} · lineage {}\n", state.serial, state.lineage);
    match lock {
        None => text.push_str("  lock      free\n"),
        Some(lock) => text.push_str(&lock_line(lock, now)),
    }
    for (address, owned) in &state.owned {
        text.push_str(&format!("  owned     {address}   {} since {}\n", owned.id, minute(owned.since)));
    }
    for address in &state.protected {
        text.push_str(&format!("  protected {address}\n"));
    }
    let held = state.holds.values().filter(|hold| holds_at(hold, now)).count();
    text.push_str(&format!("  holds     {held}\n"));
    match &state.last_run {
        None => text.push_str("  last run  none\n"),
        Some(last) => text.push_str(&format!(
            "  last run  {} at {}: exit {}, {} deleted, {}, {} expired\n",
            last.run,
            minute(last.finished),
            last.exit,
            last.deleted_indices,
            last.deleted_bytes,
            last.expired_snapshots
        )),
    }
    text
}

pub(super) fn lock_line(lock: &LockFile, now: Timestamp) -> String {
    let left = lock.expires.duration_since(now);
    let state = if left.is_positive() {
        format!("expires in {}", span(left))
    } else {
        "expired: the next run takes it over".into()
    };
    format!(
        "  lock      {} by {}@{}, run {}, since {}, {state}\n",
        lock.operation,
        lock.owner,
        lock.host,
        lock.run,
        second(lock.started)
    )
}

/// What restore is about to bring back.
pub fn restoration(items: &[RestoreItem]) -> String {
    let mut text = String::new();
    for item in items {
        let name = if item.target == item.line.index {
            item.target.to_string()
        } else {
            format!("{} as {}", item.line.index, item.target)
        };
        match &item.blocked {
            Some(why) => text.push_str(&format!("  ! blocked {name}   {why}\n")),
            None => {
                let bytes = item.line.bytes.map(|bytes| format!("{bytes}, ")).unwrap_or_default();
                text.push_str(&format!(
                    "  < restore {name}   {bytes}deleted {}, from snapshot {}\n",
                    minute(item.line.deleted),
                    item.line.evidence.snapshot
                ));
            }
        }
    }
    let possible = items.iter().filter(|item| item.blocked.is_none()).count() as u64;
    text + &format!("{} to restore.\n", counted(possible, "index", "indices"))
}

/// The last lines of a restore.
pub fn restored(outcome: &Outcome, run: &RunId) -> String {
    let mut text = format!("Restored: {}. {}\n", counted(outcome.done, "index", "indices"), left(outcome));
    for (address, why) in &outcome.withheld {
        text.push_str(&format!("  ! {address}: {why}\n"));
    }
    if outcome.done > 0 {
        text.push_str(&format!("They are held (es2s3 holds) and still write-blocked; run {run}.\n"));
    }
    text
}
