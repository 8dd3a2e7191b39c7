//! What S3 may say no with, told apart by what it means for the caller.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// A failed request. The key or prefix is in every text, so that a message can stand alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum S3Error {
    #[error("bucket {bucket} does not exist")]
    NoSuchBucket { bucket: String },
    /// 403 with a reason; never to be read as "not there".
    #[error("{action} on s3://{bucket}/{key} was denied; the caller lacks {action}")]
    Denied { action: &'static str, bucket: String, key: String },
    /// Glacier and its like: there, and not readable at once.
    #[error("s3://{bucket}/{key} is archived and cannot be read at once")]
    Archived { bucket: String, key: String },
    #[error("{action} on s3://{bucket}/{key}: throttled; try again later")]
    Throttled { action: &'static str, bucket: String, key: String },
    #[error("{action} on s3://{bucket}/{key}: no answer: {why}")]
    Unreachable { action: &'static str, bucket: String, key: String, why: String },
    #[error("{action} on s3://{bucket}/{key}: {code}: {why}")]
    Refused { action: &'static str, bucket: String, key: String, code: String, why: String },
}

impl S3Error {
    /// The IAM action that is missing, when that is what is wrong.
    pub fn missing_action(&self) -> Option<String> {
        match self {
            S3Error::Denied { action, .. } => Some((*action).to_owned()),
            _ => None,
        }
    }

    /// Whether the request may have been carried out although no good answer came.
    pub fn may_have_happened(&self) -> bool {
        match self {
            S3Error::Unreachable { .. } | S3Error::Throttled { .. } => true,
            S3Error::Refused { code, .. } => code.starts_with("Internal") || code.starts_with("5"),
            S3Error::NoSuchBucket { .. } | S3Error::Denied { .. } | S3Error::Archived { .. } => false,
        }
    }
}

/// Where and what was asked, for the words of an error.
pub(super) struct Asked<'a> {
    pub(super) action: &'static str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
}

/// The HTTP status of an answer, if there was one.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

pub(super) fn told<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: &SdkError<E>,
    asked: &Asked<'_>,
) -> S3Error {
    let (action, bucket, key) = (asked.action, asked.bucket.to_owned(), asked.key.to_owned());
    let Some(status) = status(error) else {
        return S3Error::Unreachable { action, bucket, key, why: root_cause(error) };
    };
    let code = error.code().unwrap_or_default();
    match (status, code) {
        (_, "NoSuchBucket") => S3Error::NoSuchBucket { bucket },
        (_, "InvalidObjectState") => S3Error::Archived { bucket, key },
        (429 | 503, _) => S3Error::Throttled { action, bucket, key },
        (403, _) => S3Error::Denied { action, bucket, key },
        _ => S3Error::Refused {
            action,
            bucket,
            key,
            code: if code.is_empty() { status.to_string() } else { code.to_owned() },
            why: error.message().unwrap_or("no reason was given").to_owned(),
        },
    }
}

/// The innermost cause: `dispatch failure` alone tells nobody that no credentials were found.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
