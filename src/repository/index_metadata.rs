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
    /// `index.source_only`: written by a repository of type `source`. The copy has no search structures and comes back
    /// as something that can only be re-indexed (Elasticsearch `SourceOnlySnapshotRepository`).
    pub source_only: bool,
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
        source_only: body.settings.contains_key("index.source_only")
            && body.setting("index.source_only")? != "false",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::codec::tests::frame;

    fn read(source_only: Option<serde_json::Value>) -> Result<bool, FormatError> {
        let mut settings = serde_json::json!({"index.uuid": "u", "index.number_of_shards": "2"});
        if let Some(value) = source_only {
            settings["index.source_only"] = value;
        }
        let document = serde_json::json!({"app": {"settings": settings}});
        let blob = frame("index-metadata", 1, &serde_smile::to_vec(&document).unwrap());
        parse_index_metadata(&blob).map(|metadata| metadata.source_only)
    }

    #[test]
    fn a_copy_of_sources_alone_says_so() {
        assert_eq!(read(None), Ok(false));
        assert_eq!(read(Some("false".into())), Ok(false));
        assert_eq!(read(Some("true".into())), Ok(true));
        assert_eq!(read(Some(true.into())), Err(FormatError::Setting { setting: "index.source_only" }));
    }
}
