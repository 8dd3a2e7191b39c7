//! What `es2s3 doctor` tells: facts of the live world judged, each with what to do where something is wrong.
//!
//! Called by `cli`, which gathers [`Facts`] by readers alone. Pure: a table of facts to a table of checks.

mod access;
mod cloud;
mod data;
mod path;
mod rights;
#[cfg(test)]
mod tests;

pub use cloud::Cloud;
pub use path::{Passes, passes};
pub use rights::{Right, wanted as rights};

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Caller, Catalogue, Cluster, Live, Place, Repository, State, Unknown};
use crate::plan::RepositoryChange;
use crate::state::LockFile;

/// Everything that is judged.
#[derive(Debug, Clone)]
pub struct Facts {
    pub now: Timestamp,
    pub config_file: String,
    pub policies: usize,
    pub account: String,
    pub region: String,
    pub endpoint: String,
    /// Where the state is, for people.
    pub state_place: String,
    /// Whether the chain gives credentials.
    pub credentials: Live<()>,
    /// `Absent`: the store is not Amazon's and the AWS side is left to others, so no account is at stake.
    pub caller: Live<Caller>,
    /// What stands between here and the domain, and what to do about it.
    pub unreached: Option<(String, Option<String>)>,
    pub cluster: Live<Cluster>,
    pub repository: Live<Repository>,
    pub repository_change: RepositoryChange,
    pub place: Place,
    /// The snapshot bucket: the region that it tells, if any.
    pub bucket: Live<Option<String>>,
    pub catalogue: Live<Catalogue>,
    pub state: Live<State>,
    pub lock: Live<LockFile>,
    /// What a plan could not read.
    pub unread: Vec<Unknown>,
    /// `None` when the AWS side is left to others.
    pub cloud: Option<Cloud>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok,
    Failed,
    /// Could not be checked, which is not the same as failed.
    Unchecked,
}

/// One line of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub check: &'static str,
    pub outcome: Outcome,
    /// What was found, a fragment.
    pub text: String,
    /// What to do; every failure has one.
    pub fix: Option<String>,
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of es2s3.
    pub es2s3: &'static str,
    pub now: Timestamp,
    pub checks: Vec<Check>,
}

impl Check {
    pub fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Ok, text: text.into(), fix: None }
    }

    pub fn failed(check: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Failed, text: text.into(), fix: Some(fix.into()) }
    }

    pub fn unchecked(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Unchecked, text: text.into(), fix: None }
    }

    /// A thing that could not be read: a missing permission can be granted, of all else only the reason is known.
    fn unread(check: &'static str, unknown: &Unknown) -> Self {
        match &unknown.missing {
            Some(action) => Self::failed(check, &unknown.why, format!("grant {action}")),
            None => Self::unchecked(check, &unknown.why),
        }
    }
}

impl Report {
    pub fn new(now: Timestamp, checks: Vec<Check>) -> Self {
        Self { es2s3: env!("CARGO_PKG_VERSION"), now, checks }
    }

    pub fn count(&self, outcome: Outcome) -> u64 {
        self.checks.iter().filter(|check| check.outcome == outcome).count() as u64
    }
}

/// Every check that applies to this configuration, in the order in which one rests on another.
pub fn judge(facts: &Facts) -> Report {
    let mut checks = data::checks(facts);
    if let Some(cloud) = &facts.cloud {
        checks.extend(cloud::checks(cloud, &facts.endpoint));
    }
    Report::new(facts.now, checks)
}
