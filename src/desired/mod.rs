//! The configuration as the planner wants it.
//!
//! Called by `cli` and tests before a plan. Pure: the same configuration gives the same value and the same hash.

pub mod infra;
pub mod thanos;

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::config::{Config, domain_is_on_aws};
use crate::model::RepositorySpec;
use crate::plan::input::Wanted;
use crate::plan::thanos::WantedThanos;

/// What is wanted of the live world. `config_file` is only quoted, in the plan's header.
pub fn desired(config: &Config, config_file: &str) -> Wanted {
    Wanted {
        account: config.account.clone(),
        region: config.region.clone(),
        repository: repository(config),
        infrastructure: config.infrastructure,
        objects: Vec::new(),
        owner: infra::owner(config),
        policies: config.policies.clone(),
        thanos: thanos(config),
        guards: config.guards.clone(),
        prices: config.prices,
        config_hash: config_hash(config),
        config_file: config_file.to_owned(),
    }
}

/// Its rules are es2s3's to set where the AWS side is, and where nothing else of es2s3's lies in the same bucket: that one has its own.
fn thanos(config: &Config) -> Option<WantedThanos> {
    let spec = config.thanos.clone()?;
    let shared = [&config.repository.bucket, &config.state.bucket].contains(&&spec.bucket);
    Some(WantedThanos { lifecycle: config.infrastructure && !shared, spec })
}

/// On a domain that AWS runs, with the role that es2s3 makes for it, unless the configuration names another.
fn repository(config: &Config) -> RepositorySpec {
    let mut repository = config.repository.clone();
    if config.infrastructure && domain_is_on_aws(config) {
        let names = infra::Names::of(config);
        repository.role_arn.get_or_insert_with(|| names.role_arn(&names.repository_role()));
    }
    repository
}

/// SHA-256 over the resolved configuration as JSON with sorted keys, in lower-case hexadecimal. Comments, order and
/// spelling of the file do not change it; any setting does, whether written or by default.
pub fn config_hash(config: &Config) -> String {
    // Serialising plain structs and string-keyed maps cannot fail.
    let canonical = sorted(serde_json::to_value(config).unwrap_or_default()).to_string();
    Sha256::digest(canonical.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Keys in the order of their bytes at every level, so that moving a field in the code changes no hash.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(one, _), (two, _)| one.cmp(two));
            Value::Object(Map::from_iter(entries))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Starter, parse, template};

    fn wanted(starter: &Starter, extra: &str) -> Wanted {
        let file = format!("{}{extra}", template(starter));
        desired(&parse("app-config.yml", file.as_bytes()).expect("a valid template").config, "app-config.yml")
    }

    #[test]
    fn the_hash_changes_with_a_setting_and_not_with_its_spelling() {
        let plain = wanted(&Starter::default(), "");
        assert_eq!(plain.config_hash.len(), 64);
        let said =
            wanted(&Starter::default(), "# a comment\nschedule: \"cron(0 5 * * ? *)\"\nrestored_hold: 14\n");
        assert_eq!(plain.config_hash, said.config_hash);
        let starter = Starter { index_retention: 31, ..Starter::default() };
        assert_ne!(plain.config_hash, wanted(&starter, "").config_hash);
    }

    #[test]
    fn keys_are_sorted_at_every_level() {
        let value = serde_json::json!({"b": [{"d": 1, "c": 2}], "a": null});
        assert_eq!(sorted(value).to_string(), r#"{"a":null,"b":[{"c":2,"d":1}]}"#);
    }
}
