//! `app-config.yml`: bytes to a resolved [`Config`], or to every fault at once.
//!
//! Called by `cli` and by tests. Pure but for [`file`], which reads the bytes: nothing else opens a file, and nothing
//! reads the environment or the clock.
//!
//! The way of a file: `text` (encoding) → `yaml` (tree with places) → `resolve` (keys by their `rules`) → [`Config`].

mod auth;
mod cron;
pub mod diagnostic;
pub mod file;
mod infrastructure;
pub mod keys;
mod nearest;
mod node;
mod overlap;
mod policies;
mod read;
mod render;
mod resolve;
mod rules;
mod schema;
mod show;
pub mod source;
mod syntax;
mod template;
mod text;
mod thanos;
pub mod units;
mod yaml;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

pub use diagnostic::{Diagnostic, Faults, Severity, to_json};
pub use file::read;
pub use infrastructure::{Alarms, Function, Roles};
pub use render::render;
pub use schema::schema;
pub use show::show;
pub use source::Source;
pub use template::{Starter, template};

use crate::model::thanos::ThanosSpec;
use crate::model::{BucketName, Guards, Policy, Prices, RepositorySpec};

/// A file that can be used, and what is worth knowing about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub config: Config,
    pub notes: Vec<Diagnostic>,
    /// To render the notes with.
    pub source: Source,
}

/// Reads a whole file. `file_name` is only quoted.
///
/// # Errors
/// Every fault of the file, in the order of their places.
pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Parsed, Faults> {
    let text = text::decode(file_name, bytes);
    let source = text.source;
    let mut faults = text.faults;
    let tree = if text.usable { yaml::tree(&source, &mut faults) } else { None };
    let mut reader = read::Reader::new(&source, faults);
    let config = tree.and_then(|root| resolve::config(&mut reader, &root));
    let read::Findings { faults, more, notes } = reader.finish();
    match config {
        Some(config) if faults.is_empty() => Ok(Parsed { config, notes, source }),
        _ => Err(Faults { source_text: source, list: faults, more }),
    }
}

/// The configuration with every default filled in. Private to construct: only `parse` makes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// From where a command is given is no part of what is wanted: two who differ in it alone have the same plan.
    #[serde(skip)]
    pub access: Access,
    pub vpc_id: String,
    pub security_group_id: String,
    pub domain: Domain,
    /// Where snapshots go.
    pub repository: RepositorySpec,
    pub policies: Vec<Policy>,
    pub guards: Guards,
    pub schedule: Schedule,
    /// Whether the AWS side is es2s3's.
    pub infrastructure: bool,
    pub function: Function,
    pub roles: Roles,
    pub alarms: Alarms,
    pub state: StateLocation,
    /// None: metrics are not es2s3's.
    pub thanos: Option<ThanosSpec>,
    pub prices: Prices,
    pub tags: BTreeMap<String, String>,
    /// How long a hold lasts that `restore` puts, in days.
    pub restored_hold_days: u32,
    /// IANA name; only the human output's local times use it. Ages always count in UTC.
    pub time_zone: String,
}

/// From where the domain is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// From where the command is given.
    #[default]
    Direct,
    /// By the function, which stands in the domain's VPC.
    Lambda,
    /// Directly where the domain answers, else by the function.
    Auto,
}

/// How the search engine is reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Domain {
    /// Scheme, host and port; no path, no credentials.
    pub endpoint: url::Url,
    /// Its name in AWS; from the endpoint unless set.
    pub name: Option<String>,
    pub auth: Auth,
    /// A PEM file with the authority that signed the domain's certificate.
    pub ca_file: Option<String>,
    pub connect_timeout: Duration,
    /// For one whole request and its reply.
    pub timeout: Duration,
}

/// Secrets are never in the file: only where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Auth {
    /// Signature version 4, service `es`, with the AWS credential chain. The default for `*.amazonaws.com`.
    Sigv4,
    Basic {
        username: String,
        password: SecretPlace,
    },
    ApiKey {
        key: SecretPlace,
    },
    /// The default for every other host.
    None,
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// The name of an environment variable.
    Environment(String),
    /// The name or the ARN of a secret in AWS Secrets Manager.
    SecretsManager(String),
    /// The name of a parameter of AWS Systems Manager.
    Parameter(String),
}

impl std::fmt::Display for SecretPlace {
    /// As the key ending with `_from` spells it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SecretPlace::Environment(variable) => write!(f, "the environment variable {variable}"),
            SecretPlace::SecretsManager(name) => write!(f, "secretsmanager:{name}"),
            SecretPlace::Parameter(name) => write!(f, "ssm:{name}"),
        }
    }
}

/// When the scheduled run happens. Always UTC, as EventBridge rules are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// `cron(0 5 * * ? *)` or `rate(1 day)`, in AWS's grammar.
    pub expression: String,
}

/// `s3://<bucket>/<name>/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateLocation {
    /// `es2s3-state-<account>-<region>` unless set.
    pub bucket: BucketName,
    /// The repository's name unless set.
    pub name: String,
    /// How long the lease lasts before another run may take it over; renewed at a third of it.
    pub lease: Duration,
}

/// How long a lease lasts unless `state.lease` says otherwise.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(120);

/// Whether AWS runs the domain, so that IAM decides over it: by its host, or, behind a custom one, by the name that it has in AWS.
pub fn domain_is_on_aws(config: &Config) -> bool {
    rules::is_aws(&config.domain.endpoint) || config.domain.name.is_some()
}

/// The domain's name in AWS; `None` behind a custom host name that the configuration does not resolve.
pub fn domain_name(config: &Config) -> Option<String> {
    let by_host = || rules::domain_name(&config.domain.endpoint).map(str::to_owned);
    config.domain.name.clone().or_else(by_host)
}

/// When the schedule fires next, UTC. `None` of a rate, which counts from the making of its rule.
pub fn next_run(config: &Config, after: jiff::Timestamp) -> Option<jiff::Timestamp> {
    cron::next(&config.schedule.expression, after)
}
