//! Sums over the selected lines, in objects, bytes and money.
//!
//! Called by `plan` and by `file` when items drop out of a saved plan.

use super::infra::{ObjectChange, ObjectItem};
use super::thanos::{Action, Item, ThanosPlan};
use super::types::{
    Amount, Decision, IndexItem, RepositoryChange, RepositoryItem, Series, SnapshotDecision, Totals,
};
use crate::model::{Bytes, Prices};

/// A snapshot writes about one object for each gibibyte, and some of metadata for each shard.
const OBJECTS_OF_A_SHARD: u64 = 4;

pub(super) fn sum(
    objects: &[ObjectItem],
    repository: &RepositoryItem,
    series: &[Series],
    thanos: Option<&ThanosPlan>,
    prices: &Prices,
) -> Totals {
    let mut totals = Totals::default();
    objects.iter().filter(|item| item.selected).for_each(|item| count_object(&mut totals, item));
    match (&repository.change, repository.selected) {
        (RepositoryChange::Create { .. }, true) => totals.create += 1,
        (RepositoryChange::Update { .. }, true) => totals.change += 1,
        (RepositoryChange::Blocked { .. }, true) => totals.blocked.add(None),
        (RepositoryChange::Keep, _) | (_, false) => {}
    }
    let mut shards = Shards::default();
    for series in series {
        totals.snapshots += series.archives.len() as u64;
        series.indices.iter().for_each(|item| count_index(&mut totals, &mut shards, item));
        count_snapshots(&mut totals, series);
    }
    let blocks = thanos.into_iter().flat_map(|thanos| &thanos.items);
    blocks.filter(|item| item.selected).for_each(|item| count_block(&mut totals, item));
    totals.monthly_saving = cents(saving(&totals, prices));
    totals.request_cost = cents(requests(&totals, &shards, prices));
    totals
}

fn count_object(totals: &mut Totals, item: &ObjectItem) {
    match item.change {
        ObjectChange::Keep { .. } => {}
        ObjectChange::Create { .. } => totals.create += 1,
        ObjectChange::Update { .. } => totals.change += 1,
        ObjectChange::Adopt { .. } => totals.adopt += 1,
        ObjectChange::Remove { .. } => totals.remove += 1,
        ObjectChange::Blocked { .. } => totals.blocked.add(None),
    }
}

fn count_block(totals: &mut Totals, item: &Item) {
    let amount = match item.action {
        Action::Mark { .. } => &mut totals.mark,
        Action::Unmark { .. } => &mut totals.unmark,
        Action::Withheld { .. } => &mut totals.blocked,
        Action::Delete { .. } => &mut totals.delete_blocks,
        Action::PurgeGhost { .. } | Action::PurgeDebugMetas { .. } | Action::AbortUpload { .. } => {
            &mut totals.purge
        }
        Action::SetLifecycle { .. } => {
            totals.change += 1;
            return;
        }
    };
    amount.add(Some(item.bytes));
}

/// Primaries of what is archived and of what is deleted: each costs requests.
#[derive(Default)]
struct Shards {
    archived: u64,
    deleted: u64,
}

fn count_index(totals: &mut Totals, shards: &mut Shards, item: &IndexItem) {
    if !item.selected {
        return;
    }
    let amount = match &item.decision {
        Decision::Keep { .. } => &mut totals.keep,
        Decision::Held { .. } => &mut totals.held,
        Decision::Blocked { .. } => &mut totals.blocked,
        Decision::Archive { .. } => {
            shards.archived += u64::from(item.primaries);
            &mut totals.archive
        }
        Decision::Delete { .. } => {
            shards.deleted += u64::from(item.primaries);
            &mut totals.delete
        }
    };
    amount.add(item.bytes);
}

fn count_snapshots(totals: &mut Totals, series: &Series) {
    for item in series.snapshots.iter().filter(|item| item.selected) {
        let bytes = item.marks.as_ref().map(|marks| marks.bytes);
        match &item.decision {
            SnapshotDecision::Expire { last_copy_of, .. } => {
                totals.expire.add(bytes);
                totals.last_copies += u64::from(!last_copy_of.is_empty());
            }
            SnapshotDecision::Held { .. } => totals.held.add(bytes),
            SnapshotDecision::Blocked { .. } => totals.blocked.add(bytes),
            SnapshotDecision::Keep { .. } => totals.keep.add(bytes),
        }
    }
}

impl Amount {
    /// One more, of this size where it is known.
    pub(super) fn add(&mut self, bytes: Option<Bytes>) {
        self.count += 1;
        match bytes {
            Some(bytes) => self.bytes += bytes,
            None => self.unsized_count += 1,
        }
    }
}

fn gib(bytes: Bytes) -> f64 {
    bytes.0 as f64 / Bytes::GIB as f64
}

/// Primaries only: the replicas' disks come on top, so the true saving is larger. What is deleted now is in S3 already.
fn saving(totals: &Totals, prices: &Prices) -> f64 {
    let leaves_domain = gib(totals.archive.bytes + totals.delete.bytes) * prices.domain_gib_month;
    leaves_domain + (gib(totals.expire.bytes) - gib(totals.archive.bytes)) * prices.s3_gib_month
}

/// One LIST and one GET for each shard that is proven, and what a snapshot writes.
fn requests(totals: &Totals, shards: &Shards, prices: &Prices) -> f64 {
    let proven = (shards.archived + shards.deleted) as f64;
    let written = gib(totals.archive.bytes).ceil() + (shards.archived * OBJECTS_OF_A_SHARD) as f64;
    (proven + written) / 1000.0 * prices.s3_put_thousand + proven / 1000.0 * prices.s3_get_thousand
}

/// Whole cents, so that money reads the same after it was saved and loaded; never minus nothing.
fn cents(dollars: f64) -> f64 {
    (dollars * 100.0).round() / 100.0 + 0.0
}
