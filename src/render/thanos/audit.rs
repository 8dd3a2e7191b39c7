//! The audit on a screen: the bucket by stream, what time is covered, and every finding.

use super::super::Style;
use super::super::text::{Tint, counted, tinted};
use super::{findings, rows, timeline};
use crate::model::Live;
use crate::plan::Amount;
use crate::plan::thanos::{Stream, ThanosPlan};

/// Columns before the bar, at least, and cells of it.
const CELLS: std::ops::RangeInclusive<usize> = 12..=60;
/// Streams that are drawn; a bucket of a thousand Prometheus would fill the screen.
const DRAWN: usize = 40;

/// The whole audit.
pub fn audit_human(plan: &ThanosPlan, style: &Style) -> String {
    let mut text = tinted(&rows::heading(plan), Tint::Strong, style.color);
    text.push('\n');
    match &plan.seen {
        Live::Present(seen) => text.push_str(&format!(
            "{}; {} of metadata fetched, {} known from before; {}\n",
            counted(seen.objects, "object", "objects"),
            counted(seen.fetched, "object", "objects"),
            counted(seen.remembered, "object", "objects"),
            counted(seen.requests, "request", "requests"),
        )),
        Live::Absent => text.push_str("there is no such bucket: create it, or correct thanos.bucket\n"),
        Live::Unknown(unknown) => text.push_str(&format!("could not be read: {}\n", unknown.why)),
    }
    text.push_str(&table(&plan.streams, style));
    text.push_str(&findings::page(&plan.findings, style));
    if plan.findings.is_empty() && plan.seen.present().is_some() {
        text.push_str("\nNothing was found wrong.\n");
    }
    text
}

pub(super) fn table(streams: &[Stream], style: &Style) -> String {
    let Some(whole) = timeline::whole(streams) else { return String::new() };
    let drawn = if style.verbose { streams.len() } else { DRAWN };
    let mut lines: Vec<[String; 7]> =
        vec![["labels", "", "levels", "blocks", "size", "first", "last"].map(str::to_owned)];
    lines.extend(streams.iter().take(drawn).map(line));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let taken: usize = widths.iter().sum::<usize>() + 2 * widths.len() + 2;
    let cells = style.width.saturating_sub(taken).clamp(*CELLS.start(), *CELLS.end());
    let mut text = String::from("\n");
    for (number, line) in lines.iter().enumerate() {
        text.push_str("  ");
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            let blank = " ".repeat(width - cell.chars().count());
            // Numbers stand at the right.
            let padded =
                if (3..5).contains(&column) { format!("{blank}{cell}") } else { format!("{cell}{blank}") };
            text.push_str(&padded);
            text.push_str("  ");
        }
        if let Some(stream) = number.checked_sub(1).and_then(|at| streams.get(at)) {
            text.push_str(&timeline::bar(&stream.spans, whole, cells));
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    if streams.len() > drawn {
        text.push_str(&format!("  and {} more\n", streams.len() - drawn));
    }
    text.push_str(&format!(
        "  █ whole  ▒ in part  · nothing, from {} to {}\n",
        timeline::day(whole.0),
        timeline::day(whole.1)
    ));
    text
}

fn line(stream: &Stream) -> [String; 7] {
    let (from, to) = stream.spans.whole().unwrap_or_default();
    let level = |(level, amount): (&u32, &Amount)| format!("{level}:{}", amount.count);
    let levels: Vec<String> = stream.levels.iter().map(level).collect();
    let marked =
        if stream.marked.is_nothing() { String::new() } else { format!(" ({} marked)", stream.marked.count) };
    [
        stream.labels.clone(),
        stream.resolution.word().to_owned(),
        levels.join(" "),
        format!("{}{marked}", stream.blocks),
        stream.bytes.to_string(),
        timeline::day(from),
        timeline::day(to),
    ]
}
