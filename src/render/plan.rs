//! A plan for people, and as JSON.

use super::Style;
use super::infra;
use super::row::{Row, block};
use super::series;
use super::text::{Tint, counted, grouped, minute, tinted};
use super::thanos;
use super::words;
use crate::model::{Bytes, Live};
use crate::plan::{FieldChange, GuardOutcome, GuardVerdict, Plan, RepositoryChange, Severity};

/// The plan on a screen: header, infrastructure, one block a policy, what comes of it, one summary line.
pub fn plan_human(plan: &Plan, style: &Style) -> String {
    let mut text = header(plan);
    text.push_str(&findings(plan, style));
    // Of the bucket of blocks alone the rest is not spoken about.
    if plan.thanos.is_none() || !plan.objects.is_empty() || plan.repository.selected {
        text.push_str("\nInfrastructure\n");
        let mut rows = infra::rows(&plan.objects, style.verbose);
        rows.push(repository_row(plan));
        text.push_str(&block(&rows, style));
        text.push_str(&infra::diffs(&plan.objects));
    }
    let series = if matches!(plan.header.cluster, Live::Absent) { &[][..] } else { &plan.series };
    for one in series {
        text.push('\n');
        text.push_str(&tinted(&series::heading(one), Tint::Strong, style.color));
        text.push('\n');
        let rows = series::rows(one, plan.created, style);
        if rows.is_empty() {
            text.push_str(match plan.header.indices_read {
                Some(_) => "  no index of this policy is live\n",
                None => "  its indices are not known\n",
            });
        }
        text.push_str(&block(&rows, style));
    }
    if let Some(half) = &plan.thanos {
        text.push_str(&thanos::section(half, style));
    }
    text.push('\n');
    text.push_str(&consequences(plan));
    text.push_str(&guards(plan, style));
    text.push_str(&summary(plan));
    text.push('\n');
    text
}

/// One document: every line, nothing folded. The format of saved plans, `docs/plan-format.md`.
pub fn plan_json(plan: &Plan) -> String {
    let mut text =
        serde_json::to_string_pretty(plan).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}

fn header(plan: &Plan) -> String {
    let header = &plan.header;
    let domain = match &header.cluster {
        Live::Present(cluster) => format!("domain {} ({}, {})", cluster.name, cluster.engine, cluster.health),
        Live::Absent => "domain left out".into(),
        Live::Unknown(_) => "domain not reached".into(),
    };
    if matches!(header.cluster, Live::Absent) {
        return format!(
            "es2s3 {} · {} · account {} · {} · {domain} · {}\nread with {}\n",
            plan.tool,
            header.config_file,
            header.account,
            header.region,
            minute(plan.created),
            counted(header.requests, "request", "requests"),
        );
    }
    format!(
        "es2s3 {} · {} · account {} · {} · {domain} · {}\nread {}, {} with {}\n",
        plan.tool,
        header.config_file,
        header.account,
        header.region,
        minute(plan.created),
        read(header.indices_read, "index", "indices"),
        read(header.snapshots_read, "snapshot", "snapshots"),
        counted(header.requests, "request", "requests"),
    )
}

fn read(count: Option<u64>, one: &str, many: &str) -> String {
    count.map_or_else(|| format!("no {many} (not readable)"), |count| counted(count, one, many))
}

fn findings(plan: &Plan, style: &Style) -> String {
    let mut text = String::new();
    for finding in &plan.findings {
        let (label, tint) = match finding.severity {
            Severity::Note => ("note", Tint::Quiet),
            Severity::Warning => ("warning", Tint::Change),
            Severity::Unread => ("unread", Tint::Attention),
        };
        text.push_str(&format!("{}: {}\n", tinted(label, tint, style.color), finding.text));
        if let Some(help) = &finding.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    text
}

pub(super) fn repository_row(plan: &Plan) -> Row {
    let item = &plan.repository;
    let place = format!("s3://{}/{}", item.spec.bucket, item.spec.base_path);
    let (symbol, verb, reasons) = match &item.change {
        RepositoryChange::Keep => ('=', "keep", vec!["as declared".into()]),
        RepositoryChange::Create { .. } => ('+', "create", vec![format!("register {place}")]),
        RepositoryChange::Update { fields, .. } => ('~', "change", fields.iter().map(field).collect()),
        RepositoryChange::Blocked { blocker } => ('!', "blocked", vec![words::blocker(blocker)]),
    };
    let mut row =
        Row { symbol, verb, names: format!("repository {}", item.spec.name), reasons, ..Row::default() };
    if !item.selected {
        row.reasons.push("left out by --only or --exclude".into());
    }
    row
}

fn field(change: &FieldChange) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(default)".into());
    format!("{}: {} → {}", change.field, shown(&change.before), shown(&change.after))
}

