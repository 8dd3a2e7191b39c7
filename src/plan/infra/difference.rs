//! Which fields of an object differ from what is wanted.

use super::fields::{Field, fields};
use crate::model::infra::Spec;
use crate::plan::types::FieldChange;

/// In the order of the kind's table. Fields of which the wanted side does not speak are left out, and those that the live side
/// cannot have.
pub fn difference(wanted: &Spec, found: &Spec) -> Vec<FieldChange> {
    let cannot_have = |name: &str| match found {
        Spec::Bucket(bucket) => bucket.unoffered.iter().any(|setting| name.starts_with(setting.as_str())),
        _ => false,
    };
    let (wanted, found) = (fields(wanted), fields(found));
    let mut changes = Vec::new();
    for Field { name, value, .. } in wanted.iter().filter(|field| field.spoken && !cannot_have(&field.name)) {
        let before = found.iter().find(|field| field.name == *name).and_then(|field| field.value.clone());
        if *value != before {
            changes.push(FieldChange { field: name.clone(), before, after: value.clone() });
        }
    }
    // Entries of a map that only the live object has: a policy or a variable that somebody added.
    for Field { name, value, .. } in found {
        if value.is_some() && !wanted.iter().any(|field| field.name == name) {
            changes.push(FieldChange { field: name, before: value, after: None });
        }
    }
    changes
}

#[cfg(test)]
mod tests;
