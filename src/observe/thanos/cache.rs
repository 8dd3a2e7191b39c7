//! What is remembered of a bucket's small objects from one run to the next, so that only what is new is fetched.
//!
//! Each is known by its ETag and its size, which the listing tells; another ETag is another object. It can be thrown away at any
//! time, and one that does not read back whole is. Where it lies is the caller's affair.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::io::{self, Read, Write};
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::tag::Tag;
use crate::model::thanos::{BlockId, BlockMeta, Labels, Mark, MarkKind};

/// In front of every file: its format. Then segments: length, SHA-256, payload; a length of zero is the end.
const MAGIC: &[u8; 21] = b"es2s3 thanos cache 4\n";
/// Blocks of one segment, and bytes that none can have.
const SEGMENT: usize = 1_000;
const LONGEST: u32 = 64 << 20;
const DIGEST: usize = 32;
/// Fewer blocks than this are listed in a page or two.
const WORTH_CUTTING: usize = 500;

/// By block, in the order of their names.
#[derive(Debug, Default)]
pub struct Cache {
    blocks: VecDeque<(BlockId, Remembered)>,
}

/// The small objects of one block.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    pub meta: Option<(Tag, Arc<BlockMeta>)>,
    pub marks: Vec<(Tag, Arc<Mark>)>,
}

/// What was known is handed out at the front, and what is known now put in at the back: of a bucket in which nothing is new there are
/// never two.
pub(super) struct Recall<'a> {
    cache: &'a mut Cache,
    /// Blocks at the front that are of before.
    left: usize,
}

impl Remembered {
    /// What is said of this version of it.
    pub(super) fn meta(&self, tag: &Tag) -> Option<Arc<BlockMeta>> {
        let (known, meta) = self.meta.as_ref()?;
        (known == tag).then(|| Arc::clone(meta))
    }

    /// What is said of this version of it.
    pub(super) fn mark(&self, kind: MarkKind, tag: &Tag) -> Option<Arc<Mark>> {
        self.marks
            .iter()
            .find(|(known, mark)| known == tag && mark.kind == kind)
            .map(|(_, mark)| Arc::clone(mark))
    }
}

impl Recall<'_> {
    /// Of this block, which must come behind the one that was asked for before.
    pub(super) fn of(&mut self, id: BlockId) -> Remembered {
        while self.next_if(|known| known < id).is_some() {}
        self.next_if(|known| known == id).unwrap_or_default()
    }

    fn next_if(&mut self, wanted: impl Fn(BlockId) -> bool) -> Option<Remembered> {
        let (known, _) = self.cache.blocks.front().filter(|_| self.left > 0)?;
        if !wanted(*known) {
            return None;
        }
        self.left -= 1;
        self.cache.blocks.pop_front().map(|(_, remembered)| remembered)
    }

    /// Remembers a block that comes behind all others.
    pub(super) fn keep(&mut self, id: BlockId, remembered: Remembered) {
        self.cache.blocks.push_back((id, remembered));
    }

    /// What was not asked for is gone from the bucket.
    pub(super) fn end(self) {
        self.cache.blocks.drain(..self.left);
    }
}

impl Cache {
    /// To be gone through and filled anew.
    pub(super) fn recall(&mut self) -> Recall<'_> {
        Recall { left: self.blocks.len(), cache: self }
    }

    /// The block at this place in their order.
    pub(super) fn at(&mut self, place: usize) -> Option<&mut Remembered> {
        self.blocks.get_mut(place).map(|(_, remembered)| remembered)
    }

    /// What is known, to be shared with the blocks that are new.
    pub(super) fn metas(&self) -> impl Iterator<Item = &Arc<BlockMeta>> {
        self.blocks.iter().filter_map(|(_, block)| block.meta.as_ref().map(|(_, meta)| meta))
    }

    /// Names that divide the bucket into parts of the same length; none while it is small.
    pub(super) fn bounds(&self) -> Vec<BlockId> {
        if self.blocks.len() < WORTH_CUTTING {
            return Vec::new();
        }
        self.blocks.iter().map(|(id, _)| *id).collect()
    }

    /// Reads what [`Cache::write`] wrote; an empty cache from anything else. Segment by segment, so that the file is never in memory.
    pub fn read(from: &mut impl Read) -> Self {
        Self::read_all(from).unwrap_or_default()
    }

    fn read_all(from: &mut impl Read) -> Option<Self> {
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic).ok().filter(|()| magic == *MAGIC)?;
        let (mut cache, mut shared) = (Self::default(), Known::default());
        while let Some(payload) = segment(from)? {
            cache.add(postcard::from_bytes(&payload).ok()?, &mut shared)?;
        }
        cache.blocks.iter().is_sorted_by(|(one, _), (next, _)| one < next).then_some(cache)
    }

    fn add(&mut self, segment: Segment, known: &mut Known) -> Option<()> {
        known.labels.extend(segment.labels.into_iter().map(Arc::new));
        known.sources.extend(segment.sources.into_iter().map(|packed| packed.0));
        for line in segment.blocks {
            let meta = match line.meta {
                Some((tag, mut meta, at)) => {
                    meta.labels = Arc::clone(known.labels.get(usize::try_from(at.labels).ok()?)?);
                    meta.sources = Arc::clone(known.sources.get(usize::try_from(at.sources).ok()?)?);
                    Some((tag, Arc::new(meta)))
                }
                None => None,
            };
            self.blocks.push_back((line.id, Remembered { meta, marks: line.marks }));
        }
        Some(())
    }

    /// The whole, the same bytes for the same content.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(MAGIC)?;
        let (mut labels, mut sources) = (Table::default(), Table::default());
        for start in (0..self.blocks.len()).step_by(SEGMENT) {
            let blocks = self.blocks.range(start..self.blocks.len().min(start + SEGMENT));
            let payload = packed(blocks, &mut labels, &mut sources).map_err(io::Error::other)?;
            let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
            to.write_all(&length.to_le_bytes())?;
            to.write_all(Sha256::digest(&payload).as_slice())?;
            to.write_all(&payload)?;
        }
        to.write_all(&0_u32.to_le_bytes())
    }
}

