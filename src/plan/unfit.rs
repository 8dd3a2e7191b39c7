//! Why a copy that the catalogue lists under an index's name is none of this index, or not whole.
//!
//! Called by `decide` for an index that is archived since no whole snapshot holds it: the line of the copy says what is
//! wrong with it, so that nobody takes it for one that the index could have gone on.

use super::facts::Facts;
use crate::model::{Catalogue, Clause, Copy, Index, Missing, Repository, SnapshotEntry};

/// The best of the copies that do not do, and the clause that it lacks; `None` when the name is not in the catalogue.
/// A new snapshot mends each.
pub(super) fn copy(facts: &Facts<'_>, index: &Index) -> Option<Missing> {
    let (copy, snapshot) = facts.copies(index).into_iter().next()?;
    let repository = facts.input.observed.repository.present()?;
    let (clause, object, why) = fault(copy, snapshot, index, facts.catalogue?);
    Some(Missing {
        clause,
        snapshot: Some(snapshot.name.clone()),
        object: Some(key(repository, &object)),
        why,
        mended_by_snapshot: true,
    })
}

fn fault(
    copy: &Copy,
    snapshot: &SnapshotEntry,
    index: &Index,
    catalogue: &Catalogue,
) -> (Clause, String, String) {
    match copy.uuid.as_ref().filter(|uuid| **uuid != index.uuid) {
        Some(uuid) => {
            let why = format!("snapshot {} holds another index of the same name, uuid {uuid}", snapshot.name);
            (Clause::Identity, format!("index-{}", catalogue.generation), why)
        }
        None => {
            let why = format!("snapshot {} is {}, not SUCCESS", snapshot.name, snapshot.state);
            (Clause::Snapshot, format!("snap-{}.dat", snapshot.uuid), why)
        }
    }
}

/// The key of an object at the repository's root.
fn key(repository: &Repository, object: &str) -> String {
    match repository.base_path() {
        "" => object.to_owned(),
        base => format!("{base}/{object}"),
    }
}
