//! What the edges must still read before `plan()` can decide: copies to prove, root files to open.
//!
//! Called by `observe` between its two rounds of reading. It applies the same rules as `plan()`, so what stays costs
//! nothing: only indices that are due and free, and only snapshots whose name says that they may be due.

use super::age;
use super::facts::Facts;
use super::input::PlanInput;
use super::owned;
use super::protect::{self, Case};
use super::repository_diff;
use super::snapshot_name;
use crate::model::{Catalogue, IndexName, IndexUuid, Policy, ProofLevel, SnapshotName, SnapshotUuid};

/// What is still to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortlist {
    /// In the order of the policies, oldest index first.
    pub to_prove: Vec<ToProve>,
    /// Root files, in the order of policies and names.
    pub to_read: Vec<SnapshotUuid>,
}

/// An index that may go if one of these snapshots proves to hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToProve {
    pub index: IndexName,
    pub uuid: IndexUuid,
    /// `index.number_of_shards`.
    pub primaries: u32,
    /// The best first; never empty. Where the catalogue tells no UUIDs they are found by name and prove less.
    pub candidates: Vec<(SnapshotName, SnapshotUuid)>,
    pub level: ProofLevel,
}

/// The shortlist for this input; its `snapshots` and `proofs` may still be empty.
pub fn shortlist(input: &PlanInput) -> Shortlist {
    let repository = repository_diff::item(input);
    let facts = Facts::gather(input, &repository);
    Shortlist { to_prove: to_prove(&facts), to_read: to_read(input) }
}

fn to_prove(facts: &Facts<'_>) -> Vec<ToProve> {
    let input = facts.input;
    let Some(indices) = input.observed.indices.present() else { return Vec::new() };
    let ownership = owned::assign(&input.wanted.policies, indices, input.now);
    let series = input.wanted.policies.iter().zip(&ownership.members);
    series.flat_map(|(policy, members)| members.iter().filter_map(|m| due(facts, policy, m))).collect()
}

fn due(facts: &Facts<'_>, policy: &Policy, member: &owned::Member<'_>) -> Option<ToProve> {
    if protect::withheld(&Case { facts, policy, member }).is_some() {
        return None;
    }
    let index = member.index;
    let entries = facts.candidates(index);
    let candidates: Vec<_> = entries.iter().map(|entry| (entry.name.clone(), entry.uuid.clone())).collect();
    (!candidates.is_empty()).then(|| ToProve {
        index: index.name.clone(),
        uuid: index.uuid.clone(),
        primaries: index.primaries,
        candidates,
        level: policy.proof,
    })
}

fn to_read(input: &PlanInput) -> Vec<SnapshotUuid> {
    let Some(catalogue) = input.observed.catalogue.present() else { return Vec::new() };
    let policies = input.wanted.policies.iter();
    policies
        .flat_map(|policy| perhaps_due(catalogue, policy, input.now).1)
        .map(|at| catalogue.snapshots[at].uuid.clone())
        .collect()
}

/// How many snapshots bear this policy's name, and the positions of those that may be past their retention, oldest first.
pub(super) fn perhaps_due(catalogue: &Catalogue, policy: &Policy, now: jiff::Timestamp) -> (u64, Vec<usize>) {
    let stem = snapshot_name::stem(&policy.name);
    let (mut total, mut due) = (0, Vec::new());
    for (at, entry) in catalogue.snapshots.iter().enumerate() {
        let Some(name) = snapshot_name::read(&stem, entry.name.as_str()) else { continue };
        total += 1;
        if age::due(name.earliest_start, policy.snapshot_retention) <= now {
            due.push(at);
        }
    }
    due.sort_by_key(|&at| catalogue.snapshots[at].name.as_str());
    (total, due)
}
