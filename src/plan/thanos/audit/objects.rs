//! A block's objects against what its metadata lists: from the listing alone, without a further request.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::super::finding::{Check, Finding};
use super::Scene;
use crate::model::Bytes;
use crate::model::thanos::{Block, BlockMeta, MetaSeen, Object, Part, SETTLED_SECONDS};

/// `DefaultChunkSegmentSize` of Prometheus; a file may pass it by the chunk that was being written.
const CHUNK_FILE: u64 = 512 << 20;
const CHUNK_SLACK: u64 = 1 << 20;

pub(super) fn check(scene: &Scene<'_>, block: &Block, findings: &mut Vec<Finding>) {
    match &block.meta {
        MetaSeen::Missing => unfinished(scene, block, findings),
        MetaSeen::Read(meta) => listed(block, meta, findings),
        MetaSeen::Bad(_) | MetaSeen::Unread(_) => {}
    }
    sizes(block, findings);
    strangers(block, findings);
    storage(block, findings);
}

/// A folder without `meta.json`.
fn unfinished(scene: &Scene<'_>, block: &Block, findings: &mut Vec<Finding>) {
    let tell = |id, text: String| {
        Finding::new(id, text).of(block.id).bytes(block.bytes()).keys(block.objects.iter().map(key(block)))
    };
    let is_rest = |object: &Object| matches!(object.part, Part::Mark(_) | Part::Folder(_));
    let (newest, count) = (block.newest(), block.objects.len());
    let age = scene.now.saturating_sub(newest);
    if block.objects.iter().all(is_rest)
        && block.objects.iter().any(|object| matches!(object.part, Part::Mark(_)))
    {
        let text = format!("{} has {count} objects, all of them marks{}", block.id, scene.fate(block));
        findings.push(tell(Check::GhostMark, text));
    } else if age > SETTLED_SECONDS {
        let (since, fate) = (day(newest), scene.fate(block));
        let text = format!("{} has {count} objects and no meta.json since {since}{fate}", block.id);
        findings.push(tell(Check::PartialUpload, text));
    } else {
        let text = format!("{} has {count} objects and no meta.json yet{}", block.id, scene.fate(block));
        findings.push(tell(Check::UploadInProgress, text));
    }
}

fn listed(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    if meta.files.is_empty() {
        return unlisted(block, findings);
    }
    let there: BTreeMap<&Part, &Object> = block.objects.iter().map(|object| (&object.part, object)).collect();
    let mut missing = Vec::new();
    for file in meta.files.iter().filter(|file| file.part != Part::Meta) {
        match (there.get(&file.part), file.size.map(NonZeroU64::get)) {
            (None, size) => missing.push((format!("{}/{}", block.id, file.part), size.unwrap_or_default())),
            (Some(object), Some(size)) if object.size != size => {
                let text =
                    format!("{}/{} has {} bytes, meta.json says {size}", block.id, file.part, object.size);
                let finding = Finding::new(Check::ObjectSize, text).of(block.id).bytes(block.bytes());
                findings.push(finding.keys([key(block)(object)]));
            }
            (Some(_), _) => {}
        }
    }
    if let Some((first, _)) = missing.first() {
        let bytes = Bytes(missing.iter().fold(0, |sum, (_, size)| sum.saturating_add(*size)));
        let text = match missing.len() {
            1 => format!("{first} is not there"),
            count => format!("{first} and {} more are not there", count - 1),
        };
        let finding = Finding::new(Check::ObjectMissing, text).of(block.id).bytes(bytes);
        findings.push(finding.keys(missing.into_iter().map(|(key, _)| key)));
    }
    let lists = |part: &Part| meta.files.iter().any(|file| file.part == *part);
    let extra: Vec<&Object> =
        block.objects.iter().filter(|object| object.part.is_body() && !lists(&object.part)).collect();
    if let Some(first) = extra.first() {
        let bytes = extra.iter().fold(Bytes(0), |sum, object| sum + Bytes(object.size));
        let text = format!("{}/{} is not in meta.json ({} such)", block.id, first.part, extra.len());
        let finding = Finding::new(Check::ObjectExtra, text).of(block.id).bytes(bytes);
        findings.push(finding.keys(extra.into_iter().map(key(block))));
    }
}

