//! The blocks that say what they are, by stream and resolution.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::thanos::{
    Block, BlockFile, BlockMeta, Inventory, Labels, Mark, MarkKind, Part, Resolution, ThanosSpec,
};

/// A block whose metadata is sound enough to be judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub block: &'a Block,
    pub meta: &'a BlockMeta,
    pub resolution: Resolution,
}

impl<'a> Known<'a> {
    pub(super) fn deletion(&self) -> Option<&'a Mark> {
        self.block.mark(MarkKind::Deletion)
    }

    /// Whatever the mark says, and whether or not it could be read.
    pub(super) fn bears_a_deletion_mark(&self) -> bool {
        self.block.has(&Part::Mark(MarkKind::Deletion))
    }

    /// Whether every object is there, and as long as its metadata says.
    pub(super) fn is_whole(&self) -> bool {
        let there: HashMap<&Part, u64> =
            self.block.objects.iter().map(|object| (&object.part, object.size)).collect();
        let has_chunks = there.keys().any(|part| matches!(part, Part::Chunk(_)));
        let as_listed = |file: &BlockFile| {
            there.get(&file.part).is_some_and(|there| file.size.is_none_or(|size| size.get() == *there))
        };
        there.contains_key(&Part::Index) && has_chunks && self.meta.files.iter().all(as_listed)
    }

    pub(super) fn span(&self) -> (i64, i64) {
        (self.meta.min_time, self.meta.max_time)
    }

    /// What all its keys begin with, below the prefix.
    pub(super) fn folder(&self) -> String {
        format!("{}/", self.block.id)
    }
}

/// Blocks of one set of external labels, by the beginning of their range within each resolution.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub labels: &'a Arc<Labels>,
    pub blocks: BTreeMap<Resolution, Vec<Known<'a>>>,
}

/// Every stream of the bucket, in the order of its labels.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub groups: Vec<Group<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut groups: BTreeMap<&'a Labels, Group<'a>> = BTreeMap::new();
        for known in inventory.blocks.iter().filter_map(known) {
            let labels = &known.meta.labels;
            let group = groups.entry(labels).or_insert_with(|| Group { labels, blocks: BTreeMap::new() });
            group.blocks.entry(known.resolution).or_default().push(known);
        }
        let mut groups: Vec<Group<'a>> = groups.into_values().collect();
        for blocks in groups.iter_mut().flat_map(|group| group.blocks.values_mut()) {
            blocks.sort_by_key(|known| (known.meta.min_time, known.meta.max_time, known.block.id));
        }
        Self { groups }
    }
}

impl<'a> Group<'a> {
    pub(super) fn of(&self, resolution: Resolution) -> &[Known<'a>] {
        self.blocks.get(&resolution).map_or(&[], Vec::as_slice)
    }
}

/// `cluster="eu-1", replica="a"`, as Prometheus writes it.
pub(super) fn written(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    if pairs.is_empty() { "{}".to_owned() } else { pairs.join(", ") }
}

fn known(block: &Block) -> Option<Known<'_>> {
    let meta = block.meta()?;
    let resolution = Resolution::of_ms(meta.resolution_ms)?;
    let own = meta.ulid == block.id && meta.min_time < meta.max_time;
    own.then_some(Known { block, meta, resolution })
}

/// Whether the Compactor still works with it: it passes over a block whose mark is older than half the delay.
pub(super) fn is_visible(known: &Known<'_>, spec: &ThanosSpec, now: i64) -> bool {
    known.deletion().is_none_or(|mark| now.saturating_sub(mark.time) <= (spec.delete_delay / 2) as i64)
}

/// 2000-01-01: nothing that Thanos keeps is older.
pub(super) const ANCIENT_MS: i64 = 946_684_800_000;
/// A clock that is ahead by less is of no account.
pub(super) const AHEAD_SECONDS: i64 = 24 * 3_600;

/// Whether its range can be true. What time is covered is not judged by a block with one wild sample.
pub(super) fn is_plausible(known: &Known<'_>, now: i64) -> bool {
    known.meta.min_time >= ANCIENT_MS && known.meta.max_time / 1_000 <= now.saturating_add(AHEAD_SECONDS)
}
