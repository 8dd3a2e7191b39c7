//! An index and its shards: what is written, what is committed, how it stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ids::Ids;
use crate::engine::{Engine, Kind};
use crate::snapshot::lucene::Segment;
use crate::snapshot::segments::Commit;

/// An index of the cluster. Replicas exist in numbers only.
#[derive(Clone, Debug)]
pub struct Index {
    pub name: String,
    pub uuid: String,
    /// Milliseconds since 1970.
    pub created: i64,
    pub replicas: u32,
    /// One a primary.
    pub shards: Vec<Shard>,
    /// `is_write_index` where it was said.
    pub aliases: BTreeMap<String, Option<bool>>,
    /// Flat, beyond those that every index has: `index.blocks.write`, `index.hidden`.
    pub settings: BTreeMap<String, String>,
    /// The name under which it was first made; a restored index keeps it.
    pub provided_name: String,
    pub open: bool,
    pub health: Health,
    pub relocating: bool,
    /// What the engine is to report as the bytes of all primaries, when not their few real ones.
    pub nominal_bytes: Option<u64>,
    /// Of settings, mappings and aliases; each change adds one.
    pub versions: [u64; 3],
    pub recovered_from: Option<Recovery>,
    pub data_stream: Option<String>,
    /// The ILM policy, and the ISM policy, that look after it.
    pub ilm: Option<String>,
    pub ism: Option<String>,
}

/// `_cat/indices` and `_cluster/health`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    Green,
    Yellow,
    Red,
}

/// Where a restored index came from.
#[derive(Clone, Debug)]
pub struct Recovery {
    pub repository: String,
    pub snapshot: String,
    pub index: String,
    pub restore_uuid: String,
}

/// A primary.
#[derive(Clone, Debug)]
pub struct Shard {
    /// The last commit; what was written since is not in it.
    pub commit: Commit,
    pub max_seq_no: i64,
    /// Documents since the last commit.
    pub unflushed: u64,
}

impl Health {
    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

impl Index {
    /// An empty, open, green index.
    pub fn new(name: &str, primaries: usize, created: i64, ids: &mut Ids) -> Self {
        Self {
            name: name.to_owned(),
            uuid: ids.uuid(),
            created,
            replicas: 0,
            shards: (0..primaries).map(|_| Shard::new(ids)).collect(),
            aliases: BTreeMap::new(),
            settings: BTreeMap::new(),
            provided_name: name.to_owned(),
            open: true,
            health: Health::Green,
            relocating: false,
            nominal_bytes: None,
            versions: [1, 1, 1],
            recovered_from: None,
            data_stream: None,
            ilm: None,
            ism: None,
        }
    }

    pub fn docs(&self) -> u64 {
        self.shards.iter().map(Shard::docs).sum()
    }

    /// Bytes of all primaries.
    pub fn bytes(&self) -> u64 {
        self.nominal_bytes.unwrap_or_else(|| self.shards.iter().map(Shard::bytes).sum())
    }

    /// Writes documents, one after another over the shards.
    pub fn write(&mut self, docs: u64) {
        let count = self.shards.len().max(1) as u64;
        for _ in 0..docs {
            let shard = (self.docs() % count) as usize;
            self.shards[shard].write(1);
        }
    }

    /// As [`Index::write`], at once: each shard gets its part.
    pub fn fill(&mut self, docs: u64) {
        let count = self.shards.len().max(1) as u64;
        for (number, shard) in self.shards.iter_mut().enumerate() {
            shard.write(docs / count + u64::from((number as u64) < docs % count));
        }
    }

    /// Commits what was written; `force` makes a commit even of nothing.
    pub fn flush(&mut self, force: bool, now: i64, ids: &mut Ids) {
        if self.is_mounted() {
            return;
        }
        for shard in &mut self.shards {
            shard.flush(force, now, ids);
        }
    }

    /// The blocks that forbid writing.
    pub fn is_write_blocked(&self) -> bool {
        ["index.blocks.write", "index.blocks.read_only"].iter().any(|block| self.is_set(block))
    }

