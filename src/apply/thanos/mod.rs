//! The bucket of blocks: marks put and taken away, and what Thanos itself never removes.
//!
//! Called by `carry_out` after the indices. A mark is put only where none is, and only on a block whose metadata, read anew, still says
//! that its retention has ended; what is removed has its permit from `proof`. Blocks are left to the Compactor where one runs.

mod marks;
mod removals;
mod settings;

use futures_util::future::join_all;

use super::{Fatal, Interrupt, ItemResult, Outcome, Run};
use crate::clients::s3::{Reader, Writer};
use crate::clients::{aws, s3};
use crate::event::Event;
use crate::model::thanos::ThanosSpec;
use crate::plan::thanos::{Action, Item, ThanosPlan};
use crate::state::{Deed, Step};

/// What the bucket of blocks is written with.
pub struct Blocks {
    pub reader: s3::Reader,
    pub writer: s3::Writer,
    /// For the bucket's own rules; none where they are left to others.
    pub settings: Option<aws::Writer>,
    pub spec: ThanosSpec,
}

/// Items whose intents are written down together, and that are then carried out side by side.
const AT_ONCE: usize = 32;

impl Run<'_> {
    /// All lines of the bucket that are selected and change something.
    pub(super) async fn blocks(&mut self, outcome: &mut Outcome) -> Result<(), Fatal> {
        let Some(plan) = &self.plan.thanos else { return Ok(()) };
        let due: Vec<&Item> = changes(plan).collect();
        if due.is_empty() {
            return Ok(());
        }
        let Some(blocks) = self.blocks.take() else { return Ok(()) };
        for items in due.chunks(AT_ONCE) {
            self.may_go_on().await?;
            self.some_blocks(&blocks, items, outcome).await?;
        }
        Ok(())
    }

    /// Intents first, in one object; then all at once; then what came of them.
    async fn some_blocks(
        &mut self,
        blocks: &Blocks,
        items: &[&Item],
        outcome: &mut Outcome,
    ) -> Result<(), Fatal> {
        for item in items {
            let (address, verb) = (item.address.clone(), item.action.verb());
            self.events.emit(Event::ItemStarted { address, verb });
        }
        let now = self.ledger.now();
        let intents = items.iter().map(|item| (item.address.clone(), deed(blocks, item))).collect();
        let steps: Vec<Step> = self.ledger.intend_all(intents).await?;
        // The store itself must say that the lease is ours: what follows removes.
        self.ledger.confirm_lease().await?;
        let works =
            Works { blocks, now, still: &|| self.ledger.check_lease(), interrupt: &self.waiting.interrupt };
        let results = join_all(items.iter().map(|item| works.act(item))).await;
        for ((item, step), result) in items.iter().zip(steps).zip(results) {
            self.ledger.conclude(step, &result);
            outcome.settle(&self.events, &item.address, item.action.verb(), result);
        }
        Ok(())
    }
}

/// Lines that a run carries out.
pub(super) fn changes(plan: &ThanosPlan) -> impl Iterator<Item = &Item> {
    plan.items.iter().filter(|item| item.selected && item.action.is_change())
}

fn deed(blocks: &Blocks, item: &Item) -> Deed {
    let key = |block: &dyn std::fmt::Display| format!("{}{block}/", blocks.spec.key_prefix());
    match &item.action {
        Action::Mark { block, .. } => Deed::MarkBlock { key: key(block) },
        Action::Unmark { block, .. } => Deed::UnmarkBlock { key: key(block) },
        Action::Delete { block, .. } | Action::PurgeGhost { block, .. } => {
            Deed::RemoveObjects { below: key(block), bytes: item.bytes }
        }
        Action::PurgeDebugMetas { .. } => Deed::RemoveObjects {
            below: format!("{}debug/metas/", blocks.spec.key_prefix()),
            bytes: item.bytes,
        },
        Action::AbortUpload { key, upload, .. } => {
            Deed::AbortUpload { key: key.clone(), upload: upload.clone() }
        }
        Action::SetLifecycle { .. } | Action::Withheld { .. } => {
            Deed::PutLifecycle { bucket: blocks.spec.bucket.to_string() }
        }
    }
}

/// One item at a time, with the time at which the lease was confirmed.
struct Works<'a> {
    blocks: &'a Blocks,
    now: jiff::Timestamp,
    /// Asked before each request that removes.
    still: &'a (dyn Fn() -> Result<(), Fatal> + Sync),
    /// Asked where one item takes long.
    interrupt: &'a Interrupt,
}

impl Works<'_> {
    async fn act(&self, item: &Item) -> ItemResult {
        match &item.action {
            Action::Mark { block, resolution, .. } => self.mark(*block, *resolution).await,
            Action::Unmark { block, marked } => self.unmark(*block, *marked).await,
            Action::Delete { block, marked } => self.delete(*block, *marked).await,
            Action::PurgeGhost { block, .. } => self.purge_ghost(*block).await,
            Action::PurgeDebugMetas { .. } => self.purge_debug_metas().await,
            Action::AbortUpload { key, upload, begun } => self.abort(key, upload, *begun).await,
            Action::SetLifecycle { rules } => self.set_lifecycle(rules).await,
            Action::Withheld { .. } => ItemResult::Skipped("it is withheld".into()),
        }
    }

    fn reader(&self) -> &Reader {
        &self.blocks.reader
    }

    fn writer(&self) -> &Writer {
        &self.blocks.writer
    }

    fn spec(&self) -> &ThanosSpec {
        &self.blocks.spec
    }
}
