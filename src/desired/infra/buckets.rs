//! Settings of the snapshot bucket: encrypted, private, over TLS only, and nothing that removes a live blob.

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::config::Config;
use crate::model::infra::{
    BucketSpec, Document, LifecycleRule, PublicAccess, Spec, Statement, Versioning, WantedObject,
};

/// The `Sid` of the statement that refuses plain HTTP.
pub const TLS_ONLY: &str = "es2s3-tls-only";
/// The lifecycle rule of es2s3's own.
pub const LIFECYCLE: &str = "es2s3";

const PARTS_DAYS: u32 = 7;
/// A snapshot blob that something removed or overwrote can be brought back for so long.
const OLD_VERSIONS_DAYS: u32 = 14;

pub(super) fn snapshots(config: &Config, names: &Names, plain_http: bool) -> WantedObject {
    let repository = &config.repository;
    WantedObject::new(Spec::Bucket(BucketSpec {
        name: repository.bucket.to_string(),
        region: repository.region.clone(),
        encryption: Some("AES256".into()),
        public_access: PublicAccess::BLOCKED,
        versioning: Versioning::Enabled,
        policy: (!plain_http).then(|| tls_only(repository.bucket.as_str(), names)),
        lifecycle: BTreeMap::from([(
            LIFECYCLE.to_owned(),
            LifecycleRule {
                prefix: String::new(),
                abort_parts_days: Some(PARTS_DAYS),
                old_versions_days: Some(OLD_VERSIONS_DAYS),
            },
        )]),
        unoffered: BTreeSet::new(),
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
