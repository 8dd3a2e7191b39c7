//! What an apply needs of IAM, to be asked of its simulation.

use crate::config::Config;
use crate::desired::infra::Names;

/// Actions on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    pub actions: Vec<&'static str>,
    pub resource: String,
}

/// The writes of an apply, by resource. Reads are tried for themselves.
pub fn wanted(config: &Config) -> Vec<Right> {
    let names = Names::of(config);
    let right = |resource: String, actions: &[&'static str]| Right { actions: actions.to_vec(), resource };
    let bucket = names.bucket_arn(config.repository.bucket.as_str());
    let state = names.bucket_arn(config.state.bucket.as_str());
    let function_role = names.role_arn(&names.function_role());
    vec![
        right(format!("{state}/{}/state.json", config.state.name), &["s3:PutObject", "s3:DeleteObject"]),
        right(bucket, &["s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutBucketPolicy"]),
        right(function_role, &["iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"]),
        right(
            names.function_arn(),
            &[
                "lambda:CreateFunction",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
                "lambda:AddPermission",
            ],
        ),
        right(names.log_group_arn(), &["logs:CreateLogGroup", "logs:PutRetentionPolicy"]),
        right(names.rule_arn(&names.run_rule()), &["events:PutRule", "events:PutTargets"]),
        right(names.queue_arn(), &["sqs:CreateQueue", "sqs:SetQueueAttributes"]),
    ]
}
