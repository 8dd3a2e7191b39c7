//! Which blocks have all their samples in others: every level-1 block that they were made of lies there too.
//!
//! Called where a finer block may go only when a coarser one has its samples.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::view::Known;
use crate::model::thanos::BlockId;

/// Blocks in which samples are looked for.
pub(super) struct Copies<'a> {
    blocks: Vec<&'a Known<'a>>,
    /// By the first of their level-1 blocks. Nearly every coarser block was made of one finer block as it was, and is found by it.
    twins: HashMap<BlockId, &'a Known<'a>>,
    /// All their level-1 blocks in order, made when the first one without a twin is looked for.
    level_1: OnceCell<Vec<BlockId>>,
}

impl<'a> Copies<'a> {
    pub(super) fn among(blocks: impl IntoIterator<Item = &'a Known<'a>>) -> Self {
        let blocks: Vec<&Known<'_>> = blocks.into_iter().collect();
        let first = |known: &&'a Known<'a>| Some((*known.meta.sources.first()?, *known));
        Self { twins: blocks.iter().filter_map(first).collect(), blocks, level_1: OnceCell::new() }
    }

    /// Whether all of the block is in them. One that names no level-1 blocks is in none.
    pub(super) fn hold(&self, known: &Known<'_>) -> bool {
        let sources = &known.meta.sources;
        let Some(first) = sources.first() else { return false };
        let is_twin = self.twins.get(first).is_some_and(|twin| twin.meta.sources == *sources);
        is_twin || sources.iter().all(|source| self.level_1().binary_search(source).is_ok())
    }

    fn level_1(&self) -> &[BlockId] {
        self.level_1.get_or_init(|| {
            let all = self.blocks.iter().flat_map(|known| known.meta.sources.iter().copied());
            let mut all: Vec<BlockId> = all.collect();
            all.sort_unstable();
            all.dedup();
            all
        })
    }
}
