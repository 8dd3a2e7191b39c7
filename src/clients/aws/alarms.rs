//! CloudWatch alarms, in the service's own JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{Asked, asked, there};
use super::{Reader, Result, Writer};
use crate::model::infra::{AlarmSpec, AlarmState, Found, Spec};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alarm {
    alarm_name: String,
    alarm_arn: String,
    #[serde(default)]
    alarm_description: Option<String>,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    #[serde(default)]
    statistic: Option<String>,
    #[serde(default)]
    period: Option<u32>,
    #[serde(default)]
    evaluation_periods: u32,
    #[serde(default)]
    threshold: f64,
    #[serde(default)]
    comparison_operator: String,
    #[serde(default)]
    treat_missing_data: Option<String>,
    #[serde(default)]
    alarm_actions: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn alarm(&self, name: &str) -> Result<Option<Found>> {
        let thing = format!("alarm {name}");
        let asked_alarm = asked("cloudwatch:DescribeAlarms", &thing);
        let found = self.alarms(asked_alarm, &json!({ "AlarmNames": [name] })).await?;
        let alarms: Vec<Alarm> = match found.get("MetricAlarms") {
            Some(alarms) => {
                serde_json::from_value(alarms.clone()).map_err(|error| asked_alarm.garbled(error))?
            }
            None => Vec::new(),
        };
        let Some(alarm) = alarms.into_iter().find(|alarm| alarm.alarm_name == name) else { return Ok(None) };
        let asked_tags = asked("cloudwatch:ListTagsForResource", &thing);
        let found = self.alarms(asked_tags, &json!({ "ResourceARN": alarm.alarm_arn })).await?;
        let tags = found["Tags"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Some(Found {
            arn: alarm.alarm_arn.clone(),
            tags: tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect(),
            spec: Spec::Alarm(spec(alarm)),
            obstacles: Vec::new(),
        }))
    }

    /// In which state alarms are, and since when; those that are not there are left out. One request.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn alarm_states(&self, names: &[String]) -> Result<Vec<AlarmState>> {
        let asked = asked("cloudwatch:DescribeAlarms", "alarms");
        let found = self.alarms(asked, &json!({ "AlarmNames": names })).await?;
        let states = found.get("MetricAlarms").cloned().unwrap_or_else(|| json!([]));
        serde_json::from_value(states).map_err(|error| asked.garbled(error))
    }

    /// The call's name is that of its action.
    async fn alarms(&self, asked: Asked<'_>, body: &Value) -> Result<Value> {
        let (_, name) = asked.action.split_once(':').unwrap_or_default();
        let target = format!("GraniteServiceVersion20100801.{name}");
        self.signed.json(asked, "monitoring", &target, body).await
    }
}

fn spec(alarm: Alarm) -> AlarmSpec {
    AlarmSpec {
        name: alarm.alarm_name,
        description: alarm.alarm_description.unwrap_or_default(),
        namespace: alarm.namespace,
        metric: alarm.metric_name,
        dimensions: alarm.dimensions.into_iter().map(|one| (one.name, one.value)).collect(),
        statistic: alarm.statistic.unwrap_or_default(),
        period: alarm.period.unwrap_or_default(),
        periods: alarm.evaluation_periods,
        threshold: alarm.threshold,
        comparison: alarm.comparison_operator,
        missing: alarm.treat_missing_data.unwrap_or_else(|| "missing".into()),
        actions: alarm.alarm_actions,
    }
}

impl Writer {
    /// Makes or changes it. Tags count only when it is made.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub async fn put_alarm(&self, alarm: &AlarmSpec, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("alarm {}", alarm.name);
        let dimensions: Vec<Value> =
            alarm.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let body = json!({
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "Namespace": alarm.namespace,
            "MetricName": alarm.metric,
            "Dimensions": dimensions,
            "Statistic": alarm.statistic,
            "Period": alarm.period,
            "EvaluationPeriods": alarm.periods,
            "Threshold": alarm.threshold,
            "ComparisonOperator": alarm.comparison,
            "TreatMissingData": alarm.missing,
            "AlarmActions": alarm.actions,
            "Tags": pairs(tags),
        });
        self.reader.alarms(asked("cloudwatch:PutMetricAlarm", &thing), &body).await.map(drop)
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn tag_alarm(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let body = json!({ "ResourceARN": arn, "Tags": pairs(tags) });
        self.reader.alarms(asked("cloudwatch:TagResource", arn), &body).await.map(drop)
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn delete_alarm(&self, name: &str) -> Result<()> {
        let thing = format!("alarm {name}");
        let body = json!({ "AlarmNames": [name] });
        there(self.reader.alarms(asked("cloudwatch:DeleteAlarms", &thing), &body).await).map(drop)
    }
}

fn pairs(tags: &BTreeMap<String, String>) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}
