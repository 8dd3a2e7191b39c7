//! One line a case: what is changed in a world that is well, and which check then says what.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::clients::aws::{FunctionState, SecurityGroup, SecurityRule, Subnet};
use crate::model::infra::{Architecture, Found, FunctionSpec, RuleSpec, Spec};
use crate::model::{Distribution, Engine, Health, Version};

fn found(spec: Spec) -> Live<Found> {
    Live::Present(Found { arn: "arn".into(), spec, tags: BTreeMap::new(), obstacles: Vec::new() })
}

fn function() -> Live<Found> {
    found(Spec::Function(FunctionSpec {
        name: "es2s3-logs".into(),
        description: String::new(),
        runtime: "provided.al2023".into(),
        handler: "bootstrap".into(),
        architecture: Architecture::X86_64,
        role: "role".into(),
        memory: 256,
        timeout: 900,
        environment: BTreeMap::new(),
        subnets: BTreeSet::from(["subnet-1".into()]),
        security_groups: BTreeSet::from(["sg-f".into()]),
        code: Some("one".into()),
        code_is_own: true,
        concurrency: Some(1),
        log_group: "log".into(),
    }))
}

fn rule(enabled: bool) -> Live<Found> {
    found(Spec::Rule(RuleSpec {
        name: "run".into(),
        description: String::new(),
        schedule: "rate(1 day)".into(),
        enabled,
        target: None,
    }))
}

fn group(id: &str, ingress_from: &str) -> SecurityGroup {
    let rule = |groups: Vec<String>, ranges: Vec<String>| SecurityRule { ports: None, groups, ranges };
    SecurityGroup {
        id: id.into(),
        ingress: vec![rule(vec![ingress_from.into()], Vec::new())],
        egress: vec![rule(Vec::new(), vec!["0.0.0.0/0".into()])],
    }
}

fn subnet(reaches_s3: bool) -> Subnet {
    Subnet { id: "subnet-1".into(), zone: "a".into(), free_addresses: 9, public: false, reaches_s3 }
}

fn cloud() -> Cloud {
    Cloud {
        denied: Live::Present(Vec::new()),
        function_name: "es2s3-logs".into(),
        function: function(),
        function_state: Live::Present(FunctionState { ready: true, failed: None }),
        from_function: Live::Present(None),
        package: Some("one".into()),
        last_error: Live::Absent,
        group: Live::Present(group("sg-f", "sg-other")),
        domain: Live::Absent,
        role: "arn:aws:iam::111122223333:role/es2s3-logs-function".into(),
        domain_groups: vec![group("sg-d", "sg-f")],
        port: 443,
        subnets: Live::Present(vec![subnet(true)]),
        rules: vec![("run".into(), rule(true))],
        dead_letters: Live::Present(0),
    }
}

fn well() -> Facts {
    let now: Timestamp = "2026-11-23T05:00:00Z".parse().expect("a time");
    let settings = BTreeMap::from([("bucket".to_owned(), "snaps".to_owned())]);
    let engine = Engine { distribution: Distribution::OpenSearch, version: Version::new(3, 6, 0) };
    Facts {
        now,
        config_file: "app-config.yml".into(),
        policies: 1,
        account: "111122223333".into(),
        region: "us-east-1".into(),
        endpoint: "https://logs".into(),
        state_place: "s3://state/logs/state.json".into(),
        credentials: Live::Present(()),
        caller: Live::Present(Caller { account: "111122223333".into(), arn: "arn:me".into() }),
        unreached: None,
        cluster: Live::Present(Cluster {
            engine,
            name: "logs".into(),
            uuid: "u".into(),
            health: Health::Green,
            relocating_shards: 0,
            clock_skew_seconds: Some(1),
        }),
        repository: Live::Present(Repository {
            name: "logs".into(),
            kind: "s3".into(),
            settings,
            uuid: None,
        }),
        repository_change: RepositoryChange::Keep,
        place: Place { repository: "logs".into(), bucket: "snaps".into(), base_path: "s".into() },
        bucket: Live::Present(Some("us-east-1".into())),
        catalogue: Live::Absent,
        state: Live::Present(State {
            format: 1,
            serial: 7,
            lineage: "L".into(),
            owned: BTreeMap::new(),
            holds: BTreeMap::new(),
            protected: Vec::new(),
            last_run: None,
            waiting: None,
        }),
        lock: Live::Absent,
        unread: Vec::new(),
        cloud: Some(cloud()),
    }
}

fn denied(action: &str) -> Unknown {
    Unknown { why: "no".into(), missing: Some(action.into()) }
}

