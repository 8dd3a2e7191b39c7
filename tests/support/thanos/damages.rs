//! What can happen to a bucket of blocks, each with the one finding that it must give.

use es2s3::model::thanos::BlockId;
use serde_json::{Value, json};

use super::files::{DAY, Files};

/// One damage.
pub struct Damage {
    pub name: &'static str,
    /// The id of its finding.
    pub finding: &'static str,
    /// What follows from it and is told as well.
    pub also: &'static [&'static str],
    /// The bucket has an oldest raw block, `at`, and others after it.
    pub strike: fn(&mut Files, at: &str),
}

const fn damage(name: &'static str, finding: &'static str, strike: fn(&mut Files, &str)) -> Damage {
    Damage { name, finding, also: &[], strike }
}

impl Damage {
    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

/// 2200-01-01 in milliseconds.
const FAR: i64 = 7_258_118_400_000;

/// All of them.
pub const ALL: &[Damage] = &[
    damage("meta.json overwritten with what is no JSON", "meta-unreadable", |files, at| {
        files.put(&format!("{at}/meta.json"), "<html>502 Bad Gateway</html>");
    }),
    damage("meta.json cut short", "meta-unreadable", |files, at| {
        let key = format!("{at}/meta.json");
        let half = files.0[&key].len() / 2;
        files.0.get_mut(&key).unwrap().truncate(half);
    }),
    damage("meta.json of a version to come", "meta-version", |files, at| {
        files.say(at, |meta| meta["version"] = 2.into());
    }),
    damage("meta.json of a Thanos part to come", "meta-version", |files, at| {
        files.say(at, |meta| meta["thanos"]["version"] = 9.into());
    }),
    damage("meta.json copied from another block", "meta-of-another", |files, at| {
        files.say(at, |meta| meta["ulid"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into());
    }),
    damage("index lost", "object-missing", |files, at| drop(files.take(&format!("{at}/index")))),
    damage("chunk file lost", "object-missing", |files, at| drop(files.take(&format!("{at}/chunks/000001")))),
    damage("chunk file cut short", "object-size", |files, at| {
        files.0.get_mut(&format!("{at}/chunks/000001")).unwrap().pop();
    }),
    damage("index of another length", "object-size", |files, at| {
        files.0.get_mut(&format!("{at}/index")).unwrap().push(0);
    }),
    damage("a chunk file too many", "object-extra", |files, at| {
        files.put(&format!("{at}/chunks/000007"), "more");
    }),
    damage("index lost of a block that lists no files", "body-missing", |files, at| {
        files.say(at, |meta| meta["thanos"]["files"] = json!([]));
        files.take(&format!("{at}/index"));
    }),
    damage("first chunk file lost of a block that lists no files", "chunk-gap", |files, at| {
        files.say(at, |meta| meta["thanos"]["files"] = json!([]));
        let chunk = files.take(&format!("{at}/chunks/000001"));
        files.put(&format!("{at}/chunks/000002"), chunk);
    }),
    damage("an upload that was given up", "partial-upload", |files, at| {
        drop(files.take(&format!("{at}/meta.json")));
    }),
    damage("a mark whose block is gone", "ghost-mark", |files, at| {
        files.take_below(&format!("{at}/"));
        mark(files, at, at, 1_700_000_000);
    }),
    damage("a folder in small letters", "misspelt-ulid", |files, at| {
        files.put(&format!("{}/index", at.to_lowercase()), "i");
    }),
    damage("a meta.json one level deeper", "nested-meta", |files, at| {
        let meta = files.0[&format!("{at}/meta.json")].clone();
        files.put(&format!("{at}/{at}/meta.json"), meta);
    }),
    damage("no sources", "sources-empty", |files, at| {
        files.say(at, |meta| meta["compaction"]["sources"] = Value::Null);
    }),
    damage("the end before the beginning", "time-range", |files, at| {
        files.say(at, |meta| meta["maxTime"] = (meta["minTime"].as_i64().unwrap() - 1).into());
    }),
    damage("samples from the future", "time-future", |files, at| {
        files.say(at, |meta| meta["maxTime"] = FAR.into());
    })
    .also(&["overlap"]),
    damage("a sample of 1970", "time-ancient", |files, at| files.say(at, |meta| meta["minTime"] = 0.into())),
    damage("a resolution that nobody knows", "resolution-unknown", |files, at| {
        files.say(at, |meta| meta["thanos"]["downsample"]["resolution"] = 60_000.into());
    }),
    damage("no external labels", "labels-missing", |files, at| {
        files.say(at, |meta| {
            meta["thanos"]["labels"] = json!({});
            meta["compaction"]["level"] = 2.into();
        });
    }),
    damage("an external label too few", "labels-unexpected", |files, at| {
        files.say(at, |meta| {
            meta["thanos"]["labels"] = json!({"region": "eu"});
            meta["compaction"]["level"] = 2.into();
        });
    }),
    damage("a compaction that failed", "compaction-failed", |files, at| {
        files.say(at, |meta| meta["compaction"]["failed"] = true.into());
    }),
    damage("a mark that is none", "mark-unreadable", |files, at| {
        files.put(&format!("{at}/deletion-mark.json"), "{}");
    }),
    damage("a mark of another block", "mark-of-another", |files, at| {
        mark(files, at, "01ARZ3NDEKTSV4RRFFQ69G5FAV", 1_700_000_000);
    }),
    damage("a mark in milliseconds", "mark-time", |files, at| mark(files, at, at, 1_700_000_000_000)),
    damage("a mark that nobody goes by", "mark-overdue", |files, at| mark(files, at, at, 1_600_000_000)),
    damage("left out of compaction", "no-compact", |files, at| {
        let mark = json!({"id": at, "version": 1, "no_compact_time": 1_700_000_000, "reason": "manual", "details": ""});
        files.put_json(&format!("{at}/no-compact-mark.json"), &mark);
    }),
    damage("left out of downsampling", "no-downsample", |files, at| {
        let mark = json!({"id": at, "version": 1, "no_downsample_time": 1_700_000_000, "reason": "manual", "details": ""});
        files.put_json(&format!("{at}/no-downsample-mark.json"), &mark);
    }),
    damage("uploaded twice under two names", "duplicate", |files, at| drop(copied(files, at))),
    damage("two Prometheus with the same labels", "overlap", |files, at| {
        let copy = copied(files, at);
        files.say(&copy, |meta| meta["compaction"]["sources"] = json!([copy]));
    }),
    damage("a block that is gone", "gap", |files, _| {
        let raw = files.blocks(0);
        let middle = raw[raw.len() / 2].clone();
        files.take_below(&format!("{middle}/"));
    }),
    damage("a label that was set once by mistake", "stream-seen-once", |files, at| {
        let copy = copied(files, at);
        files.say(&copy, |meta| {
            meta["thanos"]["labels"] = json!({"cluster": "slip"});
            meta["compaction"]["level"] = 1.into();
        });
    }),
    damage("compacted by Prometheus itself", "stuck-block", |files, at| {
        let copy = copied(files, at);
        files.say(&copy, |meta| {
            // Over the edge of two windows of fourteen days.
            let edge = 1_200 * 14 * DAY;
            meta["minTime"] = (edge - 9 * 3_600_000).into();
            meta["maxTime"] = (edge + 9 * 3_600_000).into();
            meta["compaction"]["level"] = 3.into();
            meta["compaction"]["sources"] = json!([copy, "01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
            meta["thanos"]["labels"] = json!({"cluster": "wide"});
        });
    }),
    damage("copies of metadata of an old Thanos", "debug-metas", |files, at| {
        files.put(&format!("debug/metas/{at}.json"), "{}");
    }),
    damage("a bucket of Mimir", "mimir-layout", |files, _| files.put("bucket-index.json.gz", "no")),
    damage("something parked beside the blocks", "foreign", |files, at| {
        files.put(&format!("parked-{at}/index"), "i");
    }),
    damage("a file of somebody's in the folder", "object-foreign", |files, at| {
        files.put(&format!("{at}/notes.txt"), "keep this one");
    }),
];

fn mark(files: &mut Files, folder: &str, id: &str, time: i64) {
    let mark = json!({"id": id, "version": 1, "details": "by hand", "deletion_time": time});
    files.put_json(&format!("{folder}/deletion-mark.json"), &mark);
}

/// The same block under another name, with what it says of itself made to fit but for its sources.
fn copied(files: &mut Files, at: &str) -> String {
    let id = BlockId::parse(at).unwrap();
    let copy = BlockId::from_bits(id.bits() ^ 1).to_string();
    for key in files.below(&format!("{at}/")) {
        let bytes = files.0[&key].clone();
        files.put(&key.replacen(at, &copy, 1), bytes);
    }
    files.say(&copy, |meta| meta["ulid"] = copy.as_str().into());
    copy
}
