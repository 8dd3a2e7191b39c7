//! What a person should read about the world: what could not be read first.
//!
//! Called by `plan`. A finding changes no line.

use std::collections::BTreeSet;

use super::facts::{self, Facts};
use super::infra;
use super::input::PlanInput;
use super::thanos::{Seen, ThanosPlan};
use super::types::{Decision, Finding, Series, Severity};
use crate::model::{Address, Health, IndexName, Live, Policy, Unknown, counted};

/// More names than this are only counted.
const NAMES_SHOWN: usize = 5;

pub(super) fn find(
    facts: &Facts<'_>,
    series: &[Series],
    undated: &[Vec<&IndexName>],
    thanos: Option<&ThanosPlan>,
) -> Vec<Finding> {
    let input = facts.input;
    let mut findings = unreads(input);
    findings.extend(thanos.and_then(blocks));
    findings.extend(unseen_in_the_domain(input));
    findings.extend(account(input));
    findings.extend(clock(input));
    findings.extend(red(input));
    findings.extend(no_state(input));
    findings.extend(taken_over(input));
    findings.extend(buckets_of_others(input));
    findings.extend(left_running(input));
    findings.extend(kept_by_others(facts, series));
    let named = input.wanted.policies.iter().zip(undated).filter(|(_, names)| !names.is_empty());
    findings.extend(named.map(|(policy, names)| undated_names(policy, names)));
    findings
}

/// The bucket of blocks, where it could not be listed or read.
fn blocks(half: &ThanosPlan) -> Option<Finding> {
    let bucket = &half.spec.bucket;
    let (text, help) = match &half.seen {
        Live::Present(seen) => return unread_metadata(half, seen),
        Live::Absent => {
            (format!("the bucket of blocks {bucket} does not exist"), "create it, or correct thanos.bucket")
        }
        Live::Unknown(unknown) => (
            format!("could not read the blocks in {bucket}: {}", unknown.why),
            "es2s3 thanos audit asks for them alone",
        ),
    };
    Some(Finding { severity: Severity::Unread, text, help: Some(help.into()) })
}

/// Without a right nothing is ever seen, and whoever looks at the exit code alone must be told. A reply that was lost is another matter:
/// the block is left alone, and the next run sees it.
fn unread_metadata(half: &ThanosPlan, seen: &Seen) -> Option<Finding> {
    let (count, why) = seen.unread.as_ref()?;
    let severity = if why.missing.is_some() || *count >= seen.fetched + seen.remembered {
        Severity::Unread
    } else {
        Severity::Warning
    };
    let metadata = counted(*count, "small object", "small objects");
    let text = format!("could not read {metadata} of blocks in {}: {}", half.spec.bucket, why.why);
    let help = why.missing.as_ref().map(|permission| format!("grant {permission}"));
    Some(Finding { severity, text, help })
}

fn unreads(input: &PlanInput) -> Vec<Finding> {
    let observed = &input.observed;
    let data = [
        ("the cluster", observed.cluster.unknown()),
        ("the repository", observed.repository.unknown()),
        ("indices", observed.indices.unknown()),
        ("the catalogue of snapshots", observed.catalogue.unknown()),
        ("running snapshots", observed.running.unknown()),
        ("the state", input.state.unknown()),
    ];
    let data = data.into_iter().filter_map(|(what, unknown)| Some((what.to_owned(), unknown?)));
    let objects = observed.objects.iter().filter(|(address, _)| input.selection.takes(address, "blocked"));
    let objects = objects.filter(|(address, _)| !is_in_the_domain(address));
    let objects = objects.filter_map(|(address, live)| Some((address.to_string(), live.unknown()?)));
    // One cause mostly hides several things: it is told once.
    let mut by_cause: Vec<(Vec<String>, &Unknown)> = Vec::new();
    for (what, unknown) in data.chain(objects) {
        match by_cause.iter_mut().find(|(_, known)| *known == unknown) {
            Some((whats, _)) => whats.push(what),
            None => by_cause.push((vec![what], unknown)),
        }
    }
    by_cause.into_iter().map(|(whats, unknown)| unread(&whats, unknown)).collect()
}

/// Inside a domain with fine-grained access control only its master user can look, and a plan of anybody else's is no worse for it.
fn unseen_in_the_domain(input: &PlanInput) -> Option<Finding> {
    let unseen = input.observed.objects.iter().filter(|(address, live)| {
        is_in_the_domain(address) && live.unknown().is_some() && input.selection.takes(address, "blocked")
    });
    let unseen: Vec<&Address> = unseen.map(|(address, _)| address).collect();
    let known =
        |address: &&&Address| input.state.present().is_some_and(|state| state.owned.contains_key(**address));
    let why = input.observed.objects.get(*unseen.first()?)?.unknown()?;
    let (made, new): (Vec<&&Address>, Vec<&&Address>) = unseen.iter().partition(known);
    let names = |some: &[&&Address]| some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let text = if new.is_empty() {
        format!(
            "{} cannot be seen with these credentials, and is taken as es2s3 made it: {}",
            names(&made),
            why.why
        )
    } else {
        format!("{} cannot be seen with these credentials: {}", names(&new), why.why)
    };
    Some(Finding {
        severity: if new.is_empty() { Severity::Note } else { Severity::Warning },
        text,
        help: Some("only the domain's master user sees who may what inside it".into()),
    })
}

fn is_in_the_domain(address: &Address) -> bool {
    matches!(address, Address::Aws(kind, _) if kind.is_in_the_domain())
}

fn unread(whats: &[String], unknown: &Unknown) -> Finding {
    Finding {
        severity: Severity::Unread,
        text: format!("could not read {}: {}", whats.join(", "), unknown.why),
        help: unknown.missing.as_ref().map(|permission| format!("grant {permission}")),
    }
}

