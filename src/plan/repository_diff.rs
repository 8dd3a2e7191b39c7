//! The snapshot repository: what is registered against what is wanted.
//!
//! Called by `plan` and `shortlist`. The settings it plans are always complete, since an engine may take an update as a
//! replacement of all of them. It never points an existing repository at another bucket.

use std::collections::BTreeSet;

use super::input::PlanInput;
use super::repository_defaults::{default, knows_shard_path_type};
use super::types::{Blocker, FieldChange, RepositoryChange, RepositoryItem};
use crate::model::{Engine, Live, Repository, RepositorySettings, RepositorySpec};

const SIZES: [&str; 4] =
    ["chunk_size", "buffer_size", "max_snapshot_bytes_per_sec", "max_restore_bytes_per_sec"];

/// Nothing of the domain was selected, so it was not asked.
pub(super) const LEFT_OUT: &str = "it is in the domain, which was left out";

/// The repository's line, not yet selected.
pub(super) fn item(input: &PlanInput) -> RepositoryItem {
    RepositoryItem { spec: input.wanted.repository.clone(), change: change(input), selected: true }
}

fn change(input: &PlanInput) -> RepositoryChange {
    let (spec, observed) = (&input.wanted.repository, &input.observed);
    let engine = match &observed.cluster {
        Live::Present(cluster) => cluster.engine,
        Live::Unknown(unknown) => {
            return blocked(Blocker::Unread { what: "cluster".into(), unknown: unknown.clone() });
        }
        Live::Absent => return repository_blocked(LEFT_OUT),
    };
    match &observed.repository {
        Live::Unknown(unknown) => {
            blocked(Blocker::Unread { what: "repository".into(), unknown: unknown.clone() })
        }
        Live::Absent => match (&observed.catalogue, another_writer(input)) {
            (Live::Unknown(unknown), _) => {
                blocked(Blocker::Unread { what: "catalogue".into(), unknown: unknown.clone() })
            }
            (_, Some(why)) => repository_blocked(why),
            (_, None) => RepositoryChange::Create { settings: wanted(spec, engine) },
        },
        Live::Present(live) => match obstacle(input, live) {
            Some(why) => repository_blocked(why),
            None => difference(spec, live, engine),
        },
    }
}

fn blocked(blocker: Blocker) -> RepositoryChange {
    RepositoryChange::Blocked { blocker }
}

fn repository_blocked(why: impl Into<String>) -> RepositoryChange {
    blocked(Blocker::Repository { why: why.into() })
}

/// Why an existing repository is left as it is and nothing is written to it.
fn obstacle(input: &PlanInput, live: &Repository) -> Option<String> {
    let wanted = input.wanted.repository.bucket.as_str();
    if live.kind != "s3" {
        return Some(format!(
            "it is registered with type {}, es2s3 proves copies in type s3 only",
            live.kind
        ));
    }
    match live.settings.get("bucket") {
        Some(bucket) if bucket == wanted => {}
        Some(bucket) => {
            return Some(format!(
                "it is registered in bucket {bucket}, not in {wanted}; choose another repository name or unregister it"
            ));
        }
        None => return Some(format!("its bucket could not be read, so it may not be {wanted}")),
    }
    if live.settings.get("readonly").is_some_and(|readonly| readonly == "true") {
        return Some("it is registered read-only, as for a cluster that must not write to it".into());
    }
    another_writer(input)
}

/// Two clusters that write to one repository damage it (Elasticsearch #49060); the catalogue names the last writer.
fn another_writer(input: &PlanInput) -> Option<String> {
    let writer = input.observed.catalogue.present()?.cluster_id.as_ref()?;
    let own = &input.observed.cluster.present()?.uuid;
    (writer != own && !own.is_empty()).then(|| {
        format!(
            "cluster {writer} wrote to it last, not this one ({own}); unregister it there, then register it here and take one snapshot by hand"
        )
    })
}

/// All that a new repository is registered with.
fn wanted(spec: &RepositorySpec, engine: Engine) -> RepositorySettings {
    let mut settings = required(spec, engine);
    settings.insert("base_path".into(), spec.base_path.clone());
    settings.extend(spec.settings.clone());
    settings
}

/// What every repository of ours has. The region is a domain's own affair where no role says that AWS runs it.
fn required(spec: &RepositorySpec, engine: Engine) -> RepositorySettings {
    let mut settings = RepositorySettings::from([("bucket".into(), spec.bucket.to_string())]);
    if let Some(role) = &spec.role_arn {
        settings.insert("role_arn".into(), role.clone());
        settings.insert("region".into(), spec.region.clone());
    }
    if knows_shard_path_type(engine) {
        settings.insert("shard_path_type".into(), "FIXED".into());
    }
    settings
}

/// What is registered stays unless the configuration speaks of it.
fn difference(spec: &RepositorySpec, live: &Repository, engine: Engine) -> RepositoryChange {
    let mut asked = required(spec, engine);
    if spec.base_path_set {
        asked.insert("base_path".into(), spec.base_path.clone());
    }
    asked.extend(spec.settings.clone());
    let differs = |key: &&String| {
        canonical(key, live.settings.get(*key), engine) != canonical(key, asked.get(*key), engine)
    };
    let keys: BTreeSet<&String> = asked.keys().filter(differs).collect();
    if keys.is_empty() {
        return RepositoryChange::Keep;
    }
    let field = |key: &&String| FieldChange {
        field: (*key).clone(),
        before: live.settings.get(*key).cloned(),
        after: asked.get(*key).cloned(),
    };
    let fields = keys.iter().map(field).collect();
    let mut settings = live.settings.clone();
    settings.extend(asked.clone());
    RepositoryChange::Update { settings, before: live.settings.clone(), fields }
}

/// One spelling for values that mean the same; `None` for "not set, and the default is not sure".
fn canonical(key: &str, value: Option<&String>, engine: Engine) -> Option<String> {
    let value = value.map(String::as_str).or_else(|| default(key, engine))?.trim();
    Some(match key {
        "base_path" => value.trim_matches('/').into(),
        "shard_path_type" => value.to_ascii_uppercase(),
        "storage_class"
        | "canned_acl"
        | "readonly"
        | "compress"
        | "server_side_encryption"
        | "path_style_access" => value.to_ascii_lowercase(),
        _ if SIZES.contains(&key) => {
            size(value).map_or_else(|| value.to_ascii_lowercase(), |bytes| bytes.to_string())
        }
        _ => value.into(),
    })
}

/// `40mb` and `41943040b` are the same to the engine: units are powers of 1024.
fn size(value: &str) -> Option<u64> {
    let value = value.to_ascii_lowercase();
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &value[number.len()..] {
        "b" | "" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        "t" | "tb" => 40,
        "p" | "pb" => 50,
        _ => return None,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(1 << shift)
}
