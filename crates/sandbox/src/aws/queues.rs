//! SQS: queues with their attributes, and what EventBridge could not deliver.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ACCOUNT, Ask, Call, Refusal, Told, behind};

/// A queue as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    pub arn: String,
    pub url: String,
    /// What was set, by SQS's own names; all of it is text.
    pub attributes: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    /// Bodies, the oldest first.
    pub messages: Vec<String>,
}

pub(super) const CALLS: &[(&str, Call)] = &[
    ("CreateQueue", create_queue),
    ("GetQueueUrl", |ask| {
        let name = ask.text("QueueName").to_owned();
        let queue = ask.account.queues.get(&name).ok_or_else(absent)?;
        Ok(json!({ "QueueUrl": queue.url }))
    }),
    ("GetQueueAttributes", get_queue_attributes),
    ("SetQueueAttributes", |ask| {
        let given = ask.map("Attributes");
        queue(ask)?.attributes.extend(given);
        Ok(json!({}))
    }),
    ("ListQueueTags", |ask| {
        let tags = queue(ask)?.tags.clone();
        Ok(json!({ "Tags": tags }))
    }),
    ("TagQueue", |ask| {
        let tags = ask.map("Tags");
        queue(ask)?.tags.extend(tags);
        Ok(json!({}))
    }),
    ("UntagQueue", |ask| {
        let keys = ask.list("TagKeys");
        queue(ask)?.tags.retain(|key, _| !keys.contains(key));
        Ok(json!({}))
    }),
    ("DeleteQueue", |ask| {
        queue(ask)?;
        let name = behind(ask.text("QueueUrl"), "/").to_owned();
        ask.account.queues.remove(&name);
        Ok(json!({}))
    }),
];

/// One that is there with the same attributes is no error.
fn create_queue(ask: &mut Ask<'_>) -> Told {
    let (name, attributes) = (ask.text("QueueName").to_owned(), ask.map("Attributes"));
    if let Some(there) = ask.account.queues.get(&name) {
        let same = attributes.iter().all(|(key, value)| there.attributes.get(key) == Some(value));
        let message = "A queue already exists with the same name and a different value for attributes";
        let url = there.url.clone();
        return if same {
            Ok(json!({ "QueueUrl": url }))
        } else {
            Err(Refusal::new(400, "com.amazonaws.sqs#QueueNameExists", message))
        };
    }
    let queue = Queue {
        arn: ask.arn("sqs", &name),
        url: format!("{}/{ACCOUNT}/{name}", ask.account.endpoint),
        attributes,
        tags: ask.map("tags"),
        messages: Vec::new(),
    };
    let url = queue.url.clone();
    ask.account.queues.insert(name, queue);
    Ok(json!({ "QueueUrl": url }))
}

/// New queues are encrypted with SQS's own keys and keep for four days.
fn get_queue_attributes(ask: &mut Ask<'_>) -> Told {
    let wanted = ask.list("AttributeNames");
    let queue = queue(ask)?;
    let mut all: Map<String, Value> = Map::new();
    all.insert("QueueArn".into(), queue.arn.clone().into());
    all.insert("ApproximateNumberOfMessages".into(), queue.messages.len().to_string().into());
    all.insert("MessageRetentionPeriod".into(), "345600".into());
    all.insert("SqsManagedSseEnabled".into(), "true".into());
    all.extend(queue.attributes.iter().map(|(key, value)| (key.clone(), value.clone().into())));
    // An empty policy is none.
    all.retain(|key, value| {
        value != "" && (wanted.contains(key) || wanted.iter().any(|wanted| wanted == "All"))
    });
    Ok(json!({ "Attributes": all }))
}

fn queue<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Queue, Refusal> {
    let name = behind(ask.text("QueueUrl"), "/").to_owned();
    ask.account.queues.get_mut(&name).ok_or_else(absent)
}

fn absent() -> Refusal {
    Refusal::new(400, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
}
