//! The AWS side of a plan: each wanted object against the one that is there.
//!
//! Called by `plan`. One structural comparison over the fields of a kind; the executor gets the whole wanted object and the list
//! of fields that differ. What could not be read is blocked, what belongs to another configuration is blocked, and what nobody
//! marked is adopted in a line of its own.

mod by_hand;
mod difference;
mod fields;
mod misfit;
mod types;

pub use difference::difference;
pub(super) use misfit::misfits;
pub use types::{ObjectChange, ObjectItem};

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use crate::model::infra::{Found, Kind, OWNER_TAG, Spec, WantedObject};
use crate::model::{Address, Live, Repository, State, Unknown};

/// What is wanted of the AWS side, and what is there.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    pub wanted: &'a [WantedObject],
    pub observed: &'a BTreeMap<Address, Live<Found>>,
    /// The value of es2s3's tag on what is this configuration's.
    pub owner: &'a str,
    /// None before bootstrap, or when it could not be read.
    pub state: Option<&'a State>,
    /// ARN of the role that the registered repository goes by: the domain reads its snapshots with it.
    pub in_use: Option<&'a str>,
}

/// All lines, in an order in which each comes after what it needs; removals last, in the reverse order.
pub(super) fn items(input: &PlanInput) -> Vec<ObjectItem> {
    let sides = Sides {
        wanted: &input.wanted.objects,
        observed: &input.observed.objects,
        owner: &input.wanted.owner,
        state: input.state.present(),
        in_use: role_in_use(&input.observed.repository),
    };
    let mut items = sides.lines();
    items.extend(sides.removals());
    input.selection.mark_objects(&mut items);
    items
}

fn role_in_use(repository: &Live<Repository>) -> Option<&str> {
    repository.present()?.settings.get("role_arn").map(String::as_str)
}

