//! What an engine may say no with, told apart by what it means for the caller.
//!
//! Made by `refusal` (an answer of 400 or more) and by `transport` (no answer); read by `observe`, `proof` and `apply`. The texts
//! name the request, so that each can stand alone; none carries a header or a secret.

use super::hints;
use crate::model::Unknown;

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// No connection came about: nothing was sent.
    #[error("{request}: no connection: {why}")]
    Unreachable { request: String, why: String },
    /// The certificate was not accepted, or there is no TLS at the other end: nothing was sent.
    #[error("{request}: no trusted connection: {why}")]
    Tls { request: String, why: String },
    /// The connection ended before the whole reply had come.
    #[error("{request}: the connection was lost before the reply had come: {why}")]
    Cut { request: String, why: String },
    #[error("{request}: no answer within {seconds} s")]
    TimedOut { request: String, seconds: u64 },
    #[error("{request} answered 401: the domain does not accept these credentials{}", in_brackets(.why))]
    Unauthorized { request: String, why: String },
    /// `action` is the permission that is missing, as far as the text tells it.
    #[error("{request} answered 403: {why}")]
    Forbidden { request: String, action: Option<String>, why: String },
    /// AWS does not offer this call: `Your request: '/_recovery' is not allowed.`
    #[error("{request} is not offered by this domain")]
    NotOffered { request: String },
    /// The engine has no such route: a plug-in that is not installed, an older version.
    #[error("{request}: this engine has no such route: {why}")]
    NoRoute { request: String, why: String },
    #[error("{request} answered 404: {why}")]
    IndexMissing { request: String, why: String },
    #[error("{request} answered 404: {why}")]
    RepositoryMissing { request: String, why: String },
    #[error("{request} answered {status}: {why}")]
    SnapshotMissing { request: String, status: u16, why: String },
    /// No such role or mapping inside the domain.
    #[error("{request} answered 404: {why}")]
    SecurityMissing { request: String, why: String },
    /// A 404 that no engine wrote: a proxy, another program. It tells nothing about what was asked for.
    #[error("{request} answered 404, and not as an engine does: {why}")]
    NotFound { request: String, why: String },
    /// Lasts until the snapshot is finished (Elasticsearch #50202); the executor waits.
    #[error("{request}: a running snapshot holds the index")]
    SnapshotInProgress { request: String },
    #[error("{request}: a snapshot of that name exists or is being written")]
    SnapshotNameTaken { request: String },
    #[error("{request}: another snapshot operation is running: {why}")]
    ConcurrentOperation { request: String, why: String },
    #[error("{request}: an index reads from that snapshot")]
    SnapshotInUse { request: String },
    #[error("{request}: the repository cannot be changed while a snapshot or restore uses it")]
    RepositoryInUse { request: String },
    /// The nodes cannot write to the repository. It may be registered all the same.
    #[error("{request} answered {status}: the repository was not verified: {why}")]
    RepositoryNotVerified { request: String, status: u16, why: String },
    #[error("{request} answered {status}: the repository's root cannot be read: {why}")]
    RepositoryUnreadable { request: String, status: u16, why: String },
    /// The engine noticed at one of its own writes, and does nothing more with the repository.
    #[error(
        "{request} answered {status}: another cluster wrote to the repository, or somebody changed it in the bucket"
    )]
    RepositoryMoved { request: String, status: u16 },
    #[error("{request}: an open index of that name is in the way: {why}")]
    RestoreConflict { request: String, why: String },
    /// A block on the index or on the cluster: `index read-only (api)`.
    #[error("{request} is blocked: {why}")]
    Blocked { request: String, why: String },
    /// Refused before anything was done.
    #[error("{request} answered {status}: too many requests")]
    Throttled { request: String, status: u16 },
    /// A node or something in front of it: whether the request was carried out is not known.
    #[error("{request} answered {status}: not available at the moment{}", in_brackets(.why))]
    Unavailable { request: String, status: u16, why: String },
    #[error("{request}: the request line is too long for the engine, which takes 4096 bytes")]
    LineTooLong { request: String },
    #[error("{request} answered {status}: {kind}: {why}")]
    Refused { request: String, status: u16, kind: String, why: String },
    #[error("{request}: the reply cannot be understood: {why}")]
    Garbled { request: String, why: String },
    /// The engine answered well, and says that it did not do it.
    #[error("{request} was not carried out: {why}")]
    NotDone { request: String, why: String },
    #[error("{request} was not sent: {why}")]
    NotSent { request: String, why: String },
    #[error("{what} is not supported; es2s3 works with Elasticsearch 6.8 to 9 and OpenSearch 1 to 3")]
    UnsupportedEngine { what: String },
}

fn in_brackets(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}

impl EngineError {
    pub fn is_index_missing(&self) -> bool {
        matches!(self, EngineError::IndexMissing { .. })
    }

    /// A route that this engine does not have. Neither a denial (403) nor a call that AWS closed is that.
    pub fn is_no_such_route(&self) -> bool {
        matches!(self, EngineError::NoRoute { .. })
    }

    /// Refused only because the domain is busy: the same request may be accepted in a moment.
    pub fn is_throttled(&self) -> bool {
        matches!(self, EngineError::Throttled { .. })
    }

    /// Whether the engine may have done what was asked although no good answer came.
    pub fn may_have_happened(&self) -> bool {
        match self {
            EngineError::Cut { .. }
            | EngineError::TimedOut { .. }
            | EngineError::Unavailable { .. }
            | EngineError::RepositoryNotVerified { .. }
            | EngineError::Garbled { .. } => true,
            EngineError::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// The permission that is missing, when that is what is wrong.
    pub fn missing_action(&self) -> Option<String> {
        match self {
            EngineError::Forbidden { action, .. } => action.clone(),
            _ => None,
        }
    }

    /// What the caller can do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        hints::hint(self)
    }

    /// The same as a reason why something could not be read, with what to do about it.
    pub fn unknown(&self) -> Unknown {
        let why = match self.hint() {
            Some(hint) => format!("{self}; {hint}"),
            None => self.to_string(),
        };
        Unknown { why, missing: self.missing_action() }
    }
}
