//! What is to be done with a bucket: marks by the retentions, and the removal of what Thanos itself never removes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::copies::Copies;
use super::types::{Action, Item, Withheld};
use super::view::{Group, Known, View, written};
use crate::model::infra::{LifecycleRule, Versioning};
use crate::model::thanos::{
    Block, BlockId, Compactor, Inventory, LIFECYCLE_RULE, LifecycleFacts, Mark, MarkKind, MetaSeen, Part,
    Resolution, SETTLED_SECONDS, ThanosSpec, UploadLeft,
};
use crate::model::{Address, Bytes, Live};

/// How marks begin that es2s3 writes.
pub const OWN_DETAILS: &str = "es2s3: ";
/// How marks begin that Thanos's own retention writes (`pkg/compact/retention.go`).
const THANOS_DETAILS: &str = "block exceeding retention";
/// A mark whose delay ends sooner is left alone: the Compactor may be at it.
const TOO_LATE_SECONDS: i64 = 3_600;
const PARTS_DAYS: u32 = 7;
const OLD_VERSIONS_DAYS: u32 = 14;

/// Lines, oldest block first; what is no block comes last. `now` in seconds since 1970, UTC. `lifecycle`: whether the bucket's rules are
/// es2s3's to set.
pub(super) fn items(
    spec: &ThanosSpec,
    inventory: &Inventory,
    view: &View<'_>,
    now: i64,
    lifecycle: bool,
) -> Vec<Item> {
    let mut items: Vec<Item> = view.groups.iter().flat_map(|group| by_retention(spec, group, now)).collect();
    items.extend(inventory.blocks.iter().filter_map(|block| at_its_end(spec, block, now)));
    items.sort_by_key(|item| item.action.block());
    items.extend(legacy(inventory, now));
    items.extend(uploads(spec, inventory, now));
    items.extend(lifecycle.then(|| rules(spec, inventory)).flatten());
    items
}

/// What is left to do where the clock is not to be trusted: nothing that goes by age.
pub(super) fn without_a_clock(items: Vec<Item>) -> Vec<Item> {
    let timeless = |item: Item| match item.action {
        Action::Mark { block, resolution, ended } => {
            let action = Action::Withheld { block, resolution, ended, why: Withheld::Clock };
            Some(Item { action, ..item })
        }
        Action::Withheld { .. } | Action::SetLifecycle { .. } => Some(item),
        Action::Unmark { .. }
        | Action::Delete { .. }
        | Action::PurgeGhost { .. }
        | Action::PurgeDebugMetas { .. }
        | Action::AbortUpload { .. } => None,
    };
    items.into_iter().filter_map(timeless).collect()
}

fn item(address: Address, action: Action, bytes: Bytes) -> Item {
    Item { address, stream: None, action, bytes, selected: true }
}

fn of_block(block: &Block, action: Action) -> Item {
    item(Address::Block(block.id.to_string()), action, block.bytes())
}

/// Marks to put and to take away in one stream.
fn by_retention(spec: &ThanosSpec, group: &Group<'_>, now: i64) -> Vec<Item> {
    let mut items = Vec::new();
    let stream: Arc<str> = written(group.labels).into();
    for (resolution, blocks) in &group.blocks {
        let (due, stays): (Vec<&Known<'_>>, Vec<&Known<'_>>) =
            blocks.iter().partition(|known| has_ended(spec, known, now));
        items.extend(stays.iter().filter_map(|known| unmark(spec, known, now)));
        // One whose mark says nothing, or could not be read, is not judged: the audit names it.
        let unmarked: Vec<&Known<'_>> =
            due.into_iter().filter(|known| !known.bears_a_deletion_mark()).collect();
        if unmarked.is_empty() {
            continue;
        }
        let made = Coarser::asked_for(spec, group, *resolution);
        items.extend(unmarked.into_iter().map(|known| mark(spec, known, made.as_ref(), now)));
    }
    items.iter_mut().for_each(|item| item.stream = Some(Arc::clone(&stream)));
    items
}

pub(super) fn has_ended(spec: &ThanosSpec, known: &Known<'_>, now: i64) -> bool {
    spec.retention.has_ended(known.resolution, known.meta.max_time / 1_000, now)
}

/// The resolution that must have been made of these samples before they go: the next coarser one, where a Compactor makes it, and it
/// or what is made of it in turn is kept longer.
pub(super) fn coarser(spec: &ThanosSpec, resolution: Resolution) -> Option<Resolution> {
    let longer = |other: Resolution| spec.retention.of(resolution).is_shorter_than(spec.retention.of(other));
    let next = match resolution {
        Resolution::Raw if longer(Resolution::FiveMinutes) || longer(Resolution::OneHour) => {
            Resolution::FiveMinutes
        }
        Resolution::FiveMinutes if longer(Resolution::OneHour) => Resolution::OneHour,
        Resolution::Raw | Resolution::FiveMinutes | Resolution::OneHour => return None,
    };
    (spec.compactor == Compactor::Thanos).then_some(next)
}

