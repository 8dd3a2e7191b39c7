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
    // Somebody else's audiences are no drift.
    let shared = matches!(found, Spec::OidcProvider(_));
    let (wanted, found) = (fields(wanted), fields(found));
    let mut changes = Vec::new();
    for Field { name, value, .. } in wanted.iter().filter(|field| field.spoken && !cannot_have(&field.name)) {
        let before = found.iter().find(|field| field.name == *name).and_then(|field| field.value.clone());
        if *value != before && !is_stronger(name, before.as_deref()) {
            changes.push(FieldChange { field: name.clone(), before, after: value.clone() });
        }
    }
    if shared {
        return changes;
    }
    // Entries of a map that only the live object has: a policy or a variable that somebody added.
    for Field { name, value, .. } in found {
        if value.is_some() && !wanted.iter().any(|field| field.name == name) {
            changes.push(FieldChange { field: name, before: value, after: None });
        }
    }
    changes
}

/// A key of its owner's own encrypts no worse than S3's: it stays.
fn is_stronger(field: &str, live: Option<&str>) -> bool {
    field == "encryption" && live.is_some_and(|live| live.starts_with("aws:kms"))
}

#[cfg(test)]
mod tests;
