//! What lies in a bucket of blocks: one listing, and what the small objects in it say.
//!
//! Made by `observe::thanos`, judged by `plan::thanos`. Objects are kept small, because there may be millions of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BadMark, BadMeta, BlockId, BlockMeta, Mark, MarkKind, Part};
use crate::model::infra::Versioning;
use crate::model::{Bytes, Live, Unknown};

/// What is younger is left alone, by the Compactor and by es2s3. Thanos `pkg/compact/clean.go`, `PartialUploadThresholdAge`.
pub const SETTLED_SECONDS: i64 = 48 * 3_600;

/// The id of es2s3's own lifecycle rule of a bucket of blocks; that of a prefix has its name behind it.
pub const LIFECYCLE_RULE: &str = "es2s3-thanos";

/// What Mimir and Cortex keep beside blocks, and Thanos does not.
pub const OF_MIMIR: [&str; 3] = ["markers/", "bucket-index.json.gz", "bucket-index.json"];

/// A bucket as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// By name, so by the time of their making.
    pub blocks: Vec<Block>,
    /// Folders that Thanos takes for blocks and then looks for under another name; by name.
    pub misspelt: BTreeMap<String, Pile>,
    /// What else lies at the top: folders (ending with a slash) and objects; of `debug/` what lies in it beside `metas/`. A thousand at most.
    pub foreign: Vec<String>,
    /// Objects below `debug/metas/`, where Thanos before 0.25 left a copy of each `meta.json`. Nothing reads them.
    pub debug_metas: Pile,
    /// Uploads in parts that nobody ended.
    pub uploads: Live<Vec<UploadLeft>>,
    pub bucket: Bucket,
    /// How many `meta.json` and marks were fetched, and how many were known from before.
    pub fetched: u64,
    pub remembered: u64,
    /// Requests that it took, each attempt counted.
    pub requests: u64,
}

/// One folder with a block's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub id: BlockId,
    /// In the order of their keys.
    pub objects: Box<[Object]>,
    pub meta: MetaSeen,
    /// At most one of a kind.
    pub marks: Vec<MarkSeen>,
}

/// One object of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub part: Part,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970, UTC, by the store's clock; 0 where it told none.
    pub modified: u32,
    pub class: StorageClass,
}

/// What became of a block's `meta.json`.
#[derive(Debug, Clone, PartialEq)]
pub enum MetaSeen {
    /// It is not there.
    Missing,
    Bad(BadMeta),
    /// It is there and could not be fetched.
    Unread(Box<Unknown>),
    /// It was listed, and gone when it was fetched: the Compactor is removing the block.
    Gone,
    Read(Arc<BlockMeta>),
}

/// What became of a mark.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkSeen {
    pub kind: MarkKind,
    /// Shared with what is remembered of it.
    pub said: Result<Arc<Mark>, MarkFault>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MarkFault {
    Bad(BadMark),
    Unread(Unknown),
}

/// Where an object's bytes lie, by price and by whether they can be read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    Standard,
    IntelligentTiering,
    StandardIa,
    OnezoneIa,
    GlacierIr,
    Glacier,
    DeepArchive,
    ReducedRedundancy,
    Other,
}

/// Objects that are only counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pile {
    pub objects: u64,
    pub bytes: Bytes,
    /// Seconds since 1970, UTC: when the newest was written.
    pub newest: i64,
    /// There are more than were counted.
    pub more: bool,
}

/// An upload in parts that was not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadLeft {
    pub key: String,
    pub id: String,
    /// Seconds since 1970, UTC; `None` where the store tells no time.
    pub begun: Option<i64>,
}

/// The bucket's own settings, as far as blocks are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    pub lifecycle: Live<Vec<LifecycleFacts>>,
    /// Whether a removed object is kept as an old version. One where that was suspended still has those of before.
    pub versioning: Live<Versioning>,
    /// What is billed of removed objects. Absent: not looked for.
    pub old: Live<OldVersions>,
}

/// Versions that are not the newest of their key, and marks that stand for removed objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OldVersions {
    pub versions: u64,
    pub bytes: Bytes,
    pub delete_markers: u64,
    /// There are more than were counted.
    pub more: bool,
}

/// One enabled lifecycle rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleFacts {
    pub id: String,
    /// Keys that it is about begin with it.
    pub prefix: String,
    /// It is about some of these alone: those with a tag, or of a size.
    pub narrowed: bool,
    pub expiry: Option<Expiry>,
    pub transitions: Vec<Transition>,
    /// Days that old versions are kept.
    pub old_versions_days: Option<u32>,
    /// Days that the parts of an unfinished upload are kept.
    pub abort_parts_days: Option<u32>,
}

/// When a rule removes live objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// From the making of the object.
    Days(u32),
    Date(String),
}

/// A rule that moves objects to another class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub to: StorageClass,
    pub days: Option<u32>,
}

