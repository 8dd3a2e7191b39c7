//! The AWS side of a plan: each wanted object against the one that is there.
//!
//! Called by `plan`. One structural comparison over the fields of a kind; the executor gets the whole wanted object and the list
//! of fields that differ. What could not be read is blocked, what belongs to another configuration is blocked, and what nobody
//! marked is adopted in a line of its own.

mod difference;
mod fields;
mod misfit;
mod types;

pub use difference::difference;
pub(super) use misfit::misfits;
pub use types::{ObjectChange, ObjectItem};

use std::collections::BTreeSet;

use super::input::PlanInput;
use crate::model::infra::{Found, Kind, OWNER_TAG, WantedObject};
use crate::model::{Address, Live, State};

/// All lines, in an order in which each comes after what it needs; removals last, in the reverse order.
pub(super) fn items(input: &PlanInput) -> Vec<ObjectItem> {
    let wanted = &input.wanted.objects;
    let mut items: Vec<ObjectItem> = wanted.iter().map(|one| item(input, one)).collect();
    block_dependents(&mut items);
    items.extend(removals(input));
    input.selection.mark_objects(&mut items);
    items
}

fn item(input: &PlanInput, wanted: &WantedObject) -> ObjectItem {
    let address = wanted.spec.address();
    let live = input.observed.objects.get(&address);
    let change = match live {
        None => blocked("it was not looked for"),
        Some(Live::Unknown(unknown)) => ObjectChange::Blocked { unknown: unknown.clone() },
        Some(Live::Absent) => match &wanted.missing {
            Some(missing) => ObjectChange::Blocked { unknown: missing.clone() },
            None => ObjectChange::Create { spec: Box::new(wanted.spec.clone()) },
        },
        Some(Live::Present(found)) => present(input, wanted, &address, found),
    };
    ObjectItem { address, change, needs: wanted.needs.clone(), selected: true }
}

fn present(input: &PlanInput, wanted: &WantedObject, address: &Address, found: &Found) -> ObjectChange {
    if let Some(why) = found.obstacles.first() {
        return blocked(why);
    }
    let mark = found.tags.get(OWNER_TAG);
    if let Some(other) = mark.filter(|mark| **mark != input.wanted.owner) {
        return blocked(format!(
            "it belongs to the configuration whose state is {other}; give this one another name"
        ));
    }
    let fields = difference(&wanted.spec, &found.spec);
    let own = mark.is_some() || !found.spec.kind().has_tags() || owned(&input.state, address);
    let arn = found.arn.clone();
    if own && fields.is_empty() {
        return ObjectChange::Keep { arn };
    }
    if let Some(missing) = &wanted.missing {
        return ObjectChange::Blocked { unknown: missing.clone() };
    }
    let (spec, before) = (Box::new(wanted.spec.clone()), Box::new(found.spec.clone()));
    if own {
        ObjectChange::Update { arn, spec, before, fields }
    } else {
        ObjectChange::Adopt { arn, spec, before, fields }
    }
}

fn owned(state: &Live<State>, address: &Address) -> bool {
    state.present().is_some_and(|state| state.owned.contains_key(address))
}

fn blocked(why: impl Into<String>) -> ObjectChange {
    ObjectChange::Blocked { unknown: crate::model::Unknown { why: why.into(), missing: None } }
}

/// What needs a thing that cannot be made cannot be made either. What is there already stays as it is.
fn block_dependents(items: &mut [ObjectItem]) {
    let mut withheld: BTreeSet<Address> = BTreeSet::new();
    for item in items {
        let lacking = item.needs.iter().find(|need| withheld.contains(need)).cloned();
        if let (Some(lacking), true) = (lacking, item.change.writes()) {
            item.change = blocked(format!("it needs {lacking}, which is blocked"));
        }
        if matches!(item.change, ObjectChange::Blocked { .. }) {
            withheld.insert(item.address.clone());
        }
    }
}

/// What es2s3 made and the configuration no longer asks for. A bucket is let go of and never removed.
fn removals(input: &PlanInput) -> Vec<ObjectItem> {
    let Live::Present(state) = &input.state else { return Vec::new() };
    let wanted = |address: &Address| input.wanted.objects.iter().any(|one| one.spec.address() == *address);
    let mut left: Vec<ObjectItem> = state
        .owned
        .keys()
        .filter(|address| matches!(address, Address::Aws(kind, _) if *kind != Kind::Bucket))
        .filter(|address| !wanted(address) && !state.protected.contains(address))
        .filter_map(|address| removal(input, address))
        .collect();
    left.reverse();
    left
}

/// One that is gone already needs no line.
fn removal(input: &PlanInput, address: &Address) -> Option<ObjectItem> {
    let change = match input.observed.objects.get(address)? {
        Live::Absent => return None,
        Live::Unknown(unknown) => ObjectChange::Blocked { unknown: unknown.clone() },
        Live::Present(found) => match found.tags.get(OWNER_TAG) {
            Some(mark) if *mark == input.wanted.owner => removed(found),
            None if !found.spec.kind().has_tags() => removed(found),
            Some(_) | None => blocked("it no longer bears the tag that es2s3 gave it, so it is left alone"),
        },
    };
    Some(ObjectItem { address: address.clone(), change, needs: Vec::new(), selected: true })
}

fn removed(found: &Found) -> ObjectChange {
    ObjectChange::Remove { arn: found.arn.clone(), before: Box::new(found.spec.clone()) }
}
