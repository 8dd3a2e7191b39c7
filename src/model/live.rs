//! What was seen of one thing in the live world, where "could not read" is never "is not there".

use serde::{Deserialize, Serialize};

/// One thing of the live world.
///
/// `Unknown` never leads to a create, a change or a delete: the planner turns it into a blocked line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Live<T> {
    /// Read, and not there.
    Absent,
    /// Read, and there.
    Present(T),
    /// Could not be read.
    Unknown(Unknown),
}

/// Why a thing could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// What was tried and how it failed: `GET _cat/indices answered 403: no permissions for [...]`.
    pub why: String,
    /// The permission or action whose absence explains it, when that can be told: `indices:monitor/stats`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl Unknown {
    pub fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), missing: None }
    }
}

impl<T> Live<T> {
    pub fn present(&self) -> Option<&T> {
        match self {
            Live::Present(thing) => Some(thing),
            Live::Absent | Live::Unknown(_) => None,
        }
    }

    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Live::Unknown(why) => Some(why),
            Live::Absent | Live::Present(_) => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Live<U> {
        match self {
            Live::Absent => Live::Absent,
            Live::Present(thing) => Live::Present(f(thing)),
            Live::Unknown(why) => Live::Unknown(why),
        }
    }

    pub fn as_ref(&self) -> Live<&T> {
        match self {
            Live::Absent => Live::Absent,
            Live::Present(thing) => Live::Present(thing),
            Live::Unknown(why) => Live::Unknown(why.clone()),
        }
    }
}
