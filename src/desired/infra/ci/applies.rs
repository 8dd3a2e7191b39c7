//! What an apply writes, beside what a plan reads.

use super::super::{alarms, block_grants, grants};
use super::Names;
use crate::config::{Access, Config};
use crate::model::infra::Statement;

/// Indices, snapshots, the registration of the repository, the state.
pub(super) fn data_side(config: &Config, names: &Names) -> Vec<Statement> {
    let mut statements = grants::domain_writes(config, names);
    statements.extend(grants::secret(config, names));
    statements.extend(grants::registration(config, names));
    statements.extend(grants::repository_role(config, names));
    if config.access != Access::Direct {
        statements.extend(grants::remote(config, names));
    }
    statements.extend(block_grants::block_writes(config, names));
    let state = names.bucket_arn(config.state.bucket.as_str());
    statements.push(
        Statement::allow("WriteState")
            .actions(["s3:PutObject", "s3:DeleteObject"])
            .on([format!("{state}/{}/*", config.state.name)]),
    );
    statements
}

/// The objects of the AWS side, each by its name.
pub(super) fn infrastructure(config: &Config, names: &Names) -> Vec<Statement> {
    let mut statements = vec![snapshot_bucket(config, names)];
    statements.extend(roles(config, names));
    statements.extend(function(names));
    statements.extend(schedule(names));
    statements
}

fn snapshot_bucket(config: &Config, names: &Names) -> Statement {
    Statement::allow("SetUpSnapshotBucket")
        .actions([
            "s3:CreateBucket",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketVersioning",
            "s3:PutBucketPolicy",
            "s3:PutLifecycleConfiguration",
            "s3:PutBucketTagging",
        ])
        .on([names.bucket_arn(config.repository.bucket.as_str())])
}

/// Who may write a role's policies may do by way of it whatever the boundary leaves: with one configured, only roles that have it
/// can be written, and it cannot be taken away.
fn roles(config: &Config, names: &Names) -> Vec<Statement> {
    let roles = || [names.role_arn(&names.function_role()), names.role_arn(&names.repository_role())];
    let mut bounded =
        vec!["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"];
    let mut free = vec!["iam:TagRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"];
    match config.roles.boundary {
        Some(_) => bounded.push("iam:PutRolePermissionsBoundary"),
        None => free.push("iam:DeleteRolePermissionsBoundary"),
    }
    let mut grant = Statement::allow("GrantRoles").actions(bounded).on(roles());
    if let Some(boundary) = &config.roles.boundary {
        grant = grant.when("StringEquals", "iam:PermissionsBoundary", [boundary]);
    }
    vec![
        grant,
        Statement::allow("KeepRoles").actions(free).on(roles()),
        Statement::allow("PassFunctionRole")
            .actions(["iam:PassRole"])
            .on([names.role_arn(&names.function_role())])
            .when("StringEquals", "iam:PassedToService", ["lambda.amazonaws.com"]),
    ]
}

/// Lambda asks about the network in the name of whoever puts a function into it; these reads take no resource.
fn function(names: &Names) -> [Statement; 3] {
    [
        Statement::allow("MakeFunction")
            .actions([
                "lambda:GetFunctionConfiguration",
                "lambda:CreateFunction",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
                "lambda:PutFunctionConcurrency",
                "lambda:DeleteFunctionConcurrency",
                "lambda:TagResource",
                "lambda:AddPermission",
                "lambda:RemovePermission",
                "lambda:DeleteFunction",
                "lambda:InvokeFunction",
            ])
            .on([names.function_arn()]),
        Statement::allow("MakeLog")
            .actions([
                "logs:CreateLogGroup",
                "logs:TagResource",
                "logs:PutRetentionPolicy",
                "logs:DeleteRetentionPolicy",
                "logs:DeleteLogGroup",
            ])
            .on([names.log_group_arn(), format!("{}:*", names.log_group_arn())]),
        Statement::allow("FunctionsNetwork")
            .actions(["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"])
            .on(["*"]),
    ]
}

fn schedule(names: &Names) -> [Statement; 3] {
    [
        Statement::allow("MakeRules")
            .actions([
                "events:PutRule",
                "events:PutTargets",
                "events:TagResource",
                "events:RemoveTargets",
                "events:DeleteRule",
            ])
            .on([names.rule_arn(&names.run_rule()), names.rule_arn(&names.carry_on_rule())]),
        Statement::allow("MakeQueue")
            .actions(["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:DeleteQueue"])
            .on([names.queue_arn()]),
        Statement::allow("MakeAlarms")
            .actions(["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:DeleteAlarms"])
            .on(alarms::names(names).map(|alarm| names.alarm_arn(&alarm))),
    ]
}
