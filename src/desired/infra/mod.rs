//! The AWS side that the configuration asks for: about fifteen objects, each with what it depends on.
//!
//! Called by `reconcile` before a plan, and by `bootstrap`. Pure. Names, ARNs and policies follow from the configuration alone;
//! only the subnets and the package come from [`Surroundings`].

mod alarms;
mod block_grants;
mod buckets;
mod ci;
mod function;
mod grants;
mod names;
mod repository_role;
mod schedule;
mod security;

pub use alarms::{NAMESPACE, SUCCESSES};
pub use block_grants::{block_reads, block_writes};
pub use grants::{data_side, domain_reads, remote, secret};
pub use names::Names;
pub use security::mapped_roles;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::model::Address;
use crate::model::infra::{Ci, Document, Kind, OWNER_TAG, Statement, Surroundings, WantedObject};

/// Every object, in an order in which each comes after what it needs. Empty when the configuration leaves the AWS side to others.
pub fn objects(config: &Config, config_hash: &str, around: &Surroundings) -> Vec<WantedObject> {
    if !config.infrastructure {
        return Vec::new();
    }
    let names = Names::of(config);
    let mut objects = vec![buckets::snapshots(config, &names, around.plain_http)];
    objects.extend(repository_role::role(config, &names));
    objects.extend(function::objects(config, config_hash, &names, around));
    objects.extend(security::objects(config, &names, around));
    objects.extend(schedule::objects(config, &names));
    objects.extend(alarms::objects(config, &names));
    objects
}

/// What must be there before anything else: the bucket of the state, and on request the roles that CI plans and applies with.
pub fn foundation(config: &Config, ci: Option<&Ci>, plain_http: bool) -> Vec<WantedObject> {
    let names = Names::of(config);
    let mut objects = vec![buckets::state(config, &names, plain_http)];
    objects.extend(ci.into_iter().flat_map(|ci| ci::objects(config, &names, ci)));
    objects
}

/// Every address under which es2s3 may have made something for this configuration, whatever its state remembers.
pub fn addresses(config: &Config, wanted: &[WantedObject]) -> BTreeSet<Address> {
    let names = Names::of(config);
    let roles = [names.ci_plan_role(), names.ci_apply_role()];
    let of_ci = roles.into_iter().map(|role| Address::Aws(Kind::Role, role));
    wanted.iter().map(|one| one.spec.address()).chain(of_ci).collect()
}

/// Names of both alarms: a run that failed, and none that succeeded for too long.
pub fn alarm_names(config: &Config) -> [String; 2] {
    alarms::names(&Names::of(config))
}

/// What every object carries: whose it is, and the tags of the configuration.
pub fn tags(config: &Config) -> BTreeMap<String, String> {
    let mut tags = config.tags.clone();
    tags.insert(OWNER_TAG.into(), owner(config));
    tags
}

/// The value of [`OWNER_TAG`]: `<state bucket>/<state name>`.
pub fn owner(config: &Config) -> String {
    format!("{}/{}", config.state.bucket, config.state.name)
}

/// A service of AWS as the one that may assume a role, for objects of this account only: without the condition another account's
/// object could borrow the role by way of the service.
fn trusted_service(service: &str, account: &str) -> Document {
    Document::new([Statement::allow("Service").to("Service", service).actions(["sts:AssumeRole"]).when(
        "StringEquals",
        "aws:SourceAccount",
        [account],
    )])
}
