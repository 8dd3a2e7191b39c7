//! Replies as types, in the shape that es2s3 wants them; everything else in a reply is passed over unread.
//!
//! Shapes were read off OpenSearch 3.6.0 and Elasticsearch 7.10.2; `docs/engine-behaviour.md` lists what differs elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{
    Alias, Blocks, Bytes, Distribution, Engine, Health, IndexName, IndexUuid, Marks, Mount, RepositoryName,
    RunningSnapshot, SnapshotInfo, SnapshotName, SnapshotState, SnapshotUuid, Version,
};

/// `GET /`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    pub engine: Engine,
    pub cluster_name: String,
    pub cluster_uuid: String,
}

/// Parses `GET /`. OpenSearch that pretends to be 7.10.2 (`compatibility.override_main_response_version`) is known by its
/// tagline.
pub(super) fn root(reader: &mut dyn Read) -> serde_json::Result<Root> {
    #[derive(Deserialize)]
    struct Reply {
        cluster_name: String,
        cluster_uuid: String,
        version: Numbers,
        #[serde(default)]
        tagline: String,
    }
    #[derive(Deserialize)]
    struct Numbers {
        number: String,
        #[serde(default)]
        distribution: String,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    let open = reply.version.distribution == "opensearch" || reply.tagline.contains("OpenSearch");
    let distribution = if open { Distribution::OpenSearch } else { Distribution::Elasticsearch };
    let version = version(&reply.version.number)
        .ok_or_else(|| serde::de::Error::custom(format!("version `{}`", reply.version.number)))?;
    let engine = Engine { distribution, version };
    Ok(Root { engine, cluster_name: reply.cluster_name, cluster_uuid: reply.cluster_uuid })
}

fn version(text: &str) -> Option<Version> {
    let numbers = text.split('-').next()?;
    let mut parts = numbers.split('.').map(|part| part.parse().ok());
    Some(Version::new(parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

/// `GET _cluster/health`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ClusterHealth {
    pub status: Health,
    pub relocating_shards: u64,
}

/// One row of `_cat/indices`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatIndex {
    pub name: IndexName,
    pub health: Option<Health>,
    pub open: bool,
    pub docs: Option<u64>,
    pub bytes: Option<Bytes>,
}

pub(super) fn cat_indices(reader: &mut dyn Read) -> serde_json::Result<Vec<CatIndex>> {
    #[derive(Deserialize)]
    struct Row {
        health: Option<Health>,
        status: String,
        index: IndexName,
        #[serde(rename = "docs.count")]
        docs: Option<String>,
        #[serde(rename = "pri.store.size")]
        bytes: Option<String>,
    }
    let rows: Vec<Row> = serde_json::from_reader(reader)?;
    let cat = |row: Row| CatIndex {
        name: row.index,
        health: row.health,
        open: row.status == "open",
        docs: row.docs.and_then(|docs| docs.parse().ok()),
        bytes: row.bytes.and_then(|bytes| bytes.parse().ok()).map(Bytes),
    };
    Ok(rows.into_iter().map(cat).collect())
}

/// What `GET /*` tells of one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSettings {
    pub uuid: IndexUuid,
    pub primaries: u32,
    pub replicas: u32,
    pub created: Option<Timestamp>,
    pub aliases: Vec<Alias>,
    pub data_stream: Option<String>,
    pub mount: Option<Mount>,
    pub ilm: Option<String>,
    pub blocks: Blocks,
    pub hidden: bool,
    pub frozen: bool,
}

#[derive(Deserialize)]
struct RawIndex {
    #[serde(default)]
    aliases: BTreeMap<String, RawAlias>,
    settings: RawSettings,
    data_stream: Option<String>,
}

#[derive(Deserialize)]
struct RawAlias {
    is_write_index: Option<bool>,
}

/// Flat settings; every value is a string.
#[derive(Deserialize)]
struct RawSettings {
    #[serde(rename = "index.uuid")]
    uuid: IndexUuid,
    #[serde(rename = "index.number_of_shards")]
    primaries: String,
    #[serde(rename = "index.number_of_replicas")]
    replicas: Option<String>,
    #[serde(rename = "index.creation_date")]
    created: Option<String>,
    #[serde(rename = "index.lifecycle.name")]
    ilm: Option<String>,
    #[serde(rename = "index.hidden")]
    hidden: Option<String>,
    #[serde(rename = "index.frozen")]
    frozen: Option<String>,
    #[serde(rename = "index.blocks.write")]
    block_write: Option<String>,
    #[serde(rename = "index.blocks.metadata")]
    block_metadata: Option<String>,
    #[serde(rename = "index.blocks.read_only")]
    block_read_only: Option<String>,
    #[serde(rename = "index.blocks.read_only_allow_delete")]
    block_allow_delete: Option<String>,
    #[serde(rename = "index.store.type")]
    store: Option<String>,
    #[serde(rename = "index.store.snapshot.repository_name")]
    es_repository: Option<RepositoryName>,
    #[serde(rename = "index.store.snapshot.snapshot_name")]
    es_snapshot: Option<SnapshotName>,
    #[serde(rename = "index.store.snapshot.snapshot_uuid")]
    es_snapshot_uuid: Option<SnapshotUuid>,
    #[serde(rename = "index.searchable_snapshot.repository")]
    os_repository: Option<RepositoryName>,
    #[serde(rename = "index.searchable_snapshot.snapshot_id.name")]
    os_snapshot: Option<SnapshotName>,
    #[serde(rename = "index.searchable_snapshot.snapshot_id.uuid")]
    os_snapshot_uuid: Option<SnapshotUuid>,
}

pub(super) fn index_settings(reader: &mut dyn Read) -> serde_json::Result<HashMap<IndexName, IndexSettings>> {
    let raw: HashMap<IndexName, RawIndex> = serde_json::from_reader(reader)?;
    Ok(raw.into_iter().map(|(name, index)| (name, settings(index))).collect())
}

fn settings(raw: RawIndex) -> IndexSettings {
    let is = |value: &Option<String>| value.as_deref() == Some("true");
    let s = &raw.settings;
    IndexSettings {
        primaries: s.primaries.parse().unwrap_or(0),
        replicas: s.replicas.as_deref().and_then(|replicas| replicas.parse().ok()).unwrap_or(0),
        created: s
            .created
            .as_deref()
            .and_then(|millis| millis.parse().ok())
            .and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        blocks: Blocks {
            write: is(&s.block_write),
            metadata: is(&s.block_metadata),
            read_only: is(&s.block_read_only),
            read_only_allow_delete: is(&s.block_allow_delete),
        },
        hidden: is(&s.hidden),
        frozen: is(&s.frozen),
        mount: mount(s),
        aliases: raw
            .aliases
            .into_iter()
            .map(|(name, raw)| Alias { name, write: raw.is_write_index })
            .collect(),
        data_stream: raw.data_stream,
        ilm: raw.settings.ilm.filter(|policy| !policy.is_empty()),
        uuid: raw.settings.uuid,
    }
}

/// Mounted: `index.store.type` is `snapshot` (Elasticsearch) or `remote_snapshot` (OpenSearch 2.7 and later).
fn mount(s: &RawSettings) -> Option<Mount> {
    match s.store.as_deref() {
        Some("snapshot") => Some(Mount {
            repository: s.es_repository.clone()?,
            snapshot: s.es_snapshot.clone()?,
            snapshot_uuid: s.es_snapshot_uuid.clone(),
        }),
        Some("remote_snapshot") => Some(Mount {
            repository: s.os_repository.clone()?,
            snapshot: s.os_snapshot.clone()?,
            snapshot_uuid: s.os_snapshot_uuid.clone(),
        }),
        _ => None,
    }
}

/// Backing indices by data stream, and which of them takes the writes.
pub type DataStreams = HashMap<IndexName, (String, bool)>;

pub(super) fn data_streams(reader: &mut dyn Read) -> serde_json::Result<DataStreams> {
    #[derive(Deserialize)]
    struct Reply {
        data_streams: Vec<Stream>,
    }
    #[derive(Deserialize)]
    struct Stream {
        name: String,
        indices: Vec<Backing>,
    }
    #[derive(Deserialize)]
    struct Backing {
        index_name: IndexName,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    let mut found = HashMap::new();
    for stream in reply.data_streams {
        let last = stream.indices.len().saturating_sub(1);
        for (at, backing) in stream.indices.into_iter().enumerate() {
            found.insert(backing.index_name, (stream.name.clone(), at == last));
        }
    }
    Ok(found)
}

/// Policies by index, of those that ISM manages.
pub(super) fn ism(reader: &mut dyn Read) -> serde_json::Result<HashMap<IndexName, String>> {
    let reply: HashMap<String, Value> = serde_json::from_reader(reader)?;
    let managed = reply.into_iter().filter_map(|(name, told)| {
        let policy = told.get("index.plugins.index_state_management.policy_id");
        let policy = policy.or_else(|| told.get("index.opendistro.index_state_management.policy_id"))?;
        Some((IndexName::from(name), policy.as_str()?.to_owned()))
    });
    Ok(managed.collect())
}

/// Indices that have a shard on the move, from `_cat/shards?h=index,state`.
pub(super) fn relocating(reader: &mut dyn Read) -> serde_json::Result<Vec<IndexName>> {
    #[derive(Deserialize)]
    struct Row {
        index: IndexName,
        state: String,
    }
    let rows: Vec<Row> = serde_json::from_reader(reader)?;
    let mut names: Vec<_> =
        rows.into_iter().filter(|row| row.state == "RELOCATING").map(|row| row.index).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[derive(Deserialize)]
struct RawSnapshots {
    #[serde(default)]
    snapshots: Vec<RawSnapshot>,
}

#[derive(Deserialize)]
struct RawSnapshot {
    snapshot: SnapshotName,
    uuid: SnapshotUuid,
    #[serde(default)]
    repository: Option<String>,
    state: SnapshotState,
    #[serde(default)]
    indices: Vec<IndexName>,
    #[serde(default)]
    start_time_in_millis: i64,
    #[serde(default)]
    end_time_in_millis: i64,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    failures: Vec<Value>,
    #[serde(default)]
    shards: RawShards,
    #[serde(default)]
    remote_store_index_shallow_copy: bool,
}

#[derive(Default, Deserialize)]
struct RawShards {
    total: u64,
    successful: u64,
}

/// Verbose snapshots: `GET _snapshot/r/names`.
pub(super) fn snapshots(reader: &mut dyn Read) -> serde_json::Result<Vec<SnapshotInfo>> {
    let reply: RawSnapshots = serde_json::from_reader(reader)?;
    Ok(reply.snapshots.into_iter().map(info).collect())
}

fn info(raw: RawSnapshot) -> SnapshotInfo {
    let at = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or_default();
    SnapshotInfo {
        marks: marks(&raw.metadata),
        name: raw.snapshot,
        uuid: raw.uuid,
        state: raw.state,
        started: at(raw.start_time_in_millis),
        ended: (raw.end_time_in_millis > 0).then(|| at(raw.end_time_in_millis)),
        indices: raw.indices,
        shards_total: raw.shards.total,
        shards_successful: raw.shards.successful,
        failures: raw.failures.iter().map(failure).collect(),
        shallow: raw.remote_store_index_shallow_copy,
    }
}

fn marks(metadata: &Value) -> Option<Marks> {
    serde_json::from_value(metadata.get("es2s3")?.clone()).ok()
}

fn failure(failure: &Value) -> String {
    let word = |key: &str| failure[key].as_str().unwrap_or("?").to_owned();
    format!("{} shard {}: {}", word("index"), failure["shard_id"], word("reason"))
}

/// Running snapshots: `GET _snapshot/r/_current`.
pub(super) fn running(reader: &mut dyn Read, asked: &str) -> serde_json::Result<Vec<RunningSnapshot>> {
    let reply: RawSnapshots = serde_json::from_reader(reader)?;
    let running = reply.snapshots.into_iter().map(|raw| RunningSnapshot {
        marks: marks(&raw.metadata),
        repository: raw.repository.unwrap_or_else(|| asked.to_owned()),
        name: raw.snapshot,
        indices: raw.indices,
    });
    Ok(running.collect())
}

/// How far a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotProgress {
    pub state: SnapshotState,
    pub done: Bytes,
    pub total: Bytes,
}

/// `GET _snapshot/r/s/_status`: bytes of the running one. The state words differ from those of the listing.
pub(super) fn status(reader: &mut dyn Read) -> serde_json::Result<Option<SnapshotProgress>> {
    let reply: Value = serde_json::from_reader(reader)?;
    let Some(first) = reply["snapshots"].get(0) else { return Ok(None) };
    let stats = &first["stats"];
    // `total` and `processed` since 7.x, flat numbers before.
    let size = |key: &str, flat: &str| {
        Bytes(stats[key]["size_in_bytes"].as_u64().or(stats[flat].as_u64()).unwrap_or(0))
    };
    let state = match first["state"].as_str() {
        Some("SUCCESS") => SnapshotState::Success,
        Some("FAILED" | "ABORTED") => SnapshotState::Failed,
        Some("PARTIAL") => SnapshotState::Partial,
        _ => SnapshotState::InProgress,
    };
    let total = size("incremental", "total_size_in_bytes");
    Ok(Some(SnapshotProgress { state, done: size("processed", "processed_size_in_bytes"), total }))
}

/// One copy of a shard, from `_stats?level=shards`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardStats {
    pub index: IndexName,
    pub uuid: IndexUuid,
    pub shard: u32,
    pub primary: bool,
    /// 16 bytes in base64.
    pub commit_id_base64: String,
    pub generation: i64,
    pub history_uuid: String,
    pub max_seq_no: i64,
    pub local_checkpoint: i64,
    pub docs: u64,
}

pub(super) fn shard_stats(reader: &mut dyn Read) -> serde_json::Result<Vec<ShardStats>> {
    #[derive(Deserialize)]
    struct Reply {
        #[serde(default)]
        indices: BTreeMap<IndexName, OneIndex>,
    }
    #[derive(Deserialize)]
    struct OneIndex {
        uuid: IndexUuid,
        #[serde(default)]
        shards: BTreeMap<String, Vec<Value>>,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    let mut stats = Vec::new();
    for (name, index) in reply.indices {
        for (shard, copies) in &index.shards {
            let shard = shard.parse().map_err(serde::de::Error::custom)?;
            stats.extend(copies.iter().filter_map(|copy| one_copy(&name, &index.uuid, shard, copy)));
        }
    }
    Ok(stats)
}

/// A copy without a commit or sequence numbers is not a started one; leaving it out makes its shard unproven.
fn one_copy(index: &IndexName, uuid: &IndexUuid, shard: u32, copy: &Value) -> Option<ShardStats> {
    let commit = &copy["commit"];
    Some(ShardStats {
        index: index.clone(),
        uuid: uuid.clone(),
        shard,
        primary: copy["routing"]["primary"].as_bool()?,
        commit_id_base64: commit["id"].as_str()?.to_owned(),
        generation: commit["generation"].as_i64()?,
        history_uuid: commit["user_data"]["history_uuid"].as_str()?.to_owned(),
        max_seq_no: copy["seq_no"]["max_seq_no"].as_i64()?,
        local_checkpoint: copy["seq_no"]["local_checkpoint"].as_i64()?,
        docs: commit["num_docs"].as_u64()?,
    })
}

/// UUID and write block of one index, for the look just before acting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFacts {
    pub uuid: IndexUuid,
    pub write_blocked: bool,
}

/// An index that is being restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Every primary is started.
    pub whole: bool,
    pub docs: Option<u64>,
}

