//! What a principal may do on the data side, statement by statement. The function and the roles of CI are granted from here.
//!
//! No wildcard stands where AWS can name a thing. Listing is granted on the whole bucket: under a condition on the prefix S3 would
//! answer 403 for an object that is not there, and to the question whose the bucket is.

use super::{Names, block_grants};
use crate::config::{Access, Auth, Config, SecretPlace, domain_is_on_aws, domain_name};
use crate::model::infra::Statement;

/// All that a run over indices and snapshots needs: the domain's paths, the blobs of the repository, the state.
pub fn data_side(config: &Config, names: &Names) -> Vec<Statement> {
    let mut statements = domain_reads(config, names);
    statements.extend(domain_writes(config, names));
    statements.extend(secret(config, names));
    statements.extend(registration_for_callers(config, names));
    statements.extend(blobs(config, names));
    statements.extend(state(config, names));
    statements.extend(block_grants::block_reads(config, names));
    statements.extend(block_grants::block_writes(config, names));
    statements
}

/// What a caller needs who reaches the domain through the function (`access: lambda`), beside its own rights over the state: to call it,
/// to follow its log, and to hand over and fetch what is too long for a call.
pub fn remote(config: &Config, names: &Names) -> Vec<Statement> {
    let root = format!("{}/{}", names.bucket_arn(config.state.bucket.as_str()), config.state.name);
    vec![
        Statement::allow("CallFunction").actions(["lambda:InvokeFunction"]).on([names.function_arn()]),
        Statement::allow("FollowLog")
            .actions(["logs:FilterLogEvents"])
            .on([format!("{}:*", names.log_group_arn())]),
        Statement::allow("Exchange")
            .actions(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
            .on([format!("{root}/asks/*"), format!("{root}/answers/*")]),
    ]
}

/// Where callers do not reach the domain the function registers the repository for them, with this one role.
fn registration_for_callers(config: &Config, names: &Names) -> Vec<Statement> {
    if config.access == Access::Direct {
        return Vec::new();
    }
    registration(config, names).into_iter().chain(repository_role(config, names)).collect()
}

/// A domain takes a role only from who may pass it. Its trust names the service that may assume it.
pub(super) fn repository_role(config: &Config, names: &Names) -> Option<Statement> {
    let own = || {
        (domain_is_on_aws(config) && config.infrastructure).then(|| names.role_arn(&names.repository_role()))
    };
    let role = config.repository.role_arn.clone().or_else(own)?;
    Some(Statement::allow("PassRepositoryRole").actions(["iam:PassRole"]).on([role]))
}

/// The GETs of a plan. Nothing where the domain does not go by IAM.
pub fn domain_reads(config: &Config, names: &Names) -> Vec<Statement> {
    let Some(domain) = domain(config, names) else { return Vec::new() };
    vec![
        Statement::allow("DomainReads")
            .actions(["es:ESHttpGet", "es:ESHttpHead"])
            .on([format!("{domain}/*")]),
    ]
}

/// The domain's secret, where AWS keeps it. Secrets Manager adds six characters of its own to a name in its ARN.
pub fn secret(config: &Config, names: &Names) -> Option<Statement> {
    let place = match &config.domain.auth {
        Auth::Basic { password: place, .. } | Auth::ApiKey { key: place } => place,
        Auth::Sigv4 | Auth::None => return None,
    };
    match place {
        SecretPlace::Environment(_) => None,
        SecretPlace::SecretsManager(name) => {
            let arn = if name.starts_with("arn:") {
                name.clone()
            } else {
                names.all_of("secretsmanager", &format!("secret:{name}-??????"))
            };
            Some(Statement::allow("DomainSecret").actions(["secretsmanager:GetSecretValue"]).on([arn]))
        }
        SecretPlace::Parameter(name) => {
            let arn = names.all_of("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
            Some(Statement::allow("DomainSecret").actions(["ssm:GetParameter"]).on([arn]))
        }
    }
}

/// PUT, POST and DELETE by path: the indices of the policies, what a restore may bring, this one repository.
pub(super) fn domain_writes(config: &Config, names: &Names) -> Vec<Statement> {
    let Some(domain) = domain(config, names) else { return Vec::new() };
    let repository = format!("{domain}/_snapshot/{}/*", config.repository.name);
    let indices = |rest: &str| -> Vec<String> {
        config.policies.iter().map(|policy| format!("{domain}/{}*{rest}", policy.prefix)).collect()
    };
    let mut deletes = indices("");
    deletes.push(repository.clone());
    let mut puts = indices("/_settings");
    // From engine 7.9 on the write block is a call of its own.
    puts.extend(indices("/_block/write"));
    puts.push(repository.clone());
    vec![
        Statement::allow("DomainDeletes").actions(["es:ESHttpDelete"]).on(deletes),
        Statement::allow("DomainPuts").actions(["es:ESHttpPut"]).on(puts),
        Statement::allow("DomainPosts").actions(["es:ESHttpPost"]).on([repository]),
    ]
}

/// To register the repository: what the function may not where others can do it, since whoever may can point it elsewhere.
pub(super) fn registration(config: &Config, names: &Names) -> Option<Statement> {
    let domain = domain(config, names)?;
    let repository = format!("{domain}/_snapshot/{}", config.repository.name);
    Some(Statement::allow("Registration").actions(["es:ESHttpPut"]).on([repository]))
}

/// Reading is enough: the engine writes its blobs itself, and es2s3 only looks whether they are whole.
pub(super) fn blobs(config: &Config, names: &Names) -> Vec<Statement> {
    let bucket = names.bucket_arn(config.repository.bucket.as_str());
    let prefix = &config.repository.base_path;
    vec![
        Statement::allow("ListBlobs").actions(["s3:ListBucket"]).on([bucket.clone()]),
        Statement::allow("ReadBlobs").actions(["s3:GetObject"]).on([format!("{bucket}/{prefix}/*")]),
    ]
}

fn state(config: &Config, names: &Names) -> Vec<Statement> {
    let bucket = names.bucket_arn(config.state.bucket.as_str());
    let name = &config.state.name;
    vec![
        Statement::allow("ListState").actions(["s3:ListBucket"]).on([bucket.clone()]),
        Statement::allow("State")
            .actions(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
            .on([format!("{bucket}/{name}/*")]),
    ]
}

fn domain(config: &Config, names: &Names) -> Option<String> {
    if !domain_is_on_aws(config) {
        return None;
    }
    // A custom host name does not tell the domain's; the configuration can.
    Some(names.domain_arn(domain_name(config).as_deref().unwrap_or("*")))
}
