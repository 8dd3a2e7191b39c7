//! A whole snapshot, every index in it, live or not: clauses 1 to 3, for `prove SNAPSHOT`.

use serde::Serialize;

use super::clause_bytes::{self, ShardCopy};
use super::refusal::damaged;
use super::verifier::of_snapshot;
use super::{Refusal, SnapshotId, Subject, Verifier, clause_commit, clause_identity, clause_snapshot};
use crate::model::{
    Bytes, Catalogue, CatalogueIndex, Clause, ClauseEvidence, IndexName, IndexUuid, Missing, ShardCommit,
    SnapshotInfo,
};

/// What was found of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotProof {
    pub info: SnapshotInfo,
    /// Clause 1 for the snapshot as a whole.
    pub complete: Result<ClauseEvidence, Missing>,
    /// One for each index of the catalogue's list, in its order.
    pub copies: Vec<CopyInSnapshot>,
}

/// One index in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyInSnapshot {
    pub index: IndexName,
    /// Absent in catalogues of engines before 7.9.
    pub uuid: Option<IndexUuid>,
    pub found: Result<CopyProof, Refusal>,
}

/// A copy whose blobs are all there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyProof {
    pub shards: u32,
    pub blobs: u64,
    pub bytes: Bytes,
    /// Identity and bytes.
    pub clauses: Vec<ClauseEvidence>,
    pub commits: Vec<ShardCommit>,
}

impl SnapshotProof {
    /// Whether every clause held for every index.
    pub fn whole(&self) -> bool {
        self.complete.is_ok() && self.copies.iter().all(|copy| copy.found.is_ok())
    }
}

impl Verifier {
    /// Verifies every index in the snapshot. Says nothing about live indices and permits nothing.
    pub async fn snapshot(&self, catalogue: &Catalogue, id: &SnapshotId) -> Result<SnapshotProof, Refusal> {
        let info = self.repository.root(id).await.map_err(|refusal| of_snapshot(refusal, id))?;
        let key = self.repository.layout.snapshot(&id.uuid);
        let listed = |entry: &crate::model::SnapshotEntry| entry.uuid == id.uuid && entry.name == id.name;
        let Some(position) = catalogue.snapshots.iter().position(listed) else {
            let object = self.repository.layout.catalogue(catalogue.generation);
            let missing = damaged(Clause::Identity, object, "the catalogue does not list the snapshot");
            return Err(of_snapshot(missing.into(), id));
        };
        let mut copies = Vec::new();
        for copy in catalogue.copies.iter().filter(|copy| copy.snapshot as usize == position) {
            let index = &catalogue.indices[copy.index as usize];
            let found = self.copy(catalogue.generation, index, copy.uuid.as_ref(), id).await;
            let found = found.map_err(|refusal| of_snapshot(refusal, id));
            copies.push(CopyInSnapshot { index: index.name.clone(), uuid: copy.uuid.clone(), found });
        }
        let complete = clause_snapshot::check_whole(id, &info, &key)
            .and_then(|evidence| check_list(&info, &copies, &key).map(|()| evidence));
        Ok(SnapshotProof { info, complete, copies })
    }

    /// One index in the snapshot, by its UUID, live or not: identity and bytes.
    pub async fn copy_of(
        &self,
        catalogue: &Catalogue,
        index: &IndexName,
        uuid: &IndexUuid,
        id: &SnapshotId,
    ) -> Result<CopyProof, Refusal> {
        let subject = Subject { name: index.clone(), uuid: uuid.clone(), primaries: 0 };
        let (entry, _) = clause_identity::check(&subject, id, catalogue, &self.repository.layout)
            .map_err(|missing| of_snapshot(missing.into(), id))?;
        let found = self.copy(catalogue.generation, entry, Some(uuid), id).await;
        found.map_err(|refusal| of_snapshot(refusal, id))
    }

    async fn copy(
        &self,
        generation: i64,
        index: &CatalogueIndex,
        uuid: Option<&IndexUuid>,
        id: &SnapshotId,
    ) -> Result<CopyProof, Refusal> {
        let Some(uuid) = uuid else {
            let object = self.repository.layout.catalogue(generation);
            return Err(clause_identity::untold(object).into());
        };
        let second = clause_identity::evidence(generation, uuid, index);
        // The number of shards comes from the copy itself: the index may be long gone.
        let metadata = self.repository.index_metadata(index).await?;
        let primaries = metadata.iter().find(|m| m.uuid == *uuid).map_or(0, |m| m.primaries);
        let subject = Subject { name: index.name.clone(), uuid: uuid.clone(), primaries };
        let prefix = self.repository.layout.index_metadata(index);
        clause_bytes::check_metadata(&subject, &prefix, &metadata)?;
        let shards: Vec<ShardCopy> = self.repository.shards(index, primaries, id).await?;
        let (blobs, bytes) = clause_bytes::amount(&shards);
        let clauses = vec![second, clause_bytes::evidence(&shards)];
        Ok(CopyProof { shards: primaries, blobs, bytes, clauses, commits: clause_commit::commits(&shards) })
    }
}

/// The root file and the catalogue must agree on what is in the snapshot, and the shards must add up.
fn check_list(info: &SnapshotInfo, copies: &[CopyInSnapshot], key: &str) -> Result<(), Missing> {
    let in_catalogue = |name: &&IndexName| copies.iter().any(|copy| copy.index == **name);
    if let Some(name) = info.indices.iter().find(|name| !in_catalogue(name)) {
        let why = format!("the snapshot lists index {name}, the catalogue does not");
        return Err(damaged(Clause::Snapshot, key, why));
    }
    let read = copies.iter().map(|copy| copy.found.as_ref().map(|proof| u64::from(proof.shards)));
    match read.sum::<Result<u64, _>>() {
        Ok(shards) if shards != info.shards_total => {
            let why =
                format!("the snapshot has {} shards, its indices add up to {shards}", info.shards_total);
            Err(damaged(Clause::Snapshot, key, why))
        }
        // A copy that was not read whole says so itself.
        Ok(_) | Err(_) => Ok(()),
    }
}
