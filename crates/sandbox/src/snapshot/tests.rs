//! Ours beside the engines' own: every document has the same fields, of the same kinds, as in a real repository.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::catalogue::{Catalogue, IndexEntry, SnapshotEntry, State};
use super::lucene::Segment;
use super::paths::PathType;
use super::root::{IndexMetadata, Root};
use super::segments::Commit;
use super::shard::{ShardCopy, StoredFile, Style};
use super::{codec, root, shard};
use crate::engine::{Engine, Kind};

fn engines() -> [Engine; 2] {
    [Engine::new(Kind::OpenSearch, "3.6.0"), Engine::new(Kind::Elasticsearch, "7.10.2")]
}

fn fixture(engine: &Engine, name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    std::fs::read(format!("{folder}/{}-{}/{name}", engine.name(), engine.version)).unwrap()
}

/// The document of a framed blob, after its checksum.
fn read<T: DeserializeOwned>(blob: &[u8], name: &str) -> T {
    let (framed, _) = blob.split_at(blob.len() - 16);
    assert_eq!(codec::seal(framed.to_vec()), blob, "footer of {name}");
    let body = framed.strip_prefix(codec::header(name, 1).as_slice()).expect("the header");
    serde_smile::from_slice(body).unwrap()
}

/// Every path of keys with the kind of value there; elements of a list share a path.
fn shape(value: &Value) -> BTreeMap<String, &'static str> {
    let mut paths = BTreeMap::new();
    walk("", value, &mut paths);
    paths
}

fn walk(path: &str, value: &Value, paths: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    };
    paths.insert(path.to_owned(), kind);
    match value {
        Value::Array(list) => list.iter().for_each(|one| walk(&format!("{path}[]"), one, paths)),
        Value::Object(map) => map.iter().for_each(|(key, one)| walk(&format!("{path}.{key}"), one, paths)),
        _ => {}
    }
}

fn commit() -> Commit {
    let segment = Segment { number: 0, id: [7; 16], docs: 12, flushed: 1_795_407_675_546 };
    Commit {
        id: [9; 16],
        generation: 3,
        history_uuid: "Ecqkq9nzRs6fj30QVyUOCQ".into(),
        translog_uuid: "JDXXDDGOTb2z2VMX4nzEyg".into(),
        max_seq_no: 11,
        segments: vec![segment],
    }
}

/// The bytes of `meta_hash` of one file in a real shard file.
fn real_commit(engine: &Engine) -> Vec<u8> {
    #[derive(serde::Deserialize)]
    struct Document {
        files: Vec<File>,
    }
    #[derive(serde::Deserialize)]
    struct File {
        physical_name: String,
        meta_hash: Option<serde_smile::value::Value>,
    }
    let document: Document = read(&fixture(engine, "shard-snap.dat"), "snapshot");
    let file = document.files.into_iter().find(|file| file.physical_name == "segments_3").unwrap();
    match file.meta_hash {
        Some(serde_smile::value::Value::Binary(bytes)) => bytes,
        other => panic!("not bytes: {other:?}"),
    }
}

#[test]
fn a_commit_is_the_engines_byte_for_byte_but_for_ids_and_counts() {
    for engine in engines() {
        let real = real_commit(&engine);
        let mut ours = commit();
        let at = |from: usize| -> [u8; 16] { real[from..from + 16].try_into().unwrap() };
        ours.id = at(17);
        let name = real.windows(3).position(|bytes| bytes == b"\x02_0").unwrap();
        ours.segments[0].id = at(name + 3);
        let text = String::from_utf8_lossy(&real).into_owned();
        let after = |key: &str| text.split(key).nth(1).unwrap().chars().skip(1).collect::<String>();
        ours.history_uuid = after("history_uuid").chars().take(22).collect();
        ours.translog_uuid = after("translog_uuid").chars().take(22).collect();
        let highest: String = after("max_seq_no").chars().take_while(char::is_ascii_digit).collect();
        ours.max_seq_no = highest.parse().unwrap();
        let mut bytes = ours.bytes(&engine);
        // The id of the segment within the commit is the one thing that this world makes up.
        let own = bytes.windows(3).position(|bytes| bytes == b"\x02_0").unwrap();
        let codec_length = usize::from(bytes[own + 19]);
        let mark = own + 20 + codec_length + 8 + 4 + 8 + 8 + 4 + 1;
        bytes[mark..mark + 16].copy_from_slice(&at(mark));
        let sealed = codec::seal(bytes[..bytes.len() - 16].to_vec());
        assert_eq!(sealed, real, "{engine:?}");
    }
}

fn shard_copy(engine: &Engine) -> ShardCopy {
    let files = commit().segments[0].files(engine);
    let stored = files.iter().map(|file| StoredFile {
        name: format!("__{}", file.physical_name),
        physical_name: file.physical_name.clone(),
        length: file.bytes.len() as u64,
        checksum: codec::checksum(&file.bytes),
        meta_hash: file.physical_name.ends_with(".si").then(|| file.bytes.clone()),
    });
    ShardCopy {
        snapshot: "logs-app-2026.01.01".into(),
        snapshot_uuid: "VFbtmd-5SOi3VgkUoQanWw".into(),
        generation: 3,
        started: 1_795_407_675_610,
        files: stored.collect(),
        incremental: (3, 6056),
        state_id: "Ecqkq9nzRs6fj30QVyUOCQ-na-11".into(),
    }
}

