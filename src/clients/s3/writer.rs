//! Writing one bucket: every put says its condition.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::{PutObjectError, PutObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::error::{Asked, status, told};
use super::{Reader, S3Error};

/// Writes one bucket. Made from a reader of the same bucket.
#[derive(Debug, Clone)]
pub struct Writer {
    reader: Reader,
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `If-None-Match: *`.
    IfAbsent,
    /// `If-Match`: the object is still the one that was read.
    IfMatch(String),
    Always,
}

/// What became of a conditional put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    Written {
        etag: String,
    },
    /// The condition did not hold.
    Refused,
}

/// What became of a conditional delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    Gone,
    Refused,
}

/// How often a put is tried again after `409 ConditionalRequestConflict`, which S3 gives when two race.
const CONFLICT_TRIES: u32 = 8;

impl Writer {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Puts `bytes` under the condition.
    ///
    /// A reply may be lost after the write was done; the retry then meets its own object and is refused. So a refusal is
    /// believed only after reading back: an object with exactly these bytes is ours. Callers put their run id inside.
    ///
    /// # Errors
    ///
    /// Anything but "written" and "the condition did not hold".
    pub async fn put(&self, key: &str, bytes: Vec<u8>, condition: Condition) -> Result<Put, S3Error> {
        let asked = Asked { action: "s3:PutObject", bucket: self.reader.bucket().as_str(), key };
        let mut pause = Duration::from_millis(20);
        for _ in 0..CONFLICT_TRIES {
            match self.send_put(key, bytes.clone(), &condition).await {
                Ok(output) => return Ok(Put::Written { etag: output.e_tag.unwrap_or_default() }),
                Err(error) if status(&error) == Some(409) && is_conflict(&error) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(error) if refused(&error, &condition) => return self.ours_or_refused(key, &bytes).await,
                Err(error) => {
                    let told = told(&error, &asked);
                    if told.may_have_happened()
                        && let Ok(written @ Put::Written { .. }) = self.ours_or_refused(key, &bytes).await
                    {
                        return Ok(written);
                    }
                    return Err(told);
                }
            }
        }
        Ok(Put::Refused)
    }

    async fn send_put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        condition: &Condition,
    ) -> Result<PutObjectOutput, SdkError<PutObjectError>> {
        let put = self.reader.client().put_object().bucket(self.reader.bucket().as_str()).key(key);
        let put = match condition {
            Condition::IfAbsent => put.if_none_match("*"),
            Condition::IfMatch(etag) => put.if_match(etag),
            Condition::Always => put,
        };
        put.body(ByteStream::from(bytes)).content_type("application/json").send().await
    }

    async fn ours_or_refused(&self, key: &str, bytes: &[u8]) -> Result<Put, S3Error> {
        Ok(match self.reader.get(key).await? {
            Some(blob) if blob.bytes == bytes => Put::Written { etag: blob.etag },
            Some(_) | None => Put::Refused,
        })
    }

    /// Deletes the object if it is still the one with this ETag.
    ///
    /// # Errors
    ///
    /// As [`Writer::put`].
    pub async fn delete(&self, key: &str, condition: &Condition) -> Result<Deleted, S3Error> {
        let asked = Asked { action: "s3:DeleteObject", bucket: self.reader.bucket().as_str(), key };
        let delete = self.reader.client().delete_object().bucket(self.reader.bucket().as_str()).key(key);
        let delete = match condition {
            Condition::IfMatch(etag) => delete.if_match(etag),
            Condition::IfAbsent | Condition::Always => delete,
        };
        match delete.send().await {
            Ok(_) => Ok(Deleted::Gone),
            // Not there any more: what was wanted. AWS says 404 on a conditional delete of a missing key.
            Err(error) if status(&error) == Some(404) && error.code() != Some("NoSuchBucket") => {
                Ok(Deleted::Gone)
            }
            Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(Deleted::Refused),
            Err(error) => Err(told(&error, &asked)),
        }
    }

    /// Makes the bucket; true when it was not there before.
    ///
    /// # Errors
    ///
    /// A name that belongs to somebody else among them.
    pub async fn create_bucket(&self, region: &str) -> Result<bool, S3Error> {
        let asked = Asked { action: "s3:CreateBucket", bucket: self.reader.bucket().as_str(), key: "" };
        let create = self.reader.client().create_bucket().bucket(self.reader.bucket().as_str());
        // us-east-1 is the one region that may not be named.
        let create = if region == "us-east-1" {
            create
        } else {
            let place = BucketLocationConstraint::from(region);
            create.create_bucket_configuration(
                CreateBucketConfiguration::builder().location_constraint(place).build(),
            )
        };
        match create.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(false),
            Err(error) => Err(told(&error, &asked)),
        }
    }
}

/// 412; or 404 on `If-Match`, which AWS gives for a key that is gone and some stores as 412.
fn refused(error: &SdkError<PutObjectError>, condition: &Condition) -> bool {
    match status(error) {
        Some(412) => true,
        Some(404) => matches!(condition, Condition::IfMatch(_)) && error.code() != Some("NoSuchBucket"),
        _ => false,
    }
}

fn is_conflict(error: &SdkError<PutObjectError>) -> bool {
    error.code().is_none_or(|code| code == "ConditionalRequestConflict" || code == "OperationAborted")
}
