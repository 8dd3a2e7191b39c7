//! The flags that a component runs with against what is declared: one table, a row for each flag that matters.
//!
//! A flag that the page does not have, of another version of Thanos, and a value of another form than it has been seen in say nothing.

use std::collections::BTreeSet;

use super::super::super::finding::{Check, Finding};
use super::super::Scene;
use crate::model::thanos::{Component, Facts, Kept, Resolution, Running, Spoken, ThanosSpec, parse_seconds};

/// What a flag is held against.
enum Declared<'a> {
    /// A duration, in seconds.
    Lasts(u64),
    /// How long samples are kept. A Compactor that keeps them longer, or for ever, leaves the marks to es2s3.
    Keeps(Kept),
    /// These labels, each by its own flag or with commas between, in any order.
    Labels(BTreeSet<&'a str>),
    /// At least these labels, whatever others there are, but none of those that tell streams apart.
    LabelsAmong { wanted: BTreeSet<&'a str>, never: BTreeSet<&'a str> },
    /// A switch that stands so, else this comes of it.
    Switch { on: bool, else_comes: String },
}

struct Row<'a> {
    component: Component,
    flag: &'static str,
    declared: Declared<'a>,
    id: Check,
}

pub(super) fn check(scene: &Scene<'_>, running: &Running, facts: &Facts, findings: &mut Vec<Finding>) {
    let (word, url) = (running.component.word(), &running.url);
    for row in rows(scene.spec).into_iter().filter(|row| row.component == running.component) {
        let Some(value) = facts.flags.get(row.flag) else { continue };
        if let Some(rest) = row.declared.but_is(value) {
            let shown = parse_seconds(value).map_or_else(|| value.clone(), |time| Spoken(time).to_string());
            let text = format!("{word} {url} runs with --{}={shown}, {rest}", row.flag);
            findings.push(Finding::new(row.id_for(value), text));
        }
    }
    if running.component == Component::Store {
        findings.extend(store_delay(scene.spec, url, facts));
    }
}

fn rows(spec: &ThanosSpec) -> Vec<Row<'_>> {
    use Component::{Compact, Query, Store};
    let row = |component, flag, declared, id| Row { component, flag, declared, id };
    let kept = |resolution| Declared::Keeps(spec.retention.of(resolution));
    let open = || Declared::Switch { on: true, else_comes: "so that who reaches it can mark blocks".into() };
    let mut rows = vec![
        row(Compact, "retention.resolution-raw", kept(Resolution::Raw), Check::RetentionDrift),
        row(Compact, "retention.resolution-5m", kept(Resolution::FiveMinutes), Check::RetentionDrift),
        row(Compact, "retention.resolution-1h", kept(Resolution::OneHour), Check::RetentionDrift),
        row(Compact, "delete-delay", Declared::Lasts(spec.delete_delay), Check::DelayDrift),
        row(Compact, "deduplication.replica-label", Declared::Labels(merged(spec)), Check::ReplicaDrift),
        row(Compact, "disable-admin-operations", open(), Check::AdminOpen),
        row(Store, "disable-admin-operations", open(), Check::AdminOpen),
        row(Query, "query.replica-label", told_apart(spec), Check::ReplicaDrift),
    ];
    if let Some(else_comes) = never_made(spec) {
        let off = Declared::Switch { on: false, else_comes };
        rows.push(row(Compact, "downsampling.disable", off, Check::DownsamplingOff));
    }
    rows
}

fn names(labels: &[String]) -> BTreeSet<&str> {
    labels.iter().map(String::as_str).collect()
}

/// What the Compactor merges by, which cannot be undone: exactly what is declared.
fn merged(spec: &ThanosSpec) -> BTreeSet<&str> {
    if spec.merge_replicas { names(&spec.replica_labels) } else { BTreeSet::new() }
}

/// What a Querier merges by in its answers. Rulers and Receivers have replicas of their own, of which nothing is declared.
fn told_apart(spec: &ThanosSpec) -> Declared<'_> {
    let wanted = names(&spec.replica_labels);
    let never = names(&spec.labels).difference(&wanted).copied().collect();
    Declared::LabelsAmong { wanted, never }
}

