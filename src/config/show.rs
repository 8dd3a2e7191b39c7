//! The resolved configuration as a file of its own, in the modern form.
//!
//! Called by `cli` (`es2s3 config show`). What it prints is a valid `app-config.yml` that means the same.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Access, Auth, Config, SecretPlace};
use crate::model::thanos::{Compactor, Components, Resolution, Spoken, ThanosSpec};
use crate::model::{AgeFrom, Bytes, ClassPrices, ManagedIndices, Policy, ProofLevel};

/// Every setting with its value, defaults filled in.
pub fn show(config: &Config) -> String {
    let mut page = Page::default();
    page.text(0, "account", &config.account);
    page.text(0, "region", &config.region);
    page.text(0, "vpc_id", &config.vpc_id);
    page.text(0, "security_group_id", &config.security_group_id);
    page.plain(
        0,
        "access",
        match config.access {
            Access::Direct => "direct",
            Access::Lambda => "lambda",
            Access::Auto => "auto",
        },
    );
    domain(&mut page, config);
    repository(&mut page, config);
    page.head(0, "policies");
    config.policies.iter().for_each(|one| policy(&mut page, one));
    guards(&mut page, config);
    page.text(0, "schedule", &config.schedule.expression);
    page.plain(0, "infrastructure", if config.infrastructure { "managed" } else { "none" });
    function(&mut page, config);
    page.head(0, "roles");
    page.text(1, "path", &config.roles.path);
    config.roles.boundary.iter().for_each(|arn| page.text(1, "boundary", arn));
    page.plain(1, "mapping", if config.roles.mapping_planned { "planned" } else { "by_hand" });
    page.values(1, "mapped", &config.roles.mapped);
    page.head(0, "alarms");
    config.alarms.topic.iter().for_each(|arn| page.text(1, "topic", arn));
    page.plain(1, "no_success", &format!("{}h", config.alarms.no_success_hours));
    page.head(0, "state");
    page.text(1, "bucket", config.state.bucket.as_str());
    page.text(1, "name", &config.state.name);
    page.plain(1, "lease", &duration(config.state.lease));
    config.thanos.iter().for_each(|spec| thanos(&mut page, spec));
    prices(&mut page, config);
    page.map(0, "tags", &config.tags);
    page.plain(0, "restored_hold", &format!("{}d", config.restored_hold_days));
    page.text(0, "time_zone", &config.time_zone);
    page.out
}

fn domain(page: &mut Page, config: &Config) {
    let domain = &config.domain;
    page.head(0, "domain");
    page.text(1, "endpoint", domain.endpoint.as_str().trim_end_matches('/'));
    domain.name.iter().for_each(|name| page.text(1, "name", name));
    page.head(1, "auth");
    match &domain.auth {
        Auth::Sigv4 => page.plain(2, "type", "sigv4"),
        Auth::None => page.plain(2, "type", "none"),
        Auth::Basic { username, password } => {
            page.plain(2, "type", "basic");
            page.text(2, "username", username);
            page.secret(2, "password", password);
        }
        Auth::ApiKey { key } => {
            page.plain(2, "type", "api_key");
            page.secret(2, "key", key);
        }
    }
    if let Some(file) = &domain.ca_file {
        page.text(1, "ca_file", file);
    }
    page.plain(1, "connect_timeout", &duration(domain.connect_timeout));
    page.plain(1, "timeout", &duration(domain.timeout));
}

