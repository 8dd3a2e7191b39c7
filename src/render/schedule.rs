//! The part of the status that tells of the schedule: next run, its rule, runs that did not end well, alarms.

use jiff::Timestamp;
use serde::Serialize;

use super::text::{counted, minute};
use crate::model::infra::{AlarmState, Kind, Spec};
use crate::model::{Address, Live};
use crate::plan::Plan;
use crate::plan::infra::ObjectChange;
use crate::state::RunEnd;

/// The facts; their JSON is this.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    pub expression: String,
    /// `None` of a rate, which counts from the making of its rule.
    pub next: Option<Timestamp>,
    pub rule: Rule,
    /// Applies since the last one that ended well, newest first.
    pub unwell: Vec<RunEnd>,
    /// `Absent` where the AWS side is left to others.
    pub alarms: Live<Vec<AlarmState>>,
}

/// Whether anything fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Enabled,
    Disabled,
    NotMade,
    /// It could not be read, or is not es2s3's.
    Unknown,
    /// `infrastructure: none`.
    LeftToOthers,
}

impl Rule {
    /// As the plan's line of this rule tells it.
    pub fn of(plan: &Plan, rule: &str) -> Self {
        let address = Address::Aws(Kind::Rule, rule.to_owned());
        let enabled = |before: &Spec| matches!(before, Spec::Rule(rule) if rule.enabled);
        match plan.objects.iter().find(|item| item.address == address).map(|item| &item.change) {
            None => Rule::LeftToOthers,
            Some(ObjectChange::Keep { .. }) => Rule::Enabled,
            Some(ObjectChange::Create { .. }) => Rule::NotMade,
            Some(
                ObjectChange::Update { before, .. }
                | ObjectChange::Adopt { before, .. }
                | ObjectChange::Remove { before, .. },
            ) => {
                if enabled(before) {
                    Rule::Enabled
                } else {
                    Rule::Disabled
                }
            }
            Some(ObjectChange::Blocked { .. }) => Rule::Unknown,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Rule::Enabled => "",
            Rule::Disabled => " · its rule is disabled: es2s3 plan",
            Rule::NotMade => " · its rule is not made yet: es2s3 apply",
            Rule::Unknown => " · whether its rule stands is not known: es2s3 plan",
            Rule::LeftToOthers => " · fired by others, if at all (infrastructure: none)",
        }
    }
}

/// Two or three lines.
pub(super) fn lines(schedule: &Schedule) -> String {
    let next = match schedule.next {
        Some(next) if matches!(schedule.rule, Rule::Enabled) => format!(" · next {}", minute(next)),
        _ => String::new(),
    };
    let mut text = format!("schedule    {}{next}{}\n", schedule.expression, schedule.rule.words());
    if let Some(last) = schedule.unwell.first() {
        let how = match last.ended {
            Some((at, exit)) => format!("exit {exit} at {}", minute(at)),
            None => "did not end".to_owned(),
        };
        let many = counted(schedule.unwell.len() as u64, "run", "runs");
        text.push_str(&format!(
            "failures    {many} since the last good one; the newest, {}: {how}\n",
            last.run
        ));
    }
    if let Live::Present(alarms) = &schedule.alarms {
        for alarm in alarms.iter().filter(|alarm| alarm.state == "ALARM") {
            text.push_str(&format!("alarm       {}: es2s3 logs --errors\n", alarm.name));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        Schedule {
            expression: "cron(0 5 * * ? *)".into(),
            next: "2026-11-24T05:00:00Z".parse().ok(),
            rule: Rule::Enabled,
            unwell: Vec::new(),
            alarms: Live::Absent,
        }
    }

    #[test]
    fn the_next_run_is_told_only_where_something_fires() {
        assert_eq!(lines(&schedule()), "schedule    cron(0 5 * * ? *) · next 2026-11-24 05:00 UTC\n");
        for (rule, words) in [
            (Rule::Disabled, "its rule is disabled: es2s3 plan"),
            (Rule::NotMade, "its rule is not made yet: es2s3 apply"),
            (Rule::LeftToOthers, "fired by others, if at all (infrastructure: none)"),
        ] {
            let told = lines(&Schedule { rule, ..schedule() });
            assert_eq!(told, format!("schedule    cron(0 5 * * ? *) · {words}\n"));
        }
    }

    #[test]
    fn what_went_wrong_since_the_last_good_run_is_counted() {
        let ended = "2026-11-23T05:01:00Z".parse().ok().map(|at| (at, 6));
        let run = |run: &str, ended| RunEnd { run: run.into(), operation: "apply".into(), ended };
        let alarm = |name: &str, state: &str| AlarmState { name: name.into(), state: state.into() };
        let told = lines(&Schedule {
            unwell: vec![run("R2", ended), run("R1", None)],
            alarms: Live::Present(vec![
                alarm("es2s3-logs-errors", "ALARM"),
                alarm("es2s3-logs-silence", "OK"),
            ]),
            ..schedule()
        });
        assert_eq!(
            told.lines().skip(1).collect::<Vec<_>>(),
            [
                "failures    2 runs since the last good one; the newest, R2: exit 6 at 2026-11-23 05:01 UTC",
                "alarm       es2s3-logs-errors: es2s3 logs --errors",
            ]
        );
    }
}
