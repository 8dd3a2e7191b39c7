//! Policies: the one that the nine keys make, or those of `policies:`.
//!
//! Called by [`super::resolve`]. Checks as well what only all of them together show: names and prefixes that clash, and
//! snapshots that would not outlive the schedule's pauses.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::cron;
use super::diagnostic::Diagnostic;
use super::overlap;
use super::read::{Field, Reader, Section};
use super::rules;
use super::source::Span;
use crate::model::{AgeFrom, Days, ManagedIndices, Policy, PolicyName, ProofLevel};

/// What the top level says for every policy.
struct Defaults {
    index_retention: Field<Days>,
    snapshot_retention: Field<Days>,
    proof: ProofLevel,
    longest_pause_days: u32,
}

/// A policy and where its prefix and name stand.
struct Placed {
    policy: Policy,
    prefix: Span,
    name: Span,
}

/// `None` after a fault.
pub(super) fn policies(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    schedule: &Field<cron::Expression>,
) -> Option<Vec<Policy>> {
    let proof = proof_level(reader, top).or(|| ProofLevel::Full);
    let defaults = Defaults {
        index_retention: reader.value(top, "index_retention", rules::days),
        snapshot_retention: reader.value(top, "snapshot_retention", rules::days),
        proof: proof.unwrap_or(ProofLevel::Full),
        longest_pause_days: schedule.given().map_or(1, |(expression, _)| expression.longest_pause_days),
    };
    if let (Some(prefix), Some(list)) = (top.entry("ES_INDEX_PREFIX"), top.entry("policies")) {
        reader.conflict(prefix, "ES_INDEX_PREFIX", list, "policies");
    }
    let listed = reader.list(top, "policies");
    let placed: Vec<Option<Placed>> = match &listed {
        Some(sections) => sections.iter().map(|section| policy(reader, section, &defaults)).collect(),
        None if top.entry("policies").is_some() => return None,
        None => vec![nine_key_policy(reader, top, &defaults)],
    };
    let known: Vec<&Placed> = placed.iter().flatten().collect();
    let clash = clashes(reader, &known);
    let whole = !clash && known.len() == placed.len() && !placed.is_empty() && proof.is_some();
    whole.then(|| placed.into_iter().flatten().map(|placed| placed.policy).collect())
}

fn nine_key_policy(reader: &mut Reader<'_>, top: &Section<'_>, defaults: &Defaults) -> Option<Placed> {
    let prefix = reader.value(top, "ES_INDEX_PREFIX", rules::prefix);
    let span = prefix.given().map(|(_, span)| span);
    let prefix = reader.required(top, "ES_INDEX_PREFIX", prefix);
    let place = defaults.snapshot_retention.given().map(|(_, span)| span);
    let snapshot = reader.required(top, "snapshot_retention", defaults.snapshot_retention.clone());
    let index = reader.required(top, "index_retention", defaults.index_retention.clone());
    let outlives = outlives_pauses(reader, snapshot, place, defaults);
    let (prefix, span) = (prefix?, span?);
    let policy = Policy {
        name: default_name(reader, &prefix, span)?,
        prefix,
        index_retention: index?,
        snapshot_retention: snapshot.filter(|_| outlives)?,
        proof: defaults.proof,
        freeze: true,
        age_from: AgeFrom::Youngest,
        managed: ManagedIndices::Leave,
        expire_last_copy: true,
    };
    Some(Placed { policy, prefix: span, name: span })
}

fn policy(reader: &mut Reader<'_>, section: &Section<'_>, defaults: &Defaults) -> Option<Placed> {
    let name = reader.value(section, "name", rules::policy_name);
    let prefix = reader.value(section, "prefix", rules::prefix);
    let prefix_span = prefix.given().map(|(_, span)| span);
    let prefix = reader.required(section, "prefix", prefix);
    let own = reader.value(section, "index_retention", rules::days);
    let index = inherit(reader, section, "index_retention", own, &defaults.index_retention);
    let own = reader.value(section, "snapshot_retention", rules::days);
    let place = own.given().or_else(|| defaults.snapshot_retention.given()).map(|(_, span)| span);
    let snapshot = inherit(reader, section, "snapshot_retention", own, &defaults.snapshot_retention);
    let outlives = outlives_pauses(reader, snapshot, place, defaults);
    let proof = proof_level(reader, section).or(|| defaults.proof);
    let freeze = reader.value(section, "freeze", rules::boolean).or(|| true);
    let age_from = reader.value(section, "age_from", rules::age_from).or(|| AgeFrom::Youngest);
    let managed = reader.value(section, "managed", rules::managed).or(|| ManagedIndices::Leave);
    let expire_last_copy = reader.value(section, "expire_last_copy", rules::boolean).or(|| true);
    let (prefix, prefix_span) = (prefix?, prefix_span?);
    let name_span = name.given().map_or(prefix_span, |(_, span)| span);
    let name = match name.optional()? {
        Some(name) => name,
        None => default_name(reader, &prefix, prefix_span)?,
    };
    let policy = Policy {
        name,
        prefix,
        index_retention: index?,
        snapshot_retention: snapshot.filter(|_| outlives)?,
        proof: proof?,
        freeze: freeze?,
        age_from: age_from?,
        managed: managed?,
        expire_last_copy: expire_last_copy?,
    };
    Some(Placed { policy, prefix: prefix_span, name: name_span })
}

