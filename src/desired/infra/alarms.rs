//! Two alarms: a run that failed, and no run that succeeded for too long.

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::config::Config;
use crate::model::Address;
use crate::model::infra::{AlarmSpec, Kind, Spec, WantedObject};

const HOUR: u32 = 3600;
/// The namespace of the metrics that the function writes into its log.
pub const NAMESPACE: &str = "es2s3";
/// One for each run that ended well.
pub const SUCCESSES: &str = "SuccessfulRuns";

pub(super) fn objects(config: &Config, names: &Names) -> Vec<WantedObject> {
    let function = Address::Aws(Kind::Function, names.function.clone());
    [errors(config, names), silence(config, names)]
        .map(|alarm| WantedObject::new(Spec::Alarm(alarm)).after([function.clone()]))
        .into()
}

pub(super) fn names(names: &Names) -> [String; 2] {
    [format!("{}-errors", names.base), format!("{}-silence", names.base)]
}

fn errors(config: &Config, names: &Names) -> AlarmSpec {
    let [errors, _] = self::names(names);
    AlarmSpec {
        name: errors,
        description: "a run of es2s3 ended with an error: es2s3 logs --errors".into(),
        namespace: "AWS/Lambda".into(),
        metric: "Errors".into(),
        dimensions: BTreeMap::from([("FunctionName".to_owned(), names.function.clone())]),
        statistic: "Sum".into(),
        period: HOUR,
        periods: 1,
        threshold: 1.0,
        comparison: "GreaterThanOrEqualToThreshold".into(),
        missing: "notBreaching".into(),
        actions: topic(config),
    }
}

/// An hour without a point counts against it, so a function that is never called is noticed too.
fn silence(config: &Config, names: &Names) -> AlarmSpec {
    let [_, silence] = self::names(names);
    AlarmSpec {
        name: silence,
        description: format!(
            "no run of es2s3 ended well for {} hours: es2s3 status",
            config.alarms.no_success_hours
        ),
        namespace: NAMESPACE.into(),
        metric: SUCCESSES.into(),
        dimensions: BTreeMap::from([("Function".to_owned(), names.function.clone())]),
        statistic: "Sum".into(),
        period: HOUR,
        periods: config.alarms.no_success_hours,
        threshold: 1.0,
        comparison: "LessThanThreshold".into(),
        missing: "breaching".into(),
        actions: topic(config),
    }
}

fn topic(config: &Config) -> BTreeSet<String> {
    config.alarms.topic.iter().cloned().collect()
}
