//! The table by stream: labels, resolution, levels, blocks, bytes, and what time they cover.

use std::collections::BTreeMap;

use super::spans::{Span, Spans};
use super::types::{Seen, Stream};
use super::view::{Group, Known, View, written};
use crate::model::thanos::{Inventory, MarkFault, MetaSeen, Resolution, ThanosSpec};
use crate::model::{Bytes, Unknown};
use crate::plan::Amount;

pub(super) fn seen(inventory: &Inventory) -> Seen {
    Seen {
        blocks: inventory.blocks.len() as u64,
        objects: inventory.blocks.iter().map(|block| block.objects.len() as u64).sum(),
        bytes: inventory.blocks.iter().map(crate::model::thanos::Block::bytes).sum(),
        fetched: inventory.fetched,
        remembered: inventory.remembered,
        requests: inventory.requests,
        unread: unread(inventory),
    }
}

/// Small objects that could not be read, and why one of them: a missing right says more than an accident does.
pub(super) fn unread(inventory: &Inventory) -> Option<(u64, Unknown)> {
    let metas = inventory.blocks.iter().filter_map(|block| match &block.meta {
        MetaSeen::Unread(unknown) => Some(&**unknown),
        MetaSeen::Missing | MetaSeen::Bad(_) | MetaSeen::Gone | MetaSeen::Read(_) => None,
    });
    let marks = inventory.blocks.iter().flat_map(|block| &block.marks);
    let marks = marks.filter_map(|mark| match &mark.said {
        Err(MarkFault::Unread(unknown)) => Some(unknown),
        Ok(_) | Err(MarkFault::Bad(_)) => None,
    });
    let all: Vec<&Unknown> = metas.chain(marks).collect();
    let worst = all.iter().find(|unknown| unknown.missing.is_some()).or(all.first())?;
    Some((all.len() as u64, (*worst).clone()))
}

pub(super) fn streams(view: &View<'_>, spec: &ThanosSpec) -> Vec<Stream> {
    let rows = |group: &Group<'_>| -> Vec<Stream> {
        group.blocks.iter().map(|(resolution, blocks)| stream(group, *resolution, blocks, spec)).collect()
    };
    view.groups.iter().flat_map(rows).collect()
}

fn stream(group: &Group<'_>, resolution: Resolution, blocks: &[Known<'_>], spec: &ThanosSpec) -> Stream {
    let member = |known: &Known<'_>| Member {
        level: known.meta.level,
        bytes: known.block.bytes(),
        marked: known.deletion().is_some(),
        span: known.span(),
    };
    row(&written(group.labels), resolution, blocks.iter().map(member), spec)
}

/// What one block, of today or of a later day, adds to its row.
pub(super) struct Member {
    pub(super) level: u32,
    pub(super) bytes: Bytes,
    pub(super) marked: bool,
    pub(super) span: Span,
}

pub(super) fn row(
    labels: &str,
    resolution: Resolution,
    members: impl Iterator<Item = Member>,
    spec: &ThanosSpec,
) -> Stream {
    let (mut sum, mut marked, mut spans) = (Amount::default(), Amount::default(), Vec::new());
    let mut levels: BTreeMap<u32, Amount> = BTreeMap::new();
    for member in members {
        let bytes = Some(member.bytes);
        sum.add(bytes);
        levels.entry(member.level).or_default().add(bytes);
        if member.marked {
            marked.add(bytes);
        }
        spans.push(member.span);
    }
    let spans = Spans::union(spans, spec.gap_ms().max(2 * resolution.ms()));
    let (blocks, bytes) = (sum.count, sum.bytes);
    Stream { labels: labels.to_owned(), resolution, blocks, bytes, marked, levels, spans }
}
