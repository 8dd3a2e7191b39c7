//! Events as lines: the ones that tell what became of something, with a symbol in front.

use super::text::{Tint, counted, tinted};
use crate::event::Event;

/// A plain line for a log, or nothing for an event that only a bar shows.
pub fn event_line(event: &Event) -> Option<String> {
    match event {
        Event::SnapshotProgress { .. }
        | Event::ReadProgress { .. }
        | Event::LeaseRenewed { .. }
        | Event::ReadingDone => None,
        Event::Reading { what } => Some(format!("reading {what}")),
        Event::ItemStarted { address, verb } => Some(format!("{verb} {address}")),
        _ => event_line_on_terminal(event, false),
    }
}

/// A line that stays above the bars.
pub fn event_line_on_terminal(event: &Event, color: bool) -> Option<String> {
    let line = |symbol: &str, tint, text: String| Some(format!("{} {text}", tinted(symbol, tint, color)));
    match event {
        Event::ItemDone { address, verb, note } => line("✓", Tint::Add, format!("{verb} {address}: {note}")),
        Event::ItemSkipped { address, verb, why } => {
            line("!", Tint::Attention, format!("{verb} {address} left alone: {why}"))
        }
        Event::ItemFailed { address, verb, why } => {
            line("✗", Tint::Remove, format!("{verb} {address} failed: {why}"))
        }
        Event::ItemPending { address, verb, why } => {
            line("…", Tint::Change, format!("{verb} {address} pending: {why}"))
        }
        Event::Verified { index, evidence } => line(
            "✓",
            Tint::Add,
            format!(
                "verified {index}: {}, {}, {}, commit {}",
                counted(evidence.shards.into(), "shard", "shards"),
                counted(evidence.blobs, "blob", "blobs"),
                evidence.bytes,
                evidence.commits.first().map_or("not looked at", |commit| commit.commit.as_str())
            ),
        ),
        Event::Recovering { run, open } => {
            line("↻", Tint::Change, format!("run {run} did not end: looking at its {open} open steps"))
        }
        Event::Retrying { what, why, after_ms } => {
            // Most errors name the request themselves.
            let what = if why.starts_with(what.as_str()) { String::new() } else { format!("{what}: ") };
            line("…", Tint::Quiet, format!("{what}{why}; again in {:.1} s", *after_ms as f64 / 1000.0))
        }
        Event::Notice { text } => line("·", Tint::Quiet, text.clone()),
        Event::RunStarted { run, items, lease_until } => line(
            "·",
            Tint::Quiet,
            format!(
                "run {run}: {}; lease held until {}",
                counted(*items, "item", "items"),
                lease_until.strftime("%H:%M:%S")
            ),
        ),
        Event::ItemWaits { address, why } => line("…", Tint::Quiet, format!("{address} waits: {why}")),
        Event::NotProven { .. }
        | Event::Reading { .. }
        | Event::ReadProgress { .. }
        | Event::ReadingDone
        | Event::ItemStarted { .. }
        | Event::SnapshotProgress { .. }
        | Event::LeaseRenewed { .. }
        | Event::RunFinished { .. } => None,
    }
}
