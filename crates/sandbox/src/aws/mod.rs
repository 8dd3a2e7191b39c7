//! AWS over HTTP beside S3: the calls of IAM, Lambda, EventBridge, CloudWatch, SQS, EC2, STS and the domains that es2s3 and its
//! neighbours use, and no others.
//!
//! One listener takes them all (that of S3), told apart by the service in the signature's scope. Each service is a file with a
//! table of its calls; a call is a function on the account, in values; [`wire`] alone knows XML and JSON. What the API of a
//! service would tell is kept in its own words, so that a test changes it as a hand in the console would.

mod alarms;
mod domain;
mod events;
mod front;
mod iam;
mod invoke;
mod lambda;
mod logs;
mod network;
mod permissions;
mod queues;
mod runtime;
mod schedule;
mod secrets;
mod sts;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clock::Clock;

pub use events::Rule;
pub use iam::Role;
pub use invoke::Invoked;
pub use lambda::Function;
pub use logs::{Line, LogGroup};
pub use network::{Network, SECURITY_GROUP, VPC};
pub use queues::Queue;
pub use schedule::Fired;

pub use front::Named;

pub(crate) use front::Front;

/// The one account of this world, and its region.
pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-east-1";

/// A handle on the account; clones share it.
#[derive(Clone)]
pub struct Cloud {
    account: Arc<Mutex<Account>>,
    /// AWS's schedule and the function go by it. It is not the clock of the engine and of S3: es2s3 holds those against the
    /// machine's, as it must, so moving time there would look like a clock that is wrong.
    clock: Clock,
}

/// Everything in the account, by name.
#[derive(Default)]
pub struct Account {
    pub roles: BTreeMap<String, Role>,
    /// Providers of OpenID Connect, by ARN.
    pub identity_providers: BTreeMap<String, Value>,
    pub functions: BTreeMap<String, Function>,
    pub rules: BTreeMap<String, Rule>,
    pub log_groups: BTreeMap<String, LogGroup>,
    pub queues: BTreeMap<String, Queue>,
    pub alarms: BTreeMap<String, Thing>,
    pub network: Network,
    /// As `DescribeDomain` tells of each.
    pub domains: BTreeMap<String, Value>,
    /// Of Secrets Manager, by name.
    pub secrets: BTreeMap<String, String>,
    /// Of SSM, by name; each is a SecureString.
    pub parameters: BTreeMap<String, String>,
    /// Actions that the caller may not do: `iam:GetRole`.
    pub denied: BTreeSet<String>,
    pub slowness: Slowness,
    /// Executions of all functions at once.
    pub concurrency: u64,
    /// Where the functions of this world find AWS.
    pub(crate) endpoint: String,
    /// Requests and things so far, for names that are unique and the same each time.
    counted: u64,
}

/// How long a change takes until it is seen, counted in requests: a test waits for no clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slowness {
    /// So many times Lambda does not yet know a role that was just made.
    pub role: usize,
    /// So many reads find a function pending after each change; changes are refused so long.
    pub function: usize,
}

/// What a service tells of one thing, in its own names, and the thing's tags.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    pub fields: Map<String, Value>,
    pub tags: BTreeMap<String, String>,
}

/// Why a call was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }
}

type Told = Result<Value, Refusal>;

/// One call, understood.
pub(crate) struct Ask<'a> {
    account: &'a mut Account,
    fields: &'a Value,
    region: &'a str,
    now: Timestamp,
}

type Call = fn(&mut Ask<'_>) -> Told;

impl Ask<'_> {
    /// A field that is a text; empty when it is missing.
    fn text(&self, name: &str) -> &str {
        self.fields[name].as_str().unwrap_or_default()
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`.
    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT}:{rest}", self.region)
    }

    /// `[{"Key": …, "Value": …}]` as a map.
    fn pairs(&self, name: &str) -> BTreeMap<String, String> {
        let texts =
            |pair: &Value| Some((pair["Key"].as_str()?.to_owned(), pair["Value"].as_str()?.to_owned()));
        self.fields[name].as_array().into_iter().flatten().filter_map(texts).collect()
    }

    /// `{"key": "value"}` as a map.
    fn map(&self, name: &str) -> BTreeMap<String, String> {
        let text =
            |(key, value): (&String, &Value)| (key.clone(), value.as_str().unwrap_or_default().to_owned());
        self.fields[name].as_object().into_iter().flatten().map(text).collect()
    }

    /// The texts of a list.
    fn list(&self, name: &str) -> Vec<String> {
        let many = self.fields[name].as_array().into_iter().flatten();
        many.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }
}

/// A map as `[{"Key": …, "Value": …}]`.
fn as_pairs(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| serde_json::json!({ "Key": key, "Value": value })).collect()
}

/// What is behind the last of these in an ARN.
fn behind<'a>(arn: &'a str, mark: &str) -> &'a str {
    arn.rsplit_once(mark).map_or(arn, |(_, rest)| rest)
}

impl Account {
    /// 16 hex digits that no other thing of this account has.
    fn unique(&mut self) -> String {
        self.counted += 1;
        format!("{:016x}", self.counted)
    }
}

impl Cloud {
    pub(crate) fn new() -> Self {
        let account = Account { network: Network::usual(), concurrency: 1_000, ..Account::default() };
        Self { account: Arc::new(Mutex::new(account)), clock: Clock::live() }
    }

    /// Everything, locked. Held too long, it stops the front.
    pub fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