    pub fn is_hidden(&self) -> bool {
        self.is_set("index.hidden")
    }

    /// A searchable snapshot, as OpenSearch and as Elasticsearch call it: no data of its own.
    pub fn is_mounted(&self) -> bool {
        let store = self.settings.get("index.store.type").map(String::as_str);
        matches!(store, Some("remote_snapshot" | "snapshot"))
    }

    pub fn is_set(&self, setting: &str) -> bool {
        self.settings.get(setting).is_some_and(|value| value == "true")
    }

    /// Sets or, with `None`, removes a flat setting.
    pub fn set(&mut self, setting: &str, value: Option<String>) {
        match value {
            Some(value) if setting == "index.number_of_replicas" => {
                self.replicas = value.parse().unwrap_or(self.replicas);
            }
            Some(value) => drop(self.settings.insert(setting.to_owned(), value)),
            None => drop(self.settings.remove(setting)),
        }
        self.versions[0] += 1;
    }

    /// Everything that `GET /<index>/_settings?flat_settings=true` tells, sorted.
    pub fn all_settings(&self, engine: &Engine) -> BTreeMap<String, String> {
        let mut all = self.settings.clone();
        let mut put = |key: &str, value: String| drop(all.insert(key.to_owned(), value));
        put("index.creation_date", self.created.to_string());
        put("index.number_of_replicas", self.replicas.to_string());
        put("index.number_of_shards", self.shards.len().to_string());
        put("index.provided_name", self.provided_name.clone());
        put("index.uuid", self.uuid.clone());
        put("index.version.created", engine.version_id().to_string());
        match engine.kind {
            Kind::OpenSearch => put("index.replication.type", "DOCUMENT".to_owned()),
            Kind::Elasticsearch => {}
        }
        if !self.open {
            put("index.verified_before_close", "true".to_owned());
        }
        all
    }

    pub fn aliases_json(&self) -> Value {
        let said =
            |write: &Option<bool>| write.map_or_else(|| json!({}), |write| json!({"is_write_index": write}));
        let aliases: Map<String, Value> =
            self.aliases.iter().map(|(name, write)| (name.clone(), said(write))).collect();
        aliases.into()
    }

    /// What tells one state of the index's metadata from another in a repository.
    pub fn identifier(&self) -> String {
        let [settings, mappings, aliases] = self.versions;
        format!("{}-_na_-{settings}-{mappings}-{aliases}", self.uuid)
    }
}

/// Bytes of an empty shard, of a segment without its documents, and of a document, roughly as the files are.
const SHARD_BYTES: u64 = 208;
const SEGMENT_BYTES: u64 = 600;
const DOCUMENT_BYTES: u64 = 24;

impl Shard {
    fn new(ids: &mut Ids) -> Self {
        let commit = Commit {
            id: ids.lucene(),
            generation: 2,
            history_uuid: ids.uuid(),
            translog_uuid: ids.uuid(),
            max_seq_no: -1,
            segments: Vec::new(),
        };
        Self { commit, max_seq_no: -1, unflushed: 0 }
    }

    pub fn docs(&self) -> u64 {
        self.commit.docs() + self.unflushed
    }

    pub fn bytes(&self) -> u64 {
        SHARD_BYTES + self.commit.segments.len() as u64 * SEGMENT_BYTES + self.docs() * DOCUMENT_BYTES
    }

    fn write(&mut self, docs: u64) {
        self.max_seq_no += docs as i64;
        self.unflushed += docs;
    }

    fn flush(&mut self, force: bool, now: i64, ids: &mut Ids) {
        if self.unflushed == 0 && !force {
            return;
        }
        if self.unflushed > 0 {
            let number = self.commit.segments.last().map_or(0, |segment| segment.number + 1);
            let segment = Segment { number, id: ids.lucene(), docs: self.unflushed, flushed: now };
            self.commit.segments.push(segment);
            self.unflushed = 0;
        }
        self.commit.id = ids.lucene();
        self.commit.generation += 1;
        self.commit.max_seq_no = self.max_seq_no;
    }
}
