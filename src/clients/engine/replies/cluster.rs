//! The domain as a whole: who answers, how it is, what moves.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use crate::model::{Distribution, Engine, Health, IndexName, Version};

/// `GET /` as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    pub cluster_name: String,
    pub cluster_uuid: String,
    pub claim: Claim,
}

/// What a domain says that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Engine(Engine),
    /// OpenSearch under the version of an Elasticsearch (`compatibility.override_main_response_version`): its nodes know better.
    Disguised,
    /// Neither, or a version that es2s3 was not made for.
    Unsupported(String),
}

/// `GET /`, with the version that es2s3 goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    pub engine: Engine,
    pub cluster_name: String,
    pub cluster_uuid: String,
}

#[derive(Deserialize)]
struct RawBanner {
    #[serde(default)]
    cluster_name: String,
    #[serde(default)]
    cluster_uuid: String,
    #[serde(default)]
    version: RawVersion,
    #[serde(default)]
    tagline: String,
}

#[derive(Default, Deserialize)]
struct RawVersion {
    #[serde(default)]
    number: String,
    #[serde(default)]
    distribution: String,
}

/// Parses `GET /`.
///
/// # Errors
///
/// What is not a JSON object.
pub fn banner(reader: &mut dyn Read) -> serde_json::Result<Banner> {
    let raw: RawBanner = serde_json::from_reader(reader)?;
    let claim = claim(&raw);
    Ok(Banner { cluster_name: raw.cluster_name, cluster_uuid: raw.cluster_uuid, claim })
}

fn claim(raw: &RawBanner) -> Claim {
    let number = &raw.version.number;
    let engine = |distribution| version(number).map(|version| Engine { distribution, version });
    let told = match raw.version.distribution.as_str() {
        "opensearch" => engine(Distribution::OpenSearch),
        "" if raw.tagline.starts_with("The OpenSearch Project") => return Claim::Disguised,
        "" if raw.tagline == "You Know, for Search" => engine(Distribution::Elasticsearch),
        _ => None,
    };
    match told {
        Some(engine) if supported(engine) => Claim::Engine(engine),
        Some(engine) => Claim::Unsupported(engine.to_string()),
        None => Claim::Unsupported(unknown(raw)),
    }
}

fn supported(engine: Engine) -> bool {
    match engine.distribution {
        Distribution::Elasticsearch => engine.version >= Version::new(6, 8, 0) && engine.version.major <= 9,
        Distribution::OpenSearch => (1..=3).contains(&engine.version.major),
    }
}

fn unknown(raw: &RawBanner) -> String {
    match (raw.version.distribution.as_str(), raw.version.number.as_str()) {
        ("", "") => "what answers at the endpoint is no search engine: it".into(),
        ("", number) => format!("an engine of version {number} that does not say which it is"),
        (distribution, number) => format!("{distribution} {number}"),
    }
}

fn version(text: &str) -> Option<Version> {
    let numbers = text.split('-').next()?;
    let mut parts = numbers.split('.').map(|part| part.parse().ok());
    Some(Version::new(parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

/// The lowest version of any node.
///
/// # Errors
///
/// What is not such a reply.
pub fn lowest_node_version(reader: &mut dyn Read) -> serde_json::Result<Option<Version>> {
    #[derive(Deserialize)]
    struct Reply {
        #[serde(default)]
        nodes: BTreeMap<String, Node>,
    }
    #[derive(Deserialize)]
    struct Node {
        version: String,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    Ok(reply.nodes.values().filter_map(|node| version(&node.version)).min())
}

/// `GET _cluster/health`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ClusterHealth {
    pub status: Health,
    pub relocating_shards: u64,
}

/// # Errors
///
/// What is not such a reply.
pub fn health(reader: &mut dyn Read) -> serde_json::Result<ClusterHealth> {
    serde_json::from_reader(reader)
}

/// Names of the indices that have a shard on the move, sorted.
///
/// # Errors
///
/// What is not such a reply.
pub fn relocating(reader: &mut dyn Read) -> serde_json::Result<Vec<IndexName>> {
    #[derive(Deserialize)]
    struct Reply {
        #[serde(default)]
        indices: BTreeMap<IndexName, OneIndex>,
    }
    #[derive(Deserialize)]
    struct OneIndex {
        relocating_shards: u64,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    Ok(reply
        .indices
        .into_iter()
        .filter(|(_, index)| index.relocating_shards > 0)
        .map(|(name, _)| name)
        .collect())
}
