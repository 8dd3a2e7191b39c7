//! EventBridge rules of the default bus, each with its one target.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::{DeadLetterConfig, RetryPolicy, RuleState, Tag, Target};

use super::error::{Asked, asked, there};
use super::{Reader, Result, Writer, tags};
use crate::model::infra::{Found, RuleSpec, Spec, TargetSpec};

/// The id of es2s3's target; a rule may have five.
const TARGET: &str = "es2s3";

impl Reader {
    /// # Errors
    ///
    /// When it or its targets cannot be read.
    pub async fn rule(&self, name: &str) -> Result<Option<Found>> {
        let thing = format!("rule {name}");
        let asked_rule = asked("events:DescribeRule", &thing);
        let got = self.events.describe_rule().name(name).send().await;
        let Some(got) = there(got.map_err(|error| asked_rule.told(&error)))? else { return Ok(None) };
        let arn = got.arn.clone().unwrap_or_default();
        let (targets, tags) = tokio::try_join!(self.targets(name), self.rule_tags(&arn))?;
        let own = targets.iter().find(|target| target.id() == TARGET).or(targets.first());
        let others = targets.len().saturating_sub(usize::from(own.is_some()));
        let obstacle =
            format!("it has {others} other targets, and es2s3 keeps a rule of its own: remove them first");
        Ok(Some(Found {
            spec: Spec::Rule(RuleSpec {
                name: name.to_owned(),
                description: got.description.unwrap_or_default(),
                schedule: got.schedule_expression.unwrap_or_default(),
                enabled: got.state == Some(RuleState::Enabled),
                target: own.map(target),
            }),
            obstacles: if others > 0 { vec![obstacle] } else { Vec::new() },
            tags,
            arn,
        }))
    }

    async fn targets(&self, rule: &str) -> Result<Vec<Target>> {
        let thing = format!("rule {rule}");
        let asked = asked("events:ListTargetsByRule", &thing);
        let got = self.events.list_targets_by_rule().rule(rule).send().await;
        Ok(got.map_err(|error| asked.told(&error))?.targets.unwrap_or_default())
    }

    async fn rule_tags(&self, arn: &str) -> Result<BTreeMap<String, String>> {
        let asked = asked("events:ListTagsForResource", arn);
        let got = self.events.list_tags_for_resource().resource_arn(arn).send().await;
        let got = got.map_err(|error| asked.told(&error))?;
        Ok(tags::map(got.tags(), Tag::key, Tag::value))
    }
}

fn target(target: &Target) -> TargetSpec {
    let retry = target.retry_policy();
    let number = |number: Option<i32>, default| number.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    TargetSpec {
        function: target.arn().to_owned(),
        input: target.input().unwrap_or_default().to_owned(),
        // What EventBridge does when nothing is said: 185 times within a day.
        retries: number(retry.and_then(RetryPolicy::maximum_retry_attempts), 185),
        max_age: number(retry.and_then(RetryPolicy::maximum_event_age_in_seconds), 86_400),
        dead_letters: target.dead_letter_config().and_then(|queue| queue.arn().map(str::to_owned)),
    }
}

impl Writer {
    /// Makes or changes the rule; tags count only when it is made.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub async fn put_rule(&self, rule: &RuleSpec, tags: Option<&BTreeMap<String, String>>) -> Result<String> {
        let thing = format!("rule {}", rule.name);
        let asked = asked("events:PutRule", &thing);
        let tags = tags.map(|tags| sdk_tags(tags, &asked)).transpose()?;
        let put = self
            .reader
            .events
            .put_rule()
            .name(&rule.name)
            .description(&rule.description)
            .schedule_expression(&rule.schedule)
            .state(if rule.enabled { RuleState::Enabled } else { RuleState::Disabled })
            .set_tags(tags);
        let made = put.send().await.map_err(|error| asked.told(&error))?;
        Ok(made.rule_arn.unwrap_or_default())
    }

    /// # Errors
    ///
    /// When it is refused; EventBridge tells of a refused target inside a good answer.
    pub async fn put_target(&self, rule: &str, target: &TargetSpec) -> Result<()> {
        let thing = format!("the target of rule {rule}");
        let asked = asked("events:PutTargets", &thing);
        let retry = RetryPolicy::builder()
            .maximum_retry_attempts(i32::try_from(target.retries).unwrap_or(i32::MAX))
            .maximum_event_age_in_seconds(i32::try_from(target.max_age).unwrap_or(i32::MAX));
        let queue = target.dead_letters.as_ref().map(|arn| DeadLetterConfig::builder().arn(arn).build());
        let target = Target::builder()
            .id(TARGET)
            .arn(&target.function)
            .input(&target.input)
            .retry_policy(retry.build())
            .set_dead_letter_config(queue)
            .build()
            .map_err(|error| asked.garbled(error))?;
        let sent = self.reader.events.put_targets().rule(rule).targets(target).send().await;
        let sent = sent.map_err(|error| asked.told(&error))?;
        match sent.failed_entries().first() {
            Some(failed) => {
                let why = failed.error_message().unwrap_or("no reason was given");
                Err(asked.refused(400, failed.error_code().unwrap_or("FailedEntry"), why))
            }
            None => Ok(()),
        }
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn tag_rule(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let asked = asked("events:TagResource", arn);
        let tag = self.reader.events.tag_resource().resource_arn(arn);
        let sent = tag.set_tags(Some(sdk_tags(tags, &asked)?)).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// The target first: a rule that has one is not deleted. What is gone already is no error.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub async fn delete_rule(&self, name: &str) -> Result<()> {
        let thing = format!("rule {name}");
        let asked_target = asked("events:RemoveTargets", &thing);
        let sent = self.reader.events.remove_targets().rule(name).ids(TARGET).send().await;
        there(sent.map(drop).map_err(|error| asked_target.told(&error)))?;
        let asked_rule = asked("events:DeleteRule", &thing);
        let sent = self.reader.events.delete_rule().name(name).send().await;
        there(sent.map(drop).map_err(|error| asked_rule.told(&error))).map(drop)
    }
}

fn sdk_tags(tags: &BTreeMap<String, String>, asked: &Asked<'_>) -> Result<Vec<Tag>> {
    let built = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    built.collect::<std::result::Result<_, _>>().map_err(|error| asked.garbled(error))
}
