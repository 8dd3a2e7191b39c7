//! One struct a kind: the fields that es2s3 keeps as they are wanted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Document, Kind};
use crate::model::Address;

/// A wanted or found object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Spec {
    Bucket(BucketSpec),
    OidcProvider(OidcProviderSpec),
    Role(RoleSpec),
    SecurityRole(SecurityRoleSpec),
    RoleMapping(RoleMappingSpec),
    LogGroup(LogGroupSpec),
    Queue(QueueSpec),
    Function(FunctionSpec),
    Rule(RuleSpec),
    Permission(PermissionSpec),
    Alarm(AlarmSpec),
}

/// Settings of a bucket. Its objects are never spoken about here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BucketSpec {
    pub name: String,
    pub region: String,
    /// `AES256`, or `aws:kms:<key>`; none when S3 tells of no rule.
    pub encryption: Option<String>,
    pub public_access: PublicAccess,
    pub versioning: Versioning,
    /// es2s3's own statements of the bucket policy; those of others are not touched.
    pub policy: Option<Document>,
    /// es2s3's own lifecycle rules, by id; those of others are not touched.
    pub lifecycle: BTreeMap<String, LifecycleRule>,
    /// Settings that the store does not know at all, by their names in a plan: nothing is said about them. Empty on AWS; stores
    /// that are not AWS's lack some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unoffered: BTreeSet<String>,
    /// Something in it that is not es2s3's, of a bucket that bears no mark of es2s3: its settings are its owner's affair. Only of a
    /// found one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_other: Option<String>,
}

/// Who may vouch for a caller: GitHub's or GitLab's tokens. One an account and host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcProviderSpec {
    /// `token.actions.githubusercontent.com`; the issuer's URL without its scheme.
    pub host: String,
    /// For whom its tokens must be made out. Others may be there beside those that are wanted.
    pub audiences: BTreeSet<String>,
}

/// The four switches of S3's public access block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccess {
    pub block_acls: bool,
    pub ignore_acls: bool,
    pub block_policy: bool,
    pub restrict_buckets: bool,
}

impl PublicAccess {
    pub const BLOCKED: Self =
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_buckets: true };
    pub const OPEN: Self =
        Self { block_acls: false, ignore_acls: false, block_policy: false, restrict_buckets: false };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    /// Whether there may be old versions, which are billed: a bucket where it was suspended makes none and keeps those that it has.
    pub fn keeps_old(self) -> bool {
        self != Versioning::Never
    }
}

/// One lifecycle rule of es2s3's own: nothing that would take a live object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleRule {
    pub prefix: String,
    /// Days after which the parts of an upload that was given up are removed.
    pub abort_parts_days: Option<u32>,
    /// Days that an overwritten or deleted version is kept.
    pub old_versions_days: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleSpec {
    pub name: String,
    /// `/` or `/team/`.
    pub path: String,
    pub description: String,
    pub trust: Document,
    /// Inline policies by name.
    pub policies: BTreeMap<String, Document>,
    /// ARNs of managed policies.
    pub attached: BTreeSet<String>,
    pub boundary: Option<String>,
}

/// A role inside a domain with fine-grained access control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRoleSpec {
    pub name: String,
    /// Permissions on the cluster, as the domain spells them.
    pub cluster: BTreeSet<String>,
    /// Permissions on indices, by pattern of their names.
    pub indices: BTreeMap<String, BTreeSet<String>>,
    /// Whether it shows some documents or fields of an index only. Never wanted: a count of documents would be wrong.
    pub narrowed: bool,
}

/// Who of es2s3's own roles has a role inside the domain. Others that have it too are not spoken about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleMappingSpec {
    /// The role inside the domain.
    pub role: String,
    /// ARNs of IAM roles, never none.
    pub backend_roles: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroupSpec {
    pub name: String,
    /// None: for ever.
    pub retention_days: Option<u32>,
}

/// Where EventBridge leaves the events that it could not deliver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueSpec {
    pub name: String,
    pub retention_days: u32,
    pub encrypted: bool,
    pub policy: Option<Document>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    /// As Lambda spells it.
    pub fn word(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "arm64",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionSpec {
    pub name: String,
    pub description: String,
    pub runtime: String,
    pub handler: String,
    pub architecture: Architecture,
    /// ARN.
    pub role: String,
    /// MiB.
    pub memory: u32,
    /// Seconds.
    pub timeout: u32,
    pub environment: BTreeMap<String, String>,
    pub subnets: BTreeSet<String>,
    pub security_groups: BTreeSet<String>,
    /// Lambda's `CodeSha256`; none when no package is at hand: what is deployed stays.
    pub code: Option<String>,
    /// Whether what is deployed is what es2s3 deployed last, by the tag [`super::CODE_TAG`].
    pub code_is_own: bool,
    /// None: as many at once as the account allows.
    pub concurrency: Option<u32>,
    pub log_group: String,
}

/// A rule of the default event bus with its one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSpec {
    pub name: String,
    pub description: String,
    /// `cron(…)` or `rate(…)`, UTC.
    pub schedule: String,
    pub enabled: bool,
    pub target: Option<TargetSpec>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSpec {
    /// ARN of the function.
    pub function: String,
    /// The payload, JSON.
    pub input: String,
    /// Times that a failed delivery is tried again.
    pub retries: u32,
    /// Seconds after which an event is given up.
    pub max_age: u32,
    /// ARN of the queue for what could not be delivered.
    pub dead_letters: Option<String>,
}

/// A statement of the function's own policy: who may invoke it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionSpec {
    /// The function's name.
    pub function: String,
    /// `Sid` of the statement.
    pub id: String,
    pub principal: String,
    pub source: Option<String>,
    pub action: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmSpec {
    pub name: String,
    pub description: String,
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    pub statistic: String,
    /// Seconds.
    pub period: u32,
    pub periods: u32,
    pub threshold: f64,
    pub comparison: String,
    /// `breaching`, `notBreaching`, `ignore` or `missing`.
    pub missing: String,
    /// ARNs of SNS topics.
    pub actions: BTreeSet<String>,
}

impl Spec {
    pub fn kind(&self) -> Kind {
        match self {
            Spec::Bucket(_) => Kind::Bucket,
            Spec::OidcProvider(_) => Kind::OidcProvider,
            Spec::Role(_) => Kind::Role,
            Spec::SecurityRole(_) => Kind::SecurityRole,
            Spec::RoleMapping(_) => Kind::RoleMapping,
            Spec::LogGroup(_) => Kind::LogGroup,
            Spec::Queue(_) => Kind::Queue,
            Spec::Function(_) => Kind::Function,
            Spec::Rule(_) => Kind::Rule,
            Spec::Permission(_) => Kind::Permission,
            Spec::Alarm(_) => Kind::Alarm,
        }
    }

    /// Unique within the kind, the account and the region.
    pub fn name(&self) -> String {
        match self {
            Spec::Bucket(one) => one.name.clone(),
            Spec::OidcProvider(one) => one.host.clone(),
            Spec::Role(one) => one.name.clone(),
            Spec::SecurityRole(one) => one.name.clone(),
            Spec::RoleMapping(one) => one.role.clone(),
            Spec::LogGroup(one) => one.name.clone(),
            Spec::Queue(one) => one.name.clone(),
            Spec::Function(one) => one.name.clone(),
            Spec::Rule(one) => one.name.clone(),
            Spec::Permission(one) => format!("{}/{}", one.function, one.id),
            Spec::Alarm(one) => one.name.clone(),
        }
    }

    pub fn address(&self) -> Address {
        Address::Aws(self.kind(), self.name())
    }
}
