//! What a plan reads: the domain, the two buckets, and each object of the AWS side by its name.

use super::super::{alarms, block_grants, grants};
use super::Names;
use crate::config::{Config, domain_is_on_aws, domain_name};
use crate::model::infra::Statement;

pub(super) fn statements(config: &Config, names: &Names) -> Vec<Statement> {
    let mut statements = grants::domain_reads(config, names);
    statements.extend(grants::blobs(config, names));
    statements.extend(state(config, names));
    statements.extend(block_grants::block_reads(config, names));
    if config.infrastructure {
        statements.extend(domain(config, names));
        statements.push(snapshot_bucket(config, names));
        statements.push(roles(names));
        statements.extend(function(names));
        statements.extend(schedule(names));
        statements.extend(alarms(names));
        statements.push(network());
    }
    statements
}

fn state(config: &Config, names: &Names) -> Vec<Statement> {
    let bucket = names.bucket_arn(config.state.bucket.as_str());
    let name = &config.state.name;
    vec![
        Statement::allow("ListState").actions(["s3:ListBucket"]).on([bucket.clone()]),
        Statement::allow("ReadState").actions(["s3:GetObject"]).on([format!("{bucket}/{name}/*")]),
    ]
}

fn domain(config: &Config, names: &Names) -> Option<Statement> {
    let name = domain_name(config).filter(|_| domain_is_on_aws(config))?;
    Some(Statement::allow("Domain").actions(["es:DescribeDomain"]).on([names.domain_arn(&name)]))
}

fn snapshot_bucket(config: &Config, names: &Names) -> Statement {
    Statement::allow("SnapshotBucket")
        .actions([
            "s3:GetEncryptionConfiguration",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:GetBucketPolicy",
            "s3:GetLifecycleConfiguration",
            "s3:GetBucketTagging",
        ])
        .on([names.bucket_arn(config.repository.bucket.as_str())])
}

fn roles(names: &Names) -> Statement {
    Statement::allow("Roles")
        .actions(["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"])
        .on([names.role_arn(&names.function_role()), names.role_arn(&names.repository_role())])
}

/// A listing call is about all log groups of the region, whatever prefix it asks for.
fn function(names: &Names) -> [Statement; 3] {
    [
        Statement::allow("Function")
            .actions(["lambda:GetFunction", "lambda:GetPolicy"])
            .on([names.function_arn()]),
        Statement::allow("LogGroups")
            .actions(["logs:DescribeLogGroups"])
            .on([names.all_of("logs", "log-group:*")]),
        Statement::allow("Log")
            .actions(["logs:ListTagsForResource", "logs:FilterLogEvents"])
            .on([names.log_group_arn(), format!("{}:*", names.log_group_arn())]),
    ]
}

fn schedule(names: &Names) -> [Statement; 2] {
    [
        Statement::allow("Rules")
            .actions(["events:DescribeRule", "events:ListTargetsByRule", "events:ListTagsForResource"])
            .on([names.rule_arn(&names.run_rule()), names.rule_arn(&names.carry_on_rule())]),
        Statement::allow("Queue")
            .actions(["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ListQueueTags"])
            .on([names.queue_arn()]),
    ]
}

/// CloudWatch decides over a listing by all alarms, also when it is asked for one by name.
fn alarms(names: &Names) -> [Statement; 2] {
    [
        Statement::allow("AllAlarms")
            .actions(["cloudwatch:DescribeAlarms"])
            .on([names.all_of("cloudwatch", "alarm:*")]),
        Statement::allow("Alarms")
            .actions(["cloudwatch:ListTagsForResource"])
            .on(alarms::names(names).map(|alarm| names.alarm_arn(&alarm))),
    ]
}

/// Whether the function can stand where it is to: none of these calls takes a resource.
fn network() -> Statement {
    Statement::allow("Network")
        .actions([
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeRouteTables",
            "ec2:DescribeVpcEndpoints",
            "lambda:GetAccountSettings",
        ])
        .on(["*"])
}
