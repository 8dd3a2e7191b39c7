//! The lines of one policy: runs of indices folded by what happens to them and why.

use jiff::Timestamp;

use super::Style;
use super::row::Row;
use super::text::{counted, grouped, span};
use super::words;
use crate::model::{Bytes, IndexName};
use crate::plan::{Archive, Decision, IndexItem, KeepReason, Series, SnapshotDecision, SnapshotItem};

/// `app-   keep 30 days searchable, then 365 days in S3`.
pub(super) fn heading(series: &Series) -> String {
    let policy = &series.policy;
    format!(
        "{}   keep {} searchable, then {} in S3",
        policy.prefix, policy.index_retention, policy.snapshot_retention
    )
}

/// All rows, what destroys first among equals: archive, delete, expire, then what is withheld, then what stays.
pub(super) fn rows(series: &Series, now: Timestamp, style: &Style) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(archive_rows(series, style));
    rows.extend(delete_rows(series, style));
    rows.extend(expire_rows(series, style));
    rows.extend(folded(series, style, '!', "blocked", blocked_reason));
    rows.extend(stale_rows(series));
    rows.extend(snapshot_blocked_rows(series));
    rows.extend(folded(series, style, 'h', "held", |item| match &item.decision {
        Decision::Held { hold } => Some(words::hold(hold)),
        _ => None,
    }));
    rows.extend(snapshot_held_rows(series));
    rows.extend(kept_rows(series, now, style));
    rows.extend(excluded_rows(series));
    rows
}

fn selected(series: &Series) -> impl Iterator<Item = &IndexItem> {
    series.indices.iter().filter(|item| item.selected)
}

fn archive_rows(series: &Series, style: &Style) -> Vec<Row> {
    let due: Vec<_> =
        selected(series).filter(|item| matches!(item.decision, Decision::Archive { .. })).collect();
    let past = format!("past {}; snapshot, verify, delete", series.policy.index_retention);
    if style.verbose {
        return due.iter().map(|item| single(item, '>', "archive", archive_reason(series, item))).collect();
    }
    let mut row = Vec::from_iter(range_row(&due, '>', "archive", past));
    let waiting: Vec<&Archive> = series.archives.iter().filter(|archive| archive.running).collect();
    if let (Some(row), Some(first)) = (row.first_mut(), waiting.first()) {
        row.reasons.push(format!(
            "{} already being written ({}): waited for, not started again",
            counted(waiting.len() as u64, "snapshot is", "snapshots are"),
            first.snapshot
        ));
    }
    row
}

fn archive_reason(series: &Series, item: &IndexItem) -> String {
    match &item.decision {
        Decision::Archive { snapshot, .. } => {
            format!("past {}; into snapshot {snapshot}", series.policy.index_retention)
        }
        _ => String::new(),
    }
}

/// An index whose existing copy does not do: said apart from its archive line.
fn stale_rows(series: &Series) -> Vec<Row> {
    selected(series)
        .filter_map(|item| match &item.decision {
            Decision::Archive { stale: Some(missing), .. } => {
                let mut row = single(item, '!', "blocked", format!("proof: {missing}"));
                row.reasons.push("this plan snapshots it again".into());
                Some(row)
            }
            _ => None,
        })
        .collect()
}

fn delete_rows(series: &Series, style: &Style) -> Vec<Row> {
    let proven: Vec<_> = selected(series)
        .filter_map(|item| match &item.decision {
            Decision::Delete { evidence } => Some((item, evidence)),
            _ => None,
        })
        .collect();
    if style.verbose || proven.len() == 1 {
        return proven
            .iter()
            .map(|(item, evidence)| {
                single(item, '-', "delete", format!("proven: {}", words::evidence(evidence)))
            })
            .collect();
    }
    let items: Vec<_> = proven.iter().map(|(item, _)| *item).collect();
    let shards: u64 = proven.iter().map(|(_, evidence)| u64::from(evidence.shards)).sum();
    let blobs: u64 = proven.iter().map(|(_, evidence)| evidence.blobs).sum();
    let reason = format!(
        "each proven: {}, {}, same commit",
        counted(shards, "shard", "shards"),
        counted(blobs, "blob", "blobs")
    );
    Vec::from_iter(range_row(&items, '-', "delete", reason))
}

fn expire_rows(series: &Series, style: &Style) -> Vec<Row> {
    let due: Vec<(&SnapshotItem, &Vec<IndexName>)> = series
        .snapshots
        .iter()
        .filter(|item| item.selected)
        .filter_map(|item| match &item.decision {
            SnapshotDecision::Expire { last_copy_of, .. } => Some((item, last_copy_of)),
            _ => None,
        })
        .collect();
    let past = format!("past {}", series.policy.snapshot_retention);
    if style.verbose {
        return due.iter().map(|(item, last)| snapshot_row(item, last, &past)).collect();
    }
    let Some(((first, _), (last, _))) = due.first().zip(due.last()) else { return Vec::new() };
    let lost: u64 = due.iter().map(|(_, last)| last.len() as u64).sum();
    vec![Row {
        symbol: 'x',
        verb: "expire",
        amount: counted(due.len() as u64, "snapshot", "snapshots"),
        names: range(first.name.as_str(), last.name.as_str(), due.len()),
        bytes: bytes(due.iter().filter_map(|(item, _)| item.marks.as_ref()).map(|marks| marks.bytes).sum()),
        reasons: vec![format!("{past}{}", last_copy_words(lost))],
    }]
}

