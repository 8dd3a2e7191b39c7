//! What the retentions take without a coarser copy, and what they should have taken and nobody has marked.

use std::collections::HashSet;

use super::super::copies::Copies;
use super::super::decide::{coarser, has_ended, is_taken};
use super::super::finding::{Check, Finding};
use super::super::future::Lost;
use super::super::never::is_late_for_a_copy;
use super::super::play::Streamed;
use super::super::spans::Spans;
use super::super::types::Action;
use super::super::view::{Group, Known, is_visible, written};
use super::Scene;
use super::objects::day;
use crate::model::Bytes;
use crate::model::thanos::{BlockId, Compactor, MarkKind, Resolution, SETTLED_SECONDS};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for stream in scene.streams {
        for fine in [Resolution::Raw, Resolution::FiveMinutes] {
            let of = |lost: &&Lost| lost.resolution == fine && lost.labels == stream.labels;
            let never = scene.never.iter().find(of);
            findings.extend(never.and_then(|lost| will_go(scene, stream, lost)));
            findings.extend(is_past(scene, stream, fine, never));
        }
    }
    if scene.spec.compactor == Compactor::Thanos {
        overdue(scene, findings);
    }
}

/// As the Compactor that is played comes to it. Somebody may have marked all of it no-downsample: then it is meant.
fn will_go(scene: &Scene<'_>, stream: &Streamed<'_>, lost: &Lost) -> Option<Finding> {
    let within = |known: &&Known<'_>| {
        known.resolution == lost.resolution && is_in(known, &lost.spans) && !on_purpose(known)
    };
    let blocks: Vec<&Known<'_>> = stream.blocks(scene.now).filter(within).collect();
    (!blocks.is_empty()).then(|| shown(Finding::new(Check::LostToRetention, lost.to_string()), &blocks))
}

/// What the played Compactor still makes coarser, or sees no more: past its retention today, or marked by one, and the coarser copy that
/// is to be kept longer is not there and late. What is lost by `never` is told of already.
fn is_past(
    scene: &Scene<'_>,
    stream: &Streamed<'_>,
    fine: Resolution,
    never: Option<&Lost>,
) -> Option<Finding> {
    let (spec, now) = (scene.spec, scene.now);
    let coarse = coarser(spec, fine)?;
    let goes = |known: &&Known<'_>| {
        let late = is_late_for_a_copy(known, now) || !is_visible(known, spec, now);
        let told = never.is_some_and(|lost| is_in(known, &lost.spans));
        let over = spec.retention.has_ended(coarse, known.meta.max_time / 1_000, now);
        known.resolution == fine && is_taken(spec, known, now) && late && !told && !over && !on_purpose(known)
    };
    let mut taken: Vec<&Known<'_>> = stream.blocks(now).filter(goes).collect();
    if taken.is_empty() {
        return None;
    }
    let held = held(scene, stream, (fine, coarse));
    taken.retain(|known| !held.hold(known));
    let spans = Spans::union(taken.iter().map(|known| known.span()), 0);
    let marked = taken.iter().filter(|known| known.deletion().is_some()).count();
    let of_them = if marked > 0 { format!(", marked: {marked}") } else { String::new() };
    let text = format!(
        "{} of {} is past its retention, and no {} copy has been made: {spans} ({}{of_them})",
        fine.word(),
        stream.labels,
        coarse.word(),
        counted(&taken)
    );
    (!taken.is_empty()).then(|| shown(Finding::new(Check::LostToRetention, text), &taken))
}

/// Coarser blocks which the Compactor sees, and those of the same resolution that stay.
fn held<'a>(
    scene: &'a Scene<'_>,
    stream: &'a Streamed<'a>,
    (fine, coarse): (Resolution, Resolution),
) -> Copies<'a> {
    let (spec, now) = (scene.spec, scene.now);
    let holds = |known: &&Known<'_>| {
        let stays = || known.deletion().is_none() && !has_ended(spec, known, now);
        known.resolution == coarse && is_visible(known, spec, now) || known.resolution == fine && stays()
    };
    Copies::among(stream.blocks(now).filter(holds))
}

/// What the plan marks, and would have marked two days ago already.
fn overdue(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let late = |ended: i64| scene.now.saturating_sub(ended) > SETTLED_SECONDS;
    let late: HashSet<BlockId> = scene
        .items
        .iter()
        .filter_map(|item| match item.action {
            Action::Mark { block, ended, .. } if late(ended) => Some(block),
            _ => None,
        })
        .collect();
    for group in &scene.view.groups {
        for (resolution, blocks) in &group.blocks {
            let blocks: Vec<&Known<'_>> =
                blocks.iter().filter(|known| late.contains(&known.block.id)).collect();
            findings.extend(unmarked(scene, group, *resolution, &blocks));
        }
    }
}

fn unmarked(
    scene: &Scene<'_>,
    group: &Group<'_>,
    resolution: Resolution,
    blocks: &[&Known<'_>],
) -> Option<Finding> {
    let kept = scene.spec.retention.of(resolution).seconds();
    let first = blocks.iter().map(|known| known.meta.max_time / 1_000).min()?;
    let text = format!(
        "{} of {}: {} past the retention and not marked, the first since {}",
        resolution.word(),
        written(group.labels),
        counted(blocks),
        day(first.saturating_add_unsigned(kept))
    );
    Some(shown(Finding::new(Check::RetentionOverdue, text), blocks))
}

fn counted(blocks: &[&Known<'_>]) -> String {
    if blocks.len() == 1 { "1 block".to_owned() } else { format!("{} blocks", blocks.len()) }
}

fn on_purpose(known: &Known<'_>) -> bool {
    known.block.mark(MarkKind::NoDownsample).is_some()
}

fn is_in(known: &Known<'_>, spans: &Spans) -> bool {
    spans.share_of(known.span()) > 0.0
}

/// With the blocks that it is about; with its name where it is one.
fn shown(finding: Finding, blocks: &[&Known<'_>]) -> Finding {
    let bytes: Bytes = blocks.iter().map(|known| known.block.bytes()).sum();
    let finding = match blocks {
        [one] => finding.of(one.block.id),
        _ => finding,
    };
    finding.bytes(bytes).keys(blocks.iter().map(|known| known.folder()))
}
