//! The commented `app-config.yml` that `es2s3 init` writes.
//!
//! Called by `cli`. The repository's own `app-config.yml` is this text with the example values, held equal by a test.

use std::fmt::Write as _;

use super::keys::{Form, Kind, TOP};

/// The values that a new file starts with, each written as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    pub account: String,
    pub vpc_id: String,
    pub security_group_id: String,
    pub bucket: String,
    pub repository: String,
    pub endpoint: String,
    pub prefix: String,
    pub snapshot_retention: u32,
    pub index_retention: u32,
}

impl Default for Starter {
    /// The example of the documentation.
    fn default() -> Self {
        let example = |kind: Kind| kind.example().trim_matches('"').to_owned();
        Self {
            account: example(Kind::Account),
            vpc_id: example(Kind::VpcId),
            security_group_id: example(Kind::SecurityGroupId),
            bucket: example(Kind::Bucket),
            repository: "logs".to_owned(),
            endpoint: example(Kind::Endpoint),
            prefix: example(Kind::Prefix),
            snapshot_retention: 365,
            index_retention: 30,
        }
    }
}

const HEAD: &str = "\
# What es2s3 keeps, where and for how long. These nine keys are a complete configuration.
# `es2s3 validate` checks this file, `es2s3 config show` prints it with every default,
# and `es2s3 plan` says what it would do, without writing anything.

";

const TAIL: &str = "
# Everything below is optional and shows its default or an example; docs/config.md explains each key.

# region: us-west-2                   # taken from the endpoint
# schedule: cron(0 5 * * ? *)         # every day at 5:00 UTC
# restored_hold: 14d                  # a restored index is not taken again for so long
# time_zone: UTC                      # of local times in output; ages always count in UTC

# Several series, each with its own retention, in place of ES_INDEX_PREFIX:
# policies:
#   - prefix: app-
#   - prefix: audit-
#     index_retention: 90d
#     snapshot_retention: 2555d
#     expire_last_copy: false

# What one run may delete without `--allow-delete-…` or `--allow-expire-…`:
# guards:
#   max_indices: 500
#   max_bytes: 10TiB
#   max_share: 50%
#   min_remaining: 1
#   max_snapshots: 500
#   max_snapshot_share: 50%
#   max_block_share: 50%

# A domain with its own users, outside of AWS:
# domain:
#   auth: {type: basic, username: es2s3, password_env: ES_PASSWORD}
#   ca_file: /etc/ssl/domain-ca.pem

# repository:
#   role_arn: arn:aws:iam::630216610805:role/es-snapshots   # the role that an AWS domain writes with
";

/// A whole file, valid when the values are.
pub fn template(starter: &Starter) -> String {
    let days = |days: u32| days.to_string();
    let account = format!("\"{}\"", starter.account);
    let values = [
        ("account", account),
        ("vpc_id", starter.vpc_id.clone()),
        ("security_group_id", starter.security_group_id.clone()),
        ("bucket-name", starter.bucket.clone()),
        ("es_repo_name", starter.repository.clone()),
        ("ES_ENDPOINT", starter.endpoint.clone()),
        ("ES_INDEX_PREFIX", starter.prefix.clone()),
        ("snapshot_retention", days(starter.snapshot_retention)),
        ("index_retention", days(starter.index_retention)),
    ];
    let mut out = HEAD.to_owned();
    for (key, value) in values {
        let doc = TOP
            .iter()
            .find(|known| known.name == key && matches!(known.form, Form::Value(_)))
            .map_or("", |k| k.doc);
        let _ = writeln!(out, "# {doc}\n{key}: {value}");
    }
    out.push_str(TAIL);
    out
}
