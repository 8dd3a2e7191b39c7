//! The table of fields of each kind: its name in a plan, and its value in one spelling.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::infra::{
    AlarmSpec, BucketSpec, Document, FunctionSpec, LifecycleRule, LogGroupSpec, OidcProviderSpec,
    PermissionSpec, PublicAccess, QueueSpec, RoleMappingSpec, RoleSpec, RuleSpec, SecurityRoleSpec, Spec,
    TargetSpec, Versioning,
};

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    /// `None` is "not set".
    pub value: Option<String>,
    /// Whether this side has a say in it: a function that is wanted without a package takes the one that is deployed.
    pub spoken: bool,
}

/// All fields of an object. The names of both sides agree, so that they can be held against each other.
pub(super) fn fields(spec: &Spec) -> Vec<Field> {
    match spec {
        Spec::Bucket(one) => bucket(one),
        Spec::OidcProvider(one) => oidc_provider(one),
        Spec::Role(one) => role(one),
        Spec::SecurityRole(one) => security_role(one),
        Spec::RoleMapping(one) => role_mapping(one),
        Spec::LogGroup(one) => log_group(one),
        Spec::Queue(one) => queue(one),
        Spec::Function(one) => function(one),
        Spec::Rule(one) => rule(one),
        Spec::Permission(one) => permission(one),
        Spec::Alarm(one) => alarm(one),
    }
}

fn bucket(one: &BucketSpec) -> Vec<Field> {
    let versioning = match one.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some("enabled".to_owned()),
        Versioning::Suspended => Some("suspended".to_owned()),
    };
    let mut fields = vec![
        text("region", &one.region),
        field("encryption", one.encryption.clone()),
        text("public access", &public_access(one.public_access)),
        field("versioning", versioning),
        document("policy", one.policy.as_ref()),
    ];
    fields.extend(each("lifecycle", &one.lifecycle, lifecycle));
    fields
}

fn oidc_provider(one: &OidcProviderSpec) -> Vec<Field> {
    let audiences = one.audiences.iter().map(|audience| (audience.clone(), "believed"));
    each("audience", &audiences.collect(), |word: &&str| (*word).to_owned())
}

fn public_access(block: PublicAccess) -> String {
    let open: Vec<&str> = [
        (block.block_acls, "ACLs can be set"),
        (block.ignore_acls, "ACLs count"),
        (block.block_policy, "public policies can be set"),
        (block.restrict_buckets, "public policies count"),
    ]
    .into_iter()
    .filter_map(|(blocked, otherwise)| (!blocked).then_some(otherwise))
    .collect();
    if open.is_empty() { "blocked".to_owned() } else { open.join(", ") }
}

fn lifecycle(rule: &LifecycleRule) -> String {
    let mut parts = vec![match rule.prefix.as_str() {
        "" => "everywhere".to_owned(),
        prefix => format!("below {prefix}"),
    }];
    parts.extend(rule.abort_parts_days.map(|days| format!("parts of given-up uploads go after {days} days")));
    parts.extend(rule.old_versions_days.map(|days| format!("old versions go after {days} days")));
    parts.join("; ")
}

fn role(one: &RoleSpec) -> Vec<Field> {
    let mut fields = vec![
        text("path", &one.path),
        text("description", &one.description),
        document("trust", Some(&one.trust)),
        field("boundary", one.boundary.clone()),
        set("attached policies", &one.attached),
    ];
    fields.extend(each("policy", &one.policies, pretty));
    fields
}

fn security_role(one: &SecurityRoleSpec) -> Vec<Field> {
    let mut fields = vec![
        set("cluster permissions", &one.cluster),
        text("documents and fields", if one.narrowed { "some" } else { "all" }),
    ];
    fields.extend(each("permissions on", &one.indices, |actions| {
        actions.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }));
    fields
}

