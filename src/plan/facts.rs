//! What the decisions look up, gathered once from the input: every index is then decided in constant time.
//!
//! Called by `shortlist` and `plan`. Holds references into the input and decides nothing.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

use super::age::CLOCK_TOLERANCE;
use super::input::PlanInput;
use super::snapshot_name;
use super::types::{Blocker, FieldChange, RepositoryChange, RepositoryItem};
use super::unfit;
use crate::model::{
    Address, Catalogue, Copy, Distribution, Health, Index, Live, Missing, RunningSnapshot, SnapshotEntry,
    SnapshotName, SnapshotState, Unknown, Version,
};

/// A hash map without a random seed: the planner knows no randomness, not even one that cannot be seen.
pub(super) type Lookup<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// More copies of one index than this are not looked at: the best come first, and each costs requests.
const MOST_CANDIDATES: usize = 8;

pub(super) struct Facts<'a> {
    pub input: &'a PlanInput,
    /// What withholds every line that destroys or snapshots.
    pub world: Option<Blocker>,
    /// What withholds new snapshots alone.
    pub no_snapshots: Option<Blocker>,
    pub catalogue: Option<&'a Catalogue>,
    /// Why no new snapshot could be proven to hold one index and not another of its name.
    pub untold: Option<Missing>,
    positions: Lookup<&'a str, u32>,
    /// How many live indices an alias points at.
    alias_width: Lookup<&'a str, u32>,
    /// Index name to the running snapshot of ours that holds it.
    running_ours: Lookup<&'a str, &'a SnapshotName>,
    protected: Lookup<&'a str, ()>,
    stems: Vec<String>,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(input: &'a PlanInput, repository: &RepositoryItem) -> Self {
        let catalogue = input.observed.catalogue.present();
        let facts = Self {
            input,
            untold: None,
            world: world_blocker(input, repository),
            no_snapshots: snapshot_blocker(input, repository),
            catalogue,
            positions: catalogue.map(positions).unwrap_or_default(),
            alias_width: alias_width(input.observed.indices.present().map_or(&[], Vec::as_slice)),
            running_ours: running_ours(input),
            protected: protected_indices(input),
            stems: input.wanted.policies.iter().map(|policy| snapshot_name::stem(&policy.name)).collect(),
        };
        Self { untold: unfit::untold(&facts), ..facts }
    }

    /// Whether the alias points at one index alone, which then takes its writes (Elasticsearch #74337).
    pub(super) fn alias_is_single(&self, alias: &str) -> bool {
        self.alias_width.get(alias).is_none_or(|width| *width <= 1)
    }

    pub(super) fn is_protected(&self, index: &Index) -> bool {
        self.protected.contains_key(index.name.as_str())
    }

    /// The snapshot of ours that is being written and holds this index.
    pub(super) fn running_snapshot_of(&self, index: &Index) -> Option<&'a SnapshotName> {
        self.running_ours.get(index.name.as_str()).copied()
    }

    /// Copies of this index in whole snapshots, ours or not: those with its UUID, and those whose UUID the catalogue does
    /// not tell. Known UUIDs come first, then ours from the youngest plan day on, then the rest from the last name on.
    pub(super) fn candidates(&self, index: &Index) -> Vec<&'a SnapshotEntry> {
        let fits = |(copy, snapshot): &(&Copy, &SnapshotEntry)| {
            copy.uuid.as_ref().is_none_or(|uuid| *uuid == index.uuid)
                && snapshot.state == SnapshotState::Success
        };
        let copies = self.copies(index).into_iter().filter(fits);
        copies.take(MOST_CANDIDATES).map(|(_, snapshot)| snapshot).collect()
    }

    /// Every copy that the catalogue lists under the index's name, in the order of [`Facts::candidates`].
    pub(super) fn copies(&self, index: &Index) -> Vec<(&'a Copy, &'a SnapshotEntry)> {
        let Some(catalogue) = self.catalogue else { return Vec::new() };
        let Some(&at) = self.positions.get(index.name.as_str()) else { return Vec::new() };
        let copies = catalogue.copies_of(at).iter();
        let mut found: Vec<(&Copy, &SnapshotEntry)> = copies
            .filter_map(|copy| Some((copy, catalogue.snapshots.get(copy.snapshot as usize)?)))
            .collect();
        found.sort_by_key(|(copy, snapshot)| {
            let name = snapshot.name.as_str();
            std::cmp::Reverse((copy.uuid.as_ref() == Some(&index.uuid), self.planned(name), name))
        });
        found
    }

    /// Of a name of our form: midnight of the day on which the snapshot was planned, before which it cannot have begun.
    pub(super) fn planned(&self, snapshot: &str) -> Option<jiff::Timestamp> {
        self.stems.iter().find_map(|stem| snapshot_name::read(stem, snapshot)).map(|name| name.earliest_start)
    }
}