/// Coarser blocks in which samples are looked for before finer ones may go. Only a whole block counts that nobody has marked: what is
/// about to go, or lacks an object, is no copy. One that this very plan marks counts: it goes only when what is wanted of it is made, or
/// when somebody has marked it no-downsample.
struct Coarser<'a> {
    next: Resolution,
    of_next: Copies<'a>,
    of_any: Copies<'a>,
}

impl<'a> Coarser<'a> {
    fn asked_for(spec: &ThanosSpec, group: &'a Group<'a>, resolution: Resolution) -> Option<Self> {
        let next = coarser(spec, resolution)?;
        let all = Resolution::ALL.into_iter().filter(|other| *other >= next).flat_map(|one| group.of(one));
        let counts = |known: &&Known<'_>| !known.bears_a_deletion_mark() && known.is_whole();
        let all: Vec<&Known<'_>> = all.filter(counts).collect();
        let of_next = Copies::among(all.iter().copied().filter(|known| known.resolution == next));
        Some(Self { next, of_next, of_any: Copies::among(all) })
    }

    /// Whether the samples of a block are in them. Those of the next resolution may be gone where they are past their own
    /// retention; what was made of them is enough then.
    fn hold(&self, spec: &ThanosSpec, known: &Known<'_>, now: i64) -> bool {
        let is_past = spec.retention.has_ended(self.next, known.meta.max_time / 1_000, now);
        if is_past { self.of_any.hold(known) } else { self.of_next.hold(known) }
    }
}

fn mark(spec: &ThanosSpec, known: &Known<'_>, made: Option<&Coarser<'_>>, now: i64) -> Item {
    let (block, resolution) = (known.block.id, known.resolution);
    let kept = spec.retention.of(resolution).seconds();
    let ended = (known.meta.max_time / 1_000).saturating_add_unsigned(kept);
    let no_downsample = known.block.mark(MarkKind::NoDownsample).is_some();
    // A copy that would be past its own retention is not waited for.
    let is_wanted = Resolution::ALL
        .into_iter()
        .filter(|other| *other > resolution)
        .any(|other| !spec.retention.has_ended(other, known.meta.max_time / 1_000, now));
    let why = if now.saturating_sub(known.block.put_together()) < SETTLED_SECONDS {
        Some(Withheld::Young)
    } else if is_wanted && made.is_some_and(|made| !made.hold(spec, known, now)) && !no_downsample {
        Some(Withheld::NotDownsampled)
    } else {
        None
    };
    let action = match why {
        Some(why) => Action::Withheld { block, resolution, ended, why },
        None => Action::Mark { block, resolution, ended },
    };
    of_block(known.block, action)
}

/// A mark by a retention that was shorter than today's. Marks for other reasons are their writer's affair.
fn unmark(spec: &ThanosSpec, known: &Known<'_>, now: i64) -> Option<Item> {
    let mark = known.deletion()?;
    (is_by_retention(mark) && is_in_time(mark, spec, now))
        .then(|| of_block(known.block, Action::Unmark { block: known.block.id, marked: mark.time }))
}

/// Whether its delay ends late enough for the mark to be taken away. `now` in seconds since 1970, UTC.
pub fn is_in_time(mark: &Mark, spec: &ThanosSpec, now: i64) -> bool {
    mark.time.saturating_add_unsigned(spec.delete_delay).saturating_sub(now) > TOO_LATE_SECONDS
}

/// Whether a retention takes it: its own is past, or it bears a retention's mark that will not be taken away.
pub(super) fn is_taken(spec: &ThanosSpec, known: &Known<'_>, now: i64) -> bool {
    let ended = has_ended(spec, known, now);
    let stays = |mark| is_by_retention(mark) && (ended || unmark(spec, known, now).is_none());
    known.deletion().map_or(ended, stays)
}

/// Whether a retention wrote it, es2s3's or Thanos's own.
pub fn is_by_retention(mark: &Mark) -> bool {
    [OWN_DETAILS, THANOS_DETAILS].iter().any(|start| mark.details.starts_with(start))
}

