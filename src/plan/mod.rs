//! The plan: a pure function of what is wanted, what was observed, what is remembered, and `now`.
//!
//! Called by `cli` and, in tests, with worlds of a few lines. Never reads a clock, a network or the environment;
//! the same input gives the same bytes.

pub mod age;
mod archive;
pub mod check;
mod decide;
mod expire;
mod facts;
pub mod file;
mod findings;
mod guards;
pub mod halves;
pub mod infra;
pub mod input;
pub mod names;
mod owned;
mod protect;
mod repository_defaults;
mod repository_diff;
mod selection;
mod shortlist;
mod snapshot_name;
pub mod thanos;
mod totals;
pub mod types;
mod unfit;

pub use guards::refusals;
pub use input::{Observed, Overrides, PlanInput, Selection, Wanted};
pub use shortlist::{Shortlist, ToProve, shortlist};
pub use types::*;

use facts::Facts;
use owned::{Member, Ownership};

use crate::model::{Live, Policy, SnapshotName};

/// A saved plan is refused when it is older than this.
const VALID_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The whole plan: every owned index, every snapshot that is due, the repository, and what the guards say.
pub fn plan(input: &PlanInput) -> Plan {
    let objects = infra::items(input);
    let mut repository = repository_diff::item(input);
    input.selection.mark_repository(&mut repository);
    let facts = Facts::gather(input, &repository);
    let ownership = ownership(input);
    let mut series = all_series(&facts, &ownership);
    expire::expire(&facts, &mut series);
    series.iter_mut().for_each(|series| input.selection.mark_snapshots(&mut series.snapshots));
    let thanos = thanos_half(input);
    Plan {
        format: file::FORMAT,
        tool: env!("CARGO_PKG_VERSION").into(),
        created: input.now,
        expires: input.now.checked_add(VALID_FOR).unwrap_or(jiff::Timestamp::MAX),
        header: header(input, &ownership),
        guards: guards::judge(input, &series, thanos.as_ref()),
        findings: findings::find(&facts, &series, &ownership.undated, thanos.as_ref()),
        totals: totals::sum(&objects, &repository, &series, thanos.as_ref(), &input.wanted.prices),
        objects,
        repository,
        series,
        thanos,
    }
}

/// The bucket of blocks, where it is declared and was looked at.
fn thanos_half(input: &PlanInput) -> Option<thanos::ThanosPlan> {
    let (wanted, seen) = (input.wanted.thanos.as_ref()?, input.observed.thanos.as_ref()?);
    let mut half = thanos::plan(wanted, seen, input.now.as_second());
    input.selection.mark_thanos(&mut half);
    half.rendered = input.observed.rendered.clone();
    thanos::sum_up(&mut half, seen, &input.wanted.prices, input.now.as_second());
    Some(half)
}

fn ownership(input: &PlanInput) -> Ownership<'_> {
    let indices = input.observed.indices.present().map_or(&[][..], Vec::as_slice);
    owned::assign(&input.wanted.policies, indices, input.now)
}

fn all_series(facts: &Facts<'_>, ownership: &Ownership<'_>) -> Vec<Series> {
    let policies = facts.input.wanted.policies.iter().zip(&ownership.members);
    policies.map(|(policy, members)| one_series(facts, policy, members)).collect()
}

fn one_series(facts: &Facts<'_>, policy: &Policy, members: &[Member<'_>]) -> Series {
    let unnamed = SnapshotName::from("");
    let mut indices: Vec<IndexItem> =
        members.iter().map(|member| decide::item(facts, policy, member, &unnamed)).collect();
    guards::keep_floor(&facts.input.wanted.guards, &mut indices);
    facts.input.selection.mark_indices(&mut indices);
    let archives = archive::group(&policy.name, &mut indices, facts.input.now);
    Series { policy: policy.clone(), indices, archives, snapshots: Vec::new(), snapshots_total: 0 }
}

fn header(input: &PlanInput, ownership: &Ownership<'_>) -> Header {
    let (wanted, observed) = (&input.wanted, &input.observed);
    Header {
        config_file: wanted.config_file.clone(),
        config_hash: wanted.config_hash.clone(),
        account: wanted.account.clone(),
        region: wanted.region.clone(),
        cluster: observed.cluster.clone(),
        state: input
            .state
            .present()
            .map(|state| StateRef { lineage: state.lineage.clone(), serial: state.serial }),
        state_unknown: input.state.unknown().cloned(),
        indices_read: observed.indices.present().map(|indices| indices.len() as u64),
        snapshots_read: match &observed.catalogue {
            Live::Present(catalogue) => Some(catalogue.snapshots.len() as u64),
            Live::Absent => Some(0),
            Live::Unknown(_) => None,
        },
        requests: observed.requests,
        domain_requests: observed.domain_requests,
        indices_unowned: ownership.unowned,
        data_side: input.selection.may_take_data(),
    }
}

/// Whether carrying the plan out would write to the AWS side.
pub fn writes_objects(plan: &Plan) -> bool {
    plan.objects.iter().any(|item| item.selected && item.change.writes())
}

/// Whether carrying the plan out would write anything.
pub fn has_changes(plan: &Plan) -> bool {
    let totals = &plan.totals;
    totals.create
        + totals.change
        + totals.adopt
        + totals.remove
        + totals.archive.count
        + totals.delete.count
        + totals.expire.count
        + totals.mark.count
        + totals.unmark.count
        + totals.delete_blocks.count
        + totals.purge.count
        > 0
}
