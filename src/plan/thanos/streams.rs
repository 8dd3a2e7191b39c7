//! The table by stream: labels, resolution, levels, blocks, bytes, and what time they cover.

use std::collections::BTreeMap;

use super::spans::Spans;
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

/// A missing right says more than an accident does.
fn unread(inventory: &Inventory) -> Option<(u64, Unknown)> {
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
    let (mut bytes, mut marked, mut levels) = (Bytes(0), Amount::default(), BTreeMap::new());
    for known in blocks {
        bytes += known.block.bytes();
        *levels.entry(known.meta.level).or_insert(0) += 1;
        if known.deletion().is_some() {
            marked.count += 1;
            marked.bytes += known.block.bytes();
        }
    }
    let tolerance =
        i64::try_from(spec.gap).unwrap_or(i64::MAX).saturating_mul(1_000).max(2 * resolution.ms());
    Stream {
        labels: written(group.labels),
        resolution,
        blocks: blocks.len() as u64,
        bytes,
        marked,
        levels,
        spans: Spans::union(blocks.iter().map(Known::span), tolerance),
    }
}
