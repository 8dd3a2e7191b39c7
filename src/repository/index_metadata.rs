//! An index's metadata in a repository, `indices/<id>/meta-<blob>.dat`: without it nothing can be restored.
//!
//! It also tells, without the engine, how many shards the copy must have.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::decode;
use super::{FormatError, unframe};
use crate::model::{IndexName, IndexUuid};

/// What the proof needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexMetadata {
    pub name: IndexName,
    pub uuid: IndexUuid,
    /// `index.number_of_shards`.
    pub primaries: u32,
}

/// Reads an index metadata blob. The checksum is checked first.
pub fn parse_index_metadata(bytes: &[u8]) -> Result<IndexMetadata, FormatError> {
    let mut document: BTreeMap<String, Body> = decode(unframe(bytes, "index-metadata")?)?;
    let found = document.len();
    let (Some((name, body)), 1) = (document.pop_first(), found) else {
        return Err(FormatError::IndexCount { found });
    };
    let primaries = body.setting("index.number_of_shards")?;
    Ok(IndexMetadata {
        name: name.into(),
        uuid: body.setting("index.uuid")?.into(),
        primaries: primaries
            .parse()
            .map_err(|_| FormatError::Setting { setting: "index.number_of_shards" })?,
    })
}

#[derive(Deserialize)]
struct Body {
    settings: BTreeMap<String, Value>,
}

/// A setting: a string where one is wanted here, anything elsewhere (lists occur).
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Other(IgnoredAny),
}

impl Body {
    fn setting(&self, setting: &'static str) -> Result<&str, FormatError> {
        match self.settings.get(setting) {
            Some(Value::Text(text)) => Ok(text),
            Some(Value::Other(_)) | None => Err(FormatError::Setting { setting }),
        }
    }
}
