//! Which of es2s3's own snapshots are past their retention, and which of those must stay.
//!
//! Called by `plan` once every index is decided. A snapshot is ours only if its own file bears our marks; its age counts
//! from its start, in UTC. Snapshots of others are never touched.

use jiff::Timestamp;

use std::collections::BTreeSet;

use super::age;
use super::facts::{self, Facts, Lookup};
use super::input::PlanInput;
use super::shortlist::perhaps_due;
use super::types::{Blocker, Decision, Series, SnapshotDecision, SnapshotItem};
use crate::model::{
    Address, Catalogue, Copy, Hold, Index, IndexName, IndexUuid, Live, Policy, SnapshotEntry, SnapshotInfo,
    SnapshotState, SnapshotUuid, Unknown,
};

/// Fills in the snapshots of every series, in order of their names. They are decided oldest first, whatever their names and
/// policies: of two copies the younger holds all that the older does, and maybe more.
pub(super) fn expire(facts: &Facts<'_>, series: &mut [Series]) {
    let Some(catalogue) = facts.catalogue else { return };
    let mut due = Vec::new();
    for (of, series) in series.iter_mut().enumerate() {
        let (total, positions) = perhaps_due(catalogue, &series.policy, facts.input.now);
        series.snapshots_total = total;
        due.extend(positions.into_iter().map(|at| (of, at)));
    }
    let mut shelf = Shelf::stock(facts, catalogue, series, due.iter().map(|(_, at)| at));
    due.sort_by_cached_key(|&(_, at)| (shelf.began(at), catalogue.snapshots[at].name.clone()));
    for (of, at) in due {
        let item = item(facts, &series[of].policy, &mut shelf, at);
        series[of].snapshots.extend(item);
    }
    for series in series {
        series.snapshots.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// One line, or none for a snapshot that is not ours or that the state protects.
fn item(facts: &Facts<'_>, policy: &Policy, shelf: &mut Shelf<'_, '_>, at: usize) -> Option<SnapshotItem> {
    let entry = &shelf.catalogue.snapshots[at];
    if is_protected(facts.input, entry) {
        return None;
    }
    let line = |started, marks, decision| {
        let (name, uuid) = (entry.name.clone(), entry.uuid.clone());
        Some(SnapshotItem { name, uuid, started, marks, decision, selected: true })
    };
    let info = match facts.input.observed.snapshots.get(&entry.uuid) {
        Some(Live::Present(info)) => info,
        Some(Live::Unknown(unknown)) => return line(None, None, unread(unknown.clone())),
        Some(Live::Absent) => {
            return line(None, None, unread(Unknown::because("its root file is not there")));
        }
        None => return line(None, None, unread(Unknown::because("its root file was not read"))),
    };
    let marks = info.marks.as_ref().filter(|marks| marks.policy == policy.name)?;
    line(Some(info.started), Some(marks.clone()), decision(facts, policy, shelf, at, info))
}

fn unread(unknown: Unknown) -> SnapshotDecision {
    SnapshotDecision::Blocked { blocker: Blocker::Unread { what: "snapshot".into(), unknown } }
}

fn is_protected(input: &PlanInput, entry: &SnapshotEntry) -> bool {
    input.state.present().is_some_and(|state| {
        let names =
            |address: &Address| matches!(address, Address::Snapshot(name) if name == entry.name.as_str());
        state.protected.iter().any(names)
    })
}

fn decision(
    facts: &Facts<'_>,
    policy: &Policy,
    shelf: &mut Shelf<'_, '_>,
    at: usize,
    info: &SnapshotInfo,
) -> SnapshotDecision {
    let due = age::due(info.started, policy.snapshot_retention);
    if due > facts.input.now {
        return SnapshotDecision::Keep { due };
    }
    if let Some((index, hold)) = held(facts, shelf, at) {
        return SnapshotDecision::Held { index, hold };
    }
    match blocker(facts, policy, shelf, at) {
        Some(blocker) => SnapshotDecision::Blocked { blocker },
        None => shelf.take(at),
    }
}

/// The first held index whose logs are here and not in the domain. A hold names an index, and every copy under that name is kept
/// but one of the very index that is live: a late line makes an index of that name anew, and the held logs are not in it.
fn held(facts: &Facts<'_>, shelf: &Shelf<'_, '_>, at: usize) -> Option<(IndexName, Hold)> {
    let holds = &facts.input.state.present()?.holds;
    let stands = |hold: &&Hold| hold.until.is_none_or(|until| until > facts.input.now);
    shelf.all_contents(at).find_map(|copy| {
        let name = shelf.name_of(copy)?;
        let hold = holds.get(name).filter(stands)?;
        (!shelf.is_live(copy)).then(|| (name.clone(), hold.clone()))
    })
}

/// Why a snapshot that is due stays, first match first.
fn blocker(facts: &Facts<'_>, policy: &Policy, shelf: &Shelf<'_, '_>, at: usize) -> Option<Blocker> {
    let entry = &shelf.catalogue.snapshots[at];
    world(facts)
        .or_else(|| shelf.mounted_by(entry).map(|index| Blocker::MountedBy { index: index.clone() }))
        .or_else(|| shelf.needed_by(at).map(|index| Blocker::NeededAsProof { index }))
        .or_else(|| {
            let last = shelf.last_copies(at).into_iter().next().filter(|_| !policy.expire_last_copy);
            last.map(|index| Blocker::LastCopy { index })
        })
}

fn world(facts: &Facts<'_>) -> Option<Blocker> {
    let observed = &facts.input.observed;
    let unregistered = || matches!(observed.repository, Live::Absent);
    facts
        .world
        .clone()
        .or_else(|| {
            let unknown = observed.indices.unknown()?.clone();
            Some(Blocker::Unread { what: "indices".into(), unknown })
        })
        .or_else(|| unregistered().then(|| Blocker::Repository { why: "it is not registered yet".into() }))
        .or_else(|| {
            let running = facts::running(facts.input).next().filter(|_| facts::one_at_a_time(facts.input))?;
            Some(Blocker::SnapshotRunning { snapshot: running.name.clone() })
        })
}

/// What a live index means for the copies of it.
struct LiveIndex<'a> {
    uuid: &'a IndexUuid,
    /// About to go, or it would if nothing withheld it.
    due: bool,
    /// The snapshot that its deletion rests on.
    rests_on: Option<SnapshotUuid>,
}

/// The copies in the repository, from which expiring snapshots are taken one by one, oldest first: of two copies the
/// younger is then the last.
struct Shelf<'f, 'a> {
    facts: &'f Facts<'a>,
    catalogue: &'a Catalogue,
    live: Lookup<&'a str, LiveIndex<'a>>,
    mounts_by_uuid: Lookup<&'a str, &'a IndexName>,
    mounts_by_name: Lookup<&'a str, &'a IndexName>,
    /// Copies in each snapshot that may be due.
    contents: Lookup<u32, Vec<&'a Copy>>,
    gone: Vec<bool>,
}

impl<'f, 'a> Shelf<'f, 'a> {
    fn stock<'d>(
        facts: &'f Facts<'a>,
        catalogue: &'a Catalogue,
        series: &[Series],
        due: impl Iterator<Item = &'d usize>,
    ) -> Self {
        let contents: Lookup<u32, Vec<&Copy>> =
            due.filter_map(|at| Some((u32::try_from(*at).ok()?, Vec::new()))).collect();
        let mut shelf = Self {
            facts,
            catalogue,
            live: Lookup::default(),
            mounts_by_uuid: Lookup::default(),
            mounts_by_name: Lookup::default(),
            contents,
            gone: vec![false; catalogue.snapshots.len()],
        };
        // Nothing is due on most days: then nothing is looked up.
        if !shelf.contents.is_empty() {
            shelf.fill(catalogue);
            shelf.note_live(facts.input, series);
        }
        shelf
    }

    fn fill(&mut self, catalogue: &'a Catalogue) {
        for copy in &catalogue.copies {
            if let Some(content) = self.contents.get_mut(&copy.snapshot) {
                content.push(copy);
            }
        }
    }

    fn note_live(&mut self, input: &'a PlanInput, series: &[Series]) {
        let indices = input.observed.indices.present().map_or(&[][..], Vec::as_slice);
        for index in indices {
            self.note_mount(input, index);
            let live = LiveIndex { uuid: &index.uuid, due: false, rests_on: None };
            self.live.insert(index.name.as_str(), live);
        }
        for item in series.iter().flat_map(|series| &series.indices) {
            let Some(live) = self.live.get_mut(item.name.as_str()) else { continue };
            match &item.decision {
                Decision::Keep { .. } | Decision::Held { .. } => {}
                Decision::Archive { .. } | Decision::Blocked { .. } => live.due = true,
                Decision::Delete { evidence } => {
                    live.due = true;
                    live.rests_on = Some(evidence.snapshot_uuid.clone());
                }
            }
        }
    }

    fn note_mount(&mut self, input: &PlanInput, index: &'a Index) {
        let Some(mount) = &index.mount else { return };
        if let Some(uuid) = &mount.snapshot_uuid {
            self.mounts_by_uuid.insert(uuid.as_str(), &index.name);
        }
        if mount.repository == input.wanted.repository.name {
            self.mounts_by_name.insert(mount.snapshot.as_str(), &index.name);
        }
    }

    fn mounted_by(&self, entry: &SnapshotEntry) -> Option<&'a IndexName> {
        let by_uuid = self.mounts_by_uuid.get(entry.uuid.as_str());
        by_uuid.or_else(|| self.mounts_by_name.get(entry.name.as_str())).copied()
    }

    /// The copies in this snapshot, whole or not.
    fn all_contents(&self, at: usize) -> impl Iterator<Item = &'a Copy> {
        let key = u32::try_from(at).ok();
        key.and_then(|key| self.contents.get(&key)).into_iter().flatten().copied()
    }

    /// The copies that count: those in a snapshot that is not whole are none.
    fn contents(&self, at: usize) -> impl Iterator<Item = &'a Copy> {
        let whole = self.catalogue.snapshots[at].state == SnapshotState::Success;
        self.all_contents(at).filter(move |_| whole)
    }

    fn name_of(&self, copy: &Copy) -> Option<&'a IndexName> {
        self.catalogue.indices.get(copy.index as usize).map(|index| &index.name)
    }

    /// When the snapshot began, or before that: its own file says so, or else a name of our form. Nothing is known of others.
    fn began(&self, at: usize) -> Option<Timestamp> {
        let entry = &self.catalogue.snapshots[at];
        match self.facts.input.observed.snapshots.get(&entry.uuid) {
            Some(Live::Present(info)) => Some(info.started),
            Some(Live::Absent | Live::Unknown(_)) | None => self.facts.planned(entry.name.as_str()),
        }
    }

    /// Whether another whole snapshot that stays holds the same index, and all of it that this one does: a copy that may be
    /// older may lack what was written since. Without UUIDs nobody can say so.
    fn is_elsewhere(&self, copy: &Copy) -> bool {
        self.elsewhere(copy).next().is_some()
    }

    /// The positions of those snapshots.
    fn elsewhere<'s>(&'s self, copy: &'s Copy) -> impl Iterator<Item = usize> + 's {
        let began = self.began(copy.snapshot as usize);
        let others = self.catalogue.copies_of(copy.index).iter().filter(move |other| {
            let at = other.snapshot as usize;
            other.snapshot != copy.snapshot
                && other.uuid.is_some()
                && other.uuid == copy.uuid
                && !self.gone.get(at).copied().unwrap_or(true)
                && self.catalogue.snapshots[at].state == SnapshotState::Success
                && self.began(at).is_some_and(|other| Some(other) >= began)
        });
        others.map(|other| other.snapshot as usize)
    }

    /// Whether the very index that this copy is of is live. Without a UUID nobody can say so.
    fn is_live(&self, copy: &Copy) -> bool {
        copy.uuid.is_some() && self.perhaps_live(copy).is_some()
    }

    /// The live index that this copy is of; without a UUID its name is taken for it.
    fn perhaps_live(&self, copy: &Copy) -> Option<&LiveIndex<'a>> {
        let live = self.live.get(self.name_of(copy)?.as_str())?;
        copy.uuid.as_ref().is_none_or(|uuid| uuid == live.uuid).then_some(live)
    }

    /// The first live index whose deletion rests on this snapshot, or that is due and has no other copy.
    fn needed_by(&self, at: usize) -> Option<IndexName> {
        let uuid = &self.catalogue.snapshots[at].uuid;
        let needs = |copy: &&Copy| {
            self.perhaps_live(copy).is_some_and(|live| {
                live.rests_on.as_ref() == Some(uuid) || (live.due && !self.is_elsewhere(copy))
            })
        };
        self.contents(at).find(needs).and_then(|copy| self.name_of(copy)).cloned()
    }

    /// Indices that are no longer live and of which no other copy stays, in order.
    fn last_copies(&self, at: usize) -> Vec<IndexName> {
        let last = self.contents(at).filter(|copy| !self.is_live(copy) && !self.is_elsewhere(copy));
        let mut names: Vec<IndexName> = last.filter_map(|copy| self.name_of(copy)).cloned().collect();
        names.sort_unstable();
        names
    }

    /// Takes the snapshot off the shelf and tells what is lost with it, and on what the rest leans.
    fn take(&mut self, at: usize) -> SnapshotDecision {
        let last_copy_of = self.last_copies(at);
        let others: BTreeSet<usize> = self.contents(at).flat_map(|copy| self.elsewhere(copy)).collect();
        let leans_on = others.into_iter().map(|at| self.catalogue.snapshots[at].uuid.clone()).collect();
        self.gone[at] = true;
        SnapshotDecision::Expire { last_copy_of, leans_on }
    }
}
