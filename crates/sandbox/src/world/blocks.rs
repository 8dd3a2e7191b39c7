//! A bucket of Thanos blocks of the shape that real ones have, of any size: a year of samples of as many streams as it takes.
//!
//! Of each stream: blocks of fourteen days in all three resolutions, of two days in two, and of eight and two hours as Prometheus and
//! the Compactor leave them, some of them marked. Names, metadata and sizes are right; what a chunk holds is not.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::World;
use crate::store::{Condition, Object, Store};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Back from yesterday.
const DAYS: i64 = 365;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl World {
    /// Makes the bucket and puts so many blocks into it.
    #[must_use]
    pub fn blocks(self, bucket: &str, count: usize) -> Self {
        let now = self.clock().now();
        self.store().create_bucket(bucket);
        let mut names = Names { drawn: 1 };
        let mut left = count;
        for number in 0.. {
            let blocks = stream(number, now.as_millisecond(), &mut names);
            for block in blocks.iter().take(left) {
                block.put(self.store(), bucket, now);
            }
            left = left.saturating_sub(blocks.len());
            if left == 0 {
                break;
            }
        }
        self
    }

    /// Puts so many objects of other people into the bucket of blocks: one half in a folder before all names of blocks, one behind.
    #[must_use]
    pub fn foreign(self, bucket: &str, count: usize) -> Self {
        let object = Object::new(Bytes::from_static(b"of others"), self.clock().now());
        for number in 0..count {
            let folder = if number.is_multiple_of(2) { "0-backup" } else { "zoo" };
            let key = format!("{folder}/{number:08}");
            // The bucket is there and nothing is asked of it: it cannot refuse.
            let put = self.store().put_object_if(bucket, &key, object.clone(), &Condition::Always);
            debug_assert!(put.is_ok(), "{key}");
        }
        self
    }
}

/// Names that nobody else draws, the same each time.
struct Names {
    drawn: u64,
}

impl Names {
    fn at(&mut self, ms: i64) -> String {
        // The multiplier of Knuth's MMIX generator.
        self.drawn =
            self.drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = (ms.unsigned_abs() as u128) << 80 | u128::from(self.drawn);
        (0..26).map(|place| ALPHABET[(bits >> (5 * (25 - place))) as usize & 31] as char).collect()
    }
}

struct Block {
    id: String,
    labels: Value,
    resolution: i64,
    from: i64,
    to: i64,
    level: u32,
    sources: Vec<String>,
    chunks: u32,
    marked: bool,
}

/// Every block of one of two replicas.
fn stream(number: usize, now: i64, names: &mut Names) -> Vec<Block> {
    let labels = json!({"cluster": format!("c{}", number / 2), "replica": if number.is_multiple_of(2) { "a" } else { "b" }});
    let end = now / DAY * DAY;
    let mut blocks = Vec::new();
    let mut from = (end - DAYS * DAY) / (14 * DAY) * 14 * DAY;
    while from + 14 * DAY <= end - 2 * DAY {
        let sources = sources(from, from + 14 * DAY, names);
        for resolution in [0, 300_000, 3_600_000] {
            blocks.push(block(&labels, resolution, (from, from + 14 * DAY), 4, &sources, names));
        }
        from += 14 * DAY;
    }
    while from + 2 * DAY <= end - 2 * DAY {
        let sources = sources(from, from + 2 * DAY, names);
        for resolution in [0, 300_000] {
            blocks.push(block(&labels, resolution, (from, from + 2 * DAY), 3, &sources, names));
        }
        from += 2 * DAY;
    }
    while from + 8 * HOUR <= end - 8 * HOUR {
        let sources = sources(from, from + 8 * HOUR, names);
        blocks.push(block(&labels, 0, (from, from + 8 * HOUR), 2, &sources, names));
        // What it was made of waits for its deletion.
        for part in 0..4 {
            let of = (from + part * 2 * HOUR, from + (part + 1) * 2 * HOUR);
            blocks.push(Block {
                marked: true,
                ..block(&labels, 0, of, 1, &sources[part as usize..][..1], names)
            });
        }
        from += 8 * HOUR;
    }
    while from + 2 * HOUR <= end {
        let own = sources(from, from + 2 * HOUR, names);
        blocks.push(block(&labels, 0, (from, from + 2 * HOUR), 1, &own, names));
        from += 2 * HOUR;
    }
    blocks
}

fn sources(from: i64, to: i64, names: &mut Names) -> Vec<String> {
    (0..(to - from) / (2 * HOUR)).map(|part| names.at(from + (part + 1) * 2 * HOUR)).collect()
}

fn block(
    labels: &Value,
    resolution: i64,
    (from, to): (i64, i64),
    level: u32,
    sources: &[String],
    names: &mut Names,
) -> Block {
    let chunks = if level == 4 { 4 } else { 1 };
    // A block of level 1 is its own source.
    let id = if level == 1 { sources[0].clone() } else { names.at(to + 3 * HOUR) };
    let (labels, sources) = (labels.clone(), sources.to_vec());
    Block { id, labels, resolution, from, to, level, sources, chunks, marked: false }
}

/// Small, and the same for all: what is in them is not looked at.
const CHUNK: &[u8] = &[b'c'; 64];
const INDEX: &[u8] = &[b'i'; 32];

impl Block {
    fn put(&self, store: &Store, bucket: &str, now: Timestamp) {
        let age = jiff::SignedDuration::from_millis(now.as_millisecond() - self.to);
        let at = now.checked_sub(age).unwrap_or(now);
        let mut files = Vec::new();
        for number in 1..=self.chunks {
            let name = format!("chunks/{number:06}");
            files.push(json!({"rel_path": name, "size_bytes": CHUNK.len()}));
            store.put(bucket, &format!("{}/{name}", self.id), Bytes::from_static(CHUNK), at);
        }
        files.push(json!({"rel_path": "index", "size_bytes": INDEX.len()}));
        files.push(json!({"rel_path": "meta.json"}));
        store.put(bucket, &format!("{}/index", self.id), Bytes::from_static(INDEX), at);
        store.put(bucket, &format!("{}/meta.json", self.id), self.meta(files).to_string(), at);
        if self.marked {
            let mark = json!({
                "id": self.id, "version": 1, "details": "source of compacted block", "deletion_time": now.as_second() - 3_600,
            });
            store.put(bucket, &format!("{}/deletion-mark.json", self.id), mark.to_string(), now);
        }
    }

    fn meta(&self, files: Vec<Value>) -> Value {
        json!({
            "ulid": self.id, "minTime": self.from, "maxTime": self.to,
            "stats": {"numSamples": 86_400, "numSeries": 1_000, "numChunks": 1_000},
            "compaction": {"level": self.level, "sources": self.sources}, "version": 1,
            "thanos": {
                "version": 1, "labels": self.labels, "downsample": {"resolution": self.resolution},
                "source": if self.level == 1 { "sidecar" } else { "compactor" }, "files": files,
                "index_stats": {"series_max_size": 96},
            },
        })
    }
}