/// `meta_hash` is bytes, which JSON has no kind for.
fn readable(blob: &[u8], name: &str) -> Value {
    let value: serde_smile::value::Value = read(blob, name);
    as_json(&value)
}

fn as_json(value: &serde_smile::value::Value) -> Value {
    use serde_smile::value::Value as Smile;
    match value {
        Smile::Array(list) => list.iter().map(as_json).collect(),
        Smile::Object(map) => map.iter().map(|(key, one)| (key.clone(), as_json(one))).collect(),
        Smile::Binary(_) => Value::Null,
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn shard_files_have_the_engines_fields() {
    for engine in engines() {
        let style = Style { part_size: 1 << 30, written_by: engine.lucene_text(), compress: false };
        let copy = shard_copy(&engine);
        let ours = readable(&shard::snapshot_file(&copy, &style), "snapshot");
        assert_eq!(shape(&ours), shape(&readable(&fixture(&engine, "shard-snap.dat"), "snapshot")));
        let mut other = copy.clone();
        other.snapshot = "logs-app-2026.01.02".into();
        let ours = readable(&shard::shard_index(&[copy, other], &style), "snapshots");
        assert_eq!(shape(&ours), shape(&readable(&fixture(&engine, "shard-index"), "snapshots")));
    }
}

#[test]
fn root_and_cluster_files_have_the_engines_fields() {
    for engine in engines() {
        let root = Root {
            name: "logs-app-2026.01.01".into(),
            uuid: "VFbtmd-5SOi3VgkUoQanWw".into(),
            state: State::Success,
            indices: vec!["logs-app-2026.01.01".into()],
            metadata: json!({"es2s3": {"format": 1, "policy": "logs-app", "day": "2026-01-01", "run": "fixture"}}),
            started: 1_795_407_675_610,
            ended: 1_795_407_675_610,
            shards_total: 2,
            shards_successful: 2,
            failures: vec![],
            shallow: false,
        };
        let ours = readable(&root::snapshot_blob(&root, &engine, false), "snapshot");
        assert_eq!(shape(&ours), shape(&readable(&fixture(&engine, "snap.dat"), "snapshot")));
        assert_eq!(root::cluster_blob(false), fixture(&engine, "meta.dat"), "{engine:?}");
    }
}

#[test]
fn an_indexs_metadata_has_the_engines_fields_but_for_mappings() {
    for engine in engines() {
        let real = readable(&fixture(&engine, "index-meta.dat"), "index-metadata");
        let settings = serde_json::from_value(real["logs-app-2026.01.01"]["settings"].clone()).unwrap();
        let index = IndexMetadata {
            name: "logs-app-2026.01.01",
            open: true,
            settings: &settings,
            aliases: json!({"logs-app": {}}),
            primaries: 2,
            versions: [2, 2, 1],
        };
        let ours = readable(&root::index_blob(&index, engine.kind, false), "index-metadata");
        let without_fields = |value: &Value| {
            let mut shape = shape(value);
            shape.retain(|path, _| !path.contains(".properties"));
            shape
        };
        assert_eq!(without_fields(&ours), without_fields(&real));
    }
}

#[test]
fn the_catalogue_is_the_engines_json() {
    for engine in engines() {
        let real: Value = serde_json::from_slice(&fixture(&engine, "index-1.json")).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let strings = |value: &Value| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>();
        let snapshot = |entry: &Value| SnapshotEntry {
            name: text(&entry["name"]),
            uuid: text(&entry["uuid"]),
            state: State::Success,
            engine: engine.clone(),
            started: 0,
            ended: 0,
            lookup: serde_json::from_value(entry["index_metadata_lookup"].clone()).unwrap(),
        };
        let index = |entry: &Value| IndexEntry {
            id: text(&entry["id"]),
            path_type: PathType::Fixed,
            snapshots: strings(&entry["snapshots"]),
            generations: strings(&entry["shard_generations"]).into_iter().map(Some).collect(),
        };
        let indices = real["indices"].as_object().unwrap();
        let ours = Catalogue {
            uuid: String::new(),
            snapshots: real["snapshots"].as_array().unwrap().iter().map(snapshot).collect(),
            indices: indices.iter().map(|(name, entry)| (name.clone(), index(entry))).collect(),
            identifiers: serde_json::from_value(real["index_metadata_identifiers"].clone()).unwrap(),
        };
        assert_eq!(serde_json::from_slice::<Value>(&ours.bytes(&engine, "")).unwrap(), real);
    }
}

#[test]
fn a_compressed_document_is_marked_and_smaller() {
    let (plain, packed) = (root::cluster_blob(false), root::cluster_blob(true));
    assert!(packed.len() < plain.len());
    let body = codec::header("metadata", 1).len();
    assert_eq!(&packed[body..body + 4], b"DFL\0");
}
