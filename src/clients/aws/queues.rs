//! SQS: the queue for events that could not be delivered.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::{asked, there};
use super::{Reader, Result, Writer};
use crate::model::infra::{Document, Found, QueueSpec, Spec};

const DAY: u32 = 86_400;

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn queue(&self, name: &str) -> Result<Option<Found>> {
        let Some(url) = self.queue_url(name).await? else { return Ok(None) };
        let thing = format!("queue {name}");
        let asked_queue = asked("sqs:GetQueueAttributes", &thing);
        let ask = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        let attributes = self.signed.json(asked_queue, "sqs", "AmazonSQS.GetQueueAttributes", &ask);
        let asked_tags = asked("sqs:ListQueueTags", &thing);
        let ask = json!({ "QueueUrl": url });
        let tags = self.signed.json(asked_tags, "sqs", "AmazonSQS.ListQueueTags", &ask);
        let (attributes, tags) = tokio::try_join!(attributes, tags)?;
        let attributes = &attributes["Attributes"];
        let text = |name: &str| attributes[name].as_str().unwrap_or_default();
        let policy = match text("Policy") {
            "" => None,
            policy => Some(Document::parse(policy).map_err(|error| asked_queue.garbled(error))?),
        };
        let seconds: u32 = text("MessageRetentionPeriod").parse().unwrap_or_default();
        Ok(Some(Found {
            arn: text("QueueArn").to_owned(),
            spec: Spec::Queue(QueueSpec {
                name: name.to_owned(),
                retention_days: seconds / DAY,
                // Queues are encrypted unless somebody said otherwise.
                encrypted: text("SqsManagedSseEnabled") != "false" || !text("KmsMasterKeyId").is_empty(),
                policy,
            }),
            tags: strings(&tags["Tags"]),
            obstacles: Vec::new(),
        }))
    }

    /// How many messages wait in it, about; `None` when there is no such queue.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn queue_waiting(&self, name: &str) -> Result<Option<u64>> {
        let Some(url) = self.queue_url(name).await? else { return Ok(None) };
        let thing = format!("queue {name}");
        let asked = asked("sqs:GetQueueAttributes", &thing);
        let ask = json!({ "QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"] });
        let got = self.signed.json(asked, "sqs", "AmazonSQS.GetQueueAttributes", &ask).await?;
        let count = got["Attributes"]["ApproximateNumberOfMessages"].as_str().unwrap_or_default();
        count.parse().map(Some).map_err(|_| asked.garbled("no number of messages is in it"))
    }

    async fn queue_url(&self, name: &str) -> Result<Option<String>> {
        let thing = format!("queue {name}");
        let asked = asked("sqs:GetQueueUrl", &thing);
        let ask = json!({ "QueueName": name });
        let got = there(self.signed.json(asked, "sqs", "AmazonSQS.GetQueueUrl", &ask).await)?;
        Ok(got.and_then(|got| got["QueueUrl"].as_str().map(str::to_owned)))
    }
}

fn strings(map: &Value) -> BTreeMap<String, String> {
    let entries = map.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

impl Writer {
    /// # Errors
    ///
    /// [`super::AwsError::Exists`] when one of that name and other settings is there.
    pub async fn create_queue(&self, queue: &QueueSpec, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("queue {}", queue.name);
        let asked = asked("sqs:CreateQueue", &thing);
        let ask = json!({ "QueueName": queue.name, "Attributes": attributes(queue), "tags": tags });
        self.reader.signed.json(asked, "sqs", "AmazonSQS.CreateQueue", &ask).await.map(drop)
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn configure_queue(&self, queue: &QueueSpec, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("queue {}", queue.name);
        let asked_url = asked("sqs:SetQueueAttributes", &thing);
        let url = self.reader.queue_url(&queue.name).await?;
        let url = url.ok_or_else(|| asked_url.refused(404, "QueueDoesNotExist", ""))?;
        let ask = json!({ "QueueUrl": url, "Attributes": attributes(queue) });
        self.reader.signed.json(asked_url, "sqs", "AmazonSQS.SetQueueAttributes", &ask).await?;
        let asked_tags = asked("sqs:TagQueue", &thing);
        let ask = json!({ "QueueUrl": url, "Tags": tags });
        self.reader.signed.json(asked_tags, "sqs", "AmazonSQS.TagQueue", &ask).await.map(drop)
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn delete_queue(&self, name: &str) -> Result<()> {
        let Some(url) = self.reader.queue_url(name).await? else { return Ok(()) };
        let thing = format!("queue {name}");
        let asked = asked("sqs:DeleteQueue", &thing);
        let ask = json!({ "QueueUrl": url });
        there(self.reader.signed.json(asked, "sqs", "AmazonSQS.DeleteQueue", &ask).await).map(drop)
    }
}

fn attributes(queue: &QueueSpec) -> Value {
    json!({
        "MessageRetentionPeriod": (queue.retention_days * DAY).to_string(),
        "SqsManagedSseEnabled": queue.encrypted.to_string(),
        "Policy": queue.policy.as_ref().map(Document::text).unwrap_or_default(),
    })
}