fn role_mapping(one: &RoleMappingSpec) -> Vec<Field> {
    let mapped = one.backend_roles.iter().map(|role| (role.clone(), "mapped"));
    each("backend role", &mapped.collect(), |word: &&str| (*word).to_owned())
}

fn log_group(one: &LogGroupSpec) -> Vec<Field> {
    vec![text("retention", &one.retention_days.map_or("for ever".to_owned(), days))]
}

fn queue(one: &QueueSpec) -> Vec<Field> {
    vec![
        text("retention", &days(one.retention_days)),
        text("encryption", if one.encrypted { "SQS" } else { "none" }),
        document("policy", one.policy.as_ref()),
    ]
}

fn function(one: &FunctionSpec) -> Vec<Field> {
    let mut fields = vec![
        text("description", &one.description),
        text("runtime", &one.runtime),
        text("handler", &one.handler),
        text("architecture", one.architecture.word()),
        text("role", &one.role),
        text("memory", &format!("{} MiB", one.memory)),
        text("timeout", &format!("{} s", one.timeout)),
        set("subnets", &one.subnets),
        set("security groups", &one.security_groups),
        field("concurrency", one.concurrency.map(|many| many.to_string())),
        text("log group", &one.log_group),
    ];
    fields.push(Field { spoken: one.code.is_some(), ..field("code", one.code.clone()) });
    // Where a package is at hand its own SHA-256 says more.
    let uploaded = text("uploaded by", if one.code_is_own { "es2s3" } else { "somebody else" });
    fields.push(Field { spoken: one.code.is_none(), ..uploaded });
    fields.extend(each("environment", &one.environment, Clone::clone));
    fields
}

fn rule(one: &RuleSpec) -> Vec<Field> {
    let target = one.target.as_ref();
    let of = |read: fn(&TargetSpec) -> String| target.map(read);
    vec![
        text("description", &one.description),
        text("schedule", &one.schedule),
        text("state", if one.enabled { "enabled" } else { "disabled" }),
        field("target", of(|target| target.function.clone())),
        field("input", of(|target| target.input.clone())),
        field("retries", of(|target| target.retries.to_string())),
        field("given up after", of(|target| format!("{} s", target.max_age))),
        field("dead letters", target.and_then(|target| target.dead_letters.clone())),
    ]
}

fn permission(one: &PermissionSpec) -> Vec<Field> {
    vec![text("principal", &one.principal), text("action", &one.action), field("source", one.source.clone())]
}

fn alarm(one: &AlarmSpec) -> Vec<Field> {
    let dimensions: BTreeSet<String> =
        one.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    vec![
        text("description", &one.description),
        text("metric", &format!("{}/{}", one.namespace, one.metric)),
        set("dimensions", &dimensions),
        text("statistic", &one.statistic),
        text("period", &format!("{} x {} s", one.periods, one.period)),
        text("threshold", &one.threshold.to_string()),
        text("comparison", &one.comparison),
        text("missing data", &one.missing),
        set("tells", &one.actions),
    ]
}

fn field(name: &str, value: Option<String>) -> Field {
    Field { name: name.to_owned(), value, spoken: true }
}

fn text(name: &str, value: &str) -> Field {
    field(name, Some(value.to_owned()))
}

fn set(name: &str, values: &BTreeSet<String>) -> Field {
    let joined = values.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    field(name, (!values.is_empty()).then_some(joined))
}

fn document(name: &str, value: Option<&Document>) -> Field {
    field(name, value.map(pretty))
}

/// A field for each entry of a map.
fn each<T>(name: &str, map: &BTreeMap<String, T>, show: impl Fn(&T) -> String) -> Vec<Field> {
    map.iter().map(|(key, value)| text(&format!("{name} {key}"), &show(value))).collect()
}

/// A line for each part, in the one spelling of all that mean the same.
fn pretty(document: &Document) -> String {
    let meaning = document.meaning();
    serde_json::to_string_pretty(&meaning).unwrap_or_else(|_| meaning.to_string())
}

fn days(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