/// Told and no obstacle to looking: `apply` asks again and writes nothing.
fn account(input: &PlanInput) -> Option<Finding> {
    match &input.observed.caller {
        Live::Absent => None,
        Live::Present(caller) => {
            let wanted = &input.wanted;
            Some(Finding {
                severity: Severity::Warning,
                text: caller.mismatch(&wanted.account, &wanted.config_file)?,
                help: Some("choose the profile of that account, or correct `account`: apply refuses".into()),
            })
        }
        Live::Unknown(unknown) => Some(Finding {
            severity: Severity::Note,
            text: format!("whose the credentials are could not be asked: {}", unknown.why),
            help: Some("apply writes nothing to AWS before it knows the account".into()),
        }),
    }
}

fn clock(input: &PlanInput) -> Option<Finding> {
    let seconds = facts::skew(input)?;
    let (side, amount) = (if seconds > 0 { "ahead of" } else { "behind" }, seconds.unsigned_abs());
    Some(Finding {
        severity: Severity::Warning,
        text: format!("this machine's clock is {amount} s {side} the domain's"),
        help: Some(
            "set the clock; nothing is archived, deleted or expired until they agree within 5 minutes".into(),
        ),
    })
}

fn red(input: &PlanInput) -> Option<Finding> {
    let cluster = input.observed.cluster.present()?;
    (cluster.health == Health::Red).then(|| Finding {
        severity: Severity::Warning,
        text: "the cluster is red: a primary is missing".into(),
        help: Some("nothing is archived, deleted or expired until it is yellow or green".into()),
    })
}

fn no_state(input: &PlanInput) -> Option<Finding> {
    matches!(input.state, Live::Absent).then(|| Finding {
        severity: Severity::Note,
        text: "there is no state yet, so no holds are known".into(),
        help: Some("run es2s3 bootstrap before the first apply".into()),
    })
}

/// Versions, encryption and TLS hold for a whole bucket: where others keep things too, that is not es2s3's to decide.
fn buckets_of_others(input: &PlanInput) -> Vec<Finding> {
    let told = infra::buckets_of_others(input).into_iter().map(|(bucket, why)| Finding {
        severity: Severity::Note,
        text: format!("{bucket} {why}, and its settings are left alone"),
        help: None,
    });
    told.collect()
}

/// `infrastructure: none` after `managed`: the rules go on firing.
fn left_running(input: &PlanInput) -> Option<Finding> {
    let state = input.state.present().filter(|_| !input.wanted.infrastructure)?;
    let of_aws = |address: &&Address| matches!(address, Address::Aws(..));
    let left = state.owned.keys().filter(of_aws).count() as u64;
    (left > 0).then(|| Finding {
        severity: Severity::Warning,
        text: format!(
            "es2s3 made {} of AWS, and `infrastructure: none` leaves them as they are: the schedule goes on",
            counted(left, "object", "objects")
        ),
        help: Some("remove them: es2s3 destroy; or let others keep them: es2s3 state forget ADDRESS".into()),
    })
}

/// Without a name of the last writer (OpenSearch writes none) nobody can tell whose repository it is.
fn taken_over(input: &PlanInput) -> Option<Finding> {
    let catalogue = input.observed.catalogue.present()?;
    let held = catalogue.snapshots.len() as u64;
    let (bucket, path) = (&input.wanted.repository.bucket, &input.wanted.repository.base_path);
    (matches!(input.observed.repository, Live::Absent) && held > 0).then(|| Finding {
        severity: Severity::Warning,
        text: format!(
            "s3://{bucket}/{path} holds a repository already, with {}",
            counted(held, "snapshot", "snapshots")
        ),
        help: Some("make sure that no other cluster writes to it: two writers damage a repository".into()),
    })
}

/// A copy is a copy whoever made it, but nobody here keeps a snapshot of somebody else for `snapshot_retention`.
fn kept_by_others(facts: &Facts<'_>, series: &[Series]) -> Option<Finding> {
    let items = series.iter().flat_map(|series| &series.indices).filter(|item| item.selected);
    let rests_on: Vec<&str> = items
        .filter_map(|item| match &item.decision {
            Decision::Delete { evidence } => Some(evidence.snapshot.as_str()),
            Decision::Keep { .. }
            | Decision::Archive { .. }
            | Decision::Held { .. }
            | Decision::Blocked { .. } => None,
        })
        .filter(|snapshot| facts.planned(snapshot).is_none())
        .collect();
    let names: BTreeSet<&str> = rests_on.iter().copied().collect();
    let shown = names.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMES_SHOWN { ", …" } else { "" };
    (!names.is_empty()).then(|| Finding {
        severity: Severity::Warning,
        text: format!(
            "the copies of {} to be deleted are in snapshots that es2s3 did not make: {shown}{more}",
            counted(rests_on.len() as u64, "index", "indices")
        ),
        help: Some("whoever made them may delete them before `snapshot_retention` is over".into()),
    })
}

fn undated_names(policy: &Policy, names: &[&IndexName]) -> Finding {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let shown: Vec<&str> = sorted.iter().take(NAMES_SHOWN).map(|name| name.as_str()).collect();
    let more = if sorted.len() > NAMES_SHOWN { ", …" } else { "" };
    let (start, have) = match sorted.len() {
        1 => ("1 index starts".to_string(), "has"),
        count => (format!("{count} indices start"), "have"),
    };
    let prefix = &policy.prefix;
    Finding {
        severity: Severity::Warning,
        text: format!(
            "{start} with the prefix {prefix} but {have} no date es2s3 can read: {}{more}",
            shown.join(", ")
        ),
        help: Some("they are left alone; docs/retention.md lists the forms of names".into()),
    }
}
