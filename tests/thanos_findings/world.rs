//! A bucket as it was seen, made by hand: no server, and any object of any size.

use std::sync::Arc;

use es2s3::model::infra::Versioning;
use es2s3::model::thanos::{
    BadMark, Block, BlockFile, BlockId, BlockMeta, Inventory, Labels, LifecycleFacts, Mark, MarkFault,
    MarkKind, MarkSeen, MetaSeen, Object, Observed, Part, StorageClass, UploadLeft,
};
use es2s3::model::{Live, Unknown};
use es2s3::plan::thanos::{ThanosPlan, plan};

pub use crate::seen::{DAY, HOUR, NOW};
use crate::seen::{inventory, wanted};

pub const GIB: u64 = 1 << 30;

/// Sixteen sound days of one stream until now: eight raw blocks of two days, and a 5m copy of each.
pub struct World {
    pub inventory: Inventory,
    /// More keys of `thanos:`.
    pub thanos: &'static str,
    pub now: i64,
    /// Seconds between the clocks.
    pub skew: i64,
}

impl World {
    pub fn sound() -> Self {
        let windows = (1..=8).map(|number| (NOW - number * 2 * DAY, NOW - (number - 1) * 2 * DAY));
        let blocks = windows.flat_map(|window| [block(window, 0), block(window, 300_000)]).collect();
        Self { inventory: inventory(blocks), thanos: "labels: [cluster]", now: NOW, skew: 0 }
    }

    pub fn plan(&mut self) -> ThanosPlan {
        self.inventory.blocks.sort_by_key(|block| block.id);
        let bucket = Live::Present(self.inventory.clone());
        let seen = Observed { bucket, running: Vec::new(), clock_skew_seconds: Some(self.skew) };
        plan(&wanted(self.thanos), &seen, self.now)
    }

    /// The block of this resolution (in milliseconds) that begins so many windows of two days ago.
    pub fn of(&mut self, resolution: i64, windows_ago: i64) -> &mut Block {
        let at = self.place(resolution, windows_ago);
        &mut self.inventory.blocks[at]
    }

    /// A sound block more.
    pub fn make(&mut self, resolution: i64, windows_ago: i64) {
        let window = (NOW - windows_ago * 2 * DAY, NOW - (windows_ago - 1) * 2 * DAY);
        self.inventory.blocks.push(block(window, resolution));
    }

    pub fn take(&mut self, resolution: i64, windows_ago: i64) {
        let at = self.place(resolution, windows_ago);
        self.inventory.blocks.remove(at);
    }

    fn place(&self, resolution: i64, windows_ago: i64) -> usize {
        let from = (NOW - windows_ago * 2 * DAY) * 1_000;
        let is_it = |meta: &BlockMeta| meta.resolution_ms == resolution && meta.min_time == from;
        let found = self.inventory.blocks.iter().position(|block| block.meta().is_some_and(is_it));
        found.expect("the block is there")
    }

    /// The oldest raw block.
    pub fn oldest(&mut self) -> &mut Block {
        self.of(0, 8)
    }

    /// A raw block of the same samples as the oldest, with these sources.
    pub fn copy(&mut self, sources: Option<BlockId>) -> &mut Block {
        let mut copy = self.oldest().clone();
        copy.id = BlockId::from_bits(copy.id.bits() ^ 1);
        let id = copy.id;
        say(&mut copy, |meta| {
            meta.ulid = id;
            if let Some(source) = sources {
                meta.sources = [source].into();
            }
        });
        self.inventory.blocks.push(copy);
        self.inventory.blocks.last_mut().expect("it was put there")
    }

    /// An enabled lifecycle rule over everything, which takes no live object; and what is changed of it.
    pub fn rule(&mut self, change: impl FnOnce(&mut LifecycleFacts)) {
        let mut rule = LifecycleFacts {
            id: "tiers".into(),
            prefix: String::new(),
            narrowed: false,
            expiry: None,
            transitions: Vec::new(),
            old_versions_days: Some(7),
            abort_parts_days: Some(7),
        };
        change(&mut rule);
        self.inventory.bucket.lifecycle = Live::Present(vec![rule]);
    }

    pub fn versioning(&mut self, versioning: Versioning) {
        self.inventory.bucket.versioning = Live::Present(versioning);
    }

