//! Why the state could not be read or written.

use crate::clients::s3::S3Error;
use crate::model::{RunId, Unknown};

use super::lock::LockFile;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StateError {
    /// No bucket, or no state in it: nothing was prepared yet.
    #[error("the state at {place} does not exist")]
    NotPrepared { place: String },
    #[error("run {} of {} on {} holds the lease until {} ({})", .0.run, .0.owner, .0.host, .0.expires, .0.operation)]
    Locked(Box<LockFile>),
    /// The lease seems to have expired, by a clock that is not to be trusted.
    #[error("run {} may still hold the lease: this clock and the store's differ by {seconds} s", holder.run)]
    WrongClock { holder: Box<LockFile>, seconds: i64 },
    /// Another run took the lease over, or it ran out before it could be renewed.
    #[error("run {run} lost its lease: {why}; nothing more was written")]
    LeaseLost { run: RunId, why: String },
    /// `state.json` is not the one that was read.
    #[error("the state at {place} was written by someone else meanwhile; nothing was overwritten")]
    Moved { place: String },
    #[error("{place} is of format {found}; this es2s3 reads up to format {known}: use a newer one")]
    Newer { place: String, found: u32, known: u32 },
    #[error("{place} cannot be understood: {why}")]
    Garbled { place: String, why: String },
    #[error(transparent)]
    S3(#[from] S3Error),
}

impl StateError {
    /// As what could not be read, with the permission that is missing.
    pub fn as_unknown(&self) -> Unknown {
        let missing = match self {
            StateError::S3(error) => error.missing_action(),
            _ => None,
        };
        Unknown { why: self.to_string(), missing }
    }
}
