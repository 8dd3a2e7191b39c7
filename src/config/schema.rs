//! The JSON Schema of `app-config.yml`, made from the tables of [`super::keys`].
//!
//! Called by `cli` (`es2s3 schema`) and by the test that holds `docs/config.schema.json` to it. Editors check with it
//! while one types; what it cannot say (prefixes that overlap, schedules that never fire) `es2s3 validate` says.

use serde_json::{Map, Value, json};

use super::keys::{Form, Key, Kind, TOP};

/// Draft 2020-12.
pub fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "es2s3 app-config.yml",
        "description": "How long logs stay searchable, and how long their snapshots stay in S3.",
    });
    merge(&mut schema, section(TOP));
    merge(&mut schema, requirements());
    schema
}

/// What a level must hold. The nine keys may each stand under their modern name.
fn requirements() -> Value {
    let either = |key: &str, section: &str, modern: &str| {
        json!({ "oneOf": [
            { "required": [key] },
            { "required": [section], "properties": { section: { "required": [modern] } } },
        ] })
    };
    json!({
        "required": ["account", "vpc_id", "security_group_id"],
        "allOf": [
            either("bucket-name", "repository", "bucket"),
            either("es_repo_name", "repository", "name"),
            either("ES_ENDPOINT", "domain", "endpoint"),
            { "oneOf": [
                { "required": ["ES_INDEX_PREFIX", "index_retention", "snapshot_retention"] },
                { "required": ["policies"] },
            ] },
        ],
    })
}

fn section(keys: &[Key]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn property(key: &Key) -> Value {
    let mut property = match &key.form {
        Form::Value(kind) => value(*kind),
        Form::Section(keys) => section(keys),
        Form::List(keys) => list(keys),
        Form::Values(kind) => json!({ "type": "array", "minItems": 1, "items": value(*kind) }),
        Form::OneOrMore(kind) => {
            json!({ "anyOf": [value(*kind), { "type": "array", "minItems": 1, "items": value(*kind) }] })
        }
        Form::Map => {
            json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } })
        }
    };
    let default = if key.default.is_empty() { String::new() } else { format!(" Default: {}.", key.default) };
    let description = format!("{}.{default}", capital(key.doc));
    merge(&mut property, json!({ "description": description }));
    property
}

fn list(keys: &[Key]) -> Value {
    let mut item = section(keys);
    merge(&mut item, json!({ "required": ["prefix"] }));
    json!({ "type": "array", "minItems": 1, "items": item })
}

/// Patterns are those that a line can hold; the rules know more.
fn value(kind: Kind) -> Value {
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::Account => json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9]{12}$" },
            { "type": "integer", "minimum": 100_000_000_000_u64, "maximum": 999_999_999_999_u64 },
        ] }),
        Kind::VpcId => pattern("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"),
        Kind::SecurityGroupId => pattern("^sg-([0-9a-f]{8}|[0-9a-f]{17})$"),
        Kind::Bucket => pattern("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
        Kind::Text => json!({ "type": "string", "minLength": 1 }),
        Kind::Endpoint => pattern("^https?://[^/?#@\\s]+/?$"),
        Kind::Prefix => pattern("^[^A-Z*,\\s_.+-][^A-Z*,\\s]*$"),
        Kind::Days => json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": super::units::MAX_DAYS },
            { "type": "string", "pattern": "^[1-9][0-9]{0,4}d?$" },
        ] }),
        Kind::Region => pattern("^[a-z]+(-[a-z]+)+-[0-9]{1,2}$"),
        Kind::RoleArn => pattern("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$"),
        Kind::PolicyArn => pattern("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$"),
        Kind::TopicArn => pattern("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:.+$"),
        Kind::RolePath => pattern("^/(.+/)?$"),
        Kind::FunctionName => pattern("^[A-Za-z0-9_-]{1,64}$"),
        Kind::SubnetId => pattern("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"),
        Kind::Mebibytes => json!({ "type": "integer", "minimum": 128, "maximum": 10_240 }),
        Kind::LogDays => json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": 3653 },
            { "type": "string", "pattern": "^[1-9][0-9]{0,3}d?$" },
        ] }),
        Kind::ObjectPrefix => pattern("^[^/\\s]([^\\s]*[^/\\s])?$"),
        Kind::EnvironmentName => pattern("^[A-Za-z_][A-Za-z0-9_]*$"),
        Kind::SecretPlace => pattern("^(secretsmanager|ssm):[A-Za-z0-9/_+=.@:-]+$"),
        Kind::Duration => pattern("^[0-9]+ ?(ms|s|m|h|d)$"),
        Kind::Size => pattern("^[0-9]+(\\.[0-9]{1,6})? ?([KMGTP]i)?B$"),
        Kind::Share => pattern("^([1-9][0-9]?|100) ?%$"),
        Kind::Count => json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000_000 }),
        Kind::Price => json!({ "type": "number", "minimum": 0, "maximum": 1_000_000 }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::TimeZone => json!({ "type": "string", "minLength": 1 }),
        Kind::Schedule => pattern("^(cron|rate)\\(.+\\)$"),
        Kind::Kept => pattern("^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$"),
        Kind::LabelName => pattern("^[a-zA-Z_][a-zA-Z0-9_]*$"),
        Kind::Version => pattern("^v?[0-9]+\\.[0-9]+\\.[0-9]+$"),
        Kind::Namespace => pattern("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
        Kind::Choice(words) => json!({ "enum": words }),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
