//! Log groups and their retention.

use std::collections::{BTreeMap, HashMap};

use super::error::{asked, there};
use super::{Reader, Result, Writer};
use crate::model::infra::{Found, LogGroupSpec, Spec};

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn log_group(&self, name: &str) -> Result<Option<Found>> {
        let thing = format!("log group {name}");
        let asked_groups = asked("logs:DescribeLogGroups", &thing);
        let found = self.logs.describe_log_groups().log_group_name_prefix(name).send().await;
        let found = found.map_err(|error| asked_groups.told(&error))?;
        let group = found.log_groups().iter().find(|group| group.log_group_name() == Some(name));
        let Some(group) = group else { return Ok(None) };
        let arn = group.arn().unwrap_or_default().trim_end_matches(":*").to_owned();
        let asked_tags = asked("logs:ListTagsForResource", &thing);
        let tags = self.logs.list_tags_for_resource().resource_arn(&arn).send().await;
        let tags = there(tags.map_err(|error| asked_tags.told(&error)))?.and_then(|found| found.tags);
        Ok(Some(Found {
            spec: Spec::LogGroup(LogGroupSpec {
                name: name.to_owned(),
                retention_days: group.retention_in_days().and_then(|days| u32::try_from(days).ok()),
            }),
            tags: tags.unwrap_or_default().into_iter().collect(),
            obstacles: Vec::new(),
            arn,
        }))
    }
}

impl Writer {
    /// # Errors
    ///
    /// [`super::AwsError::Exists`] when one of that name is there.
    pub async fn create_log_group(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("log group {name}");
        let asked = asked("logs:CreateLogGroup", &thing);
        let tags: HashMap<String, String> = tags.clone().into_iter().collect();
        let create = self.reader.logs.create_log_group().log_group_name(name).set_tags(Some(tags));
        create.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// `None` keeps for ever.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub async fn set_log_retention(&self, name: &str, days: Option<u32>) -> Result<()> {
        let thing = format!("log group {name}");
        match days.and_then(|days| i32::try_from(days).ok()) {
            Some(days) => {
                let asked = asked("logs:PutRetentionPolicy", &thing);
                let put =
                    self.reader.logs.put_retention_policy().log_group_name(name).retention_in_days(days);
                put.send().await.map(drop).map_err(|error| asked.told(&error))
            }
            None => {
                let asked = asked("logs:DeleteRetentionPolicy", &thing);
                let delete = self.reader.logs.delete_retention_policy().log_group_name(name);
                delete.send().await.map(drop).map_err(|error| asked.told(&error))
            }
        }
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn tag_log_group(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let asked = asked("logs:TagResource", arn);
        let tags: HashMap<String, String> = tags.clone().into_iter().collect();
        let tag = self.reader.logs.tag_resource().resource_arn(arn).set_tags(Some(tags));
        tag.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn delete_log_group(&self, name: &str) -> Result<()> {
        let thing = format!("log group {name}");
        let asked = asked("logs:DeleteLogGroup", &thing);
        let sent = self.reader.logs.delete_log_group().log_group_name(name).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }
}
