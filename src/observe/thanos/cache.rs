//! What is remembered of a bucket's small objects from one run to the next, so that only what is new is fetched.
//!
//! Each is known by its ETag and its size, which the listing tells; another ETag is another object. It can be thrown away at any
//! time, and one that does not read back whole is. Where it lies is the caller's affair.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::thanos::{BlockId, BlockMeta, Labels, Mark, MarkKind};

/// In front of every file: its format, then the SHA-256 of what follows.
const MAGIC: &[u8] = b"es2s3 thanos cache 1\n";
const DIGEST: usize = 32;
/// Fewer blocks than this are listed in a page or two.
const WORTH_CUTTING: usize = 500;

/// By block.
#[derive(Debug, Default)]
pub struct Cache {
    blocks: HashMap<BlockId, Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    meta: Option<(Tag, Arc<BlockMeta>)>,
    marks: Vec<(Tag, Mark)>,
}

/// Which version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    pub etag: Box<str>,
    /// Bytes.
    pub size: u64,
}

impl Cache {
    pub(super) fn meta(&self, id: BlockId, tag: &Tag) -> Option<Arc<BlockMeta>> {
        let (known, meta) = self.blocks.get(&id)?.meta.as_ref()?;
        (known == tag).then(|| Arc::clone(meta))
    }

    pub(super) fn mark(&self, id: BlockId, kind: MarkKind, tag: &Tag) -> Option<Mark> {
        let marks = &self.blocks.get(&id)?.marks;
        marks.iter().find(|(known, mark)| known == tag && mark.kind == kind).map(|(_, mark)| mark.clone())
    }

    pub(super) fn keep_meta(&mut self, id: BlockId, tag: Tag, meta: Arc<BlockMeta>) {
        self.blocks.entry(id).or_default().meta = Some((tag, meta));
    }

    pub(super) fn keep_mark(&mut self, id: BlockId, tag: Tag, mark: Mark) {
        self.blocks.entry(id).or_default().marks.push((tag, mark));
    }

    /// The sets of labels that are known, to be shared with the blocks that are new.
    pub(super) fn labels(&self) -> impl Iterator<Item = &Arc<Labels>> {
        self.blocks.values().filter_map(|block| block.meta.as_ref().map(|(_, meta)| &meta.labels))
    }

    /// Names that divide the bucket into parts of the same length; none while it is small.
    pub(super) fn bounds(&self) -> Vec<BlockId> {
        if self.blocks.len() < WORTH_CUTTING {
            return Vec::new();
        }
        let mut names: Vec<BlockId> = self.blocks.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Reads what [`Cache::to_bytes`] wrote; an empty cache from anything else.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::parse(bytes).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (digest, payload) = bytes.strip_prefix(MAGIC)?.split_at_checked(DIGEST)?;
        if Sha256::digest(payload).as_slice() != digest {
            return None;
        }
        let file: File = postcard::from_bytes(payload).ok()?;
        let labels: Vec<Arc<Labels>> = file.labels.into_iter().map(Arc::new).collect();
        let mut blocks = HashMap::with_capacity(file.blocks.len());
        for line in file.blocks {
            let meta = match line.meta {
                Some((tag, mut meta, set)) => {
                    meta.labels = Arc::clone(labels.get(usize::try_from(set).ok()?)?);
                    Some((tag, Arc::new(meta)))
                }
                None => None,
            };
            blocks.insert(line.id, Remembered { meta, marks: line.marks });
        }
        Some(Self { blocks })
    }

    /// The whole, the same bytes for the same content.
    ///
    /// # Errors
    ///
    /// When memory ends.
    pub fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        let mut sets: HashMap<&Labels, u32> = HashMap::new();
        let mut labels: Vec<&Labels> = Vec::new();
        let mut names: Vec<&BlockId> = self.blocks.keys().collect();
        names.sort_unstable();
        let mut blocks = Vec::with_capacity(names.len());
        for id in names {
            let Some(block) = self.blocks.get(id) else { continue };
            let meta = block.meta.as_ref().map(|(tag, meta)| {
                let set = *sets.entry(&meta.labels).or_insert_with(|| {
                    labels.push(&meta.labels);
                    u32::try_from(labels.len() - 1).unwrap_or(u32::MAX)
                });
                (tag, &**meta, set)
            });
            blocks.push(LineRef { id: *id, meta, marks: &block.marks });
        }
        let payload = postcard::to_stdvec(&FileRef { labels, blocks })?;
        Ok([MAGIC, Sha256::digest(&payload).as_slice(), &payload].concat())
    }
}

#[derive(Deserialize)]
struct File {
    labels: Vec<Labels>,
    blocks: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    id: BlockId,
    meta: Option<(Tag, BlockMeta, u32)>,
    marks: Vec<(Tag, Mark)>,
}

#[derive(Serialize)]
struct FileRef<'a> {
    labels: Vec<&'a Labels>,
    blocks: Vec<LineRef<'a>>,
}

#[derive(Serialize)]
struct LineRef<'a> {
    id: BlockId,
    meta: Option<(&'a Tag, &'a BlockMeta, u32)>,
    marks: &'a [(Tag, Mark)],
}