fn packed<'a>(
    blocks: impl ExactSizeIterator<Item = &'a (BlockId, Remembered)>,
    labels: &mut Table<'a, Labels>,
    sources: &mut Table<'a, [BlockId]>,
) -> Result<Vec<u8>, postcard::Error> {
    let mut lines = Vec::with_capacity(blocks.len());
    for (id, block) in blocks {
        let meta = block.meta.as_ref().map(|(tag, meta)| {
            let at = Shared { labels: labels.place(&*meta.labels), sources: sources.place(&*meta.sources) };
            (tag, &**meta, at)
        });
        lines.push(LineRef { id: *id, meta, marks: &block.marks });
    }
    let sources = sources.fresh().into_iter().map(PackedRef).collect();
    postcard::to_stdvec(&SegmentRef { labels: labels.fresh(), sources, blocks: lines })
}

/// The next one; the inner `None` at the end, the outer when it is not whole.
fn segment(from: &mut impl Read) -> Option<Option<Vec<u8>>> {
    let (mut length, mut digest) = ([0; 4], [0; DIGEST]);
    from.read_exact(&mut length).ok()?;
    let length = u32::from_le_bytes(length);
    if length == 0 {
        return Some(None);
    }
    from.read_exact(&mut digest).ok().filter(|()| length <= LONGEST)?;
    let mut payload = vec![0; length as usize];
    from.read_exact(&mut payload).ok()?;
    (Sha256::digest(&payload).as_slice() == digest).then_some(Some(payload))
}

/// What blocks share, in the order in which it was met; a segment brings what it is the first to need.
#[derive(Default)]
struct Known {
    labels: Vec<Arc<Labels>>,
    sources: Vec<Arc<[BlockId]>>,
}

/// The same while it is written.
struct Table<'a, T: ?Sized> {
    places: HashMap<&'a T, u32>,
    /// Met since the last segment.
    fresh: Vec<&'a T>,
}

impl<T: ?Sized> Default for Table<'_, T> {
    fn default() -> Self {
        Self { places: HashMap::new(), fresh: Vec::new() }
    }
}

impl<'a, T: Eq + Hash + ?Sized> Table<'a, T> {
    fn place(&mut self, value: &'a T) -> u32 {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        *self.places.entry(value).or_insert_with(|| {
            self.fresh.push(value);
            next
        })
    }

    fn fresh(&mut self) -> Vec<&'a T> {
        std::mem::take(&mut self.fresh)
    }
}

/// Names side by side, sixteen bytes each: millions of them, so not one by one.
struct Packed(Arc<[BlockId]>);

struct PackedRef<'a>(&'a [BlockId]);

impl Serialize for PackedRef<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|id| id.bits().to_le_bytes()).collect();
        to.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(from)?;
        let (names, rest) = bytes.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(D::Error::custom("half a name"));
        }
        Ok(Self(names.iter().map(|bytes| BlockId::from_bits(u128::from_le_bytes(*bytes))).collect()))
    }
}

/// Where in the tables a block's labels and sources stand.
#[derive(Serialize, Deserialize)]
struct Shared {
    labels: u32,
    sources: u32,
}

#[derive(Deserialize)]
struct Segment {
    labels: Vec<Labels>,
    sources: Vec<Packed>,
    blocks: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    id: BlockId,
    meta: Option<(Tag, BlockMeta, Shared)>,
    marks: Vec<(Tag, Arc<Mark>)>,
}

#[derive(Serialize)]
struct SegmentRef<'a> {
    labels: Vec<&'a Labels>,
    sources: Vec<PackedRef<'a>>,
    blocks: Vec<LineRef<'a>>,
}

#[derive(Serialize)]
struct LineRef<'a> {
    id: BlockId,
    meta: Option<(&'a Tag, &'a BlockMeta, Shared)>,
    marks: &'a [(Tag, Arc<Mark>)],
}