#[test]
fn where_all_is_well_every_check_is_ok() {
    let report = judge(&well());
    let bad: Vec<&Check> = report.checks.iter().filter(|check| check.outcome != Outcome::Ok).collect();
    assert_eq!((report.checks.len(), bad), (21, Vec::new()));
}

#[test]
fn each_fault_fails_its_own_check_and_says_what_to_do() {
    type Harm = fn(&mut Facts, &mut Cloud);
    let cases: &[(&str, Outcome, &str, Harm)] = &[
        ("credentials", Outcome::Failed, "aws sso login", |f, _| f.credentials = Live::Absent),
        ("account", Outcome::Failed, "AWS_PROFILE", |f, _| f.account = "444455556666".into()),
        ("account", Outcome::Unchecked, "", |f, _| f.caller = Live::Unknown(Unknown::because("no way"))),
        ("region", Outcome::Failed, "`region`", |f, _| f.region = "eu-west-1".into()),
        ("clock", Outcome::Failed, "NTP", |f, _| {
            f.cluster = f.cluster.clone().map(|c| Cluster { clock_skew_seconds: Some(-301), ..c });
        }),
        ("engine", Outcome::Failed, "primaries", |f, _| {
            f.cluster = f.cluster.clone().map(|c| Cluster { health: Health::Red, ..c });
        }),
        ("repository", Outcome::Failed, "es2s3 apply", |f, _| f.repository = Live::Absent),
        ("bucket", Outcome::Failed, "grant s3:ListBucket", |f, _| {
            f.bucket = Live::Unknown(denied("s3:ListBucket"));
        }),
        ("catalogue", Outcome::Failed, "runbook", |f, _| {
            f.catalogue = Live::Unknown(Unknown::because("torn"));
        }),
        ("state", Outcome::Failed, "es2s3 bootstrap", |f, _| f.state = Live::Absent),
        ("plan", Outcome::Failed, "grant iam:GetRole", |f, _| f.unread = vec![denied("iam:GetRole")]),
        ("apply", Outcome::Failed, "grant iam:PassRole", |_, c| {
            c.denied = Live::Present(vec!["iam:PassRole".into()]);
        }),
        ("apply", Outcome::Unchecked, "", |_, c| c.denied = Live::Unknown(denied("iam:Simulate"))),
        ("function", Outcome::Failed, "es2s3 apply", |_, c| c.function = Live::Absent),
        ("function", Outcome::Failed, "es2s3 apply", |_, c| c.package = Some("two".into())),
        ("from the function", Outcome::Failed, "es2s3 logs", |_, c| {
            c.from_function = Live::Present(Some("no route".into()));
        }),
        ("from the function", Outcome::Unchecked, "", |_, c| c.from_function = Live::Absent),
        ("log", Outcome::Failed, "es2s3 logs", |_, c| c.last_error = Live::Present("timed out".into())),
        ("security group", Outcome::Failed, "egress", |_, c| {
            c.group = Live::Present(SecurityGroup { egress: Vec::new(), ..group("sg-f", "") });
        }),
        ("security group", Outcome::Failed, "ingress", |_, c| c.domain_groups = vec![group("sg-d", "sg-x")]),
        ("security group", Outcome::Unchecked, "", |_, c| c.domain_groups.clear()),
        ("route to S3", Outcome::Failed, "gateway", |_, c| c.subnets = Live::Present(vec![subnet(false)])),
        ("schedule", Outcome::Failed, "es2s3 apply", |_, c| c.rules[0].1 = rule(false)),
        ("dead letters", Outcome::Failed, "es2s3 logs", |_, c| c.dead_letters = Live::Present(2)),
    ];
    for (name, outcome, fix, harm) in cases {
        let (mut facts, mut side) = (well(), cloud());
        harm(&mut facts, &mut side);
        facts.cloud = Some(side);
        let report = judge(&facts);
        let bad = || report.checks.iter().filter(|check| check.outcome != Outcome::Ok);
        let own = bad().find(|check| check.check == *name).unwrap_or_else(|| panic!("{name} is ok"));
        assert_eq!(own.outcome, *outcome, "{own:?}");
        assert!(own.fix.as_deref().unwrap_or_default().contains(fix), "{own:?}");
        assert_eq!(own.fix.is_some(), *outcome == Outcome::Failed, "{own:?}");
        let others: Vec<&Check> =
            bad().filter(|check| check.check != *name && check.outcome == Outcome::Failed).collect();
        assert_eq!(others, Vec::<&Check>::new(), "{name}: what rests on it may be unchecked, no more");
    }
}
