//! Every field of every kind: changed alone, exactly its line appears.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::infra::{
    AlarmSpec, Architecture, BucketSpec, Document, FunctionSpec, LifecycleRule, LogGroupSpec,
    OidcProviderSpec, PermissionSpec, PublicAccess, QueueSpec, RoleSpec, RuleSpec, Statement, TargetSpec,
    Versioning,
};

fn document(action: &str) -> Document {
    Document::new([Statement::allow("A").actions([action]).on(["r"])])
}

fn lifecycle(days: u32) -> LifecycleRule {
    LifecycleRule { prefix: String::new(), abort_parts_days: Some(days), old_versions_days: None }
}

fn bucket() -> BucketSpec {
    BucketSpec {
        name: "logs".into(),
        region: "us-east-1".into(),
        encryption: Some("AES256".into()),
        public_access: PublicAccess::BLOCKED,
        versioning: Versioning::Enabled,
        policy: Some(document("s3:*")),
        lifecycle: BTreeMap::from([("es2s3".to_owned(), lifecycle(7))]),
        unoffered: BTreeSet::new(),
        holds_other: None,
    }
}

#[test]
fn of_what_a_store_does_not_offer_nothing_is_said() {
    let open = BucketSpec { public_access: PublicAccess::OPEN, policy: None, ..bucket() };
    let named = |found: BucketSpec| {
        let changes = difference(&Spec::Bucket(bucket()), &Spec::Bucket(found));
        changes.into_iter().map(|change| change.field).collect::<Vec<_>>()
    };
    assert_eq!(named(open.clone()), ["public access", "policy"]);
    assert_eq!(
        named(BucketSpec { unoffered: BTreeSet::from(["public access".to_owned()]), ..open }),
        ["policy"]
    );
}

#[test]
fn an_encryption_with_a_key_of_its_owners_stays() {
    let fields = |encryption: Option<&str>| {
        let found = BucketSpec { encryption: encryption.map(str::to_owned), ..bucket() };
        difference(&Spec::Bucket(bucket()), &Spec::Bucket(found)).len()
    };
    assert_eq!([fields(Some("aws:kms:arn:key")), fields(Some("aws:kms:dsse")), fields(None)], [0, 0, 1]);
}

#[test]
fn an_audience_that_lacks_is_a_line_and_somebody_elses_is_none() {
    let provider = |audiences: &[&str]| {
        Spec::OidcProvider(OidcProviderSpec {
            host: "gitlab.com".into(),
            audiences: audiences.iter().map(|one| (*one).to_owned()).collect(),
        })
    };
    let lacks = |found: &[&str]| {
        let changes = difference(&provider(&["sts.amazonaws.com"]), &provider(found));
        changes.into_iter().map(|change| change.field).collect::<Vec<_>>()
    };
    assert_eq!(lacks(&["other"]), ["audience sts.amazonaws.com"]);
    assert!(lacks(&["other", "sts.amazonaws.com"]).is_empty());
}

fn role() -> RoleSpec {
    RoleSpec {
        name: "r".into(),
        path: "/".into(),
        description: "d".into(),
        trust: document("sts:AssumeRole"),
        policies: BTreeMap::from([("run".to_owned(), document("s3:GetObject"))]),
        attached: BTreeSet::new(),
        boundary: None,
    }
}

fn function() -> FunctionSpec {
    FunctionSpec {
        name: "f".into(),
        description: "d".into(),
        runtime: "provided.al2023".into(),
        handler: "bootstrap".into(),
        architecture: Architecture::X86_64,
        role: "arn:role".into(),
        memory: 256,
        timeout: 900,
        environment: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
        subnets: BTreeSet::from(["subnet-1".to_owned()]),
        security_groups: BTreeSet::from(["sg-1".to_owned()]),
        code: Some("sha".into()),
        code_is_own: true,
        concurrency: Some(1),
        log_group: "/aws/lambda/f".into(),
    }
}

