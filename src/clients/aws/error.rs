//! What AWS may say no with, told apart by what it means for the caller.

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};

use crate::clients::cause::{no_credentials, root_cause};
use crate::model::Unknown;

/// A failed call. `action` is the IAM action that it needs, `thing` what it was about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    #[error("{thing} does not exist")]
    NotFound { action: &'static str, thing: String },
    #[error("{thing} exists already")]
    Exists { action: &'static str, thing: String },
    /// 403 with a reason; never to be read as "not there".
    #[error("{action} on {thing} was denied: {why}")]
    Denied { action: &'static str, thing: String, why: String },
    #[error("{action} on {thing}: throttled; try again later")]
    Throttled { action: &'static str, thing: String },
    /// Another change is under way, or one that was made is not seen everywhere yet: a moment later it may do.
    #[error("{action} on {thing}: not yet: {why}")]
    NotYet { action: &'static str, thing: String, why: String },
    #[error("no AWS credentials: {why}")]
    NoCredentials { why: String },
    #[error("{action} on {thing}: no answer: {why}")]
    Unreachable { action: &'static str, thing: String, why: String },
    #[error("{action} on {thing}: {code}: {why}")]
    Refused { action: &'static str, thing: String, code: String, why: String },
    #[error("{action} on {thing}: the answer cannot be understood: {why}")]
    Garbled { action: &'static str, thing: String, why: String },
}

impl AwsError {
    /// The IAM action that is missing, when that is what is wrong.
    pub fn missing_action(&self) -> Option<String> {
        match self {
            AwsError::Denied { action, .. } => Some((*action).to_owned()),
            _ => None,
        }
    }

    pub fn is_not_found(&self) -> bool {
        matches!(self, AwsError::NotFound { .. })
    }

    pub fn is_not_yet(&self) -> bool {
        matches!(self, AwsError::NotYet { .. })
    }

    /// As what could not be read.
    pub fn unknown(&self) -> Unknown {
        Unknown { why: self.to_string(), missing: self.missing_action() }
    }
}

/// What was asked, for the words of an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) action: &'static str,
    pub(super) thing: &'a str,
}

pub(super) fn asked<'a>(action: &'static str, thing: &'a str) -> Asked<'a> {
    Asked { action, thing }
}

impl Asked<'_> {
    /// An answer of an SDK as one of ours.
    pub(super) fn told<E>(&self, error: &SdkError<E>) -> AwsError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        if let Some(why) = no_credentials(error) {
            return AwsError::NoCredentials { why };
        }
        let Some(response) = error.raw_response() else {
            return AwsError::Unreachable {
                action: self.action,
                thing: self.thing.to_owned(),
                why: root_cause(error),
            };
        };
        if response.status().is_success() && error.code().is_none() {
            return self.garbled(root_cause(error));
        }
        let why = error.message().unwrap_or("no reason was given");
        self.refused(response.status().as_u16(), error.code().unwrap_or_default(), why)
    }

    /// By the code, and by the status where there is none.
    pub(super) fn refused(&self, status: u16, code: &str, why: &str) -> AwsError {
        let (action, thing, why) = (self.action, self.thing.to_owned(), why.to_owned());
        match code {
            "NoSuchEntity"
            | "NoSuchEntityException"
            | "ResourceNotFoundException"
            | "NoSuchBucket"
            | "QueueDoesNotExist"
            | "ParameterNotFound"
            | "AWS.SimpleQueueService.NonExistentQueue"
            | "ResourceNotFound"
            | "InvalidSubnetID.NotFound"
            | "InvalidVpcID.NotFound"
            | "InvalidGroup.NotFound" => AwsError::NotFound { action, thing },
            "EntityAlreadyExists"
            | "EntityAlreadyExistsException"
            | "ResourceAlreadyExistsException"
            | "QueueNameExists"
            | "QueueAlreadyExists"
            | "BucketAlreadyOwnedByYou" => AwsError::Exists { action, thing },
            "ResourceConflictException"
                if why.contains("already exist") || why.contains("The statement id") =>
            {
                AwsError::Exists { action, thing }
            }
            "ResourceConflictException"
            | "ConcurrentModificationException"
            | "ConcurrentModification"
            | "OperationAborted"
            | "OperationAbortedException"
            | "ConditionalRequestConflict" => AwsError::NotYet { action, thing, why },
            // A role that was made a moment ago is not known everywhere.
            "InvalidParameterValueException" if why.contains("cannot be assumed") => {
                AwsError::NotYet { action, thing, why }
            }
            "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown"
            | "RequestThrottled" => AwsError::Throttled { action, thing },
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" => {
                AwsError::Denied { action, thing, why }
            }
            // A HEAD has no body to say more in.
            "" if status == 403 => AwsError::Denied { action, thing, why },
            "" if status == 404 => AwsError::NotFound { action, thing },
            "" if matches!(status, 429 | 503) => AwsError::Throttled { action, thing },
            "" => AwsError::Refused { action, thing, code: status.to_string(), why },
            code => AwsError::Refused { action, thing, code: code.to_owned(), why },
        }
    }

    pub(super) fn garbled(&self, why: impl std::fmt::Display) -> AwsError {
        AwsError::Garbled { action: self.action, thing: self.thing.to_owned(), why: why.to_string() }
    }

    pub(super) fn unreachable(&self, error: &dyn std::error::Error) -> AwsError {
        AwsError::Unreachable { action: self.action, thing: self.thing.to_owned(), why: root_cause(error) }
    }
}

/// "Not there" as `None`; every other failure stays one.
pub(super) fn there<T>(found: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
