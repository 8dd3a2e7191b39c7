//! CloudWatch alarms: kept as they were put. No metric is counted, and no alarm goes off.

use serde_json::{Value, json};

use super::{Ask, Call, Refusal, Thing, Told, as_pairs, behind};

pub(super) const CALLS: &[(&str, Call)] = &[
    ("PutMetricAlarm", put_metric_alarm),
    ("DescribeAlarms", describe_alarms),
    ("DeleteAlarms", delete_alarms),
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

/// All of it is replaced, but for the tags, which count only for a new one.
fn put_metric_alarm(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("AlarmName").to_owned();
    let mut fields = ask.fields.as_object().cloned().unwrap_or_default();
    fields.remove("Tags");
    fields.insert("AlarmArn".into(), ask.arn("cloudwatch", &format!("alarm:{name}")).into());
    fields.insert("StateValue".into(), "INSUFFICIENT_DATA".into());
    let there = ask.account.alarms.get(&name);
    let tags = there.map_or_else(|| ask.pairs("Tags"), |there| there.tags.clone());
    ask.account.alarms.insert(name, Thing { fields, tags });
    Ok(json!({}))
}

fn describe_alarms(ask: &mut Ask<'_>) -> Told {
    let names = ask.list("AlarmNames");
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    let alarms = ask.account.alarms.iter().filter(|(name, _)| wanted(name));
    let told: Vec<Value> = alarms.map(|(_, alarm)| alarm.fields.clone().into()).collect();
    Ok(json!({ "MetricAlarms": told, "CompositeAlarms": [] }))
}

fn delete_alarms(ask: &mut Ask<'_>) -> Told {
    let names = ask.list("AlarmNames");
    ask.account.alarms.retain(|name, _| !names.contains(name));
    Ok(json!({}))
}

fn tagged<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Thing, Refusal> {
    let name = behind(ask.text("ResourceARN"), ":alarm:").to_owned();
    let found = ask.account.alarms.get_mut(&name);
    found.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", format!("Unknown alarm {name}")))
}
