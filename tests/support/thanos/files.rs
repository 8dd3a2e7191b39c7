//! The objects of a bucket of blocks, by key, before they are put anywhere.

use std::collections::BTreeMap;

use es2s3::model::thanos::BlockId;
use serde_json::{Value, json};

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// Keys below the prefix, and bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

/// A block that is not there yet. Times in milliseconds since 1970, UTC.
#[derive(Debug, Clone)]
pub struct Block {
    pub id: BlockId,
    pub labels: Vec<(&'static str, String)>,
    pub resolution: i64,
    pub from: i64,
    pub to: i64,
    pub level: u32,
    pub sources: Vec<BlockId>,
    /// Bytes of its one chunk file.
    pub size: usize,
}

/// The `number`-th name that was made at this time.
pub fn id(created: i64, number: u32) -> BlockId {
    BlockId::from_bits(BlockId::made_at(created).bits() | u128::from(number) << 16)
}

impl Block {
    /// Raw samples of one stream, made when they ended.
    pub fn raw(cluster: &str, from: i64, to: i64) -> Self {
        let id = id(to, u32::from(cluster.as_bytes().first().copied().unwrap_or(0)));
        let labels = vec![("cluster", cluster.to_owned())];
        Self { id, labels, resolution: 0, from, to, level: 1, sources: vec![id], size: 1_000 }
    }

    /// What a compactor makes of these: one block of this resolution over all of them.
    pub fn of(parts: &[Block], resolution: i64) -> Self {
        let first = &parts[0];
        let (from, to) = (first.from, parts.iter().map(|part| part.to).max().unwrap());
        let level = parts.iter().map(|part| part.level).max().unwrap() + u32::from(parts.len() > 1);
        let number =
            u32::try_from(resolution / 1_000 + 7).unwrap() + u32::from(first.labels[0].1.as_bytes()[0]);
        let sources = parts.iter().flat_map(|part| part.sources.clone()).collect();
        Self {
            id: id(to + HOUR, number),
            labels: first.labels.clone(),
            resolution,
            from,
            to,
            level,
            sources,
            size: 500,
        }
    }

    pub fn meta(&self) -> Value {
        let labels: BTreeMap<_, _> = self.labels.iter().cloned().collect();
        json!({
            "ulid": self.id, "minTime": self.from, "maxTime": self.to, "version": 1,
            "stats": {"numSamples": 240, "numSeries": 2, "numChunks": 2},
            "compaction": {"level": self.level, "sources": self.sources},
            "thanos": {
                "version": 1, "labels": labels, "downsample": {"resolution": self.resolution}, "source": "test",
                "files": [
                    {"rel_path": "chunks/000001", "size_bytes": self.size},
                    {"rel_path": "index", "size_bytes": 300},
                    {"rel_path": "meta.json"},
                ],
            },
        })
    }
}

impl Files {
    pub fn of(blocks: &[Block]) -> Self {
        let mut files = Self::default();
        blocks.iter().for_each(|block| files.add(block));
        files
    }

    pub fn add(&mut self, block: &Block) {
        self.put(&format!("{}/chunks/000001", block.id), vec![b'c'; block.size]);
        self.put(&format!("{}/index", block.id), vec![b'i'; 300]);
        self.put(&format!("{}/meta.json", block.id), block.meta().to_string().into_bytes());
    }

    pub fn put(&mut self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(key.to_owned(), bytes.into());
    }

    pub fn put_json(&mut self, key: &str, value: &Value) {
        self.put(key, value.to_string());
    }

    pub fn take(&mut self, key: &str) -> Vec<u8> {
        self.0.remove(key).unwrap_or_else(|| panic!("{key} is there"))
    }

    /// Keys that begin so.
    pub fn below(&self, start: &str) -> Vec<String> {
        self.0.keys().filter(|key| key.starts_with(start)).cloned().collect()
    }

    pub fn take_below(&mut self, start: &str) -> Vec<(String, Vec<u8>)> {
        self.below(start).into_iter().map(|key| (key.clone(), self.take(&key))).collect()
    }

    /// Names of whole blocks of one resolution that bear no mark, by the beginning of their samples.
    pub fn blocks(&self, resolution: i64) -> Vec<String> {
        let metas = self.0.iter().filter_map(|(key, bytes)| Some((key.strip_suffix("/meta.json")?, bytes)));
        let mut found: Vec<(i64, String)> = metas
            .filter(|(name, _)| !self.0.contains_key(&format!("{name}/deletion-mark.json")))
            .filter_map(|(name, bytes)| {
                let meta: Value = serde_json::from_slice(bytes).ok()?;
                let of = meta["thanos"]["downsample"]["resolution"].as_i64()? == resolution;
                of.then(|| (meta["minTime"].as_i64().unwrap(), name.to_owned()))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    }

    pub fn meta(&self, block: &str) -> Value {
        serde_json::from_slice(&self.0[&format!("{block}/meta.json")]).expect("a sound meta.json")
    }

    /// Changes what a block says of itself.
    pub fn say(&mut self, block: &str, change: impl FnOnce(&mut Value)) {
        let mut meta = self.meta(block);
        change(&mut meta);
        self.put_json(&format!("{block}/meta.json"), &meta);
    }
}
