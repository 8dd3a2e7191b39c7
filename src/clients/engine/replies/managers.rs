//! Who else decides over indices: data streams and ISM. (ILM shows in the settings.)

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::whole;
use crate::model::IndexName;

/// One backing index of a data stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backing {
    pub stream: String,
    /// The last one, which takes the writes.
    pub write: bool,
    /// Elasticsearch 8.11: the data stream's own lifecycle decides over it.
    pub own_lifecycle: bool,
}

/// Backing indices of all data streams.
pub type DataStreams = HashMap<IndexName, Backing>;

#[derive(Deserialize)]
struct RawStreams {
    data_streams: Vec<RawStream>,
}

#[derive(Deserialize)]
struct RawStream {
    name: String,
    indices: Vec<RawBacking>,
}

#[derive(Deserialize)]
struct RawBacking {
    index_name: IndexName,
    #[serde(default)]
    managed_by: String,
}

/// # Errors
///
/// What is not such a reply.
pub fn data_streams(reader: &mut dyn Read) -> serde_json::Result<DataStreams> {
    let reply: RawStreams = serde_json::from_reader(reader)?;
    let mut found = HashMap::new();
    for stream in reply.data_streams {
        let last = stream.indices.len().saturating_sub(1);
        for (at, backing) in stream.indices.into_iter().enumerate() {
            let own_lifecycle = backing.managed_by == "Data stream lifecycle";
            let told = Backing { stream: stream.name.clone(), write: at == last, own_lifecycle };
            found.insert(backing.index_name, told);
        }
    }
    Ok(found)
}

/// Policies by index, of those that ISM manages. Others may be listed, with null for a policy, and are passed over.
///
/// # Errors
///
/// What is not such a reply.
pub fn ism(reader: &mut dyn Read) -> serde_json::Result<HashMap<IndexName, String>> {
    whole(reader, |json| json.deserialize_map(Explained))
}

struct Explained;

/// The key of every version: OpenSearch, then Open Distro.
#[derive(Deserialize)]
struct Policy {
    #[serde(rename = "index.plugins.index_state_management.policy_id")]
    plugins: Option<String>,
    #[serde(rename = "index.opendistro.index_state_management.policy_id")]
    opendistro: Option<String>,
    policy_id: Option<String>,
}

impl<'de> Visitor<'de> for Explained {
    type Value = HashMap<IndexName, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of indices with their policies")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut managed = HashMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "total_managed_indices" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let told: Policy = map.next_value()?;
            if let Some(policy) = told.plugins.or(told.opendistro).or(told.policy_id) {
                managed.insert(IndexName::from(name), policy);
            }
        }
        Ok(managed)
    }
}
