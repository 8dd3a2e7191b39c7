//! A block's objects against what its metadata lists: from the listing alone, without a further request.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use super::super::finding::{Check, Finding};
use super::Scene;
use crate::model::Bytes;
use crate::model::thanos::{Block, BlockFile, BlockMeta, MetaSeen, Object, Part, SETTLED_SECONDS};

/// `DefaultChunkSegmentSize` of Prometheus; a file may pass it by the chunk that was being written.
const CHUNK_FILE: u64 = 512 << 20;
const CHUNK_SLACK: u64 = 1 << 20;

pub(super) fn check(scene: &Scene<'_>, block: &Block, findings: &mut Vec<Finding>) {
    match &block.meta {
        MetaSeen::Missing => unfinished(scene, block, findings),
        MetaSeen::Read(meta) => body(block, meta, findings),
        MetaSeen::Bad(_) | MetaSeen::Unread(_) | MetaSeen::Gone => {}
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

/// Blocks of Thanos before 0.17 list no files; of them only what every block must have is looked for.
fn body(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    if !meta.files.is_empty() {
        missing(block, meta, findings);
        extra(block, meta, findings);
    }
    lengths(block, meta, findings);
    shape(block, meta, findings);
}

/// What the metadata lists and the listing has not.
fn missing(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    let there: BTreeSet<&Part> = block.objects.iter().map(|object| &object.part).collect();
    let missing: Vec<&BlockFile> = meta.files.iter().filter(|file| !there.contains(&file.part)).collect();
    let Some(first) = missing.first() else { return };
    let sizes = missing.iter().filter_map(|file| file.size);
    let bytes = Bytes(sizes.fold(0, |sum, size| sum.saturating_add(size.get())));
    let text = match missing.len() {
        1 => format!("{}/{} is not there", block.id, first.part),
        count => format!("{}/{} and {} more are not there", block.id, first.part, count - 1),
    };
    let keys = missing.iter().map(|file| format!("{}/{}", block.id, file.part));
    findings.push(Finding::new(Check::ObjectMissing, text).of(block.id).bytes(bytes).keys(keys));
}

/// What the listing has and the metadata lists not.
fn extra(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    let listed: BTreeSet<&Part> = meta.files.iter().map(|file| &file.part).collect();
    let bodies = block.objects.iter().filter(|object| object.part.is_body());
    let extra: Vec<&Object> = bodies.filter(|object| !listed.contains(&object.part)).collect();
    let Some(first) = extra.first() else { return };
    let bytes = extra.iter().fold(Bytes(0), |sum, object| sum + Bytes(object.size));
    let text = format!("{}/{} is not in meta.json ({} such)", block.id, first.part, extra.len());
    let finding = Finding::new(Check::ObjectExtra, text).of(block.id).bytes(bytes);
    findings.push(finding.keys(extra.into_iter().map(key(block))));
}

/// Each object against the length that is told. An index or a chunk file always has some bytes, also where none is told.
fn lengths(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    let told: BTreeMap<&Part, Option<NonZeroU64>> =
        meta.files.iter().map(|file| (&file.part, file.size)).collect();
    for object in block.objects.iter().filter(|object| object.part != Part::Meta) {
        let told = match told.get(&object.part) {
            Some(told) => told.map(NonZeroU64::get),
            // What is not listed is told of as such.
            None if !told.is_empty() => continue,
            None => None,
        };
        let is_empty = object.part.is_body() && object.size == 0;
        let text = match told {
            Some(size) if size != object.size => {
                format!("{}/{} has {} bytes, meta.json says {size}", block.id, object.part, object.size)
            }
            None if is_empty => format!("{}/{} has 0 bytes", block.id, object.part),
            Some(_) | None => continue,
        };
        let finding = Finding::new(Check::ObjectSize, text).of(block.id).bytes(block.bytes());
        findings.push(finding.keys([key(block)(object)]));
    }
}

/// What every block has: an index, and chunk files from 1 on. Looked for among what is there and what is listed: what is listed and
/// not there is told of as such, and so is a chunk file behind the last that is listed.
fn shape(block: &Block, meta: &BlockMeta, findings: &mut Vec<Finding>) {
    let there = || block.objects.iter().map(|object| &object.part);
    let listed = || meta.files.iter().map(|file| &file.part);
    let last = listed().filter_map(number).max().unwrap_or(u32::MAX);
    let mut numbers: Vec<u32> = there().chain(listed()).filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let lacks = [
        (!there().chain(listed()).any(|part| *part == Part::Index)).then_some("index"),
        numbers.is_empty().then_some("chunks/"),
    ];
    let lacks: Vec<&str> = lacks.into_iter().flatten().collect();
    if !lacks.is_empty() {
        let text = format!("{} has no {}", block.id, lacks.join(" and no "));
        let keys = lacks.iter().map(|lack| format!("{}/{lack}", block.id));
        findings.push(Finding::new(Check::BodyMissing, text).of(block.id).bytes(block.bytes()).keys(keys));
    }
    let mut counted = (1..).zip(numbers.into_iter().filter(|number| *number <= last));
    if let Some((at, _)) = counted.find(|(expected, number)| expected != number) {
        let key = format!("{}/{}", block.id, Part::Chunk(at));
        let text = format!("{key} is not there");
        findings.push(Finding::new(Check::ChunkGap, text).of(block.id).bytes(block.bytes()).keys([key]));
    }
}

fn number(part: &Part) -> Option<u32> {
    if let Part::Chunk(number) = part { Some(*number) } else { None }
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
        let finding = Finding::new(Check::MixedStorage, text).of(block.id).bytes(block.bytes());
        findings.push(finding.keys([first, other].map(key(block))));
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
