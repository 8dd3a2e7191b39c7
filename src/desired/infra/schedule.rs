//! What starts the function: the configured schedule, and every quarter of an hour a look for a run that waits.

use super::Names;
use crate::config::Config;
use crate::model::Address;
use crate::model::infra::{
    Document, Kind, PermissionSpec, QueueSpec, RuleSpec, Spec, Statement, TargetSpec, WantedObject,
};

/// Often enough that a snapshot of hours is taken up soon after its end; with nothing pending it reads one object.
const CARRY_ON: &str = "rate(15 minutes)";
const RETRIES: u32 = 2;
/// One hour: after it the next tick is nearer than the lost one.
const MAX_AGE: u32 = 3600;
const QUEUE_DAYS: u32 = 14;

pub(super) fn objects(config: &Config, names: &Names) -> Vec<WantedObject> {
    let mut objects = vec![WantedObject::new(Spec::Queue(queue(config, names)))];
    let rules = [
        (names.run_rule(), config.schedule.expression.as_str(), "archives what is due", "apply"),
        (names.carry_on_rule(), CARRY_ON, "carries on a run that waits for its snapshots", "carry_on"),
    ];
    for (name, schedule, description, ask) in rules {
        let rule = rule(names, &name, schedule, description, ask);
        let function = Address::Aws(Kind::Function, names.function.clone());
        let queue = Address::Aws(Kind::Queue, names.queue());
        objects.push(WantedObject::new(Spec::Rule(rule)).after([function.clone(), queue]));
        let permission = permission(names, &name);
        objects.push(WantedObject::new(Spec::Permission(permission)).after([function]));
    }
    objects
}

fn queue(config: &Config, names: &Names) -> QueueSpec {
    let rules = [names.rule_arn(&names.run_rule()), names.rule_arn(&names.carry_on_rule())];
    let policy = Document::new([Statement::allow("Undelivered")
        .to("Service", "events.amazonaws.com")
        .actions(["sqs:SendMessage"])
        .on([names.queue_arn()])
        .when("ArnEquals", "aws:SourceArn", rules)
        .when("StringEquals", "aws:SourceAccount", [config.account.as_str()])]);
    QueueSpec { name: names.queue(), retention_days: QUEUE_DAYS, encrypted: true, policy: Some(policy) }
}

fn rule(names: &Names, name: &str, schedule: &str, description: &str, ask: &str) -> RuleSpec {
    RuleSpec {
        name: name.to_owned(),
        description: format!("es2s3: {description}"),
        schedule: schedule.to_owned(),
        enabled: true,
        target: Some(TargetSpec {
            function: names.function_arn(),
            input: format!(r#"{{"es2s3":1,"do":"{ask}"}}"#),
            retries: RETRIES,
            max_age: MAX_AGE,
            dead_letters: Some(names.queue_arn()),
        }),
    }
}

fn permission(names: &Names, rule: &str) -> PermissionSpec {
    PermissionSpec {
        function: names.function.clone(),
        id: rule.to_owned(),
        principal: "events.amazonaws.com".into(),
        source: Some(names.rule_arn(rule)),
        action: "lambda:InvokeFunction".into(),
    }
}
