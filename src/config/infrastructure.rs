//! The keys of the AWS side: the function, the roles, the alarms.
//!
//! Called by `resolve`. Every key has a default, so that the nine keys are enough.

use std::time::Duration;

use serde::Serialize;

use super::read::{Reader, Section};
use super::rules;
use crate::model::infra::Architecture;

/// The scheduled function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Function {
    /// `es2s3-<state name>` unless set.
    pub name: Option<String>,
    pub architecture: Architecture,
    pub memory_mib: u32,
    /// For one invocation; a run that needs longer is carried on by the next.
    pub timeout: Duration,
    /// The domain's own, else the VPC's private ones, unless set.
    pub subnets: Vec<String>,
    /// A zip made by `es2s3 package`; none: this program itself, where it fits.
    pub package: Option<String>,
    /// Days that its log is kept.
    pub log_retention: u32,
}

/// What all roles have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Roles {
    /// Begins and ends with `/`.
    pub path: String,
    /// ARN of a managed policy.
    pub boundary: Option<String>,
    /// Whether the roles' rights inside a domain with fine-grained access control are es2s3's to give; else somebody does it by hand.
    pub mapping_planned: bool,
    /// ARNs of further roles that get them.
    pub mapped: Vec<String>,
}

/// Who is told, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarms {
    /// ARN of an SNS topic.
    pub topic: Option<String>,
    /// Hours without a run that ended well.
    pub no_success_hours: u32,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

pub(super) fn function(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<Function> {
    let section = reader.section(top, "function");
    let name = reader.value(&section, "name", rules::function_name).optional();
    let architecture =
        reader.value(&section, "architecture", rules::architecture).or(|| Architecture::X86_64);
    let memory = reader.value(&section, "memory", rules::memory).or(|| 256);
    let timeout = reader.value(&section, "timeout", rules::duration("1m", "15m")).or(|| DEFAULT_TIMEOUT);
    let subnets = reader.values(&section, "subnets", rules::subnet_id).or(Vec::new);
    let package = reader.value(&section, "package", rules::path).optional();
    let log_retention = reader.value(&section, "log_retention", rules::log_retention).or(|| 90);
    Some(Function {
        name: name?,
        architecture: architecture?,
        memory_mib: memory?,
        timeout: timeout?,
        subnets: subnets?,
        package: package?,
        log_retention: log_retention?,
    })
}

pub(super) fn roles(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<Roles> {
    let section = reader.section(top, "roles");
    let path = reader.value(&section, "path", rules::role_path).or(|| "/".to_owned());
    let boundary = reader.value(&section, "boundary", rules::policy_arn).optional();
    let mapping_planned = reader.value(&section, "mapping", rules::mapping).or(|| true);
    let mapped = reader.values(&section, "mapped", rules::role_arn).or(Vec::new);
    Some(Roles { path: path?, boundary: boundary?, mapping_planned: mapping_planned?, mapped: mapped? })
}

pub(super) fn alarms(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<Alarms> {
    let section = reader.section(top, "alarms");
    let topic = reader.value(&section, "topic", rules::topic_arn).optional();
    let no_success = reader
        .value(&section, "no_success", rules::duration("1h", "7d"))
        .or(|| Duration::from_secs(26 * 3600));
    Some(Alarms {
        topic: topic?,
        // CloudWatch looks back seven days at most, an hour at a time.
        no_success_hours: u32::try_from(no_success?.as_secs().div_ceil(3600)).unwrap_or(u32::MAX),
    })
}
