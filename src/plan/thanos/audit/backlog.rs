//! Merges that wait for the Compactor.

use std::collections::HashSet;

use super::super::compactor::{Backlog, Largest, backlog};
use super::super::finding::{Check, Finding};
use super::super::play::{Streamed, rules, streamed};
use super::Scene;
use super::objects::day;
use crate::model::Bytes;
use crate::model::thanos::{Block, BlockId, Compactor, Inventory, MarkFault, MetaSeen, SETTLED_SECONDS};

/// Behind the search for duplicates: they are no part of any merge.
pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    if scene.spec.compactor == Compactor::None || is_unread(scene.inventory) {
        return;
    }
    let duplicates = findings.iter().filter(|finding| finding.id == Check::Duplicate);
    let duplicates: HashSet<BlockId> = duplicates.filter_map(|finding| finding.block).collect();
    let (rules, before) = (rules(scene.spec), scene.now.saturating_sub(SETTLED_SECONDS));
    for stream in streamed(scene.view, scene.spec) {
        let backlog = backlog(&stream.there_before(before, scene.now, &duplicates), &rules);
        findings.extend(backlog.largest.map(|largest| told(scene, &stream, backlog, largest)));
    }
}

/// A window with a block of which nothing is known may be one that is left alone.
fn is_unread(inventory: &Inventory) -> bool {
    let meta = |block: &Block| matches!(block.meta, MetaSeen::Unread(_));
    let mut marks = inventory.blocks.iter().flat_map(|block| &block.marks);
    inventory.blocks.iter().any(meta) || marks.any(|mark| matches!(mark.said, Err(MarkFault::Unread(_))))
}

/// `cluster="eu": 3 merges of 21 blocks; the largest, of raw from 2026-11-05 to 2026-11-19, reads 4.0 GiB`.
fn told(scene: &Scene<'_>, stream: &Streamed<'_>, backlog: Backlog, largest: Largest) -> Finding {
    let (from, to) = largest.span;
    let merges =
        if backlog.merges == 1 { "1 merge".to_owned() } else { format!("{} merges", backlog.merges) };
    let text = format!(
        "{}: {merges} of {} blocks; the largest, of {} from {} to {}, reads {}",
        stream.labels,
        backlog.blocks,
        largest.resolution.word(),
        day(from.div_euclid(1_000)),
        day(to.div_euclid(1_000)),
        Bytes(largest.bytes)
    );
    let within = stream.blocks(scene.now).filter(|known| {
        let (start, end) = known.span();
        known.resolution == largest.resolution && from <= start && end <= to
    });
    let keys: Vec<String> = within.map(|known| format!("{}/", known.block.id)).collect();
    Finding::new(Check::CompactorBehind, text).bytes(Bytes(largest.bytes)).keys(keys)
}
