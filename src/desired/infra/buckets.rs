//! Settings of the two buckets: encrypted, private, over TLS only, and nothing that removes a live object.

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::config::Config;
use crate::model::BucketName;
use crate::model::infra::{
    BucketSpec, Document, LifecycleRule, PublicAccess, Spec, Statement, Versioning, WantedObject,
};

/// The `Sid` of the statement that refuses plain HTTP.
pub const TLS_ONLY: &str = "es2s3-tls-only";
/// The lifecycle rule over the repository, and the one over the state.
const BLOBS: &str = "es2s3";
const STATE: &str = "es2s3-state";

const PARTS_DAYS: u32 = 7;
/// A snapshot blob that something removed or overwrote can be brought back for so long.
const OLD_BLOBS_DAYS: u32 = 14;
/// Each renewal of a lease makes a version; a state of last month helps nobody.
const OLD_STATES_DAYS: u32 = 30;

pub(super) fn snapshots(config: &Config, names: &Names, plain_http: bool) -> WantedObject {
    let repository = &config.repository;
    let mut lifecycle = BTreeMap::from([(BLOBS.to_owned(), rule(&repository.base_path, OLD_BLOBS_DAYS))]);
    if config.state.bucket == repository.bucket {
        lifecycle.insert(STATE.to_owned(), rule(&config.state.name, OLD_STATES_DAYS));
    }
    bucket(&repository.bucket, &repository.region, lifecycle, names, plain_http)
}

/// The bucket of the state, where it is not that of the snapshots.
pub(super) fn state(config: &Config, names: &Names, plain_http: bool) -> WantedObject {
    if config.state.bucket == config.repository.bucket {
        return snapshots(config, names, plain_http);
    }
    // Every configuration of the account and region keeps its state in this bucket, unless it says otherwise.
    let whole = LifecycleRule { prefix: String::new(), ..rule("", OLD_STATES_DAYS) };
    let lifecycle = BTreeMap::from([(STATE.to_owned(), whole)]);
    bucket(&config.state.bucket, &config.region, lifecycle, names, plain_http)
}

fn rule(folder: &str, old_versions_days: u32) -> LifecycleRule {
    LifecycleRule {
        prefix: format!("{folder}/"),
        abort_parts_days: Some(PARTS_DAYS),
        old_versions_days: Some(old_versions_days),
    }
}

fn bucket(
    name: &BucketName,
    region: &str,
    lifecycle: BTreeMap<String, LifecycleRule>,
    names: &Names,
    plain_http: bool,
) -> WantedObject {
    WantedObject::new(Spec::Bucket(BucketSpec {
        name: name.to_string(),
        region: region.to_owned(),
        encryption: Some("AES256".into()),
        public_access: PublicAccess::BLOCKED,
        versioning: Versioning::Enabled,
        policy: (!plain_http).then(|| tls_only(name.as_str(), names)),
        lifecycle,
        unoffered: BTreeSet::new(),
        holds_other: None,
    }))
}

fn tls_only(bucket: &str, names: &Names) -> Document {
    let arn = names.bucket_arn(bucket);
    Document::new([Statement::deny(TLS_ONLY)
        .to("AWS", "*")
        .actions(["s3:*"])
        .on([arn.clone(), format!("{arn}/*")])
        .when("Bool", "aws:SecureTransport", ["false"])])
}