/// `proof:` of one level; that it was lowered is worth a note.
fn proof_level(reader: &mut Reader<'_>, section: &Section<'_>) -> Field<ProofLevel> {
    let proof = reader.value(section, "proof", rules::proof);
    if let Some((ProofLevel::Api, span)) = proof.given() {
        let note = Diagnostic::note(
            "proof-lowered",
            "indices will be deleted on what the engine says of their copy",
        )
        .at(reader.source, span, "the bytes in S3 are not looked at")
        .help("`proof: full` is the default; lower it only where the bucket or the catalogue cannot be read");
        reader.note(note);
    }
    proof
}

/// A policy's own retention, else the top level's.
fn inherit(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &'static str,
    own: Field<Days>,
    default: &Field<Days>,
) -> Option<Days> {
    let field = if matches!(own, Field::Absent) { default.clone() } else { own };
    reader.required(section, key, field)
}

/// The prefix without its last separator, when that can be a name.
fn default_name(reader: &mut Reader<'_>, prefix: &str, span: Span) -> Option<PolicyName> {
    let name = prefix.trim_end_matches(['-', '_', '.']);
    let scalar = super::node::Scalar { text: name.to_owned(), plain: false };
    match rules::policy_name(&scalar) {
        Ok(name) => Some(name),
        Err(complaint) => {
            let complaint = rules::Complaint {
                problem: "makes no name for the policy".to_owned(),
                help: Some(
                    "write `policies:` with a `name:` of a-z, 0-9, `_`, `.` and `-` beside the prefix"
                        .to_owned(),
                ),
                ..complaint
            };
            reader.complain("the prefix", span, complaint);
            None
        }
    }
}

/// A snapshot that expires before the next run was never of use.
fn outlives_pauses(
    reader: &mut Reader<'_>,
    retention: Option<Days>,
    place: Option<Span>,
    defaults: &Defaults,
) -> bool {
    let (Some(retention), Some(span)) = (retention, place) else { return true };
    let pause = defaults.longest_pause_days;
    if retention.0 >= pause {
        return true;
    }
    let message =
        format!("snapshot_retention is shorter than the schedule, which may pause for {}", Days(pause));
    let fault = Diagnostic::error("retention-below-schedule", message)
        .at(reader.source, span, "a snapshot would expire before the next run")
        .help(format!("write {pause} or more, or run more often"));
    reader.fault(fault);
    false
}

/// Two policies of one name, or whose prefixes overlap. The later one is told.
fn clashes(reader: &mut Reader<'_>, policies: &[&Placed]) -> bool {
    let mut by_prefix: HashMap<&str, usize> = HashMap::new();
    let mut by_name: HashMap<&str, &Placed> = HashMap::new();
    for (number, placed) in policies.iter().enumerate() {
        by_prefix.entry(&placed.policy.prefix).or_insert(number);
    }
    let mut found = false;
    for (number, placed) in policies.iter().enumerate() {
        if let Some((other, shared)) = overlapping(&placed.policy.prefix, number, &by_prefix) {
            let (later, earlier) = (policies[number.max(other)], policies[number.min(other)]);
            let fault = same_index(reader, later, earlier, &shared);
            reader.fault(fault);
            found = true;
        } else if let Some(first) = by_name.get(placed.policy.name.as_str()) {
            let fault = same_name(reader, placed, first);
            reader.fault(fault);
            found = true;
        }
        by_name.entry(placed.policy.name.as_str()).or_insert(placed);
    }
    found
}

/// A policy whose prefix this one's starts with and overlaps. Every start is looked up, so that many policies cost no
/// more than their prefixes' length.
fn overlapping(prefix: &str, own: usize, by_prefix: &HashMap<&str, usize>) -> Option<(usize, String)> {
    let ends = prefix.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.filter_map(|end| by_prefix.get(&prefix[..end]).map(|other| (end, *other)))
        .filter(|(_, other)| *other != own)
        .find_map(|(end, other)| Some((other, overlap::shared(&prefix[..end], prefix)?)))
}

fn same_index(reader: &Reader<'_>, placed: &Placed, other: &Placed, shared: &str) -> Diagnostic {
    let (one, two) = (&other.policy.prefix, &placed.policy.prefix);
    let (starts, owns) = (format!("`{shared}` starts with this"), "and belongs to this".to_owned());
    let (message, here, there) = match two.len().cmp(&one.len()) {
        Ordering::Equal => {
            (format!("two policies have the prefix `{one}`"), String::new(), "the other".to_owned())
        }
        Ordering::Greater => (format!("the prefixes `{one}` and `{two}` overlap"), starts, owns),
        Ordering::Less => (format!("the prefixes `{one}` and `{two}` overlap"), owns, starts),
    };
    Diagnostic::error("prefix-overlap", message)
        .at(reader.source, placed.prefix, here)
        .at(reader.source, other.prefix, there)
        .help(
            "give each series one policy: what its names begin with up to the date, and nothing of the date",
        )
}

fn same_name(reader: &Reader<'_>, placed: &Placed, first: &Placed) -> Diagnostic {
    Diagnostic::error("policy-name-twice", format!("two policies are called `{}`", placed.policy.name))
        .at(reader.source, placed.name, "give this one a `name:` of its own")
        .at(reader.source, first.name, "the other")
}
