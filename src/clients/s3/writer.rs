//! Writing one bucket: every put says its condition.
//!
//! A reply can be lost after the write was done, and the retry is then refused by our own object. The SDK's retries would
//! hide that, so they are off here: each attempt is seen, and a refusal after an unseen one is settled by reading back.

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};

use super::attempts::{Attempts, Fault, Next};
use super::error::{Asked, status, told};
use super::{Reader, S3Error};

/// Writes one bucket. Made from a reader of the same bucket.
#[derive(Debug, Clone)]
pub struct Writer {
    reader: Reader,
}

/// What must hold for a write to happen. The store judges it in one step with the write.
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
#[must_use]
pub enum Put {
    Written {
        etag: String,
    },
    /// The condition did not hold; nothing was written.
    Refused,
}

/// What became of a conditional delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// Deleted, or not there to begin with.
    Gone,
    /// Another version is there and was left alone.
    Refused,
}

impl Writer {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Puts `bytes` under the condition, whole or not at all.
    ///
    /// A write whose reply was lost counts as written when the object holds exactly these bytes, so under a condition they
    /// must hold something that no other writer writes: a run id, a lineage. `409 ConditionalRequestConflict`, lost replies
    /// and server errors are tried again, a bounded number of times.
    ///
    /// # Errors
    ///
    /// Anything but "written" and "the condition did not hold".
    pub async fn put(&self, key: &str, bytes: Vec<u8>, condition: Condition) -> Result<Put, S3Error> {
        let body = SdkBody::from(bytes);
        let mut attempts = Attempts::default();
        loop {
            let fault = match self.put_once(key, &body, &condition).await {
                Ok(etag) => return Ok(Put::Written { etag }),
                Err(fault) => fault,
            };
            match attempts.after(fault) {
                Next::Retry(pause) => tokio::time::sleep(pause).await,
                Next::Refused { doubt: false } => return Ok(Put::Refused),
                Next::Refused { doubt: true } => {
                    return Ok(self.ours(key, &body).await?.unwrap_or(Put::Refused));
                }
                Next::GiveUp { doubt: false, error } => return Err(error),
                // The first error says more than that reading back failed too.
                Next::GiveUp { doubt: true, error } => {
                    return self.ours(key, &body).await.ok().flatten().ok_or(error);
                }
            }
        }
    }

    /// Deletes the object when the condition holds. With [`Condition::IfAbsent`] there is nothing to delete.
    ///
    /// # Errors
    ///
    /// As [`Writer::put`].
    pub async fn delete(&self, key: &str, condition: &Condition) -> Result<Deleted, S3Error> {
        let mut attempts = Attempts::default();
        loop {
            let Err(fault) = self.delete_once(key, condition).await else { return Ok(Deleted::Gone) };
            match attempts.after(fault) {
                Next::Retry(pause) => tokio::time::sleep(pause).await,
                Next::Refused { .. } => return self.gone_after_all(key).await,
                Next::GiveUp { error, .. } => return Err(error),
            }
        }
    }

    /// Ends an upload in parts; one that is gone is ended.
    ///
    /// # Errors
    ///
    /// As [`Writer::put`].
    pub async fn abort_upload(&self, key: &str, id: &str) -> Result<(), S3Error> {
        let abort = self.reader.client().abort_multipart_upload().bucket(self.reader.bucket().as_str());
        match abort.key(key).upload_id(id).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_upload()) => Ok(()),
            Err(error) => Err(told(&error, &self.reader.asked("s3:AbortMultipartUpload", key))),
        }
    }

    /// Whether what lies there is what we wrote.
    async fn ours(&self, key: &str, body: &SdkBody) -> Result<Option<Put>, S3Error> {
        let there = self.reader.get(key).await?;
        let same = there.filter(|there| body.bytes() == Some(there.bytes.as_slice()));
        Ok(same.map(|there| Put::Written { etag: there.etag }))
    }

    /// Some stores refuse `If-Match` on a missing key instead of finding nothing to delete.
    async fn gone_after_all(&self, key: &str) -> Result<Deleted, S3Error> {
        Ok(if self.reader.head(key).await?.is_some() { Deleted::Refused } else { Deleted::Gone })
    }

    async fn put_once(&self, key: &str, body: &SdkBody, condition: &Condition) -> Result<String, Fault> {
        // A body in memory can always be cloned, and cheaply.
        let body = ByteStream::new(body.try_clone().unwrap_or_else(SdkBody::empty));
        let put = self.reader.client().put_object().bucket(self.reader.bucket().as_str()).key(key).body(body);
        let put = match condition {
            Condition::IfAbsent => put.if_none_match("*"),
            Condition::IfMatch(etag) => put.if_match(etag),
            Condition::Always => put,
        };
        let sent =
            put.content_type("application/json").customize().config_override(one_attempt()).send().await;
        let output = sent.map_err(|error| fault(&error, &self.reader.asked("s3:PutObject", key)))?;
        Ok(output.e_tag.unwrap_or_default())
    }

    async fn delete_once(&self, key: &str, condition: &Condition) -> Result<(), Fault> {
        let delete = self.reader.client().delete_object().bucket(self.reader.bucket().as_str()).key(key);
        let delete = match condition {
            Condition::IfMatch(etag) => delete.if_match(etag),
            Condition::Always => delete,
            Condition::IfAbsent => return Ok(()),
        };
        let sent = delete.customize().config_override(one_attempt()).send().await;
        sent.map(drop).map_err(|error| fault(&error, &self.reader.asked("s3:DeleteObject", key)))
    }
}

fn one_attempt() -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::config::Builder::new().retry_config(RetryConfig::disabled())
}

/// What the failure of one attempt means for the write.
fn fault<E>(error: &SdkError<E>, asked: &Asked<'_>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let told = told(error, asked);
    match (status(error), error.code().unwrap_or_default()) {
        // AWS says 404 to `If-Match` on a missing key where others say 412.
        (Some(412), _) | (Some(404), "NoSuchKey") => Fault::Refused,
        // Without a code it is S3's answer to racers all the same; a folder in the way of an object is another matter.
        (Some(409), "" | "ConditionalRequestConflict" | "OperationAborted")
        | (_, "SlowDown" | "RequestTimeTooSkewed")
        | (Some(429), _) => Fault::Again(told),
        (Some(501), _) => Fault::Final(told),
        (Some(500..), _) => Fault::Unseen(told),
        (None, _) if matches!(told, S3Error::Unreachable { .. }) => Fault::Unseen(told),
        _ => Fault::Final(told),
    }
}
