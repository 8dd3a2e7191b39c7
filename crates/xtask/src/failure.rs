//! The one error of this program: what failed, and what to do. Every chore ends at its first failure, so
//! nobody needs to tell kinds of failure apart.

use std::fmt::{self, Display, Formatter};

/// What failed, as a lowercase fragment; later lines may hold the end of a log.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl Display for Failure {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says what was being done when something underneath failed.
pub(crate) trait Context<T> {
    /// `what` is a fragment such as `cannot read stack.json`.
    fn context(self, what: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|cause| Failure(format!("{what}: {cause}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: impl Display) -> Result<T, Failure> {
        self.ok_or_else(|| Failure(what.to_string()))
    }
}