impl Sides<'_> {
    /// A line for each wanted object.
    pub fn lines(&self) -> Vec<ObjectItem> {
        let mut items: Vec<ObjectItem> = self.wanted.iter().map(|one| self.line(one)).collect();
        block_dependents(&mut items);
        items
    }

    fn line(&self, wanted: &WantedObject) -> ObjectItem {
        let address = wanted.spec.address();
        let change = match self.observed.get(&address) {
            None => blocked("it was not looked for"),
            Some(Live::Unknown(unknown)) => self.unseen(wanted, &address, unknown),
            Some(Live::Absent) => match wanted.missing.as_ref().or(wanted.uncreatable.as_ref()) {
                Some(missing) => ObjectChange::Blocked { unknown: missing.clone() },
                None => ObjectChange::Create { spec: Box::new(wanted.spec.clone()) },
            },
            Some(Live::Present(found)) => self.present(wanted, &address, found),
        };
        ObjectItem { address, change, needs: wanted.needs.clone(), selected: true }
    }

    /// Inside a domain only its master user sees who may what. What es2s3 has made there once is taken as it was, so that others can
    /// plan too; `findings` tells it.
    fn unseen(&self, wanted: &WantedObject, address: &Address, unknown: &Unknown) -> ObjectChange {
        match self.state.and_then(|state| state.owned.get(address)) {
            Some(made) if wanted.spec.kind().is_in_the_domain() => {
                ObjectChange::Keep { arn: made.id.clone() }
            }
            _ => ObjectChange::Blocked { unknown: by_hand::with_the_step(unknown, &wanted.spec) },
        }
    }

    fn present(&self, wanted: &WantedObject, address: &Address, found: &Found) -> ObjectChange {
        if let Some(why) = found.obstacles.first() {
            return blocked(why);
        }
        let mark = found.tags.get(OWNER_TAG);
        let arn = found.arn.clone();
        if let Some(other) = mark.filter(|mark| *mark != self.owner) {
            if found.spec.kind() == Kind::Bucket {
                return ObjectChange::Keep { arn };
            }
            return blocked(format!(
                "it belongs to the configuration whose state is {other}; give this one another name"
            ));
        }
        let own = mark.is_some() || !can_be_marked(found) || self.lists(address);
        if !own && holds_other(found).is_some() {
            return ObjectChange::Keep { arn };
        }
        let fields = difference(&wanted.spec, &found.spec);
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

    /// Whether the state says that it is es2s3's.
    fn lists(&self, address: &Address) -> bool {
        self.state.is_some_and(|state| state.owned.contains_key(address))
    }

    /// What es2s3 made and nothing asks for any more. A bucket is let go of and never removed.
    fn removals(&self) -> Vec<ObjectItem> {
        let Some(state) = self.state else { return Vec::new() };
        let wanted = |address: &Address| self.wanted.iter().any(|one| one.spec.address() == *address);
        let unwanted = state.owned.keys().filter(|address| !wanted(address));
        self.removals_of(unwanted)
    }

    /// Lines that remove these, as far as they are es2s3's; what depends on others first.
    pub fn removals_of<'a>(&self, addresses: impl Iterator<Item = &'a Address>) -> Vec<ObjectItem> {
        let of_aws = |address: &&Address| matches!(address, Address::Aws(kind, _) if *kind != Kind::Bucket);
        let protected = |address: &Address| self.state.is_some_and(|state| state.protected.contains(address));
        let addresses: BTreeSet<&Address> =
            addresses.filter(of_aws).filter(|address| !protected(address)).collect();
        let mut left: Vec<ObjectItem> =
            addresses.into_iter().filter_map(|address| self.removal(address)).collect();
        left.reverse();
        left
    }

    /// One that is gone already needs no line, nor one that was never es2s3's.
    fn removal(&self, address: &Address) -> Option<ObjectItem> {
        let change = match self.observed.get(address)? {
            Live::Absent => return None,
            Live::Unknown(unknown) => ObjectChange::Blocked { unknown: unknown.clone() },
            Live::Present(found) if self.in_use == Some(found.arn.as_str()) => blocked(
                "the registered repository goes by it: it can be removed once the repository has another",
            ),
            Live::Present(found) => match found.tags.get(OWNER_TAG) {
                Some(mark) if *mark == self.owner => removed(found),
                None if found.spec.kind() == Kind::Permission => removed(found),
                None if found.spec.kind().is_in_the_domain() && self.lists(address) => removed(found),
                _ if !self.lists(address) => return None,
                _ => blocked("it no longer bears the tag that es2s3 gave it, so it is left alone"),
            },
        };
        Some(ObjectItem { address: address.clone(), change, needs: Vec::new(), selected: true })
    }
}

/// Whether a tag can tell whose it is. Some stores that are not Amazon's know no tags of buckets.
pub fn can_be_marked(found: &Found) -> bool {
    match &found.spec {
        Spec::Bucket(bucket) => bucket.holds_other.is_some() || !bucket.unoffered.contains("tags"),
        other => other.kind().has_owner(),
    }
}

/// What else is in a bucket that is not es2s3's own.
fn holds_other(found: &Found) -> Option<&str> {
    match &found.spec {
        Spec::Bucket(bucket) => bucket.holds_other.as_deref(),
        _ => None,
    }
}

/// Buckets that es2s3 works in and whose settings it leaves to others, each with the reason.
pub(super) fn buckets_of_others(input: &PlanInput) -> Vec<(&Address, String)> {
    let own =
        |address: &Address| input.state.present().is_some_and(|state| state.owned.contains_key(address));
    let why = |address: &Address, found: &Found| {
        if let Some(other) = found.tags.get(OWNER_TAG) {
            let others = found.spec.kind() == Kind::Bucket && *other != input.wanted.owner;
            return others.then(|| format!("is kept by the configuration whose state is {other}"));
        }
        holds_other(found).filter(|_| !own(address)).map(|key| format!("holds other things too ({key})"))
    };
    let live = input.observed.objects.iter();
    live.filter_map(|(address, live)| Some((address, why(address, live.present()?)?))).collect()
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

fn removed(found: &Found) -> ObjectChange {
    ObjectChange::Remove { arn: found.arn.clone(), before: Box::new(found.spec.clone()) }
}

#[cfg(test)]
mod tests;
