//! Deletion marks, the way Thanos writes them.

use jiff::Timestamp;
use serde::Serialize;

use super::Works;
use crate::apply::ItemResult;
use crate::clients::s3::{Condition, Deleted, Put, S3Error};
use crate::model::thanos::{BlockId, BlockMeta, Mark, MarkKind, Resolution, SETTLED_SECONDS};
use crate::plan::thanos::{OWN_DETAILS, is_by_retention, is_in_time};

/// Thanos `pkg/block/metadata/markers.go`, version 1.
#[derive(Serialize)]
struct DeletionMark {
    id: BlockId,
    version: u32,
    details: String,
    /// Seconds since 1970, UTC.
    deletion_time: i64,
}

impl Works<'_> {
    fn mark_key(&self, block: BlockId) -> String {
        format!("{}{block}/{}", self.spec().key_prefix(), MarkKind::Deletion.file())
    }

    /// The metadata is read anew: a block that was made again under the same name, or whose retention has not ended by it, stays.
    pub(super) async fn mark(&self, block: BlockId, resolution: Resolution) -> ItemResult {
        let (meta, written) = match self.meta(block).await {
            Ok(read) => read,
            Err(result) => return result,
        };
        let spec = self.spec();
        if written.is_some_and(|at| self.now.duration_since(at).as_secs() < SETTLED_SECONDS) {
            return ItemResult::Skipped("its meta.json was written less than 48 hours ago".into());
        }
        if meta.ulid != block || meta.resolution_ms != resolution.ms() {
            return ItemResult::Skipped("its meta.json is not the one that the plan saw".into());
        }
        if !spec.retention.has_ended(resolution, meta.max_time / 1_000, self.now.as_second()) {
            return ItemResult::Skipped("by its meta.json its retention has not ended".into());
        }
        let kept = spec.retention.of(resolution);
        let details =
            format!("{OWN_DETAILS}{} samples are kept {kept} and these ended before", resolution.word());
        let mark = DeletionMark { id: block, version: 1, details, deletion_time: self.now.as_second() };
        let bytes = match serde_json::to_vec(&mark) {
            Ok(bytes) => bytes,
            Err(error) => return ItemResult::Failed(error.to_string()),
        };
        match self.writer().put(&self.mark_key(block), bytes, Condition::IfAbsent).await {
            Ok(Put::Written { .. }) => ItemResult::Done("marked".into()),
            Ok(Put::Refused) => ItemResult::AlreadyDone("it bears a mark already".into()),
            Err(error) => failed(&error),
        }
    }

    /// Only the very mark that the plan saw, and only while nobody can be at its block.
    pub(super) async fn unmark(&self, block: BlockId, marked: i64) -> ItemResult {
        let key = self.mark_key(block);
        let blob = match self.reader().get(&key).await {
            Ok(Some(blob)) => blob,
            Ok(None) => return ItemResult::AlreadyDone("it bears no mark".into()),
            Err(error) => return failed(&error),
        };
        let mark = match Mark::parse(MarkKind::Deletion, &blob.bytes) {
            Ok(mark) => mark,
            Err(bad) => return ItemResult::Skipped(format!("its mark {bad}")),
        };
        if mark.time != marked || !is_by_retention(&mark) {
            return ItemResult::Skipped("its mark is not the one that the plan saw".into());
        }
        if !is_in_time(&mark, self.spec(), self.now.as_second()) {
            return ItemResult::Skipped(
                "its delay is all but over: the Compactor may be at the block".into(),
            );
        }
        if let Err(result) = self.meta(block).await {
            return result;
        }
        if let Err(fatal) = (self.still)() {
            return ItemResult::Failed(fatal.to_string());
        }
        match self.writer().delete(&key, &Condition::IfMatch(blob.etag)).await {
            Ok(Deleted::Gone) => ItemResult::Done("its mark is taken away".into()),
            Ok(Deleted::Refused) => ItemResult::Skipped("its mark was written again meanwhile".into()),
            Err(error) => failed(&error),
        }
    }

    /// And when it was written, where the store tells.
    async fn meta(&self, block: BlockId) -> Result<(BlockMeta, Option<Timestamp>), ItemResult> {
        let key = format!("{}{block}/meta.json", self.spec().key_prefix());
        match self.reader().get(&key).await {
            Ok(Some(blob)) => BlockMeta::parse(&blob.bytes)
                .map(|meta| (meta, blob.modified))
                .map_err(|bad| ItemResult::Skipped(format!("its meta.json {bad}"))),
            Ok(None) => Err(ItemResult::Skipped("its meta.json is gone".into())),
            Err(error) => Err(failed(&error)),
        }
    }
}

pub(super) fn failed(error: &S3Error) -> ItemResult {
    ItemResult::Failed(error.to_string())
}
