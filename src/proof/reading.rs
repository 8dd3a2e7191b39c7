//! What the clauses look at, read from S3 and from the engine: one GET and one LIST a shard.

use std::collections::BTreeMap;

use base64::Engine as _;
use futures_util::{StreamExt, TryStreamExt};

use super::clause_bytes::{self, ShardAudit, ShardCopy};
use super::refusal::damaged;
use super::{LiveIndex, LiveShard, LiveShards, Refusal, SnapshotId, Subject, clause_snapshot};
use crate::clients::engine::{self, ShardStats};
use crate::clients::s3::{self, S3Error};
use crate::model::{CatalogueIndex, Clause, IndexName, Live, SnapshotInfo, Unknown};
use crate::repository::{IndexMetadata, Layout};

/// Reads a repository's objects. Cloned freely.
#[derive(Clone)]
pub(super) struct RepositoryReader {
    pub(super) s3: s3::Reader,
    pub(super) layout: Layout,
    /// How many shards are read at once.
    pub(super) shards_at_once: usize,
}

impl RepositoryReader {
    /// The snapshot's root file.
    pub(super) async fn root(&self, id: &SnapshotId) -> Result<SnapshotInfo, Refusal> {
        let key = self.layout.snapshot(&id.uuid);
        let blob = self.get(Clause::Snapshot, &key).await?;
        Ok(clause_snapshot::read(&key, blob.as_deref())?)
    }

    /// Every shard of the index's copy in this snapshot, in order; the first fault in shard order ends it.
    pub(super) async fn shards(
        &self,
        index: &CatalogueIndex,
        primaries: u32,
        id: &SnapshotId,
    ) -> Result<Vec<ShardCopy>, Refusal> {
        futures_util::stream::iter(0..primaries)
            .map(|shard| self.shard(index, shard, id))
            .buffered(self.shards_at_once)
            .try_collect()
            .await
    }

    async fn shard(&self, index: &CatalogueIndex, shard: u32, id: &SnapshotId) -> Result<ShardCopy, Refusal> {
        let folder = clause_bytes::folder(&self.layout, index, shard)?;
        let blob = self.get(Clause::Bytes, &clause_bytes::file_key(&folder, id)).await?;
        let mut audit = ShardAudit::read(shard, &folder, blob.as_deref(), id)?;
        self.each_below(&folder, |object| audit.see(&object.key, object.size, &object.storage_class)).await?;
        Ok(audit.finish()?)
    }

    /// Every metadata blob of the index's folder: usually one, one more for each change of mapping or settings between
    /// snapshots and for each earlier index of the same name.
    pub(super) async fn index_metadata(&self, index: &CatalogueIndex) -> Result<Vec<IndexMetadata>, Refusal> {
        let mut keys = Vec::new();
        self.each_below(&self.layout.index_metadata(index), |object| keys.push(object.key.clone())).await?;
        let mut metadata = Vec::with_capacity(keys.len());
        for key in keys {
            let Some(blob) = self.get(Clause::Bytes, &key).await? else { continue };
            metadata.push(clause_bytes::read_metadata(&key, &blob)?);
        }
        Ok(metadata)
    }

    /// The metadata of the subject is among those of its folder.
    pub(super) async fn check_metadata(
        &self,
        subject: &Subject,
        index: &CatalogueIndex,
    ) -> Result<(), Refusal> {
        let found = self.index_metadata(index).await?;
        Ok(clause_bytes::check_metadata(subject, &self.layout.index_metadata(index), &found)?)
    }

    async fn get(&self, clause: Clause, key: &str) -> Result<Option<Vec<u8>>, Refusal> {
        match self.s3.get(key).await {
            Ok(blob) => Ok(blob.map(|blob| blob.bytes)),
            Err(S3Error::Archived { .. }) => {
                Err(damaged(clause, key, "it is archived and cannot be read at once").into())
            }
            Err(why) => Err(unread(&why)),
        }
    }

    async fn each_below(&self, prefix: &str, mut see: impl FnMut(&s3::Listed)) -> Result<(), Refusal> {
        let mut pages = std::pin::pin!(self.s3.pages(prefix));
        while let Some(page) = pages.next().await {
            page.map_err(|why| unread(&why))?.iter().for_each(&mut see);
        }
        Ok(())
    }
}

fn unread(why: &S3Error) -> Refusal {
    Refusal::Unread(why.unknown())
}

/// The primaries of these indices as they are now, in as few requests as their names allow.
///
/// `Unknown` when the engine did not answer. An index that is closed, gone or not allocated is simply not in it.
pub async fn live_shards(engine: &engine::Reader, names: &[IndexName]) -> Live<LiveShards> {
    match engine.shard_stats(names).await {
        Ok(stats) => Live::Present(by_index(stats)),
        Err(why) => Live::Unknown(Unknown { why: why.to_string(), missing: why.missing_action() }),
    }
}

fn by_index(stats: Vec<ShardStats>) -> LiveShards {
    let mut live: LiveShards = BTreeMap::new();
    for shard in stats.into_iter().filter(|shard| shard.primary) {
        let empty = || LiveIndex { uuid: shard.uuid.clone(), shards: BTreeMap::new() };
        let index = live.entry(shard.index.clone()).or_insert_with(empty);
        index.shards.insert(shard.shard, live_shard(shard));
    }
    live
}

fn live_shard(stats: ShardStats) -> LiveShard {
    LiveShard {
        commit: commit_id(&stats.commit_id_base64),
        history_uuid: stats.history_uuid,
        max_seq_no: stats.max_seq_no,
        local_checkpoint: stats.local_checkpoint,
        docs: stats.docs,
    }
}

/// `_stats` writes the 16 bytes as base64. What is not base64 stays as it is and equals no commit id.
fn commit_id(base64: &str) -> String {
    match base64::prelude::BASE64_STANDARD.decode(base64) {
        Ok(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => base64.to_owned(),
    }
}
