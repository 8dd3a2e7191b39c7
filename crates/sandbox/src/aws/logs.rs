//! CloudWatch Logs: groups with their retention, and the lines that functions wrote.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Account, Ask, Call, Refusal, Told, behind};

/// A group as it is kept.
#[derive(Clone, Debug, Default)]
pub struct LogGroup {
    pub arn: String,
    /// None: for ever.
    pub retention_days: Option<u64>,
    pub tags: BTreeMap<String, String>,
    /// In the order in which they were written.
    pub lines: Vec<Line>,
    created: Timestamp,
}

/// One line of a log.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub at: Timestamp,
    pub stream: String,
    pub text: String,
}

/// The days that CloudWatch takes.
const RETENTIONS: [u64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Lines of a page, unless fewer are asked for.
const PAGE: usize = 10_000;

pub(super) const CALLS: &[(&str, Call)] = &[
    ("CreateLogGroup", create_log_group),
    ("DescribeLogGroups", describe_log_groups),
    ("DeleteLogGroup", delete_log_group),
    ("PutRetentionPolicy", put_retention_policy),
    ("DeleteRetentionPolicy", |ask| {
        named(ask)?.retention_days = None;
        Ok(json!({}))
    }),
    ("ListTagsForResource", |ask| {
        let tags = tagged(ask)?.tags.clone();
        Ok(json!({ "tags": tags }))
    }),
    ("TagResource", |ask| {
        let tags = ask.map("tags");
        tagged(ask)?.tags.extend(tags);
        Ok(json!({}))
    }),
    ("UntagResource", |ask| {
        let keys = ask.list("tagKeys");
        tagged(ask)?.tags.retain(|key, _| !keys.contains(key));
        Ok(json!({}))
    }),
    ("FilterLogEvents", filter_log_events),
];

fn create_log_group(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("logGroupName").to_owned();
    if ask.account.log_groups.contains_key(&name) {
        let message = "The specified log group already exists";
        return Err(Refusal::new(400, "ResourceAlreadyExistsException", message));
    }
    let arn = ask.arn("logs", &format!("log-group:{name}"));
    let group = LogGroup { arn, tags: ask.map("tags"), created: ask.now, ..LogGroup::default() };
    ask.account.log_groups.insert(name, group);
    Ok(json!({}))
}

fn describe_log_groups(ask: &mut Ask<'_>) -> Told {
    let prefix = ask.text("logGroupNamePrefix");
    let groups = ask.account.log_groups.iter().filter(|(name, _)| name.starts_with(prefix));
    let told: Vec<Value> = groups.map(|(name, group)| told(name, group)).collect();
    Ok(json!({ "logGroups": told }))
}

fn told(name: &str, group: &LogGroup) -> Value {
    let mut told = json!({
        "logGroupName": name,
        "creationTime": group.created.as_millisecond(),
        "arn": format!("{}:*", group.arn),
        "logGroupArn": group.arn,
        "logGroupClass": "STANDARD",
        "storedBytes": 0,
        "metricFilterCount": 0,
    });
    if let Some(days) = group.retention_days {
        told["retentionInDays"] = days.into();
    }
    told
}

fn delete_log_group(ask: &mut Ask<'_>) -> Told {
    named(ask)?;
    let name = ask.text("logGroupName").to_owned();
    ask.account.log_groups.remove(&name);
    Ok(json!({}))
}

fn put_retention_policy(ask: &mut Ask<'_>) -> Told {
    let days = ask.fields["retentionInDays"].as_u64().unwrap_or_default();
    if !RETENTIONS.contains(&days) {
        return Err(Refusal::new(400, "InvalidParameterException", format!("{days} days cannot be kept")));
    }
    named(ask)?.retention_days = Some(days);
    Ok(json!({}))
}

/// A pattern is a text that a line must hold; quotes around it are left away.
fn filter_log_events(ask: &mut Ask<'_>) -> Told {
    let number = |name: &str| ask.fields[name].as_i64();
    let (from, to) = (number("startTime").unwrap_or(i64::MIN), number("endTime").unwrap_or(i64::MAX));
    let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE);
    let (pattern, token) =
        (ask.text("filterPattern").trim_matches('"').to_owned(), ask.text("nextToken").to_owned());
    let group = named(ask)?;
    let wanted = |line: &Line| (from..to).contains(&line.at.as_millisecond()) && line.text.contains(&pattern);
    let start: usize = token.parse().unwrap_or(0);
    let found: Vec<Value> = group
        .lines
        .iter()
        .enumerate()
        .filter(|(number, line)| *number >= start && wanted(line))
        .map(|(number, line)| event(number, line))
        .collect();
    let mut reply = json!({ "events": found.get(..limit.min(found.len())).unwrap_or_default() });
    if let Some(next) = found.get(limit) {
        reply["nextToken"] = next["eventId"].as_str().unwrap_or_default().trim_start_matches('0').into();
    }
    Ok(reply)
}

fn event(number: usize, line: &Line) -> Value {
    let at = line.at.as_millisecond();
    json!({
        "eventId": format!("{number:056}"),
        "logStreamName": line.stream,
        "timestamp": at,
        "ingestionTime": at,
        "message": line.text,
    })
}

impl Account {
    /// A line as Lambda writes it; a group that is missing is made.
    pub(super) fn write_log(&mut self, group: &str, line: Line) {
        let group = self.log_groups.entry(group.to_owned()).or_default();
        group.lines.push(line);
    }
}

fn named<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut LogGroup, Refusal> {
    let name = ask.text("logGroupName").to_owned();
    ask.account.log_groups.get_mut(&name).ok_or_else(|| absent("The specified log group does not exist."))
}

fn tagged<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut LogGroup, Refusal> {
    let name = behind(ask.text("resourceArn").trim_end_matches(":*"), ":log-group:").to_owned();
    ask.account.log_groups.get_mut(&name).ok_or_else(|| absent("The specified resource does not exist."))
}

fn absent(message: &str) -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", message)
}