fn thanos(page: &mut Page, spec: &ThanosSpec) {
    page.head(0, "thanos");
    page.text(1, "bucket", spec.bucket.as_str());
    if !spec.prefix.is_empty() {
        page.text(1, "prefix", &spec.prefix);
    }
    page.text(1, "region", &spec.region);
    spec.endpoint.iter().for_each(|url| page.text(1, "endpoint", url));
    page.head(1, "retention");
    for resolution in Resolution::ALL {
        page.plain(2, resolution.word(), &spec.retention.of(resolution).to_string());
    }
    page.plain(1, "delete_delay", &Spoken(spec.delete_delay).to_string());
    page.plain(
        1,
        "compactor",
        match spec.compactor {
            Compactor::Thanos => "thanos",
            Compactor::None => "none",
        },
    );
    page.values(1, "labels", &spec.labels);
    page.values(1, "replica_labels", &spec.replica_labels);
    page.plain(1, "merge_replicas", &spec.merge_replicas.to_string());
    page.plain(1, "gap", &Spoken(spec.gap).to_string());
    let Components { compact, query, store, sidecar } = &spec.components;
    let places = [("compact", compact), ("query", query), ("store", store), ("sidecar", sidecar)];
    if places.iter().any(|(_, urls)| !urls.is_empty()) {
        page.head(1, "components");
        places.iter().for_each(|(name, urls)| page.values(2, name, urls));
    }
    page.plain(1, "prometheus_version", &spec.prometheus_version.to_string());
    page.plain(1, "thanos_version", &spec.thanos_version.to_string());
    page.plain(1, "local_retention", &Spoken(spec.local_retention).to_string());
    page.text(1, "namespace", &spec.namespace);
    if let Some(rendered) = &spec.rendered {
        page.head(1, "rendered");
        page.plain(2, "target", rendered.target.word());
        page.text(2, "folder", &rendered.folder);
    }
    spec.role_arn.iter().for_each(|arn| page.text(1, "role_arn", arn));
}

fn function(page: &mut Page, config: &Config) {
    let function = &config.function;
    page.head(0, "function");
    function.name.iter().for_each(|name| page.text(1, "name", name));
    page.plain(1, "architecture", function.architecture.word());
    page.plain(1, "memory", &function.memory_mib.to_string());
    page.plain(1, "timeout", &duration(function.timeout));
    page.values(1, "subnets", &function.subnets);
    function.package.iter().for_each(|path| page.text(1, "package", path));
    page.plain(1, "log_retention", &function.log_retention.to_string());
}

fn repository(page: &mut Page, config: &Config) {
    let repository = &config.repository;
    page.head(0, "repository");
    page.text(1, "name", repository.name.as_str());
    page.text(1, "bucket", repository.bucket.as_str());
    if repository.base_path_set {
        page.text(1, "base_path", &repository.base_path);
    } else {
        // A comment, so that the printed file still leaves a registered repository in its place.
        let _ = writeln!(
            page.out,
            "  # base_path: {} (default; one that is registered keeps its place)",
            repository.base_path
        );
    }
    page.text(1, "region", &repository.region);
    if let Some(role) = &repository.role_arn {
        page.text(1, "role_arn", role);
    }
    page.map(1, "settings", &repository.settings);
}

fn policy(page: &mut Page, policy: &Policy) {
    let _ = writeln!(page.out, "  - name: {}", quoted(policy.name.as_str()));
    page.text(2, "prefix", &policy.prefix);
    page.plain(2, "index_retention", &format!("{}d", policy.index_retention.0));
    page.plain(2, "snapshot_retention", &format!("{}d", policy.snapshot_retention.0));
    page.plain(
        2,
        "proof",
        match policy.proof {
            ProofLevel::Full => "full",
            ProofLevel::Api => "api",
        },
    );
    page.plain(2, "freeze", &policy.freeze.to_string());
    page.plain(
        2,
        "age_from",
        match policy.age_from {
            AgeFrom::Youngest => "youngest",
            AgeFrom::Name => "name",
        },
    );
    page.plain(
        2,
        "managed",
        match policy.managed {
            ManagedIndices::Leave => "leave",
            ManagedIndices::Take => "take",
        },
    );
    page.plain(2, "expire_last_copy", &policy.expire_last_copy.to_string());
}

