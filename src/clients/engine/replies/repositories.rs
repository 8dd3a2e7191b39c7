//! The registered repository, and how many nodes can use it.

use std::collections::HashMap;
use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{Repository, RepositoryName, RepositorySettings};

/// The repository that was asked for; `None` when the reply has others only.
///
/// # Errors
///
/// What is not such a reply.
pub fn repository(reader: &mut dyn Read, asked: &RepositoryName) -> serde_json::Result<Option<Repository>> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(rename = "type")]
        kind: String,
        uuid: Option<String>,
        #[serde(default)]
        settings: RepositorySettings,
    }
    let mut found: HashMap<RepositoryName, Raw> = serde_json::from_reader(reader)?;
    let Some(raw) = found.remove(asked) else { return Ok(None) };
    Ok(Some(Repository { name: asked.clone(), kind: raw.kind, settings: raw.settings, uuid: raw.uuid }))
}

/// `POST _snapshot/r/_verify`: how many nodes wrote there and read it back.
///
/// # Errors
///
/// What is not such a reply.
pub fn verified_nodes(reader: &mut dyn Read) -> serde_json::Result<u64> {
    #[derive(Deserialize)]
    struct Reply {
        nodes: HashMap<String, IgnoredAny>,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    Ok(reply.nodes.len() as u64)
}
