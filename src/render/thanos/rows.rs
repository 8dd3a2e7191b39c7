//! The lines of a plan that are about the bucket of blocks.

use std::collections::BTreeMap;

use super::super::Style;
use super::super::row::{Row, block};
use super::super::text::{Tint, counted, printable, tinted};
use super::consequences::consequences;
use super::findings;
use super::timeline::day;
use crate::model::thanos::{Resolution, Spoken};
use crate::model::{Address, Bytes, Live};
use crate::plan::thanos::{Action, Item, ThanosPlan, Withheld};

/// Heading, lines, what comes of it, and what was found.
pub(in super::super) fn section(plan: &ThanosPlan, style: &Style) -> String {
    let mut text = String::from("\n");
    text.push_str(&tinted(&heading(plan), Tint::Strong, style.color));
    text.push('\n');
    match &plan.seen {
        Live::Present(_) => {}
        Live::Absent => {
            text.push_str("  there is no such bucket: create it, or correct thanos.bucket\n");
            return text;
        }
        Live::Unknown(unknown) => {
            text.push_str(&format!("  could not be read, and nothing is done: {}\n", unknown.why));
            return text;
        }
    }
    text.push_str(&block(&rows(plan, style.verbose), style));
    text.push_str(&consequences(plan, style));
    text.push_str(&findings::summary(&plan.findings, style));
    text
}

/// `Thanos s3://acme-metrics/eu (raw 30d, 5m 90d, 1h for ever): 1,204 blocks, 92.1 GiB`.
pub(in super::super) fn heading(plan: &ThanosPlan) -> String {
    let spec = &plan.spec;
    let kept: Vec<String> = Resolution::ALL
        .iter()
        .map(|one| match spec.retention.of(*one).seconds() {
            0 => format!("{} for ever", one.word()),
            seconds => format!("{} {}", one.word(), Spoken(seconds)),
        })
        .collect();
    let place = format!("Thanos s3://{}/{}", spec.bucket, spec.key_prefix());
    let seen = plan.seen.present().map_or_else(String::new, |seen| {
        format!(": {}, {}", counted(seen.blocks, "block", "blocks"), seen.bytes)
    });
    format!("{place} ({}){seen}", kept.join(", "))
}

/// Lines of the same kind fold into one, unless each is wanted.
pub(in super::super) fn rows(plan: &ThanosPlan, verbose: bool) -> Vec<Row> {
    if verbose {
        return plan.items.iter().map(|item| row(&[item])).collect();
    }
    let mut folded: BTreeMap<_, Vec<&Item>> = BTreeMap::new();
    for item in &plan.items {
        folded.entry(kind(item)).or_default().push(item);
    }
    let mut rows: Vec<Row> = folded.values().map(|items| row(items)).collect();
    if rows.is_empty() {
        rows.push(Row {
            symbol: '=',
            verb: "keep",
            names: "all blocks".into(),
            reasons: vec!["none is past its retention".into()],
            ..Row::default()
        });
    }
    rows
}

/// What folds together, in the order of the page.
fn kind(item: &Item) -> (u8, Option<Resolution>, bool) {
    let (order, resolution) = match &item.action {
        Action::Mark { resolution, .. } => (0, Some(*resolution)),
        Action::Unmark { .. } => (1, None),
        Action::Delete { .. } => (2, None),
        Action::PurgeGhost { .. } => (3, None),
        Action::PurgeDebugMetas { .. } => (4, None),
        Action::AbortUpload { .. } => (5, None),
        Action::SetLifecycle { .. } => (6, None),
        Action::Withheld { resolution, why: Withheld::Young, .. } => (7, Some(*resolution)),
        Action::Withheld { resolution, why: Withheld::NotDownsampled, .. } => (8, Some(*resolution)),
        Action::Withheld { resolution, why: Withheld::Clock, .. } => (9, Some(*resolution)),
    };
    (order, resolution, !item.selected)
}

fn row(items: &[&Item]) -> Row {
    let Some(first) = items.first() else { return Row::default() };
    let (symbol, what, reason) = words(&first.action);
    let count = items.len() as u64;
    let names = match (&first.address, count) {
        (Address::Block(_), 2..) => format!("{}{what}", counted(count, "block", "blocks")),
        (_, 2..) => format!("{} of {}", count, first.address.kind()),
        (address, _) => printable(&format!("{} {}", address.kind(), address.name())).into_owned(),
    };
    let bytes: Bytes = items.iter().map(|item| item.bytes).sum();
    let mut reasons = vec![reason];
    if let [item] = items {
        reasons.extend(whose(item));
    }
    if !first.selected {
        reasons.push("left out by --only or --exclude".into());
    }
    Row {
        symbol,
        verb: first.action.verb(),
        names,
        bytes: if bytes.0 == 0 { String::new() } else { bytes.to_string() },
        reasons,
        ..Row::default()
    }
}

/// Of a line that stands alone: its stream, and when its retention ended.
fn whose(item: &Item) -> Option<String> {
    let stream = item.stream.as_ref()?;
    Some(match item.action {
        Action::Mark { ended, .. } | Action::Withheld { ended, .. } => {
            format!("{stream}, kept until {}", day(ended.saturating_mul(1_000)))
        }
        _ => stream.to_string(),
    })
}

fn words(action: &Action) -> (char, String, String) {
    let of = |resolution: &Resolution| format!(" of {}", resolution.word());
    match action {
        Action::Mark { resolution, .. } => ('-', of(resolution), "past their retention".into()),
        Action::Unmark { .. } => {
            ('+', String::new(), "marked by a retention that was shorter than today's".into())
        }
        Action::Withheld { resolution, why: Withheld::Young, .. } => {
            ('!', of(resolution), "past their retention, and made less than 48 hours ago".into())
        }
        Action::Withheld { resolution, why: Withheld::NotDownsampled, .. } => {
            let coarser = if *resolution == Resolution::Raw { "5m" } else { "1h" };
            ('!', of(resolution), format!("past their retention, and in no whole {coarser} block yet"))
        }
        Action::Withheld { resolution, why: Withheld::Clock, .. } => {
            ('!', of(resolution), "past their retention by a clock that is not the store's".into())
        }
        Action::Delete { .. } => ('-', String::new(), "marked, and the delay is over".into()),
        Action::PurgeGhost { .. } => ('-', String::new(), "only marks are left of it".into()),
        Action::PurgeDebugMetas { objects } => {
            ('-', String::new(), format!("{} that nothing reads", counted(*objects, "copy", "copies")))
        }
        Action::AbortUpload { .. } => ('-', String::new(), "an upload in parts that nobody ended".into()),
        Action::SetLifecycle { rules } => {
            let rules: Vec<String> = rules
                .values()
                .flat_map(|rule| {
                    let parts =
                        rule.abort_parts_days.map(|days| format!("parts of uploads go after {days} days"));
                    let old = rule.old_versions_days.map(|days| format!("old versions go after {days} days"));
                    parts.into_iter().chain(old)
                })
                .collect();
            ('~', String::new(), rules.join(", "))
        }
    }
}