impl Bucket {
    /// Whether there may be old versions, and no rule removes them. Of rules that could not be read nothing is said.
    pub fn keeps_old_for_ever(&self, prefix: &str) -> bool {
        let ends = |rule: &LifecycleFacts| rule.old_versions_days.is_some() && rule.covers(prefix);
        let keeps = self.versioning.present().copied().is_some_and(Versioning::keeps_old);
        keeps && self.lifecycle.present().is_some_and(|rules| !rules.iter().any(ends))
    }
}

impl LifecycleFacts {
    /// Whether it is about every object below this prefix.
    pub fn covers(&self, prefix: &str) -> bool {
        !self.narrowed && prefix.starts_with(&self.prefix)
    }
}

impl StorageClass {
    /// As S3 spells it; nothing is the standard class.
    pub fn of(word: &str) -> Self {
        match word {
            "" | "STANDARD" => StorageClass::Standard,
            "INTELLIGENT_TIERING" => StorageClass::IntelligentTiering,
            "STANDARD_IA" => StorageClass::StandardIa,
            "ONEZONE_IA" => StorageClass::OnezoneIa,
            "GLACIER_IR" => StorageClass::GlacierIr,
            "GLACIER" => StorageClass::Glacier,
            "DEEP_ARCHIVE" => StorageClass::DeepArchive,
            "REDUCED_REDUNDANCY" => StorageClass::ReducedRedundancy,
            _ => StorageClass::Other,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            StorageClass::Standard => "STANDARD",
            StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
            StorageClass::StandardIa => "STANDARD_IA",
            StorageClass::OnezoneIa => "ONEZONE_IA",
            StorageClass::GlacierIr => "GLACIER_IR",
            StorageClass::Glacier => "GLACIER",
            StorageClass::DeepArchive => "DEEP_ARCHIVE",
            StorageClass::ReducedRedundancy => "REDUCED_REDUNDANCY",
            StorageClass::Other => "another class",
        }
    }

    /// Not readable before it is restored, which no Thanos component does.
    pub fn is_cold(self) -> bool {
        matches!(self, StorageClass::Glacier | StorageClass::DeepArchive)
    }

    /// Reading is billed by the byte, and an early deletion like a late one.
    pub fn is_infrequent(self) -> bool {
        matches!(self, StorageClass::StandardIa | StorageClass::OnezoneIa | StorageClass::GlacierIr)
    }
}

impl Pile {
    pub fn add(&mut self, bytes: u64, modified: i64) {
        self.objects += 1;
        self.bytes += Bytes(bytes);
        self.newest = self.newest.max(modified);
    }
}

impl Block {
    pub fn bytes(&self) -> Bytes {
        Bytes(self.objects.iter().fold(0, |sum, object| sum.saturating_add(object.size)))
    }

    /// Seconds since 1970, UTC: when its newest object was written; the time of its name where the store tells none.
    pub fn newest(&self) -> i64 {
        let newest = self.objects.iter().map(|object| object.modified).max().unwrap_or_default();
        if newest == 0 { self.id.created_ms() / 1_000 } else { i64::from(newest) }
    }

    /// Seconds since 1970, UTC: when it was put together, marks aside. A block that was copied or restored bears its old name, and is as
    /// young as its objects.
    pub fn put_together(&self) -> i64 {
        let of_the_block = |object: &&Object| object.part.is_body() || object.part == Part::Meta;
        let newest = self.objects.iter().filter(of_the_block).map(|object| i64::from(object.modified)).max();
        newest.unwrap_or_default().max(self.id.created_ms() / 1_000)
    }

    /// When the Compactor and `tools bucket cleanup` begin to take it for an upload that was given up, and delete it without a mark:
    /// seconds since 1970, UTC. Thanos `pkg/compact/clean.go`, `BestEffortCleanAbortedPartialUploads`. `None`: it says what it is, or
    /// could not be read.
    pub fn given_up_after(&self) -> Option<i64> {
        match &self.meta {
            MetaSeen::Missing | MetaSeen::Bad(BadMeta::Unreadable(_)) => {
                Some(self.newest().saturating_add(SETTLED_SECONDS))
            }
            MetaSeen::Bad(BadMeta::Version(_) | BadMeta::ThanosVersion(_))
            | MetaSeen::Unread(_)
            | MetaSeen::Gone
            | MetaSeen::Read(_) => None,
        }
    }

    pub fn meta(&self) -> Option<&BlockMeta> {
        match &self.meta {
            MetaSeen::Read(meta) => Some(meta),
            MetaSeen::Missing | MetaSeen::Bad(_) | MetaSeen::Unread(_) | MetaSeen::Gone => None,
        }
    }

    /// A mark that says something.
    pub fn mark(&self, kind: MarkKind) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.kind == kind).and_then(|mark| mark.said.as_deref().ok())
    }

    /// Whether there is an object by that name, whatever it says.
    pub fn has(&self, part: &Part) -> bool {
        self.objects.iter().any(|object| object.part == *part)
    }
}
