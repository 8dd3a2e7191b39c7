//! The AWS side as data: what each object that es2s3 keeps is meant to be, and what was found.
//!
//! Made by `desired` (what is wanted) and `observe` (what is there) in the same types, so that `plan` can hold one against the
//! other field by field. Only fields that es2s3 speaks about are in here; everything else of an object is its owner's.

mod ci;
mod document;
mod kinds;
mod partition;
mod security;
mod spec;

pub use ci::{BadCi, Ci, CiSystem};
pub use document::{Document, Statement};
pub use kinds::{Kind, UnknownKind};
pub use partition::partition;
pub use spec::{
    AlarmSpec, Architecture, BucketSpec, FunctionSpec, LifecycleRule, LogGroupSpec, OidcProviderSpec,
    PermissionSpec, PublicAccess, QueueSpec, RoleMappingSpec, RoleSpec, RuleSpec, SecurityRoleSpec, Spec,
    TargetSpec, Versioning,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, Live, Unknown};

/// An object that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its ARN.
    pub arn: String,
    /// Its fields, as far as es2s3 speaks about them.
    pub spec: Spec,
    /// All its tags; `es2s3` among them tells whose it is.
    pub tags: BTreeMap<String, String>,
    /// What about it forbids to work with it, in words that say what to do: a lifecycle rule that would take live blobs.
    pub obstacles: Vec<String>,
}

/// One object that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedObject {
    pub spec: Spec,
    /// What must be there before it is made.
    pub needs: Vec<Address>,
    /// Why it cannot be made or changed, although it is wanted: the subnets could not be found.
    pub missing: Option<Unknown>,
    /// Why it cannot be made, although one that is there can be changed: a quota.
    pub uncreatable: Option<Unknown>,
}

impl WantedObject {
    pub fn new(spec: Spec) -> Self {
        Self { spec, needs: Vec::new(), missing: None, uncreatable: None }
    }

    pub fn after(self, needs: impl IntoIterator<Item = Address>) -> Self {
        Self { needs: needs.into_iter().collect(), ..self }
    }

    pub fn unless(self, missing: Option<Unknown>) -> Self {
        Self { missing, ..self }
    }
}

/// The tag by which es2s3 knows its own: the state that the object belongs to, as `<bucket>/<name>`.
pub const OWNER_TAG: &str = "es2s3";

/// On the function: `CodeSha256` of what es2s3 deployed last. Another code was uploaded by somebody else.
pub const CODE_TAG: &str = "es2s3-code";

/// What the wanted objects depend on and only the live world knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Where the function stands: named in the configuration, or the domain's own, or the VPC's private ones.
    pub subnets: Live<Vec<String>>,
    /// Why the function cannot stand there: its security group is in another VPC, a named subnet has no room.
    pub misplaced: Option<Unknown>,
    /// Why no new function can have an execution reserved.
    pub quota: Option<Unknown>,
    /// Whether the domain has fine-grained access control; `Absent` where AWS knows of no such domain.
    pub fine_grained: Live<bool>,
    /// The package that the function is to run; `Absent` when none is at hand, and then a deployed one stays.
    pub package: Live<Package>,
    /// Whether S3 is spoken to without TLS: then a policy that refuses plain HTTP would lock everybody out.
    pub plain_http: bool,
}

/// What an alarm says now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AlarmState {
    #[serde(rename(deserialize = "AlarmName"))]
    pub name: String,
    /// `OK`, `ALARM`, or `INSUFFICIENT_DATA`.
    #[serde(rename(deserialize = "StateValue"))]
    pub state: String,
}

/// A zip with the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Of the whole zip, base64, as Lambda's `CodeSha256` is.
    pub sha256: String,
    pub bytes: u64,
    /// Where it is on this machine.
    pub path: String,
}
