//! Merges that wait for the Compactor.

use std::collections::HashSet;

use super::super::compactor::{Backlog, Largest, backlog};
use super::super::finding::{Check, Finding};
use super::super::play::{Streamed, rules};
use super::super::streams::unread;
use super::super::view::Known;
use super::Scene;
use super::objects::day;
use crate::model::Bytes;
use crate::model::thanos::{BlockId, Compactor, SETTLED_SECONDS};

/// Behind the search for duplicates: they are no part of any merge.
pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    // A window with a block of which nothing is known may be one that is left alone.
    if scene.spec.compactor == Compactor::None || unread(scene.inventory).is_some() {
        return;
    }
    let duplicates = findings.iter().filter(|finding| finding.id == Check::Duplicate);
    let duplicates: HashSet<BlockId> = duplicates.filter_map(|finding| finding.block).collect();
    let (rules, before) = (rules(scene.spec), scene.now.saturating_sub(SETTLED_SECONDS));
    for stream in scene.streams {
        let backlog = backlog(stream.there_before(before, scene.now, &duplicates), &rules);
        findings.extend(backlog.largest.map(|largest| told(scene, stream, backlog, largest)));
    }
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
    Finding::new(Check::CompactorBehind, text).bytes(Bytes(largest.bytes)).keys(within.map(Known::folder))
}