fn target() -> TargetSpec {
    TargetSpec {
        function: "arn:f".into(),
        input: "{}".into(),
        retries: 2,
        max_age: 3600,
        dead_letters: Some("arn:q".into()),
    }
}

fn rule() -> RuleSpec {
    RuleSpec {
        name: "r".into(),
        description: "d".into(),
        schedule: "rate(1 day)".into(),
        enabled: true,
        target: Some(target()),
    }
}

fn alarm() -> AlarmSpec {
    AlarmSpec {
        name: "a".into(),
        description: "d".into(),
        namespace: "n".into(),
        metric: "m".into(),
        dimensions: BTreeMap::from([("F".to_owned(), "f".to_owned())]),
        statistic: "Sum".into(),
        period: 3600,
        periods: 26,
        threshold: 1.0,
        comparison: "LessThanThreshold".into(),
        missing: "breaching".into(),
        actions: BTreeSet::new(),
    }
}

/// Changes one field of a good object and tells which lines that makes.
fn lines<T: Clone>(good: &T, wrap: fn(T) -> Spec, change: impl FnOnce(&mut T)) -> Vec<String> {
    let mut drifted = good.clone();
    change(&mut drifted);
    assert_eq!(difference(&wrap(good.clone()), &wrap(good.clone())), [], "an object against itself");
    difference(&wrap(good.clone()), &wrap(drifted)).into_iter().map(|change| change.field).collect()
}

macro_rules! drifts {
    ($good:expr, $wrap:expr, $( $field:literal: $change:expr ),+ $(,)?) => {
        $( assert_eq!(lines(&$good, $wrap, $change), [$field], $field); )+
    };
}

#[test]
fn each_field_of_a_bucket_has_its_line() {
    drifts!(bucket(), Spec::Bucket,
        "region": |b: &mut BucketSpec| b.region = "eu-west-1".into(),
        "encryption": |b| b.encryption = None,
        "public access": |b| b.public_access.block_policy = false,
        "public access": |b| b.public_access = PublicAccess::OPEN,
        "versioning": |b| b.versioning = Versioning::Suspended,
        "versioning": |b| b.versioning = Versioning::Never,
        "policy": |b| b.policy = None,
        "policy": |b| b.policy = Some(document("s3:GetObject")),
        "lifecycle es2s3": |b| b.lifecycle.clear(),
        "lifecycle es2s3": |b| drop(b.lifecycle.insert("es2s3".into(), lifecycle(8))),
        "lifecycle es2s3-added": |b| drop(b.lifecycle.insert("es2s3-added".into(), lifecycle(8))),
    );
}

#[test]
fn each_field_of_a_role_has_its_line() {
    drifts!(role(), Spec::Role,
        "path": |r: &mut RoleSpec| r.path = "/x/".into(),
        "description": |r| r.description = String::new(),
        "trust": |r| r.trust = document("sts:TagSession"),
        "boundary": |r| r.boundary = Some("arn:b".into()),
        "attached policies": |r| r.attached = BTreeSet::from(["arn:admin".into()]),
        "policy run": |r| r.policies.clear(),
        "policy run": |r| drop(r.policies.insert("run".into(), document("s3:*"))),
        "policy by-hand": |r| drop(r.policies.insert("by-hand".into(), document("s3:*"))),
    );
}

#[test]
fn each_field_of_a_function_has_its_line() {
    drifts!(function(), Spec::Function,
        "description": |f: &mut FunctionSpec| f.description = String::new(),
        "runtime": |f| f.runtime = "provided.al2".into(),
        "handler": |f| f.handler = "x".into(),
        "architecture": |f| f.architecture = Architecture::Arm64,
        "role": |f| f.role = "arn:other".into(),
        "memory": |f| f.memory = 128,
        "timeout": |f| f.timeout = 3,
        "subnets": |f| f.subnets = BTreeSet::from(["subnet-2".into()]),
        "security groups": |f| f.security_groups.clear(),
        "concurrency": |f| f.concurrency = None,
        "log group": |f| f.log_group = "/x".into(),
        "code": |f| f.code = Some("other".into()),
        "environment A": |f| drop(f.environment.insert("A".into(), "2".into())),
        "environment A": |f| f.environment.clear(),
        "environment B": |f| drop(f.environment.insert("B".into(), "2".into())),
    );
}

