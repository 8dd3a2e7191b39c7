//! The role that an AWS domain writes its snapshots with. A domain that AWS does not run has none.

use std::collections::{BTreeMap, BTreeSet};

use super::{Names, trusted_service};
use crate::config::{Config, domain_is_on_aws};
use crate::model::infra::{Document, RoleSpec, Spec, Statement, WantedObject};

/// None where the configuration names a role of its own, or the domain is not AWS's.
pub(super) fn role(config: &Config, names: &Names) -> Option<WantedObject> {
    if config.repository.role_arn.is_some() || !domain_is_on_aws(config) {
        return None;
    }
    let bucket = names.bucket_arn(config.repository.bucket.as_str());
    let prefix = &config.repository.base_path;
    let policy = Document::new([
        Statement::allow("List").actions(["s3:ListBucket"]).on([bucket.clone()]).when(
            "StringLike",
            "s3:prefix",
            [format!("{prefix}/*"), prefix.clone()],
        ),
        Statement::allow("Blobs")
            .actions(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
            .on([format!("{bucket}/{prefix}/*")]),
    ]);
    Some(WantedObject::new(Spec::Role(RoleSpec {
        name: names.repository_role(),
        path: config.roles.path.clone(),
        description: format!(
            "the domain writes the snapshots of repository {} with it",
            config.repository.name
        ),
        trust: trusted_service("es.amazonaws.com", &config.account),
        policies: BTreeMap::from([("snapshots".to_owned(), policy)]),
        attached: BTreeSet::new(),
        boundary: config.roles.boundary.clone(),
    })))
}
