//! What a block says of itself, against its name and against sense.

use super::super::finding::{Check, Finding};
use super::super::view::{AHEAD_SECONDS, ANCIENT_MS, written};
use super::Scene;
use super::objects::day;
use crate::model::thanos::{BadMeta, Block, BlockMeta, MetaSeen, Resolution};

pub(super) fn check(scene: &Scene<'_>, block: &Block, findings: &mut Vec<Finding>) {
    let tell = |id, text: String| {
        Finding::new(id, text).of(block.id).bytes(block.bytes()).keys([format!("{}/meta.json", block.id)])
    };
    match &block.meta {
        MetaSeen::Missing | MetaSeen::Gone => {}
        MetaSeen::Unread(unknown) => findings.push(tell(Check::MetaUnread, unknown.why.clone())),
        MetaSeen::Bad(bad @ BadMeta::Unreadable(_)) => {
            let text = format!("{}/meta.json {bad}{}", block.id, scene.fate(block));
            findings.push(tell(Check::MetaUnreadable, text));
        }
        MetaSeen::Bad(bad @ (BadMeta::Version(_) | BadMeta::ThanosVersion(_))) => {
            findings.push(tell(Check::MetaVersion, format!("{}/meta.json {bad}", block.id)));
        }
        MetaSeen::Read(meta) => read(scene, block, meta, &mut |id, text| findings.push(tell(id, text))),
    }
}

fn read(scene: &Scene<'_>, block: &Block, meta: &BlockMeta, tell: &mut dyn FnMut(Check, String)) {
    let id = block.id;
    if meta.ulid != id {
        tell(Check::MetaOfAnother, format!("{id}/meta.json is of {}", meta.ulid));
    }
    if meta.sources.is_empty() {
        tell(Check::SourcesEmpty, format!("{id} has no sources"));
    }
    if meta.failed {
        tell(Check::CompactionFailed, format!("{id} bears compaction.failed"));
    }
    if Resolution::of_ms(meta.resolution_ms).is_none() {
        tell(Check::ResolutionUnknown, format!("{id} has a resolution of {} ms", meta.resolution_ms));
    }
    times(scene, block, meta, tell);
    labels(scene, block, meta, tell);
}

fn times(scene: &Scene<'_>, block: &Block, meta: &BlockMeta, tell: &mut dyn FnMut(Check, String)) {
    let (id, from, to) = (block.id, meta.min_time, meta.max_time);
    if from >= to {
        tell(Check::TimeRange, format!("{id} goes from {from} to {to} ms"));
        return;
    }
    if to / 1_000 > scene.now.saturating_add(AHEAD_SECONDS) {
        tell(Check::TimeFuture, format!("{id} ends at {}", day(to / 1_000)));
    }
    if from < ANCIENT_MS {
        tell(Check::TimeAncient, format!("{id} begins at {}", day(from.div_euclid(1_000))));
    }
}

fn labels(scene: &Scene<'_>, block: &Block, meta: &BlockMeta, tell: &mut dyn FnMut(Check, String)) {
    if meta.labels.is_empty() {
        tell(Check::LabelsMissing, format!("{} has no external labels", block.id));
        return;
    }
    let expected = scene.spec.expected_labels();
    let lacks: Vec<&str> =
        expected.filter(|name| !meta.labels.contains_key(*name)).map(String::as_str).collect();
    if !lacks.is_empty() {
        let text = format!("{} ({}) lacks {}", block.id, written(&meta.labels), lacks.join(", "));
        tell(Check::LabelsUnexpected, text);
    }
}
