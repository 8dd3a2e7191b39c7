//! Why a copy that the catalogue lists under an index's name is none of this index, or not whole; and why a copy that is
//! yet to be made could not be proven either.
//!
//! Called by `decide` for an index of which no whole snapshot holds a copy: the line of the copy says what is wrong with it,
//! so that nobody takes it for one that the index could have gone on.

use super::facts::Facts;
use crate::model::{
    Catalogue, Clause, Copy, Distribution, Index, Missing, Repository, SnapshotEntry, Version,
};

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

/// Index UUIDs stand in catalogues from here on (Elasticsearch #59578), and OpenSearch began later.
const TOLD_SINCE: Version = Version::new(7, 9, 0);

/// Why the catalogue would not tell the UUID in a new snapshot either: the engine writes none, or leaves them out as long as a
/// snapshot from before it did is in the repository. `None` when it would, as far as that is known.
pub(super) fn untold(facts: &Facts<'_>) -> Option<Missing> {
    let engine = facts.input.observed.cluster.present()?.engine;
    let writes_none = engine.distribution == Distribution::Elasticsearch && engine.version < TOLD_SINCE;
    let left_out = |catalogue: &&Catalogue| {
        !catalogue.copies.is_empty() && catalogue.copies.iter().all(|copy| copy.uuid.is_none())
    };
    let untold = facts.catalogue.filter(left_out);
    let why = match (writes_none, untold) {
        (true, _) => format!(
            "{engine} tells no uuid of an index in its catalogue, as all before 7.9: set `proof: api` for this policy"
        ),
        (false, Some(_)) => "the catalogue does not tell the uuids of indices while a snapshot from before Elasticsearch \
                             7.9 is in it: use a repository without such snapshots, or set `proof: api` for this policy"
            .into(),
        (false, None) => return None,
    };
    let repository = facts.input.observed.repository.present();
    let object = repository
        .zip(untold)
        .map(|(repository, catalogue)| key(repository, &format!("index-{}", catalogue.generation)));
    Some(Missing { clause: Clause::Identity, snapshot: None, object, why, mended_by_snapshot: false })
}

/// The key of an object at the repository's root.
fn key(repository: &Repository, object: &str) -> String {
    match repository.base_path() {
        "" => object.to_owned(),
        base => format!("{base}/{object}"),
    }
}