/// Blocks of Thanos before 0.17 list no files: what every block must have is looked for.
fn unlisted(block: &Block, findings: &mut Vec<Finding>) {
    let empty = |part: &Part| block.objects.iter().any(|object| object.part == *part && object.size == 0);
    let lack = match block.objects.iter().any(|object| matches!(object.part, Part::Chunk(_))) {
        _ if !block.has(&Part::Index) => Some("no index"),
        _ if empty(&Part::Index) => Some("an empty index"),
        false => Some("no chunks"),
        true => None,
    };
    if let Some(lack) = lack {
        let text = format!("{} has {lack}", block.id);
        findings.push(Finding::new(Check::BodyMissing, text).of(block.id).bytes(block.bytes()));
    }
    let mut numbers: Vec<u32> = block
        .objects
        .iter()
        .filter_map(|object| if let Part::Chunk(number) = object.part { Some(number) } else { None })
        .collect();
    numbers.sort_unstable();
    if let Some((at, _)) = (1..).zip(&numbers).find(|(expected, number)| *expected != **number) {
        let text = format!("{}/{} is not there", block.id, Part::Chunk(at));
        findings.push(Finding::new(Check::ChunkGap, text).of(block.id).bytes(block.bytes()));
    }
}

fn sizes(block: &Block, findings: &mut Vec<Finding>) {
    let is_chunk = |object: &&Object| matches!(object.part, Part::Chunk(_));
    for object in block.objects.iter().filter(is_chunk).filter(|chunk| chunk.size > CHUNK_FILE + CHUNK_SLACK)
    {
        let text = format!("{}/{} has {}", block.id, object.part, Bytes(object.size));
        let finding = Finding::new(Check::ChunkTooLarge, text).of(block.id).bytes(Bytes(object.size));
        findings.push(finding.keys([key(block)(object)]));
    }
}

/// What lies in the folder and is no part of a block.
fn strangers(block: &Block, findings: &mut Vec<Finding>) {
    let (mut nested, mut markers, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for object in &block.objects {
        match &object.part {
            Part::Other(name) if name.ends_with("/meta.json") => nested.push(object),
            Part::Other(_) => others.push(object),
            Part::Folder(_) => markers.push(object),
            Part::Chunk(_) | Part::Index | Part::Meta | Part::Mark(_) => {}
        }
    }
    for (id, found) in
        [(Check::NestedMeta, nested), (Check::FolderMarker, markers), (Check::ObjectForeign, others)]
    {
        if let Some(first) = found.first() {
            let bytes = found.iter().fold(Bytes(0), |sum, object| sum + Bytes(object.size));
            let text = format!("{}/{} ({} such)", block.id, first.part, found.len());
            let finding = Finding::new(id, text).of(block.id).bytes(bytes);
            findings.push(finding.keys(found.into_iter().map(key(block))));
        }
    }
}

fn storage(block: &Block, findings: &mut Vec<Finding>) {
    let cold = block.objects.iter().filter(|object| object.class.is_cold());
    if let Some(first) = cold.clone().next() {
        let text = format!("{}/{} is in {}", block.id, first.part, first.class.word());
        let bytes = cold.clone().fold(Bytes(0), |sum, object| sum + Bytes(object.size));
        findings.push(
            Finding::new(Check::ColdStorage, text).of(block.id).bytes(bytes).keys(cold.map(key(block))),
        );
        return;
    }
    let mut bodies = block.objects.iter().filter(|object| object.part.is_body());
    if let Some(first) = bodies.next()
        && let Some(other) = bodies.find(|object| object.class != first.class)
    {
        let text = format!(
            "{}: {} is in {}, {} in {}",
            block.id,
            first.part,
            first.class.word(),
            other.part,
            other.class.word()
        );
        findings.push(Finding::new(Check::MixedStorage, text).of(block.id).bytes(block.bytes()));
    }
}

fn key(block: &Block) -> impl Fn(&Object) -> String + Copy + '_ {
    |object| format!("{}/{}", block.id, object.part)
}

/// `2026-11-21`, UTC; the number itself where it is no date.
pub(super) fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}
