//! How AWS refuses what es2s3 goes by: status and code of each, as its API references have them. The sandbox and two emulators are
//! asked the same.

use super::cloud::Cloud;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
/// A zip with a script that does nothing.
const ZIP: &str = "UEsDBBQAAAAAAHGNd104lhmoCwAAAAsAAAAJAAAAYm9vdHN0cmFwIyEvYmluL3RydWVQSwECFAMUAAAAAABxjXddOJYZqAsAAAALAAAACQAAAAAAAAAAAAAAgAEAAAAAYm9vdHN0cmFwUEsFBgAAAAABAAEANwAAADIAAAAAAA==";

/// One after another: each request with the status and the code of the answer. What is left open in braces is [`filled`].
const REQUESTS: &[(&str, u16, &str)] = &[
    ("iam GetRole RoleName=nobody", 404, "NoSuchEntity"),
    ("iam ListRolePolicies RoleName=nobody", 404, "NoSuchEntity"),
    ("iam GetRolePolicy RoleName=nobody&PolicyName=run", 404, "NoSuchEntity"),
    ("iam DeleteRole RoleName=nobody", 404, "NoSuchEntity"),
    ("iam CreateRole RoleName=broken&AssumeRolePolicyDocument=nonsense", 400, "MalformedPolicyDocument"),
    ("iam CreateRole RoleName=twice&AssumeRolePolicyDocument={trust}", 200, ""),
    ("iam CreateRole RoleName=twice&AssumeRolePolicyDocument={trust}", 409, "EntityAlreadyExists"),
    ("iam PutRolePolicy RoleName=twice&PolicyName=run&PolicyDocument={}", 400, "MalformedPolicyDocument"),
    (
        r#"iam PutRolePolicy RoleName=twice&PolicyName=run&PolicyDocument={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}]}"#,
        200,
        "",
    ),
    ("iam DeleteRole RoleName=twice", 409, "DeleteConflict"),
    ("iam DeleteRolePolicy RoleName=twice&PolicyName=run", 200, ""),
    ("iam DeleteRole RoleName=twice", 200, ""),
    ("lambda GET /2015-03-31/functions/nobody", 404, "ResourceNotFoundException"),
    ("lambda GET /2015-03-31/functions/nobody/policy", 404, "ResourceNotFoundException"),
    ("lambda PUT /2015-03-31/functions/nobody/configuration {}", 404, "ResourceNotFoundException"),
    ("lambda DELETE /2015-03-31/functions/nobody", 404, "ResourceNotFoundException"),
    ("lambda POST /2015-03-31/functions/nobody/invocations {}", 404, "ResourceNotFoundException"),
    (r#"events AWSEvents.DescribeRule {"Name":"nobody"}"#, 400, "ResourceNotFoundException"),
    (r#"events AWSEvents.ListTargetsByRule {"Rule":"nobody"}"#, 400, "ResourceNotFoundException"),
    (
        r#"events AWSEvents.PutRule {"Name":"broken","ScheduleExpression":"daily"}"#,
        400,
        "ValidationException",
    ),
    (
        r#"logs Logs_20140328.PutRetentionPolicy {"logGroupName":"nobody","retentionInDays":1}"#,
        400,
        "ResourceNotFoundException",
    ),
    (r#"logs Logs_20140328.FilterLogEvents {"logGroupName":"nobody"}"#, 400, "ResourceNotFoundException"),
    (r#"logs Logs_20140328.CreateLogGroup {"logGroupName":"twice"}"#, 200, ""),
    (r#"logs Logs_20140328.CreateLogGroup {"logGroupName":"twice"}"#, 400, "ResourceAlreadyExistsException"),
    (
        r#"logs Logs_20140328.PutRetentionPolicy {"logGroupName":"twice","retentionInDays":2}"#,
        400,
        "InvalidParameterException",
    ),
    (r#"logs Logs_20140328.DeleteLogGroup {"logGroupName":"twice"}"#, 200, ""),
    (r#"sqs AmazonSQS.GetQueueUrl {"QueueName":"nobody"}"#, 400, "QueueDoesNotExist"),
    ("ec2 DescribeSecurityGroups GroupId.1=sg-0badbadbadbadbad0", 400, "InvalidGroup.NotFound"),
    ("es GET /2021-01-01/opensearch/domain/nobody", 409, "ResourceNotFoundException"),
    // What is made takes names that stand for themselves; what is asked a second time is taken away at the end.
    (r#"sqs AmazonSQS.CreateQueue {"QueueName":"twice"}"#, 200, ""),
    (
        r#"sqs AmazonSQS.CreateQueue {"QueueName":"twice","Attributes":{"MessageRetentionPeriod":"60"}}"#,
        400,
        "QueueNameExists",
    ),
    ("iam CreateRole RoleName=runs&AssumeRolePolicyDocument={trust}", 200, ""),
    (
        r#"lambda POST /2015-03-31/functions {"FunctionName":"orphan","Role":"{role}nobody","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"{zip}"}}"#,
        400,
        "InvalidParameterValueException",
    ),
    (
        r#"lambda POST /2015-03-31/functions {"FunctionName":"twice","Role":"{role}runs","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"{zip}"}}"#,
        201,
        "",
    ),
    (
        r#"lambda POST /2015-03-31/functions {"FunctionName":"twice","Role":"{role}runs","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"{zip}"}}"#,
        409,
        "ResourceConflictException",
    ),
    (
        r#"lambda POST /2015-03-31/functions/twice/policy {"StatementId":"one","Action":"lambda:InvokeFunction","Principal":"events.amazonaws.com"}"#,
        201,
        "",
    ),
    (
        r#"lambda POST /2015-03-31/functions/twice/policy {"StatementId":"one","Action":"lambda:InvokeFunction","Principal":"events.amazonaws.com"}"#,
        409,
        "ResourceConflictException",
    ),
    ("lambda DELETE /2015-03-31/functions/twice/policy/two", 404, "ResourceNotFoundException"),
    ("lambda DELETE /2015-03-31/functions/twice", 204, ""),
    ("iam DeleteRole RoleName=runs", 200, ""),
    (
        r#"events AWSEvents.PutRule {"Name":"broken","ScheduleExpression":"cron(0 5 * *)"}"#,
        400,
        "ValidationException",
    ),
    (r#"events AWSEvents.PutRule {"Name":"busy","ScheduleExpression":"rate(5 minutes)"}"#, 200, ""),
    (
        r#"events AWSEvents.PutTargets {"Rule":"busy","Targets":[{"Id":"one","Arn":"arn:aws:sqs:us-east-1:{account}:twice"}]}"#,
        200,
        "",
    ),
    (r#"events AWSEvents.DeleteRule {"Name":"busy"}"#, 400, "ValidationException"),
    (r#"events AWSEvents.RemoveTargets {"Rule":"busy","Ids":["one"]}"#, 200, ""),
    (r#"events AWSEvents.DeleteRule {"Name":"busy"}"#, 200, ""),
    (r#"events AWSEvents.RemoveTargets {"Rule":"nobody","Ids":["one"]}"#, 400, "ResourceNotFoundException"),
    (
        r#"secretsmanager secretsmanager.GetSecretValue {"SecretId":"nobody"}"#,
        400,
        "ResourceNotFoundException",
    ),
    (r#"ssm AmazonSSM.GetParameter {"Name":"nobody"}"#, 400, "ParameterNotFound"),
];

/// The answers that are not AWS's, as `request: found instead of AWS's`.
pub async fn unlike_aws(cloud: &Cloud) -> Vec<String> {
    // One that takes what AWS refuses keeps it from an earlier time.
    cloud.fault("iam DeleteRole RoleName=broken").await;
    cloud.fault(r#"events AWSEvents.DeleteRule {"Name":"broken"}"#).await;
    cloud.fault("lambda DELETE /2015-03-31/functions/orphan").await;
    let mut unlike = Vec::new();
    for (request, status, code) in REQUESTS {
        let found = cloud.fault(&filled(request, cloud)).await;
        if (found.0, found.1.as_str()) != (*status, *code) {
            let answer = |status: u16, code: &str| format!("{status} {code}").trim_end().to_owned();
            unlike.push(format!(
                "{request}: {} instead of {}",
                answer(found.0, &found.1),
                answer(*status, code)
            ));
        }
    }
    unlike
}

fn filled(request: &str, cloud: &Cloud) -> String {
    let role = format!("arn:aws:iam::{}:role/", cloud.account);
    let filled = request.replace("{trust}", TRUST).replace("{zip}", ZIP);
    filled.replace("{role}", &role).replace("{account}", &cloud.account)
}