fn guards(page: &mut Page, config: &Config) {
    let guards = &config.guards;
    page.head(0, "guards");
    page.plain(1, "max_indices", &guards.max_indices.to_string());
    page.plain(1, "max_bytes", &size(guards.max_bytes));
    page.plain(1, "max_share", &format!("{}%", guards.max_share_percent));
    page.plain(1, "min_remaining", &guards.min_remaining.to_string());
    page.plain(1, "max_snapshots", &guards.max_snapshots.to_string());
    page.plain(1, "max_snapshot_share", &format!("{}%", guards.max_snapshot_share_percent));
    page.plain(1, "max_block_share", &format!("{}%", guards.max_block_share_percent));
    page.plain(1, "max_growth", &guards.max_growth.to_string());
}

fn prices(page: &mut Page, config: &Config) {
    let prices = &config.prices;
    page.head(0, "prices");
    page.plain(1, "domain_gib_month", &prices.domain_gib_month.to_string());
    page.plain(1, "s3_gib_month", &prices.s3_gib_month.to_string());
    page.plain(1, "s3_put_thousand", &prices.s3_put_thousand.to_string());
    page.plain(1, "s3_get_thousand", &prices.s3_get_thousand.to_string());
    // Only where somebody has set one: they are about blocks in other classes alone.
    let classes = prices.classes;
    if classes != ClassPrices::default() {
        page.head(1, "classes");
        for (name, price) in [
            ("standard_ia", classes.standard_ia),
            ("onezone_ia", classes.onezone_ia),
            ("glacier_ir", classes.glacier_ir),
            ("glacier", classes.glacier),
            ("deep_archive", classes.deep_archive),
            ("reduced_redundancy", classes.reduced_redundancy),
        ] {
            page.plain(2, name, &price.to_string());
        }
    }
}

/// In the largest unit that is exact, so that nothing is lost by printing it.
fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let unit = units.into_iter().find(|(_, size)| millis != 0 && millis.is_multiple_of(*size));
    let (unit, size) = unit.unwrap_or(("ms", 1));
    format!("{}{unit}", millis / size)
}

fn size(Bytes(bytes): Bytes) -> String {
    let units = [("PiB", 50), ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.into_iter().find(|(_, shift)| bytes != 0 && bytes.is_multiple_of(1 << shift));
    let (unit, shift) = unit.unwrap_or(("B", 0));
    format!("{}{unit}", bytes >> shift)
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn head(&mut self, level: usize, key: &str) {
        let _ = writeln!(self.out, "{}{key}:", "  ".repeat(level));
    }

    fn plain(&mut self, level: usize, key: &str, value: &str) {
        let _ = writeln!(self.out, "{}{key}: {value}", "  ".repeat(level));
    }

    fn text(&mut self, level: usize, key: &str, value: &str) {
        self.plain(level, key, &quoted(value));
    }

    fn secret(&mut self, level: usize, what: &str, place: &SecretPlace) {
        match place {
            SecretPlace::Environment(variable) => self.text(level, &format!("{what}_env"), variable),
            kept => self.text(level, &format!("{what}_from"), &kept.to_string()),
        }
    }

    fn values(&mut self, level: usize, key: &str, values: &[String]) {
        if !values.is_empty() {
            self.head(level, key);
            let indent = "  ".repeat(level + 1);
            for value in values {
                let _ = writeln!(self.out, "{indent}- {}", quoted(value));
            }
        }
    }

    fn map(&mut self, level: usize, key: &str, map: &std::collections::BTreeMap<String, String>) {
        if !map.is_empty() {
            self.head(level, key);
            map.iter().for_each(|(name, text)| self.plain(level + 1, &quoted(name), &quoted(text)));
        }
    }
}

/// Bare when nothing could read it as anything but this text, else in double quotes with JSON's escapes, which are YAML's.
fn quoted(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let start = |c: char| c.is_ascii_alphabetic() || c == '/';
    let word = text.starts_with(start) && !text.ends_with(':') && text.chars().all(bare);
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    if word && !reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}
