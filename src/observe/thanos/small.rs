//! `meta.json` and the marks of every folder: fetched, or known from before.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::Place;
use super::cache::{Cache, Remembered};
use super::listing::{Folder, Small};
use super::tag::Tag;
use crate::clients::s3::{Reader, S3Error};
use crate::event::Event;
use crate::model::Unknown;
use crate::model::thanos::{Block, BlockId, BlockMeta, Labels, Mark, MarkFault, MarkSeen, MetaSeen};

/// GETs under way at once. S3 takes 15 to 30 ms for a small object and serves 5,500 a second from one partition, which all names of blocks
/// share at first (AWS, "Optimizing Amazon S3 performance"): more would only meet `SlowDown`.
const AT_ONCE: usize = 128;
/// Between two words on how far it is.
const TOLD_EACH: usize = 500;
/// A `meta.json` of a block of two weeks has tens of KiB. A larger one is not looked into.
const LARGEST: u64 = 16 << 20;

pub(super) struct Fetched {
    pub blocks: Vec<Block>,
    pub fetched: u64,
    pub remembered: u64,
}

/// The bytes; `None` when the object vanished since it was listed.
type Got = Result<Option<Vec<u8>>, Unknown>;

/// One small object, and what came of it.
struct Target {
    folder: usize,
    small: Small,
    tag: Tag,
    key: String,
}

/// What each folder is. `cache` afterwards holds what was seen, and nothing else.
pub(super) async fn fetch(place: &Place<'_>, folders: Vec<Folder>, cache: &mut Cache) -> Fetched {
    let mut sets = Sets::of(cache);
    let mut recall = cache.recall();
    let (mut targets, mut blocks, mut remembered) = (Vec::new(), Vec::with_capacity(folders.len()), 0);
    for (number, folder) in folders.into_iter().enumerate() {
        let mut block = Block {
            id: folder.id,
            objects: folder.objects.into(),
            meta: MetaSeen::Missing,
            marks: Vec::new(),
        };
        let (known, mut kept) = (recall.of(folder.id), Remembered::default());
        for (small, tag) in folder.small {
            if let Err(tag) = take_known(&mut block, small, tag, &known, &mut kept) {
                let key = format!("{}{}/{}", place.prefix, folder.id, small.file());
                targets.push(Target { folder: number, small, tag, key });
            } else {
                remembered += 1;
            }
        }
        blocks.push(block);
        recall.keep(folder.id, kept);
    }
    recall.end();
    let fetched = targets.len();
    let mut replies = stream::iter(targets)
        .map(|target| get(place.reader.clone(), target))
        .buffer_unordered(AT_ONCE)
        .enumerate();
    while let Some((done, (target, bytes))) = replies.next().await {
        if done % TOLD_EACH == 0 {
            let (done, total) = (done as u64, fetched as u64);
            place.events.emit(Event::ReadProgress { what: "metadata", done, total });
        }
        if let (Some(block), Some(kept)) = (blocks.get_mut(target.folder), cache.at(target.folder)) {
            read(block, target, bytes, &mut sets, kept);
        }
    }
    Fetched { blocks, fetched: fetched as u64, remembered }
}

/// What is known of this version; the version given back where nothing is.
fn take_known(
    block: &mut Block,
    small: Small,
    tag: Tag,
    known: &Remembered,
    kept: &mut Remembered,
) -> Result<(), Tag> {
    if !tag.tells_a_version() {
        return Err(tag);
    }
    match small {
        Small::Meta => {
            let Some(meta) = known.meta(&tag) else { return Err(tag) };
            block.meta = MetaSeen::Read(Arc::clone(&meta));
            kept.meta = Some((tag, meta));
        }
        Small::Mark(kind) => {
            let Some(mark) = known.mark(kind, &tag) else { return Err(tag) };
            block.marks.push(MarkSeen { kind, said: Ok(Arc::clone(&mark)) });
            kept.marks.push((tag, mark));
        }
    }
    Ok(())
}

/// In a task of its own, so that all cores take part.
async fn get(reader: Reader, target: Target) -> (Target, Got) {
    if target.tag.size > LARGEST {
        let why = format!("{} has {} bytes, more than any can have", target.key, target.tag.size);
        return (target, Err(Unknown::because(why)));
    }
    let key = target.key.clone();
    let read = tokio::spawn(async move { reader.get(&key).await }).await;
    let bytes = match read {
        Ok(Ok(blob)) => Ok(blob.map(|blob| blob.bytes)),
        Ok(Err(error)) => Err(S3Error::unknown(&error)),
        Err(error) => Err(Unknown::because(error.to_string())),
    };
    (target, bytes)
}

fn read(block: &mut Block, target: Target, bytes: Got, sets: &mut Sets, kept: &mut Remembered) {
    match target.small {
        Small::Meta => block.meta = meta(target.tag, bytes, sets, kept),
        Small::Mark(kind) => {
            let Some(bytes) = bytes.transpose() else { return };
            let said = bytes.map_err(MarkFault::Unread);
            let said = said.and_then(|bytes| Mark::parse(kind, &bytes).map(Arc::new).map_err(MarkFault::Bad));
            if let Ok(mark) = &said {
                kept.marks.push((target.tag, Arc::clone(mark)));
            }
            block.marks.push(MarkSeen { kind, said });
        }
    }
}

fn meta(tag: Tag, bytes: Got, sets: &mut Sets, kept: &mut Remembered) -> MetaSeen {
    let Some(bytes) = bytes.transpose() else { return MetaSeen::Gone };
    match bytes.map(|bytes| BlockMeta::parse(&bytes)) {
        Err(unknown) => MetaSeen::Unread(Box::new(unknown)),
        Ok(Err(bad)) => MetaSeen::Bad(bad),
        Ok(Ok(mut meta)) => {
            sets.share(&mut meta);
            let meta = Arc::new(meta);
            kept.meta = Some((tag, Arc::clone(&meta)));
            MetaSeen::Read(meta)
        }
    }
}

/// Labels and sources that are there already, so that blocks share them.
struct Sets {
    labels: HashSet<Arc<Labels>>,
    sources: HashSet<Arc<[BlockId]>>,
}

impl Sets {
    fn of(known: &Cache) -> Self {
        // Sources are shared by blocks that are made at about the same time: those of long ago are not looked for.
        Self { labels: known.metas().map(|meta| Arc::clone(&meta.labels)).collect(), sources: HashSet::new() }
    }

    fn share(&mut self, meta: &mut BlockMeta) {
        match self.labels.get(&meta.labels) {
            Some(shared) => meta.labels = Arc::clone(shared),
            None => drop(self.labels.insert(Arc::clone(&meta.labels))),
        }
        match self.sources.get(&meta.sources) {
            Some(shared) => meta.sources = Arc::clone(shared),
            None => drop(self.sources.insert(Arc::clone(&meta.sources))),
        }
    }
}