/// The first thing that stands against every line that destroys or snapshots, in this order: what could not be read, the
/// clock, a red cluster, the repository.
fn world_blocker(input: &PlanInput, repository: &RepositoryItem) -> Option<Blocker> {
    let observed = &input.observed;
    unread("cluster", &observed.cluster)
        .or_else(|| absent("cluster", &observed.cluster))
        .or_else(|| unread("state", &input.state))
        .or_else(|| clock(input))
        .or_else(|| red(input))
        .or_else(|| unread("repository", &observed.repository))
        .or_else(|| match &repository.change {
            RepositoryChange::Blocked { blocker } => Some(blocker.clone()),
            RepositoryChange::Update { fields, .. } => moving(fields),
            RepositoryChange::Keep | RepositoryChange::Create { .. } => None,
        })
        .or_else(|| unread("catalogue", &observed.catalogue))
        .or_else(|| unread("running snapshots", &observed.running))
}

/// What was read is where the repository is now, and what is done comes after the move: a copy that proves a deletion would be
/// left in a place that no repository is registered for.
fn moving(fields: &[FieldChange]) -> Option<Blocker> {
    let place = fields.iter().find(|change| change.field == "base_path")?;
    let to = place.after.as_deref().unwrap_or_default();
    Some(Blocker::Repository { why: format!("it moves to {to} first; the next run looks there") })
}

fn unread<T>(what: &str, live: &Live<T>) -> Option<Blocker> {
    live.unknown().map(|unknown| Blocker::Unread { what: what.into(), unknown: unknown.clone() })
}

/// A domain that answered is there; `Absent` can only be a fault of the reader.
fn absent<T>(what: &str, live: &Live<T>) -> Option<Blocker> {
    matches!(live, Live::Absent)
        .then(|| Blocker::Unread { what: what.into(), unknown: Unknown::because("it was not read") })
}

/// Clock skew beyond the tolerance, in seconds.
pub(super) fn skew(input: &PlanInput) -> Option<i64> {
    let seconds = input.observed.cluster.present()?.clock_skew_seconds?;
    (seconds.unsigned_abs() > CLOCK_TOLERANCE.as_secs().unsigned_abs()).then_some(seconds)
}

fn clock(input: &PlanInput) -> Option<Blocker> {
    skew(input).map(|seconds| Blocker::ClockSkew { seconds })
}

fn red(input: &PlanInput) -> Option<Blocker> {
    (input.observed.cluster.present()?.health == Health::Red).then_some(Blocker::ClusterRed)
}

/// New snapshots need a repository that is registered or will be, another cluster that does not write there, and, before
/// Elasticsearch 7.9, that no other snapshot runs (#59578).
fn snapshot_blocker(input: &PlanInput, repository: &RepositoryItem) -> Option<Blocker> {
    if matches!(repository.change, RepositoryChange::Create { .. }) && !repository.selected {
        let why = "it is not registered yet, and the selection leaves that out".into();
        return Some(Blocker::Repository { why });
    }
    let other = running(input).next().filter(|_| one_at_a_time(input));
    other.map(|running| Blocker::SnapshotRunning { snapshot: running.name.clone() })
}

/// Whether the engine runs one snapshot operation at a time.
pub(super) fn one_at_a_time(input: &PlanInput) -> bool {
    input.observed.cluster.present().is_some_and(|cluster| {
        cluster.engine.distribution == Distribution::Elasticsearch
            && cluster.engine.version < Version::new(7, 9, 0)
    })
}

fn is_ours(input: &PlanInput, running: &RunningSnapshot) -> bool {
    running.marks.is_some() && running.repository == input.wanted.repository.name.as_str()
}

pub(super) fn running(input: &PlanInput) -> impl Iterator<Item = &RunningSnapshot> {
    input.observed.running.present().into_iter().flatten()
}

fn running_ours(input: &PlanInput) -> Lookup<&str, &SnapshotName> {
    let ours = running(input).filter(|running| is_ours(input, running));
    ours.flat_map(|running| running.indices.iter().map(|index| (index.as_str(), &running.name))).collect()
}

fn protected_indices(input: &PlanInput) -> Lookup<&str, ()> {
    let protected = input.state.present().map_or(&[][..], |state| state.protected.as_slice());
    protected
        .iter()
        .filter_map(|address| match address {
            Address::Index(name) => Some((name.as_str(), ())),
            Address::Repository(_)
            | Address::Snapshot(_)
            | Address::Block(_)
            | Address::Thanos(_)
            | Address::Aws(..) => None,
        })
        .collect()
}

fn positions(catalogue: &Catalogue) -> Lookup<&str, u32> {
    catalogue.indices.iter().zip(0u32..).map(|(index, at)| (index.name.as_str(), at)).collect()
}

fn alias_width(indices: &[Index]) -> Lookup<&str, u32> {
    let mut width = Lookup::default();
    for alias in indices.iter().flat_map(|index| &index.aliases) {
        *width.entry(alias.name.as_str()).or_default() += 1;
    }
    width
}
