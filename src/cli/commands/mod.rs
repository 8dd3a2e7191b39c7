//! One file a command.

pub(super) mod apply;
pub(super) mod bootstrap;
pub(super) mod config;
pub(super) mod history;
pub(super) mod holds;
pub(super) mod init;
pub(super) mod man;
pub(super) mod plan;
pub(super) mod prove;
pub(super) mod restore;
pub(super) mod show;
pub(super) mod state;
pub(super) mod status;
pub(super) mod validate;

use crate::error::Failure;

/// One value as a JSON document.
fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("could not be written as JSON: {error}")))?;
    Ok(text + "\n")
}
