//! Replies as types, in the shape that es2s3 wants them; everything else in a reply is passed over unread. Pure: `Read` in, values out.
//!
//! Called by `reader` through `transport`. Lists that grow with the number of indices are parsed row by row, so that memory holds
//! the rows of the result and nothing of the text. Shapes were read off OpenSearch 3.6.0 and Elasticsearch 7.10.2;
//! `docs/engine-behaviour.md` lists what differs elsewhere.

pub mod cat;
pub mod cluster;
pub mod index_settings;
pub mod managers;
pub mod repositories;
mod scalars;
pub mod security;
pub mod shards;
pub mod snapshots;

use std::io::Read;

use serde_json::de::IoRead;

/// For replies whose content does not matter.
///
/// # Errors
///
/// What is not JSON.
pub fn anything(reader: &mut dyn Read) -> serde_json::Result<()> {
    serde_json::from_reader::<_, serde::de::IgnoredAny>(reader).map(|_| ())
}

/// `{"acknowledged":true}`: whether the engine says so.
///
/// # Errors
///
/// What is not JSON.
pub fn acknowledged(reader: &mut dyn Read) -> serde_json::Result<bool> {
    #[derive(serde::Deserialize)]
    struct Reply {
        #[serde(default)]
        acknowledged: bool,
    }
    serde_json::from_reader::<_, Reply>(reader).map(|reply| reply.acknowledged)
}

/// One JSON value read by hand, and nothing after it: a second value would be part of a reply that was cut and glued.
fn whole<'r, T>(
    reader: &'r mut dyn Read,
    read: impl FnOnce(&mut serde_json::Deserializer<IoRead<&'r mut dyn Read>>) -> serde_json::Result<T>,
) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    let value = read(&mut json)?;
    json.end()?;
    Ok(value)
}
