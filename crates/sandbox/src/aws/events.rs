//! EventBridge: rules of the default bus and their targets. [`super::schedule`] fires them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::schedule::Schedule;
use super::{Ask, Call, Refusal, Told, as_pairs, behind};

/// A rule as it is kept.
#[derive(Clone, Debug)]
pub struct Rule {
    pub arn: String,
    /// As it was put: `Description`, `ScheduleExpression`, `State`.
    pub fields: Map<String, Value>,
    /// As they were put.
    pub targets: Vec<Value>,
    pub tags: BTreeMap<String, String>,
    pub(super) created: Timestamp,
    /// When it fired last.
    pub(super) fired: Option<Timestamp>,
}

pub(super) const CALLS: &[(&str, Call)] = &[
    ("PutRule", put_rule),
    ("DescribeRule", describe_rule),
    ("DeleteRule", delete_rule),
    ("EnableRule", |ask| set_state(ask, "ENABLED")),
    ("DisableRule", |ask| set_state(ask, "DISABLED")),
    ("PutTargets", put_targets),
    ("RemoveTargets", remove_targets),
    ("ListTargetsByRule", |ask| {
        let targets = named(ask, "Rule")?.targets.clone();
        Ok(json!({ "Targets": targets }))
    }),
    ("ListTagsForResource", |ask| {
        let tags = as_pairs(&tagged(ask)?.tags);
        Ok(json!({ "Tags": tags }))
    }),
    ("TagResource", |ask| {
        let tags = ask.pairs("Tags");
        tagged(ask)?.tags.extend(tags);
        Ok(json!({}))
    }),
    ("UntagResource", |ask| {
        let keys = ask.list("TagKeys");
        tagged(ask)?.tags.retain(|key, _| !keys.contains(key));
        Ok(json!({}))
    }),
];

/// All of it is replaced, but for targets and tags.
fn put_rule(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("Name").to_owned();
    if Schedule::parse(ask.text("ScheduleExpression")).is_none() {
        return Err(Refusal::new(400, "ValidationException", "Parameter ScheduleExpression is not valid."));
    }
    let mut fields = ask.fields.as_object().cloned().unwrap_or_default();
    fields.retain(|key, _| !matches!(key.as_str(), "Name" | "Tags"));
    fields.entry("State").or_insert_with(|| "ENABLED".into());
    let (arn, tags, created) = (ask.arn("events", &format!("rule/{name}")), ask.pairs("Tags"), ask.now);
    let rules = &mut ask.account.rules;
    let rule = rules.entry(name).or_insert_with(|| Rule {
        arn: arn.clone(),
        fields: Map::new(),
        targets: Vec::new(),
        tags,
        created,
        fired: None,
    });
    rule.fields = fields;
    Ok(json!({ "RuleArn": arn }))
}

fn describe_rule(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("Name").to_owned();
    let rule = named(ask, "Name")?;
    let mut told = rule.fields.clone();
    told.insert("Name".into(), name.into());
    told.insert("Arn".into(), rule.arn.clone().into());
    told.insert("EventBusName".into(), "default".into());
    Ok(told.into())
}

/// Not while it has a target. One that is gone already is no error.
fn delete_rule(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("Name").to_owned();
    if ask.account.rules.get(&name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(Refusal::new(400, "ValidationException", "Rule can't be deleted since it has targets."));
    }
    ask.account.rules.remove(&name);
    Ok(json!({}))
}

fn set_state(ask: &mut Ask<'_>, state: &str) -> Told {
    named(ask, "Name")?.fields.insert("State".into(), state.into());
    Ok(json!({}))
}

fn put_targets(ask: &mut Ask<'_>) -> Told {
    let given = ask.fields["Targets"].as_array().cloned().unwrap_or_default();
    let rule = named(ask, "Rule")?;
    for target in given {
        rule.targets.retain(|there| there["Id"] != target["Id"]);
        rule.targets.push(target);
    }
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn remove_targets(ask: &mut Ask<'_>) -> Told {
    let ids = ask.list("Ids");
    let gone = |target: &Value| ids.iter().any(|id| target["Id"] == **id);
    named(ask, "Rule")?.targets.retain(|target| !gone(target));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn named<'a>(ask: &'a mut Ask<'_>, field: &str) -> Result<&'a mut Rule, Refusal> {
    let name = ask.text(field).to_owned();
    ask.account.rules.get_mut(&name).ok_or_else(|| absent(&name))
}

fn tagged<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Rule, Refusal> {
    let name = behind(ask.text("ResourceARN"), ":rule/").to_owned();
    ask.account.rules.get_mut(&name).ok_or_else(|| absent(&name))
}

fn absent(name: &str) -> Refusal {
    let message = format!("Rule {name} does not exist on EventBus default.");
    Refusal::new(400, "ResourceNotFoundException", message)
}
