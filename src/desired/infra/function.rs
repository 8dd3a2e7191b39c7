//! The function: its role, its log group, and itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{Names, grants, trusted_service};
use crate::config::Config;
use crate::model::infra::{
    Document, FunctionSpec, Kind, LogGroupSpec, RoleSpec, Spec, Statement, Surroundings, WantedObject,
};
use crate::model::{Address, Live, Unknown};

/// AWS's own image for programs that bring their runtime: Amazon Linux 2023.
const RUNTIME: &str = "provided.al2023";
/// One run at a time; the lease would refuse a second anyway, but at the price of an error.
const CONCURRENCY: u32 = 1;

pub(super) fn objects(
    config: &Config,
    config_hash: &str,
    names: &Names,
    around: &Surroundings,
) -> Vec<WantedObject> {
    let needs =
        [Address::Aws(Kind::Role, names.function_role()), Address::Aws(Kind::LogGroup, names.log_group())];
    let function = WantedObject::new(Spec::Function(function(config, config_hash, names, around)));
    vec![
        WantedObject::new(Spec::Role(role(config, names))),
        WantedObject::new(Spec::LogGroup(LogGroupSpec {
            name: names.log_group(),
            retention_days: Some(config.function.log_retention),
        })),
        WantedObject { uncreatable: around.quota.clone(), ..function.after(needs).unless(missing(around)) },
    ]
}

fn missing(around: &Surroundings) -> Option<Unknown> {
    let unread = |what: &str, unknown: &Unknown| Unknown {
        why: format!("{what}: {}", unknown.why),
        ..unknown.clone()
    };
    if let Some(misplaced) = &around.misplaced {
        return Some(misplaced.clone());
    }
    match (&around.subnets, &around.package) {
        (Live::Unknown(unknown), _) => Some(unread("its subnets could not be read", unknown)),
        (Live::Absent, _) => Some(Unknown {
            why: "no subnet was found for it; name one or two in `function.subnets`".into(),
            missing: None,
        }),
        (_, Live::Unknown(unknown)) => Some(unread("its package could not be read", unknown)),
        (Live::Present(_), Live::Present(_) | Live::Absent) => None,
    }
}

fn role(config: &Config, names: &Names) -> RoleSpec {
    let mut statements = grants::data_side(config, names);
    statements.push(
        Statement::allow("Log")
            .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
            .on([format!("{}:*", names.log_group_arn())]),
    );
    RoleSpec {
        name: names.function_role(),
        path: config.roles.path.clone(),
        description: "the scheduled run of es2s3 goes by it".into(),
        trust: trusted_service("lambda.amazonaws.com", &config.account),
        policies: BTreeMap::from([
            ("run".to_owned(), Document::new(statements)),
            ("network".to_owned(), network(config, names)),
        ]),
        attached: BTreeSet::new(),
        boundary: config.roles.boundary.clone(),
    }
}

/// Lambda puts network interfaces into the VPC with the function's own role. Only the describing calls take no resource.
fn network(config: &Config, names: &Names) -> Document {
    Document::new([
        Statement::allow("Describe")
            .actions(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"])
            .on(["*"]),
        Statement::allow("Interfaces")
            .actions([
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ])
            .on([
                names.ec2_arn("network-interface/*"),
                names.ec2_arn("subnet/*"),
                names.ec2_arn(&format!("security-group/{}", config.security_group_id)),
            ]),
    ])
}

fn function(config: &Config, config_hash: &str, names: &Names, around: &Surroundings) -> FunctionSpec {
    let wanted = &config.function;
    FunctionSpec {
        name: names.function.clone(),
        description: format!("es2s3: log retention of {} with proof", config.repository.name),
        runtime: RUNTIME.into(),
        handler: "bootstrap".into(),
        architecture: wanted.architecture,
        role: names.role_arn(&names.function_role()),
        memory: wanted.memory_mib,
        timeout: u32::try_from(wanted.timeout.as_secs()).unwrap_or(u32::MAX),
        environment: environment(config, config_hash),
        subnets: around.subnets.present().into_iter().flatten().cloned().collect(),
        security_groups: BTreeSet::from([config.security_group_id.clone()]),
        code: around.package.present().map(|package| package.sha256.clone()),
        code_is_own: true,
        concurrency: Some(CONCURRENCY),
        log_group: names.log_group(),
    }
}

/// The function reads its configuration from the state, and only the one whose hash it was given. The domain's secret is not here:
/// its variable is set in the function by those who keep it, and stays.
fn environment(config: &Config, config_hash: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("ES2S3_STATE".to_owned(), format!("s3://{}/{}", config.state.bucket, config.state.name)),
        ("ES2S3_CONFIG_HASH".to_owned(), config_hash.to_owned()),
        // What the package is made from where none is named: a newer program brings a newer function.
        ("ES2S3_VERSION".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ])
}
