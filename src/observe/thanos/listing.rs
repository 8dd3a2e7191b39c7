//! The listing of all blocks, in ranges of names side by side.
//!
//! S3 lists in the order of keys and from any key on, and names of blocks are spread by the time of their making. So a range can be
//! cut anywhere: by what is known from the last time, or, the first time, by how densely the first page was filled. A worker that
//! ends leaves room, and the next range that goes on is cut into as many parts.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::clients::s3::{Listed, Page, Reader, S3Error};
use crate::model::thanos::{BlockId, MarkKind, NotABlock, Object, Part, Pile, StorageClass};

use super::foreign::NAMES;
use super::tag::Tag;

/// Pages that are fetched at the same time. All names begin alike, so that S3 serves them from one partition at first.
const WORKERS: usize = 16;
/// No name of a block comes behind it.
const END: &str = "8";
/// Behind every key that begins with what stands before it.
const LAST: char = '\u{10ffff}';

/// The bucket's folders, in the order of their names.
pub(super) struct Listing {
    pub folders: Vec<Folder>,
    pub misspelt: BTreeMap<String, Pile>,
    pub foreign: Vec<String>,
}

/// One folder that is named like a block.
#[derive(Debug)]
pub(super) struct Folder {
    pub id: BlockId,
    pub objects: Vec<Object>,
    /// `meta.json` and the marks.
    pub small: Vec<(Small, Tag)>,
}

/// An object that is read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Small {
    Meta,
    Mark(MarkKind),
}

impl Small {
    pub(super) fn of(part: &Part) -> Option<Self> {
        match part {
            Part::Meta => Some(Small::Meta),
            Part::Mark(kind) => Some(Small::Mark(*kind)),
            Part::Chunk(_) | Part::Index | Part::Folder(_) | Part::Other(_) => None,
        }
    }

    pub(super) fn file(self) -> &'static str {
        match self {
            Small::Meta => "meta.json",
            Small::Mark(kind) => kind.file(),
        }
    }
}

/// Names behind `after` and before `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    after: String,
    until: String,
}

/// Lists everything below `prefix`. `bounds` are names at which the first ranges are cut, in order; `now` (milliseconds since 1970,
/// UTC) is where the names are taken to end when nothing is known.
///
/// # Errors
///
/// A page that cannot be read: half a listing is none.
pub(super) async fn list(
    reader: &Reader,
    prefix: &str,
    bounds: &[BlockId],
    now: i64,
) -> Result<Listing, S3Error> {
    let newest = BlockId::made_at(now).bits();
    let mut seen = Seen::default();
    let mut running = JoinSet::new();
    for range in first_ranges(bounds, WORKERS) {
        running.spawn(fetch(reader.clone(), prefix.to_owned(), range));
    }
    while let Some(joined) = running.join_next().await {
        let (range, page) = joined.map_err(|error| broken(reader, prefix, &error))?;
        let page = page?;
        let rest = seen.absorb(prefix, &range, &page);
        let room = WORKERS - running.len();
        for range in rest.into_iter().flat_map(|rest| rest.cut(room, newest)) {
            running.spawn(fetch(reader.clone(), prefix.to_owned(), range));
        }
    }
    Ok(seen.finish())
}

async fn fetch(reader: Reader, prefix: String, range: Range) -> (Range, Result<Page, S3Error>) {
    let page = reader.page_after(&prefix, &format!("{prefix}{}", range.after)).await;
    (range, page)
}

fn broken(reader: &Reader, prefix: &str, error: &tokio::task::JoinError) -> S3Error {
    S3Error::Unreachable {
        action: "s3:ListBucket",
        bucket: reader.bucket().to_string(),
        key: prefix.to_owned(),
        why: error.to_string(),
    }
}

fn first_ranges(bounds: &[BlockId], workers: usize) -> Vec<Range> {
    let step = bounds.len().div_ceil(workers).max(1);
    // Right before a name, since SeaweedFS 4.48 takes a folder that is called exactly like `start-after` for listed already.
    let before = |id: &BlockId| BlockId::from_bits(id.bits().saturating_sub(1)).to_string();
    let cuts = bounds.iter().skip(step).step_by(step).map(before);
    let mut after = String::new();
    let mut ranges = Vec::new();
    for until in cuts.chain([END.to_owned()]) {
        ranges.push(Range { after: std::mem::replace(&mut after, until.clone()), until });
    }
    ranges
}

/// What is left of a range after one page of it, and how much that page held.
struct Rest {
    range: Range,
    /// Of the page: the first block, the last, as numbers.
    filled: Option<(u128, u128)>,
}

