//! Which snapshots may hold the subject's copy, and which of several verdicts says most.

use super::refusal::outdated;
use super::{SnapshotId, Subject, clause_identity};
use crate::model::{Catalogue, Clause, Copy, Live, Missing, ProofLevel, SnapshotState, Verdict};
use crate::repository::Layout;

/// Snapshots that, by the catalogue, hold this UUID (at level `api`: also those that tell no UUID). Whole ones first.
pub(super) fn of(subject: &Subject, catalogue: &Catalogue, level: ProofLevel) -> Vec<SnapshotId> {
    let fits = |copy: &&Copy| match level {
        ProofLevel::Full => copy.uuid.as_ref() == Some(&subject.uuid),
        ProofLevel::Api => copy.uuid.as_ref().is_none_or(|uuid| *uuid == subject.uuid),
    };
    let copies = copies(subject, catalogue).iter().filter(fits);
    let mut ids: Vec<_> = copies.filter_map(|copy| id(catalogue, copy)).collect();
    ids.sort_by_key(|(state, _)| *state != SnapshotState::Success);
    ids.into_iter().map(|(_, id)| id).collect()
}

/// Why there is no candidate.
pub(super) fn none(subject: &Subject, catalogue: &Catalogue, layout: &Layout) -> Missing {
    let object = layout.catalogue(catalogue.generation);
    if copies(subject, catalogue).iter().any(|copy| copy.uuid.is_none()) {
        return clause_identity::untold(object);
    }
    let why = format!("no snapshot holds index {} of uuid {}", subject.name, subject.uuid);
    outdated(Clause::Identity, object, why)
}

fn copies<'a>(subject: &Subject, catalogue: &'a Catalogue) -> &'a [Copy] {
    let index = catalogue.indices.iter().zip(0u32..).find(|(index, _)| index.name == subject.name);
    index.map_or(&[], |(_, at)| catalogue.copies_of(at))
}

fn id(catalogue: &Catalogue, copy: &Copy) -> Option<(SnapshotState, SnapshotId)> {
    let entry = catalogue.snapshots.get(copy.snapshot as usize)?;
    Some((entry.state, SnapshotId { name: entry.name.clone(), uuid: entry.uuid.clone() }))
}

/// Of two candidates that are not proven: what could not be read outweighs all, since it might have been the proof; then
/// the one that was looked at first, which is the newer.
pub(super) fn better(first: Option<Live<Verdict>>, second: Live<Verdict>) -> Live<Verdict> {
    match (first, second) {
        (None, verdict) => verdict,
        (Some(Live::Unknown(unknown)), _) | (Some(_), Live::Unknown(unknown)) => Live::Unknown(unknown),
        (Some(verdict), _) => verdict,
    }
}
