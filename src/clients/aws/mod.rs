//! AWS: the credential chain, and the calls over roles, functions, rules, logs, queues, alarms and the network.
//!
//! [`Reader`] only asks and [`Writer`] only changes; a file for each service holds both. What comes back is in the words of
//! [`crate::model::infra`]. EC2, SQS, CloudWatch and the domain's description go through [`signed`], signed by hand: their SDK
//! crates would cost more to build than all the rest.

mod alarms;
mod bucket;
mod caller;
mod chain;
mod domain;
mod error;
mod functions;
mod log_events;
mod log_groups;
mod network;
mod providers;
mod queues;
mod roles;
mod rules;
mod secrets;
mod security_groups;
mod signed;
mod simulate;
mod tags;

pub use bucket::BucketScope;
pub use chain::Aws;
pub use domain::DomainFacts;
pub use error::AwsError;
pub use functions::{FunctionState, Invoked};
pub use log_events::LogLine;
pub use network::Subnet;
pub use security_groups::{SecurityGroup, SecurityRule};

use signed::Signed;

type Result<T, E = AwsError> = std::result::Result<T, E>;

/// Asks and never changes.
#[derive(Debug, Clone)]
pub struct Reader {
    iam: aws_sdk_iam::Client,
    lambda: aws_sdk_lambda::Client,
    events: aws_sdk_eventbridge::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    sts: aws_sdk_sts::Client,
    s3: aws_sdk_s3::Client,
    signed: Signed,
}

/// Changes. Only `apply` and `bootstrap` make one.
#[derive(Debug, Clone)]
pub struct Writer {
    reader: Reader,
}

impl Reader {
    /// # Errors
    ///
    /// When the HTTP client for the hand-signed calls cannot be made.
    pub fn new(aws: &Aws) -> Result<Self> {
        Ok(Self {
            iam: aws.iam(),
            lambda: aws.lambda(),
            events: aws.events(),
            logs: aws.logs(),
            sts: aws.sts(),
            s3: aws.s3(),
            signed: Signed::new(aws)?,
        })
    }
}

impl Writer {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}