fn consequences(plan: &Plan) -> String {
    let totals = &plan.totals;
    let mut parts = Vec::new();
    if totals.delete.count > 0 {
        parts.push(format!("{} leaves the domain now", totals.delete.bytes));
    }
    if totals.archive.count > 0 {
        parts.push(format!(
            "{} after {}",
            totals.archive.bytes,
            counted(totals.snapshots, "snapshot", "snapshots")
        ));
    }
    let grows = (totals.archive.count > 0).then(|| format!(" +{}", totals.archive.bytes));
    let shrinks = (totals.expire.count > 0).then(|| format!(" −{}", totals.expire.bytes));
    if grows.is_some() || shrinks.is_some() {
        parts.push(format!("S3{}{} at most", grows.unwrap_or_default(), shrinks.unwrap_or_default()));
    }
    if parts.is_empty() {
        return String::new();
    }
    let money = totals.monthly_saving;
    parts.push(if money >= 0.0 {
        format!("about ${money:.2} a month less")
    } else {
        format!("about ${:.2} a month more", -money)
    });
    let mut text = format!("If applied: {}.\n", parts.join("; "));
    if totals.last_copies > 0 {
        text.push_str(&format!(
            "{}: see `es2s3 plan --only expire --verbose`.\n",
            counted(
                totals.last_copies,
                "snapshot is the last copy of what it holds",
                "snapshots are the last copy of what they hold"
            )
        ));
    }
    text
}

fn guards(plan: &Plan, style: &Style) -> String {
    let mut text = String::new();
    for outcome in &plan.guards {
        match &outcome.verdict {
            GuardVerdict::Passed => {}
            GuardVerdict::Withheld { lines, why } => {
                let lines = counted(*lines, "line", "lines");
                text.push_str(&format!(
                    "guard {} withheld {lines}: {why}\n",
                    words::guard_name(outcome.guard)
                ));
            }
            GuardVerdict::Overridden { by } => {
                text.push_str(&format!("guard {} passed by {by}\n", words::guard_name(outcome.guard)));
            }
            GuardVerdict::Refused { .. } => {
                let label = tinted("refused", Tint::Remove, style.color);
                text.push_str(&format!("{label}: {}\n", refusal(outcome)));
            }
        }
    }
    text
}

/// The words of a guard that refuses: what would happen against what is allowed.
pub fn refusal(outcome: &GuardOutcome) -> String {
    let GuardVerdict::Refused { would, limit, .. } = &outcome.verdict else { return String::new() };
    let verb = words::guard_verb(outcome.guard);
    format!("this run would {verb} {would}; guard {} allows {limit}", words::guard_name(outcome.guard))
}

/// The one line to run when all of it is meant: each flag once, with the largest amount that any guard asks for.
pub fn refusal_help(refusals: &[&GuardOutcome]) -> Option<String> {
    let mut flags: Vec<(&str, &str)> = Vec::new();
    for outcome in refusals {
        let GuardVerdict::Refused { allow: Some(flag), .. } = &outcome.verdict else { continue };
        let Some((name, amount)) = flag.split_once('=') else { continue };
        match flags.iter_mut().find(|(known, _)| *known == name) {
            // Of one flag the amounts have one unit: percent, or a plain number.
            Some((_, known)) if (known.len(), *known) < (amount.len(), amount) => *known = amount,
            Some(_) => {}
            None => flags.push((name, amount)),
        }
    }
    let flags: Vec<String> = flags.iter().map(|(name, amount)| format!("{name}={amount}")).collect();
    (!flags.is_empty()).then(|| format!("if this is meant: es2s3 apply {}", flags.join(" ")))
}

/// The last line, stable enough to be searched for.
pub(super) fn summary(plan: &Plan) -> String {
    let totals = &plan.totals;
    let verbs = [
        (totals.create, "to create"),
        (totals.change, "to change"),
        (totals.adopt, "to adopt"),
        (totals.remove, "to remove"),
        (totals.archive.count, "to archive"),
        (totals.delete.count, "to delete"),
        (totals.expire.count, "to expire"),
        (totals.mark.count, "to mark"),
        (totals.unmark.count, "to unmark"),
        (totals.delete_blocks.count, "blocks to delete"),
        (totals.purge.count, "to purge"),
    ];
    let planned: Vec<String> = verbs
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verb)| format!("{} {verb}", grouped(*count)))
        .collect();
    let planned = if planned.is_empty() { "nothing to do".to_owned() } else { planned.join(", ") };
    let withheld = [(totals.blocked.count, "blocked"), (totals.held.count, "held")];
    let withheld: Vec<String> = withheld
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count)))
        .collect();
    let withheld = if withheld.is_empty() { String::new() } else { format!(" {}.", withheld.join(", ")) };
    format!("Plan: {planned}.{withheld} Nothing was written.")
}

/// `412.7 GiB`, or `412.7 GiB and 2 of unknown size`.
pub(super) fn amount(bytes: Bytes, unsized_count: u64) -> String {
    if unsized_count == 0 {
        bytes.to_string()
    } else {
        format!("{bytes} and {unsized_count} of unknown size")
    }
}