/// `PUT _snapshot/r/_verify`: how many nodes can use it.
pub(super) fn verified_nodes(reader: &mut dyn Read) -> serde_json::Result<u64> {
    let reply: Value = serde_json::from_reader(reader)?;
    Ok(reply["nodes"].as_object().map_or(0, |nodes| nodes.len() as u64))
}

/// For replies whose content does not matter.
pub(super) fn anything(reader: &mut dyn Read) -> serde_json::Result<()> {
    serde_json::from_reader::<_, serde::de::IgnoredAny>(reader).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_told_apart() {
        for (reply, engine) in [
            (
                r#"{"cluster_name":"a","cluster_uuid":"u","version":{"number":"7.10.2","build_flavor":"oss"},"tagline":"You Know, for Search"}"#,
                "Elasticsearch 7.10.2",
            ),
            (
                r#"{"cluster_name":"a","cluster_uuid":"u","version":{"number":"9.1.0-SNAPSHOT"}}"#,
                "Elasticsearch 9.1.0",
            ),
            (
                r#"{"cluster_name":"a","cluster_uuid":"u","version":{"distribution":"opensearch","number":"3.6.0"}}"#,
                "OpenSearch 3.6.0",
            ),
            (
                r#"{"cluster_name":"a","cluster_uuid":"u","version":{"number":"7.10.2"},"tagline":"The OpenSearch Project: https://opensearch.org/"}"#,
                "OpenSearch 7.10.2",
            ),
        ] {
            assert_eq!(root(&mut reply.as_bytes()).unwrap().engine.to_string(), engine);
        }
        let nonsense = r#"{"cluster_name":"a","cluster_uuid":"u","version":{"number":"new"}}"#;
        assert!(root(&mut nonsense.as_bytes()).is_err());
    }

    #[test]
    fn a_closed_or_red_index_has_no_size_and_not_the_size_zero() {
        let rows = r#"[{"health":"red","status":"open","index":"a","docs.count":null,"pri.store.size":null},
                       {"health":"green","status":"close","index":"b","docs.count":null,"pri.store.size":null},
                       {"health":"green","status":"open","index":"c","docs.count":"3","pri.store.size":"4096"}]"#;
        let rows = cat_indices(&mut rows.as_bytes()).unwrap();
        assert_eq!(rows[0].bytes, None);
        assert!(!rows[1].open);
        assert_eq!((rows[2].docs, rows[2].bytes), (Some(3), Some(Bytes(4096))));
    }

    #[test]
    fn settings_tell_mounts_blocks_and_managers() {
        let reply = r#"{"m":{"aliases":{"w":{"is_write_index":true},"s":{}},"settings":{"index.uuid":"U","index.number_of_shards":"2",
            "index.store.type":"remote_snapshot","index.searchable_snapshot.repository":"r","index.searchable_snapshot.snapshot_id.name":"s",
            "index.searchable_snapshot.snapshot_id.uuid":"su","index.blocks.write":"true","index.lifecycle.name":"p","index.creation_date":"1000"}}}"#;
        let index = index_settings(&mut reply.as_bytes()).unwrap().remove("m").unwrap();
        assert_eq!(index.mount.unwrap().snapshot.as_str(), "s");
        assert!(index.blocks.write && !index.blocks.read_only);
        assert_eq!(index.ilm.as_deref(), Some("p"));
        assert_eq!(index.aliases.iter().map(|alias| alias.write).collect::<Vec<_>>(), [None, Some(true)]);
        assert_eq!(index.created, Timestamp::from_second(1).ok());
    }

    #[test]
    fn marks_are_read_from_the_metadata_and_a_strangers_metadata_is_none() {
        let reply = r#"{"snapshots":[{"snapshot":"a","uuid":"u","state":"PARTIAL","indices":["i"],"start_time_in_millis":1000,
            "shards":{"total":2,"failed":1,"successful":1},"failures":[{"index":"i","shard_id":1,"reason":"node left"}],
            "metadata":{"es2s3":{"policy":"app","day":"2026-01-01","run":"R","bytes":7}}},
            {"snapshot":"b","uuid":"v","state":"SUCCESS","metadata":{"policy":"nightly"}}]}"#;
        let found = snapshots(&mut reply.as_bytes()).unwrap();
        assert_eq!(found[0].marks.as_ref().map(|marks| marks.bytes), Some(Bytes(7)));
        assert_eq!(found[0].failures, ["i shard 1: node left"]);
        assert_eq!(found[1].marks, None);
    }
}
