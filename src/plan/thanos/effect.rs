//! What the retentions do, in blocks, bytes and money.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::types::{Action, Cost, Effect, Item};
use crate::model::thanos::{
    Block, Compactor, Inventory, MarkKind, Object, Resolution, StorageClass, ThanosSpec,
};
use crate::model::{Bytes, Prices};
use crate::plan::Amount;

/// US dollars for a GiB-month.
fn class_price(class: StorageClass, prices: &Prices) -> f64 {
    match class {
        StorageClass::Standard | StorageClass::IntelligentTiering | StorageClass::Other => {
            prices.s3_gib_month
        }
        StorageClass::ReducedRedundancy => prices.classes.reduced_redundancy,
        StorageClass::StandardIa => prices.classes.standard_ia,
        StorageClass::OnezoneIa => prices.classes.onezone_ia,
        StorageClass::GlacierIr => prices.classes.glacier_ir,
        StorageClass::Glacier => prices.classes.glacier,
        StorageClass::DeepArchive => prices.classes.deep_archive,
    }
}

/// Of one block, in US dollars a month.
pub(super) fn storage(block: &Block, prices: &Prices) -> f64 {
    let price = |object: &Object| object.size as f64 / Bytes::GIB as f64 * class_price(object.class, prices);
    block.objects.iter().map(price).sum()
}

/// A Compactor that has nothing to do asks for the metadata and the three marks of every block in five rounds each five minutes.
const REQUESTS_EACH_MONTH: f64 = 25.0 * 12.0 * 24.0 * 30.0;

pub(super) fn effects(spec: &ThanosSpec, items: &[Item], now: i64) -> Vec<Effect> {
    let mut by_stream: BTreeMap<(Resolution, &str), Effect> = BTreeMap::new();
    for item in items.iter().filter(|item| item.selected) {
        let (resolution, withheld) = match item.action {
            Action::Mark { resolution, .. } => (resolution, false),
            Action::Withheld { resolution, .. } => (resolution, true),
            _ => continue,
        };
        let Some(stream) = &item.stream else { continue };
        let effect = by_stream.entry((resolution, stream)).or_insert_with(|| Effect {
            resolution,
            stream: Arc::clone(stream),
            marked: Amount::default(),
            withheld: Amount::default(),
            freed_from: now.saturating_add_unsigned(spec.delete_delay),
        });
        let amount = if withheld { &mut effect.withheld } else { &mut effect.marked };
        amount.add(Some(item.bytes));
    }
    by_stream.into_values().collect()
}

pub(super) fn cost(spec: &ThanosSpec, inventory: &Inventory, items: &[Item], prices: &Prices) -> Cost {
    let goes = |item: &&Item| {
        item.selected
            && matches!(item.action, Action::Mark { .. } | Action::Delete { .. } | Action::PurgeGhost { .. })
    };
    let returns = |item: &&Item| item.selected && matches!(item.action, Action::Unmark { .. });
    let going: HashSet<_> = items.iter().filter(goes).filter_map(|item| item.action.block()).collect();
    let returning: HashSet<_> = items.iter().filter(returns).filter_map(|item| item.action.block()).collect();
    let requests = match spec.compactor {
        Compactor::Thanos => REQUESTS_EACH_MONTH * prices.s3_get_thousand / 1_000.0,
        Compactor::None => 0.0,
    };
    let mut cost = Cost::default();
    for block in &inventory.blocks {
        let storage = storage(block, prices);
        cost.storage_before += storage;
        cost.requests_before += requests;
        let marked = block.mark(MarkKind::Deletion).is_some() && !returning.contains(&block.id);
        if !marked && !going.contains(&block.id) {
            cost.storage_after += storage;
            cost.requests_after += requests;
        }
    }
    cost
}