fn snapshot_row(item: &SnapshotItem, last: &[IndexName], past: &str) -> Row {
    let names = last.iter().map(IndexName::as_str).collect::<Vec<_>>().join(", ");
    let reason = if last.is_empty() { past.to_owned() } else { format!("{past}; the last copy of {names}") };
    Row {
        symbol: 'x',
        verb: "expire",
        amount: "1 snapshot".into(),
        names: item.name.to_string(),
        bytes: item.marks.as_ref().map(|marks| bytes(marks.bytes)).unwrap_or_default(),
        reasons: vec![reason],
    }
}

fn last_copy_words(lost: u64) -> String {
    if lost == 0 {
        String::new()
    } else {
        format!("; the last copy of {}", counted(lost, "index", "indices"))
    }
}

fn snapshot_blocked_rows(series: &Series) -> Vec<Row> {
    let blocked = series.snapshots.iter().filter_map(|item| match &item.decision {
        SnapshotDecision::Blocked { blocker } if item.selected => Some(Row {
            symbol: '!',
            verb: "blocked",
            amount: "1 snapshot".into(),
            names: item.name.to_string(),
            bytes: String::new(),
            reasons: vec![words::blocker(blocker)],
        }),
        _ => None,
    });
    blocked.collect()
}

fn snapshot_held_rows(series: &Series) -> Vec<Row> {
    let held = series.snapshots.iter().filter_map(|item| match &item.decision {
        SnapshotDecision::Held { index, hold } if item.selected => Some(Row {
            symbol: 'h',
            verb: "held",
            amount: "1 snapshot".into(),
            names: item.name.to_string(),
            bytes: item.marks.as_ref().map(|marks| bytes(marks.bytes)).unwrap_or_default(),
            reasons: vec![format!("{index}: {}", words::hold(hold))],
        }),
        _ => None,
    });
    held.collect()
}

fn blocked_reason(item: &IndexItem) -> Option<String> {
    match &item.decision {
        Decision::Blocked { blocker } => Some(words::blocker(blocker)),
        _ => None,
    }
}

/// Young indices are one line; those kept for another reason are a line a reason, since they never become due by waiting.
fn kept_rows(series: &Series, now: Timestamp, style: &Style) -> Vec<Row> {
    if style.verbose {
        return folded(series, style, '=', "keep", |item| match &item.decision {
            Decision::Keep { reason } => Some(words::keep(reason, now)),
            _ => None,
        });
    }
    let young: Vec<_> = selected(series)
        .filter(|item| matches!(item.decision, Decision::Keep { reason: KeepReason::Young { .. } }))
        .collect();
    let mut rows = Vec::from_iter(range_row(&young, '=', "keep", youngest_and_oldest(&young, now)));
    rows.extend(folded(series, style, '=', "keep", |item| match &item.decision {
        Decision::Keep { reason: KeepReason::Young { .. } } => None,
        Decision::Keep { reason } => Some(words::keep(reason, now)),
        _ => None,
    }));
    rows
}

fn youngest_and_oldest(items: &[&IndexItem], now: Timestamp) -> String {
    if let [item] = items {
        return span(now.duration_since(item.aged_from));
    }
    let ages = items.iter().map(|item| now.duration_since(item.aged_from));
    match (ages.clone().min(), ages.max()) {
        (Some(youngest), Some(oldest)) => format!("youngest {}, oldest {}", span(youngest), span(oldest)),
        _ => String::new(),
    }
}

fn excluded_rows(series: &Series) -> Option<Row> {
    let left_out = series.indices.iter().filter(|item| !item.selected).count()
        + series.snapshots.iter().filter(|item| !item.selected).count();
    (left_out > 0).then(|| Row {
        symbol: ' ',
        verb: "left out",
        amount: grouped(left_out as u64),
        reasons: vec!["by --only or --exclude".into()],
        ..Row::default()
    })
}

/// Indices with the same reason in one row, in the order in which the reasons first appear.
fn folded(
    series: &Series,
    style: &Style,
    symbol: char,
    verb: &'static str,
    reason: impl Fn(&IndexItem) -> Option<String>,
) -> Vec<Row> {
    let mut groups: Vec<(String, Vec<&IndexItem>)> = Vec::new();
    let mut at = std::collections::HashMap::new();
    for item in selected(series) {
        let Some(why) = reason(item) else { continue };
        if style.verbose {
            groups.push((why, vec![item]));
            continue;
        }
        let place = *at.entry(why.clone()).or_insert_with(|| {
            groups.push((why, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(item);
    }
    groups.into_iter().filter_map(|(why, items)| range_row(&items, symbol, verb, why)).collect()
}

fn single(item: &IndexItem, symbol: char, verb: &'static str, reason: String) -> Row {
    Row {
        symbol,
        verb,
        amount: "1 index".into(),
        names: item.name.to_string(),
        bytes: item.bytes.map(bytes).unwrap_or_default(),
        reasons: vec![reason],
    }
}

fn range_row(items: &[&IndexItem], symbol: char, verb: &'static str, reason: String) -> Option<Row> {
    let (first, last) = items.first().zip(items.last())?;
    Some(Row {
        symbol,
        verb,
        amount: counted(items.len() as u64, "index", "indices"),
        names: range(first.name.as_str(), last.name.as_str(), items.len()),
        // What closed indices hold is not known, which is not nothing.
        bytes: items
            .iter()
            .filter_map(|item| item.bytes)
            .reduce(|sum, one| sum + one)
            .map(bytes)
            .unwrap_or_default(),
        reasons: vec![reason],
    })
}

/// `app-2026.10.21 … 2026.10.23`: the letters that both start with are said once.
fn range(first: &str, last: &str, count: usize) -> String {
    let date = first.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let short = last.strip_prefix(&first[..date]).unwrap_or(last);
    match count {
        0 | 1 => first.to_owned(),
        2 => format!("{first}, {short}"),
        _ => format!("{first} … {short}"),
    }
}

fn bytes(amount: Bytes) -> String {
    amount.to_string()
}