/// The resolution that is to outlive a finer one, and so has to be made of it.
fn never_made(spec: &ThanosSpec) -> Option<String> {
    let pairs = [(Resolution::Raw, Resolution::FiveMinutes), (Resolution::FiveMinutes, Resolution::OneHour)];
    let outlives = |(fine, coarse): &(Resolution, Resolution)| {
        spec.retention.of(*fine).is_shorter_than(spec.retention.of(*coarse))
    };
    let (fine, coarse) = pairs.into_iter().find(outlives)?;
    Some(format!("and {}, which is to be kept longer than {}, is never made", coarse.word(), fine.word()))
}

impl Row<'_> {
    /// For a value that is not the declared one.
    fn id_for(&self, value: &str) -> Check {
        let running = parse_seconds(value).map(Kept::of_seconds);
        match (&self.declared, running) {
            (Declared::Keeps(declared), Some(running)) if declared.is_shorter_than(running) => {
                Check::RetentionLonger
            }
            _ => self.id,
        }
    }
}

impl Declared<'_> {
    /// What is to be said of a value that is not the declared one.
    fn but_is(&self, value: &str) -> Option<String> {
        match self {
            Declared::Lasts(declared) => {
                let other = parse_seconds(value).is_some_and(|running| running != *declared);
                other.then(|| format!("declared is {}", Spoken(*declared)))
            }
            Declared::Keeps(declared) => Declared::Lasts(declared.seconds()).but_is(value),
            Declared::Labels(declared) => {
                let other = labels(value).is_some_and(|running| running != *declared);
                other.then(|| declared_labels(declared))
            }
            Declared::LabelsAmong { wanted, never } => {
                let other =
                    |running: BTreeSet<&str>| !running.is_superset(wanted) || !running.is_disjoint(never);
                labels(value).is_some_and(other).then(|| declared_labels(wanted))
            }
            Declared::Switch { on, else_comes } => {
                let other = value.parse::<bool>().is_ok_and(|running| running != *on);
                other.then(|| else_comes.clone())
            }
        }
    }
}

/// Several come as `a,b`; brackets, as Go prints a list, would do no harm.
fn labels(value: &str) -> Option<BTreeSet<&str>> {
    let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let inner = value.trim().trim_start_matches('[').trim_end_matches(']');
    let names: BTreeSet<&str> = inner.split([',', ' ']).filter(|name| !name.is_empty()).collect();
    names.iter().all(is_name).then_some(names)
}

fn declared_labels(labels: &BTreeSet<&str>) -> String {
    let labels: Vec<&str> = labels.iter().copied().collect();
    format!("declared is {}", if labels.is_empty() { "none".to_owned() } else { labels.join(",") })
}

/// More often es2s3 has no Store look at its bucket, however short the delay.
const OFTEN_ENOUGH: u64 = 60;

/// A block must be out of the Store's view before it is deleted: the Store drops it at its first look after the delay of its own.
fn store_delay(spec: &ThanosSpec, url: &str, facts: &Facts) -> Option<Finding> {
    let seconds = |flag: &str| parse_seconds(facts.flags.get(flag)?);
    let ignored = seconds("ignore-deletion-marks-delay")?;
    let looks = seconds("sync-block-duration").filter(|looks| *looks > OFTEN_ENOUGH).unwrap_or(0);
    let late = ignored >= spec.delete_delay || ignored.saturating_add(looks) > spec.delete_delay;
    if spec.delete_delay == 0 || !late {
        return None;
    }
    let until = if looks > 0 { format!(", and looks every {}", Spoken(looks)) } else { String::new() };
    let text = format!(
        "Store {url} shows marked blocks for {}{until}; they are deleted after {}",
        Spoken(ignored),
        Spoken(spec.delete_delay)
    );
    Some(Finding::new(Check::StoreDelay, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_however_they_are_listed_and_nothing_is_made_of_what_is_none() {
        for (value, expected) in [
            ("", Some("")),
            ("replica", Some("replica")),
            ("replica,rule_replica", Some("replica rule_replica")),
            ("rule_replica,replica,replica", Some("replica rule_replica")),
            ("[replica rule_replica]", Some("replica rule_replica")),
            ("[]", Some("")),
            ("<REDACTED>", None),
            ("a.b", None),
        ] {
            let read = labels(value).map(|names| names.into_iter().collect::<Vec<_>>().join(" "));
            assert_eq!(read.as_deref(), expected, "{value:?}");
        }
    }
}
