//! Why there is no permit: a clause does not hold, or it could not be looked at.

use std::fmt;

use serde::Serialize;

use crate::model::{Clause, Live, Missing, Unknown, Verdict};
use crate::repository::FormatError;

/// No permit, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A clause was looked at and does not hold.
    Missing(Box<Missing>),
    /// Something could not be read, which is neither proof nor the lack of one.
    Unread(Unknown),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing(missing) => missing.fmt(f),
            Refusal::Unread(unknown) => f.write_str(&unknown.why),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Missing> for Refusal {
    fn from(missing: Missing) -> Self {
        Refusal::Missing(Box::new(missing))
    }
}

impl Refusal {
    /// As what the planner reads.
    pub(super) fn into_verdict(self) -> Live<Verdict> {
        match self {
            Refusal::Missing(missing) => Live::Present(Verdict::Missing(*missing)),
            Refusal::Unread(unknown) => Live::Unknown(unknown),
        }
    }
}

/// The clause does not hold, and a new snapshot would not mend that.
pub(super) fn damaged(clause: Clause, object: impl Into<String>, why: impl Into<String>) -> Missing {
    Missing {
        clause,
        snapshot: None,
        object: Some(object.into()),
        why: why.into(),
        mended_by_snapshot: false,
    }
}

/// The clause does not hold, and a new snapshot would mend that.
pub(super) fn outdated(clause: Clause, object: impl Into<String>, why: impl Into<String>) -> Missing {
    Missing { mended_by_snapshot: true, ..damaged(clause, object, why) }
}

/// A blob whose bytes are not what its key promises.
pub(super) fn malformed(clause: Clause, key: &str, error: &FormatError) -> Missing {
    damaged(clause, key, error.to_string())
}
