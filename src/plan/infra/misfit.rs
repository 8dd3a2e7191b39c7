//! Lines of a saved plan's AWS side that no longer fit the world.

use std::collections::BTreeMap;

use super::types::{ObjectChange, ObjectItem};
use crate::model::Address;
use crate::plan::file::Misfit;

/// Only lines that would be carried out are looked at; a fresh plan must come to the same change of the same thing.
pub(in crate::plan) fn misfits(saved: &[ObjectItem], fresh: &[ObjectItem]) -> Vec<Misfit> {
    let fresh: BTreeMap<&Address, &ObjectChange> =
        fresh.iter().map(|item| (&item.address, &item.change)).collect();
    let due = saved.iter().filter(|item| item.selected && item.change.writes());
    due.filter_map(|item| {
        let why = difference(&item.change, fresh.get(&item.address).copied())?;
        Some(Misfit { address: item.address.clone(), why })
    })
    .collect()
}

fn difference(then: &ObjectChange, now: Option<&ObjectChange>) -> Option<String> {
    match now {
        None => Some("the configuration no longer speaks of it".into()),
        Some(now) if now == then => None,
        Some(now) if now.verb() == then.verb() => Some("it is not as it was when the plan was made".into()),
        Some(now) => Some(format!("the plan says {}, now it would be {}", then.verb(), now.verb())),
    }
}