impl Rest {
    /// Into at most `room` ranges, as many as it seems to have pages up to `newest`. The last one takes all that lies beyond.
    fn cut(self, room: usize, newest: u128) -> Vec<Range> {
        // A page within one block says nothing about how many blocks follow.
        let tells = |(first, last): &(u128, u128)| room > 1 && first < last;
        let Some((first, last)) = self.filled.filter(tells) else { return vec![self.range] };
        let end = bits(&self.range.until).min(newest);
        let width = last.saturating_sub(first).max(1);
        let pages = usize::try_from(end.saturating_sub(last) / width).unwrap_or(usize::MAX).saturating_add(1);
        let parts = pages.min(room);
        let step = end.saturating_sub(last) / parts as u128;
        let cuts = (1..parts).map(|part| BlockId::from_bits(last + step * part as u128).to_string());
        let mut after = self.range.after;
        let mut ranges = Vec::new();
        for until in cuts.chain([self.range.until]) {
            ranges.push(Range { after: std::mem::replace(&mut after, until.clone()), until });
        }
        ranges
    }
}

fn bits(until: &str) -> u128 {
    BlockId::parse(until).map_or(u128::MAX, BlockId::bits)
}

#[derive(Default)]
struct Seen {
    /// As the pages came; a folder that a page's end parted is there twice.
    folders: Vec<Folder>,
    misspelt: BTreeMap<String, Pile>,
    foreign: Vec<String>,
}

impl Seen {
    /// Keeps the lines of the page that belong to the range; tells what is left to list.
    fn absorb(&mut self, prefix: &str, range: &Range, page: &Page) -> Option<Rest> {
        let mut filled: Option<(u128, u128)> = None;
        let mut after = range.after.clone();
        for lines in page.lines.chunk_by(|one, next| top(one, prefix) == top(next, prefix)) {
            let keys = || lines.iter().filter_map(|line| line.key.strip_prefix(prefix));
            let (Some(first), Some(last)) = (keys().next(), keys().next_back()) else { continue };
            // No bound has a slash: it never parts what lies in one folder.
            if first >= range.until.as_str() {
                return None;
            }
            let folder = at_the_top(first).strip_suffix('/');
            match folder.map(BlockId::parse) {
                Some(Ok(id)) => {
                    let (begin, _) = filled.unwrap_or((id.bits(), 0));
                    filled = Some((begin, id.bits()));
                    self.keep(id, lines, prefix.len() + at_the_top(first).len());
                    last.clone_into(&mut after);
                }
                Some(Err(NotABlock::Misspelt)) => {
                    let pile = self.misspelt.entry(folder.unwrap_or_default().to_owned()).or_default();
                    lines.iter().for_each(|line| pile.add(line.size, modified(line)));
                    last.clone_into(&mut after);
                }
                Some(Err(NotABlock::Foreign)) | None => {
                    after = self.pass(at_the_top(first));
                    // How full a folder is that is passed over says nothing about blocks.
                    filled = None;
                }
            }
        }
        page.more.then(|| Rest { range: Range { after, until: range.until.clone() }, filled })
    }

    /// Objects of one block, whose names below it begin at `start` of their keys.
    fn keep(&mut self, id: BlockId, lines: &[Listed], start: usize) {
        // Hundreds of thousands of short lists: what doubling would leave unused is a third of all memory.
        let mut folder = Folder { id, objects: Vec::with_capacity(lines.len()), small: Vec::new() };
        for line in lines {
            let part = Part::of(line.key.get(start..).unwrap_or_default());
            if let Some(small) = Small::of(&part) {
                folder.small.reserve_exact(1);
                folder.small.push((small, Tag::of(&line.etag, line.size)));
            }
            let class = StorageClass::of(&line.storage_class);
            let modified = u32::try_from(modified(line).max(0)).unwrap_or(u32::MAX);
            folder.objects.push(Object { part, size: line.size, modified, class });
        }
        self.folders.push(folder);
    }

    /// A foreign folder is not gone through: the listing goes on behind it.
    fn pass(&mut self, name: &str) -> String {
        if self.foreign.len() < NAMES && self.foreign.last().is_none_or(|last| last != name) {
            self.foreign.push(name.to_owned());
        }
        if name.ends_with('/') { format!("{name}{LAST}") } else { name.to_owned() }
    }

    fn finish(self) -> Listing {
        let mut folders = self.folders;
        // Stable: the parts of a folder came in the order of their keys.
        folders.sort_by_key(|folder| folder.id);
        folders.dedup_by(|next, folder| {
            let same = next.id == folder.id;
            if same {
                folder.objects.append(&mut next.objects);
                folder.small.append(&mut next.small);
            }
            same
        });
        let mut foreign = self.foreign;
        foreign.sort_unstable();
        foreign.dedup();
        Listing { folders, misspelt: self.misspelt, foreign }
    }
}

fn top<'a>(line: &'a Listed, prefix: &str) -> Option<&'a str> {
    line.key.strip_prefix(prefix).map(at_the_top)
}

/// The folder of a key below the prefix, with its slash, or an object right there.
fn at_the_top(key: &str) -> &str {
    key.find('/').map_or(key, |at| &key[..=at])
}

fn modified(line: &Listed) -> i64 {
    line.last_modified.map_or(0, |at| at.as_second())
}