#[test]
fn each_field_of_a_rule_has_its_line() {
    drifts!(rule(), Spec::Rule,
        "description": |r: &mut RuleSpec| r.description = String::new(),
        "schedule": |r| r.schedule = "rate(2 days)".into(),
        "state": |r| r.enabled = false,
        "target": |r| r.target = Some(TargetSpec { function: "arn:g".into(), ..target() }),
        "input": |r| r.target = Some(TargetSpec { input: "[]".into(), ..target() }),
        "retries": |r| r.target = Some(TargetSpec { retries: 185, ..target() }),
        "given up after": |r| r.target = Some(TargetSpec { max_age: 86400, ..target() }),
        "dead letters": |r| r.target = Some(TargetSpec { dead_letters: None, ..target() }),
    );
    let lost = lines(&rule(), Spec::Rule, |rule| rule.target = None);
    assert_eq!(lost, ["target", "input", "retries", "given up after", "dead letters"]);
}

#[test]
fn each_field_of_the_small_kinds_has_its_line() {
    let group = LogGroupSpec { name: "g".into(), retention_days: Some(90) };
    drifts!(group, Spec::LogGroup,
        "retention": |g: &mut LogGroupSpec| g.retention_days = None,
        "retention": |g| g.retention_days = Some(1),
    );
    let queue =
        QueueSpec { name: "q".into(), retention_days: 14, encrypted: true, policy: Some(document("sqs:*")) };
    drifts!(queue, Spec::Queue,
        "retention": |q: &mut QueueSpec| q.retention_days = 4,
        "encryption": |q| q.encrypted = false,
        "policy": |q| q.policy = None,
    );
    let permission = PermissionSpec {
        function: "f".into(),
        id: "s".into(),
        principal: "events.amazonaws.com".into(),
        source: Some("arn:rule".into()),
        action: "lambda:InvokeFunction".into(),
    };
    drifts!(permission, Spec::Permission,
        "principal": |p: &mut PermissionSpec| p.principal = "*".into(),
        "action": |p| p.action = "lambda:*".into(),
        "source": |p| p.source = None,
    );
    drifts!(alarm(), Spec::Alarm,
        "description": |a: &mut AlarmSpec| a.description = String::new(),
        "metric": |a| a.metric = "n".into(),
        "metric": |a| a.namespace = "m".into(),
        "dimensions": |a| a.dimensions.clear(),
        "statistic": |a| a.statistic = "Average".into(),
        "period": |a| a.period = 60,
        "period": |a| a.periods = 1,
        "threshold": |a| a.threshold = 2.0,
        "comparison": |a| a.comparison = "GreaterThanThreshold".into(),
        "missing data": |a| a.missing = "missing".into(),
        "tells": |a| a.actions = BTreeSet::from(["arn:topic".into()]),
    );
}

/// Nothing is said about code when no package is at hand.
#[test]
fn a_deployed_package_stays_when_none_is_at_hand() {
    let wanted = Spec::Function(FunctionSpec { code: None, ..function() });
    let fields = difference(&wanted, &Spec::Function(function()));
    assert_eq!(fields, []);
}

/// But whose it is can be told by a tag.
#[test]
fn code_that_somebody_else_uploaded_is_told_without_a_package_too() {
    let found = Spec::Function(FunctionSpec { code: Some("mine".into()), code_is_own: false, ..function() });
    let names = |wanted: FunctionSpec| -> Vec<String> {
        let fields = difference(&Spec::Function(wanted), &found);
        fields.into_iter().map(|one| one.field).collect()
    };
    assert_eq!(names(FunctionSpec { code: None, ..function() }), ["uploaded by"]);
    assert_eq!(names(function()), ["code"], "the package at hand says more");
}
