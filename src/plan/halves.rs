//! A plan in two: what is carried out over AWS's own APIs, and what is carried out in the domain.
//!
//! Called by `cli` where the domain is reached through the function: the AWS side is the caller's, the rest the function's.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{Misfit, drop_misfits};
use super::repository_diff::LEFT_OUT;
use super::totals;
use super::types::{Blocker, Decision, IndexItem, Plan, RepositoryChange, SnapshotDecision, SnapshotItem};
use crate::model::{Address, IndexUuid, Live, Prices, SnapshotUuid};

/// The lines over AWS alone, as a plan that was made without the domain.
pub fn infra_side(plan: &Plan, prices: &Prices) -> Plan {
    let mut half = plan.clone();
    half.header.cluster = Live::Absent;
    half.header.indices_read = None;
    half.header.data_side = false;
    half.repository.change =
        RepositoryChange::Blocked { blocker: Blocker::Repository { why: LEFT_OUT.into() } };
    half.repository.selected = false;
    half.series.clear();
    half.thanos = None;
    half.guards.clear();
    summed(half, prices)
}

/// Repository, indices and snapshots.
pub fn domain_side(plan: &Plan, prices: &Prices) -> Plan {
    let mut half = plan.clone();
    half.objects.clear();
    summed(half, prices)
}

/// What is left to do of an approved plan, by a plan made later: the later plan's lines for what was approved, and nothing else.
/// A line may have come further (its snapshot is whole by now, so `archive` became `delete`); the same index by its UUID was
/// approved to leave the domain.
pub fn rest_of(approved: &Plan, later: Plan, prices: &Prices) -> Plan {
    let indices: BTreeMap<&str, &IndexUuid> = series_indices(approved).collect();
    let snapshots: BTreeMap<&str, &SnapshotUuid> = series_snapshots(approved).collect();
    let mut misfits = Vec::new();
    for series in &later.series {
        let fresh = series.indices.iter().filter(|item| indices.get(item.name.as_str()) != Some(&&item.uuid));
        misfits.extend(fresh.map(|item| misfit(Address::Index(item.name.to_string()))));
        let fresh =
            series.snapshots.iter().filter(|item| snapshots.get(item.name.as_str()) != Some(&&item.uuid));
        misfits.extend(fresh.map(|item| misfit(Address::Snapshot(item.name.to_string()))));
    }
    // A block that was approved to be marked may be due for deletion by now: that is another line.
    let blocks: BTreeSet<(&Address, &str)> = thanos_changes(approved).collect();
    let fresh = thanos_changes(&later).filter(|change| !blocks.contains(change));
    misfits.extend(fresh.map(|(address, _)| misfit(address.clone())));
    let mut rest = later;
    // What is no more than was approved is within the amounts that were.
    rest.guards.clone_from(&approved.guards);
    rest.repository.selected &= approved.repository.selected;
    drop_misfits(&mut rest, &misfits, prices);
    domain_side(&rest, prices)
}

fn thanos_changes(plan: &Plan) -> impl Iterator<Item = (&Address, &'static str)> {
    let items = plan.thanos.iter().flat_map(|half| &half.items);
    items
        .filter(|item| item.selected && item.action.is_change())
        .map(|item| (&item.address, item.action.verb()))
}

fn misfit(address: Address) -> Misfit {
    Misfit { address, why: "it was not approved".into() }
}

fn series_indices(plan: &Plan) -> impl Iterator<Item = (&str, &IndexUuid)> {
    let removed = |item: &&IndexItem| {
        item.selected && matches!(item.decision, Decision::Archive { .. } | Decision::Delete { .. })
    };
    let items = plan.series.iter().flat_map(|series| &series.indices).filter(removed);
    items.map(|item| (item.name.as_str(), &item.uuid))
}

fn series_snapshots(plan: &Plan) -> impl Iterator<Item = (&str, &SnapshotUuid)> {
    let expired =
        |item: &&SnapshotItem| item.selected && matches!(item.decision, SnapshotDecision::Expire { .. });
    let items = plan.series.iter().flat_map(|series| &series.snapshots).filter(expired);
    items.map(|item| (item.name.as_str(), &item.uuid))
}

fn summed(mut plan: Plan, prices: &Prices) -> Plan {
    plan.totals = totals::sum(&plan.objects, &plan.repository, &plan.series, plan.thanos.as_ref(), prices);
    plan
}
