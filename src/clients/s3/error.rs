//! What S3 may say no with, told apart by what it means for the caller.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::clients::cause::{no_credentials, root_cause};
use crate::model::Unknown;

/// A failed request. The key or prefix is in every text, so that a message can stand alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum S3Error {
    #[error("bucket {bucket} does not exist")]
    NoSuchBucket { bucket: String },
    #[error("the bucket name {bucket} belongs to another account: set another one under `state:`")]
    NameTaken { bucket: String },
    /// The chain ended without credentials; its own words tell what was tried.
    #[error("no AWS credentials: {why}")]
    NoCredentials { why: String },
    /// The store does not know this operation; many that are not AWS lack some.
    #[error("the store does not offer {action}")]
    Unsupported { action: &'static str },
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
    /// As what could not be read.
    pub fn unknown(&self) -> Unknown {
        Unknown { why: self.to_string(), missing: self.missing_action() }
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            S3Error::NoSuchBucket { .. } => "check its name in app-config.yml, and the account of the credentials".into(),
            S3Error::NoCredentials { .. } => {
                "sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".into()
            }
            S3Error::Denied { action, bucket, .. } => format!("grant {action} on arn:aws:s3:::{bucket}"),
            S3Error::Unreachable { .. } => {
                "check the network, and AWS_ENDPOINT_URL_S3 where it is set; in a VPC S3 needs a gateway endpoint".into()
            }
            S3Error::NameTaken { .. }
            | S3Error::Unsupported { .. }
            | S3Error::Archived { .. }
            | S3Error::Throttled { .. }
            | S3Error::Refused { .. } => return None,
        })
    }

    /// The IAM action that is missing, when that is what is wrong.
    pub fn missing_action(&self) -> Option<String> {
        match self {
            S3Error::Denied { action, .. } => Some((*action).to_owned()),
            _ => None,
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

pub(super) fn told<E>(error: &SdkError<E>, asked: &Asked<'_>) -> S3Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (action, bucket, key) = (asked.action, asked.bucket.to_owned(), asked.key.to_owned());
    if let Some(why) = no_credentials(error) {
        return S3Error::NoCredentials { why };
    }
    let Some(status) = status(error) else {
        return S3Error::Unreachable { action, bucket, key, why: root_cause(error) };
    };
    let code = error.code().unwrap_or_default();
    match (status, code) {
        (_, "NoSuchBucket") => S3Error::NoSuchBucket { bucket },
        (_, "BucketAlreadyExists") => S3Error::NameTaken { bucket },
        (_, "InvalidObjectState") => S3Error::Archived { bucket, key },
        (405 | 501, _) => S3Error::Unsupported { action },
        (_, "SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded") | (429 | 503, _) => {
            S3Error::Throttled { action, bucket, key }
        }
        (401 | 403, code) if !of_the_signature(code) => S3Error::Denied { action, bucket, key },
        _ => S3Error::Refused {
            action,
            bucket,
            key,
            code: if code.is_empty() { status.to_string() } else { code.to_owned() },
            why: error.message().unwrap_or("no reason was given").to_owned(),
        },
    }
}

/// 403 that no permission would mend: the keys, the token or the clock are wrong.
fn of_the_signature(code: &str) -> bool {
    matches!(
        code,
        "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "RequestTimeTooSkewed"
            | "InvalidToken"
            | "ExpiredToken"
    )
}