    /// An upload of a block in parts, begun so many hours ago, where the store tells.
    pub fn upload(&mut self, hours: Option<i64>) {
        let key = format!("{}/chunks/000002", self.oldest().id);
        let left = UploadLeft { key, id: "1".into(), begun: hours.map(|hours| NOW - hours * HOUR) };
        self.inventory.uploads = Live::Present(vec![left]);
    }
}

fn block((from, to): (i64, i64), resolution_ms: i64) -> Block {
    let id = BlockId::from_bits(BlockId::made_at(to * 1_000).bits() | (resolution_ms as u128) << 8);
    let meta = BlockMeta {
        ulid: id,
        min_time: from * 1_000,
        max_time: to * 1_000,
        level: 2,
        sources: [from, from + DAY].map(|at| BlockId::made_at(at * 1_000)).into(),
        failed: false,
        labels: labels("cluster", "eu"),
        resolution_ms,
        files: Box::default(),
    };
    let mut block =
        Block { id, objects: Box::default(), meta: MetaSeen::Read(Arc::new(meta)), marks: Vec::new() };
    put(&mut block, Part::Chunk(1), 1_000);
    put(&mut block, Part::Index, 100);
    block.objects = [&block.objects[..], &[object(Part::Meta, 10)]].concat().into();
    block
}

pub fn labels(name: &str, value: &str) -> Arc<Labels> {
    Arc::new([(name.to_owned(), value.to_owned())].into())
}

fn object(part: Part, size: u64) -> Object {
    let modified = u32::try_from(NOW - 3 * DAY).expect("a time");
    Object { part, size, modified, class: StorageClass::Standard }
}

/// Changes what a block says of itself.
pub fn say(block: &mut Block, change: impl FnOnce(&mut BlockMeta)) {
    let MetaSeen::Read(meta) = &mut block.meta else { panic!("{} says nothing", block.id) };
    change(Arc::make_mut(meta));
}

/// An object that the metadata does not list.
pub fn lay(block: &mut Block, part: Part, size: u64) {
    let fresh = object(part, size);
    let kept = block.objects.iter().filter(|object| object.part != fresh.part).cloned();
    block.objects = kept.chain([fresh.clone()]).collect();
}

/// An object, as the metadata lists it too.
pub fn put(block: &mut Block, part: Part, size: u64) {
    lay(block, part.clone(), size);
    say(block, |meta| {
        let kept = meta.files.iter().filter(|file| file.part != part).cloned();
        let file = BlockFile { part: part.clone(), size: size.try_into().ok() };
        meta.files = kept.chain([file]).collect();
    });
}

/// An object is lost.
pub fn lose(block: &mut Block, part: &Part) {
    block.objects = block.objects.iter().filter(|object| object.part != *part).cloned().collect();
}

/// The metadata does not list it, or nothing at all.
pub fn unlist(block: &mut Block, part: Option<&Part>) {
    say(block, |meta| {
        meta.files =
            meta.files.iter().filter(|file| part.is_some_and(|part| file.part != *part)).cloned().collect();
    });
}

/// All that is left of it are these objects, written so many hours ago.
pub fn leave(block: &mut Block, parts: &[Part], hours: i64) {
    block.meta = MetaSeen::Missing;
    block.objects = parts.iter().map(|part| object(part.clone(), 10)).collect();
    put_at(block, NOW - hours * HOUR);
}

/// All its objects were written at this second.
pub fn put_at(block: &mut Block, at: i64) {
    let modified = u32::try_from(at).expect("a time");
    block.objects.iter_mut().for_each(|object| object.modified = modified);
}

pub fn class(block: &mut Block, part: &Part, class: StorageClass) {
    block.objects.iter_mut().filter(|object| object.part == *part).for_each(|object| object.class = class);
}

/// A mark of so many hours ago.
pub fn mark(block: &mut Block, kind: MarkKind, hours: i64, details: &str) {
    let id = block.id.to_string();
    let mark = Mark { kind, id, time: NOW - hours * HOUR, details: details.into(), reason: String::new() };
    lay(block, Part::Mark(kind), 100);
    block.marks = vec![MarkSeen { kind, said: Ok(mark.into()) }];
}

pub fn bad_mark(block: &mut Block) {
    let said = Err(MarkFault::Bad(BadMark::Version(2)));
    block.marks = vec![MarkSeen { kind: MarkKind::Deletion, said }];
}

pub fn denied<T>() -> Live<T> {
    Live::Unknown(unread())
}

pub fn unread() -> Unknown {
    Unknown::because("GET answered 403: denied")
}