/// A block that its mark has condemned, where nobody else deletes it; or the marks that are left of one.
fn at_its_end(spec: &ThanosSpec, block: &Block, now: i64) -> Option<Item> {
    let settled = now.saturating_sub(block.newest()) > SETTLED_SECONDS;
    let is_rest = |part: &Part| matches!(part, Part::Mark(_) | Part::Folder(_));
    if block.meta == MetaSeen::Missing && block.objects.iter().all(|object| is_rest(&object.part)) {
        let marks = block.objects.iter().any(|object| matches!(object.part, Part::Mark(_)));
        let objects = block.objects.len() as u64;
        return (marks && settled).then(|| of_block(block, Action::PurgeGhost { block: block.id, objects }));
    }
    let mark = block.mark(MarkKind::Deletion)?;
    let over = now.saturating_sub(mark.time) > i64::try_from(spec.delete_delay).unwrap_or(i64::MAX);
    // Without its metadata it is what a removal has left that was cut.
    let own_meta = block.meta().is_some_and(|meta| meta.ulid == block.id) || block.meta == MetaSeen::Missing;
    let own = mark.id == block.id.to_string() && own_meta;
    let bodies = block.objects.iter().filter(|object| object.part.is_body());
    let old = bodies
        .map(|object| i64::from(object.modified))
        .max()
        .is_none_or(|newest| now - newest > SETTLED_SECONDS);
    let takes = spec.compactor == Compactor::None && over && own && old;
    takes.then(|| of_block(block, Action::Delete { block: block.id, marked: mark.time }))
}

/// `debug/metas/`, unless something still writes there.
fn legacy(inventory: &Inventory, now: i64) -> Option<Item> {
    let pile = &inventory.debug_metas;
    let settled = now.saturating_sub(pile.newest) > SETTLED_SECONDS;
    let action = Action::PurgeDebugMetas { objects: pile.objects };
    (pile.objects > 0 && settled).then(|| item(Address::Thanos("debug-metas".into()), action, pile.bytes))
}

/// Uploads of blocks that nobody ended, and when each was begun. Those of others in the same bucket are theirs, however old; one of
/// which the store does not say when it was begun may be under way.
pub(super) fn uploads_left<'a>(
    spec: &ThanosSpec,
    inventory: &'a Inventory,
    now: i64,
) -> impl Iterator<Item = (&'a UploadLeft, i64)> {
    let prefix = spec.key_prefix();
    let of_a_block = move |upload: &&UploadLeft| {
        let folder = upload.key.strip_prefix(&prefix).and_then(|key| key.split_once('/'));
        folder.is_some_and(|(name, rest)| BlockId::parse(name).is_ok() && !rest.is_empty())
    };
    let uploads = inventory.uploads.present().into_iter().flatten();
    let begun = uploads.filter(of_a_block).filter_map(|upload| Some((upload, upload.begun?)));
    begun.filter(move |(_, begun)| now.saturating_sub(*begun) > SETTLED_SECONDS)
}

fn uploads(spec: &ThanosSpec, inventory: &Inventory, now: i64) -> Vec<Item> {
    let left = uploads_left(spec, inventory, now);
    left.map(|(upload, begun)| {
        let action = Action::AbortUpload { key: upload.key.clone(), upload: upload.id.clone(), begun };
        item(Address::Thanos(format!("upload/{}/{}", upload.key, upload.id)), action, Bytes(0))
    })
    .collect()
}

/// Nothing that would take a live object: parts of uploads, and old versions where there are such. A bucket in which others have
/// something too gets no rule over all of it: their old versions are not es2s3's to end.
fn rules(spec: &ThanosSpec, inventory: &Inventory) -> Option<Item> {
    let Live::Present(rules) = &inventory.bucket.lifecycle else { return None };
    let prefix = spec.key_prefix();
    if prefix.is_empty() && !(inventory.foreign.is_empty() && inventory.misspelt.is_empty()) {
        return None;
    }
    let whole: Vec<&LifecycleFacts> = rules.iter().filter(|rule| rule.covers(&prefix)).collect();
    let parts = whole.iter().any(|rule| rule.abort_parts_days.is_some());
    let versioned = inventory.bucket.versioning.present().copied().is_some_and(Versioning::keeps_old);
    let old = !versioned || whole.iter().any(|rule| rule.old_versions_days.is_some());
    if parts && old {
        return None;
    }
    let own = spec.prefix.trim_matches('/');
    let id = if own.is_empty() { LIFECYCLE_RULE.to_owned() } else { format!("{LIFECYCLE_RULE}/{own}") };
    let rule = LifecycleRule {
        prefix,
        abort_parts_days: Some(PARTS_DAYS),
        old_versions_days: versioned.then_some(OLD_VERSIONS_DAYS),
    };
    let action = Action::SetLifecycle { rules: BTreeMap::from([(id, rule)]) };
    Some(item(Address::Thanos("lifecycle".into()), action, Bytes(0)))
}
