//! Clause 2: the repository's own catalogue says that the snapshot holds this index UUID.
//!
//! The name proves nothing: an index that was deleted and made anew keeps its name and its folder in the repository.
//! REST never tells index UUIDs of a snapshot; only `index_metadata_lookup` in `index-N` does (7.9 and later, #59578).

use super::refusal::{damaged, outdated};
use super::{SnapshotId, Subject};
use crate::model::{Catalogue, CatalogueIndex, Clause, ClauseEvidence, IndexUuid, Missing, SnapshotState};
use crate::repository::Layout;

/// The folder of the repository that holds the subject's copy, and the sentence for the evidence.
pub(super) fn check<'a>(
    subject: &Subject,
    id: &SnapshotId,
    catalogue: &'a Catalogue,
    layout: &Layout,
) -> Result<(&'a CatalogueIndex, ClauseEvidence), Missing> {
    let object = layout.catalogue(catalogue.generation);
    let (index, uuid) = find(subject, id, catalogue, &object)?;
    match uuid {
        Some(uuid) if *uuid == subject.uuid => Ok((index, evidence(catalogue.generation, uuid, index))),
        Some(uuid) => {
            let why = format!("it holds another index of the same name, uuid {uuid}");
            Err(outdated(Clause::Identity, object, why))
        }
        None => Err(untold(object)),
    }
}

fn find<'a>(
    subject: &Subject,
    id: &SnapshotId,
    catalogue: &'a Catalogue,
    object: &str,
) -> Result<(&'a CatalogueIndex, Option<&'a IndexUuid>), Missing> {
    let listed = |entry: &crate::model::SnapshotEntry| entry.uuid == id.uuid && entry.name == id.name;
    let Some(snapshot) = catalogue.snapshots.iter().position(listed) else {
        let why =
            format!("this generation of the catalogue does not list snapshot {} ({})", id.name, id.uuid);
        return Err(damaged(Clause::Identity, object, why));
    };
    // The root file was read and says SUCCESS; a catalogue that disagrees is not of the same moment.
    let state = catalogue.snapshots[snapshot].state;
    if state != SnapshotState::Success {
        let why = format!("the catalogue calls the snapshot {state}, its own file says otherwise");
        return Err(damaged(Clause::Identity, object, why));
    }
    let index = catalogue.indices.iter().zip(0u32..).find(|(index, _)| index.name == subject.name);
    let copy = index.and_then(|(index, at)| {
        let copies = catalogue.copies_of(at).iter();
        Some((index, copies.into_iter().find(|copy| copy.snapshot as usize == snapshot)?))
    });
    match copy {
        Some((index, copy)) => Ok((index, copy.uuid.as_ref())),
        None => {
            let why = format!("the catalogue knows no index {} in this snapshot", subject.name);
            Err(outdated(Clause::Identity, object, why))
        }
    }
}

/// Engines before 7.9, and later ones as long as a snapshot of an earlier engine stays in the repository, leave UUIDs out.
pub(super) fn untold(object: String) -> Missing {
    let why = "the catalogue does not tell the index's uuid, as before Elasticsearch 7.9: \
               use a repository without such snapshots, or set `proof: api` for this policy";
    damaged(Clause::Identity, object, why)
}

pub(super) fn evidence(generation: i64, uuid: &IndexUuid, index: &CatalogueIndex) -> ClauseEvidence {
    let says = format!("index-{generation} names uuid {uuid} for indices/{}", index.id);
    ClauseEvidence { clause: Clause::Identity, says }
}
