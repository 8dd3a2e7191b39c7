//! Objects removed one by one, each by its exact key and under a permit.

use futures_util::{StreamExt as _, stream};

use super::Works;
use super::marks::failed;
use crate::apply::ItemResult;
use crate::clients::s3::{Condition, S3Error};
use crate::model::Bytes;
use crate::model::thanos::BlockId;
use crate::proof::{Bucket, RemovalPermit, RemovalRefusal, condemned, ghost, legacy_copies};

/// Deletes of legacy copies under way at once.
const AT_ONCE: usize = 32;

impl Works<'_> {
    /// In Thanos's own order, one after the other: what is cut in between is found again by its mark.
    pub(super) async fn delete(&self, block: BlockId, marked: i64) -> ItemResult {
        let prefix = self.spec().key_prefix();
        match condemned(&self.bucket(&prefix), block, marked).await {
            Ok(permit) => self.in_order(&permit).await,
            Err(refusal) => refused(refusal),
        }
    }

    pub(super) async fn purge_ghost(&self, block: BlockId) -> ItemResult {
        let prefix = self.spec().key_prefix();
        match ghost(&self.bucket(&prefix), block).await {
            Ok(permit) => self.in_order(&permit).await,
            Err(refusal) => refused(refusal),
        }
    }

    /// Page after page until nothing is left. Nothing reads them, so their order is of no account.
    pub(super) async fn purge_debug_metas(&self) -> ItemResult {
        let prefix = self.spec().key_prefix();
        let (mut count, mut bytes) = (0, Bytes(0));
        loop {
            let permit = match legacy_copies(&self.bucket(&prefix)).await {
                Ok(Some(permit)) => permit,
                Ok(None) => return removed(count, bytes),
                Err(refusal) => return after(count, bytes, refused(refusal)),
            };
            let mut deletes =
                stream::iter(permit.keys()).map(|key| self.remove(key)).buffer_unordered(AT_ONCE);
            while let Some(done) = deletes.next().await {
                if let Err(result) = done {
                    return after(count, bytes, result);
                }
                count += 1;
            }
            bytes += permit.bytes();
            if self.interrupt.is_set() {
                return ItemResult::Skipped(format!(
                    "interrupted after {count} objects; the next run goes on"
                ));
            }
        }
    }

    /// Only what is still there as the plan saw it.
    pub(super) async fn abort(&self, key: &str, upload: &str, begun: i64) -> ItemResult {
        let there = match self.reader().uploads(key).await {
            Ok(uploads) => uploads,
            Err(error) => return failed(&error),
        };
        let same = there.iter().find(|one| one.key == key && one.id == upload);
        match same.map(|one| one.begun.map(|at| at.as_second())) {
            None => return ItemResult::AlreadyDone("it is gone".into()),
            Some(now) if now != Some(begun) => {
                return ItemResult::Skipped("it is not the one that the plan saw".into());
            }
            Some(_) => {}
        }
        if let Err(fatal) = (self.still)() {
            return ItemResult::Failed(fatal.to_string());
        }
        match self.writer().abort_upload(key, upload).await {
            Ok(()) => ItemResult::Done("aborted".into()),
            Err(error) => failed(&error),
        }
    }

    fn bucket<'a>(&'a self, prefix: &'a str) -> Bucket<'a> {
        Bucket { reader: self.reader(), prefix, now: self.now, delete_delay: self.spec().delete_delay }
    }

    async fn in_order(&self, permit: &RemovalPermit) -> ItemResult {
        for key in permit.keys() {
            if let Err(result) = self.remove(key).await {
                return result;
            }
        }
        removed(permit.keys().len(), permit.bytes())
    }

    async fn remove(&self, key: &str) -> Result<(), ItemResult> {
        (self.still)().map_err(|fatal| ItemResult::Failed(fatal.to_string()))?;
        let sent = self.writer().delete(key, &Condition::Always).await;
        sent.map(drop).map_err(|error: S3Error| failed(&error))
    }
}

fn removed(count: usize, bytes: Bytes) -> ItemResult {
    ItemResult::Done(format!("{count} objects of {bytes} removed"))
}

/// What stopped it, and what had been removed by then.
fn after(count: usize, bytes: Bytes, result: ItemResult) -> ItemResult {
    let told =
        |why: String| format!("{why}; {count} objects were removed before, {bytes} of them whole pages");
    match result {
        ItemResult::Skipped(why) if count > 0 => ItemResult::Skipped(told(why)),
        ItemResult::Failed(why) if count > 0 => ItemResult::Failed(told(why)),
        other => other,
    }
}

fn refused(refusal: RemovalRefusal) -> ItemResult {
    match refusal {
        RemovalRefusal::Moved(why) => ItemResult::Skipped(why),
        RemovalRefusal::Unread(error) => failed(&error),
    }
}
