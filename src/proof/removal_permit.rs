//! The permission to remove objects of a bucket of blocks: that no reader needs them, seen in the moment before.
//!
//! Of a block that is marked and whose delay is over; of marks that are left of a block; of the legacy copies of metadata. Each time
//! the folder is listed anew and its small objects are read anew: what a plan says is never enough.

use jiff::Timestamp;

use crate::clients::s3::{Listed, Reader, S3Error};
use crate::model::Bytes;
use crate::model::thanos::{BlockId, BlockMeta, Mark, MarkKind, Part, SETTLED_SECONDS};

/// Permission to remove exactly these objects, in this order. Made by this module alone.
#[derive(Debug)]
#[must_use]
pub struct RemovalPermit {
    keys: Vec<String>,
    bytes: Bytes,
}

/// Why nothing may be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovalRefusal {
    #[error("{0}")]
    Moved(String),
    #[error(transparent)]
    Unread(#[from] S3Error),
}

/// Where and when it is looked.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'a> {
    pub reader: &'a Reader,
    /// Empty, or ending with a slash.
    pub prefix: &'a str,
    pub now: Timestamp,
    /// Seconds from a mark to the deletion.
    pub delete_delay: u64,
}

impl RemovalPermit {
    /// Whole keys, in the order in which they must go.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    pub fn bytes(&self) -> Bytes {
        self.bytes
    }
}

/// A block whose mark is older than the delay. The order is that of Thanos (`pkg/block/block.go`, `Delete`): `meta.json` first, so that
/// no reader takes it for whole, the deletion mark last but for the markers of folders, so that a removal that is cut is found again.
///
/// # Errors
///
/// [`RemovalRefusal`].
pub async fn condemned(
    bucket: &Bucket<'_>,
    block: BlockId,
    marked: i64,
) -> Result<RemovalPermit, RemovalRefusal> {
    let listed = folder(bucket, block).await?;
    let mark = read_mark(bucket, block).await?;
    if mark.time != marked || mark.id != block.to_string() {
        return Err(moved("its mark is not the one that the plan saw"));
    }
    let age = bucket.now.as_second().saturating_sub(mark.time);
    if age <= i64::try_from(bucket.delete_delay).unwrap_or(i64::MAX) {
        return Err(moved("its mark is younger than the delay"));
    }
    let bodies: Vec<Listed> =
        listed.iter().filter(|(part, _)| part.is_body()).map(|(_, line)| line.clone()).collect();
    settled(bucket.now, &bodies)?;
    if listed.iter().any(|(part, _)| *part == Part::Meta) {
        let key = format!("{}{block}/meta.json", bucket.prefix);
        let blob = bucket.reader.get(&key).await?.ok_or_else(|| moved("its meta.json vanished"))?;
        let meta = BlockMeta::parse(&blob.bytes).map_err(|bad| moved(&format!("its meta.json {bad}")))?;
        if meta.ulid != block {
            return Err(moved("its meta.json is of another block"));
        }
    }
    Ok(permit(in_order(listed)))
}

/// A folder in which only marks are left.
///
/// # Errors
///
/// [`RemovalRefusal`].
pub async fn ghost(bucket: &Bucket<'_>, block: BlockId) -> Result<RemovalPermit, RemovalRefusal> {
    let listed = folder(bucket, block).await?;
    if let Some((part, _)) = listed.iter().find(|(part, _)| !matches!(part, Part::Mark(_) | Part::Folder(_)))
    {
        return Err(moved(&format!("{part} is there as well")));
    }
    let lines: Vec<Listed> = listed.iter().map(|(_, line)| line.clone()).collect();
    settled(bucket.now, &lines)?;
    Ok(permit(in_order(listed)))
}

/// The next page of `debug/metas/`; `None` when nothing is left. Every name on it must be that of a copy.
///
/// # Errors
///
/// [`RemovalRefusal`].
pub async fn legacy_copies(bucket: &Bucket<'_>) -> Result<Option<RemovalPermit>, RemovalRefusal> {
    let folder = format!("{}debug/metas/", bucket.prefix);
    let page = bucket.reader.page_after(&folder, &folder).await?;
    let is_copy = |key: &str| {
        let name = key.strip_prefix(&folder).and_then(|name| name.strip_suffix(".json"));
        name.is_some_and(|name| BlockId::parse(name).is_ok())
    };
    let lines: Vec<Listed> = page.lines.into_iter().filter(|line| line.key != folder).collect();
    if let Some(other) = lines.iter().find(|line| !is_copy(&line.key)) {
        return Err(moved(&format!("{} is no copy of a meta.json", other.key)));
    }
    settled(bucket.now, &lines)?;
    Ok((!lines.is_empty()).then(|| permit(lines)))
}

async fn folder(bucket: &Bucket<'_>, block: BlockId) -> Result<Vec<(Part, Listed)>, RemovalRefusal> {
    let folder = format!("{}{block}/", bucket.prefix);
    let listed = bucket.reader.list(&folder).await?;
    Ok(listed
        .into_iter()
        .filter_map(|line| Some((Part::of(line.key.strip_prefix(&folder)?), line)))
        .collect())
}

async fn read_mark(bucket: &Bucket<'_>, block: BlockId) -> Result<Mark, RemovalRefusal> {
    let key = format!("{}{block}/{}", bucket.prefix, MarkKind::Deletion.file());
    let blob = bucket.reader.get(&key).await?.ok_or_else(|| moved("its mark is gone"))?;
    Mark::parse(MarkKind::Deletion, &blob.bytes).map_err(|bad| moved(&format!("its mark {bad}")))
}

/// A store that tells no time tells nothing about age.
fn settled(now: Timestamp, lines: &[Listed]) -> Result<(), RemovalRefusal> {
    let young = |line: &&Listed| {
        line.last_modified.is_none_or(|at| now.duration_since(at).as_secs() <= SETTLED_SECONDS)
    };
    match lines.iter().find(young) {
        Some(line) => Err(moved(&format!("{} was written less than 48 hours ago", line.key))),
        None => Ok(()),
    }
}

fn in_order(mut listed: Vec<(Part, Listed)>) -> Vec<Listed> {
    let order = |part: &Part| match part {
        Part::Meta => 0,
        Part::Chunk(_) | Part::Index | Part::Other(_) => 1,
        Part::Mark(MarkKind::NoCompact | MarkKind::NoDownsample) => 2,
        Part::Mark(MarkKind::Deletion) => 3,
        Part::Folder(_) => 4,
    };
    listed.sort_by(|(a, x), (b, y)| (order(a), &x.key).cmp(&(order(b), &y.key)));
    listed.into_iter().map(|(_, line)| line).collect()
}

fn permit(lines: Vec<Listed>) -> RemovalPermit {
    let bytes = Bytes(lines.iter().fold(0, |sum, line| sum.saturating_add(line.size)));
    RemovalPermit { keys: lines.into_iter().map(|line| line.key).collect(), bytes }
}

fn moved(why: &str) -> RemovalRefusal {
    RemovalRefusal::Moved(why.to_owned())
}
