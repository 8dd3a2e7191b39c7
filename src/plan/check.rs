//! An independent look at a finished plan: does it keep every promise, whatever made it?
//!
//! Called by every test of the planner, and by `apply` before the first write. It shares no code with the decisions: it reads
//! the input and the plan and compares. An empty answer means that no promise is broken.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use super::types::{
    Amount, Decision, IndexItem, Plan, RepositoryChange, Series, SnapshotDecision, SnapshotItem, Totals,
};
use crate::model::{
    Address, Clause, Evidence, Health, Index, IndexUuid, Live, Policy, ProofLevel, SnapshotState,
};

/// A promise that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The line: `index/app-2026.10.20`, or a part of the plan: `totals`.
    pub at: String,
    pub why: String,
}

/// Every promise that the plan breaks.
pub fn check(input: &PlanInput, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    let live: BTreeMap<&str, &Index> =
        input.observed.indices.present().into_iter().flatten().map(|i| (i.name.as_str(), i)).collect();
    for series in &plan.series {
        for item in series.indices.iter().filter(|item| item.decision.removes()) {
            note(&mut found, &format!("index/{}", item.name), removal(input, series, item, &live));
        }
        for item in &series.snapshots {
            if let SnapshotDecision::Expire { .. } = item.decision {
                note(
                    &mut found,
                    &format!("snapshot/{}", item.name),
                    expiry(input, plan, series, item, &live),
                );
            }
        }
        note(
            &mut found,
            &format!("policy {}", series.policy.name),
            [ordered(series), archived_once(series), floor(input, series)],
        );
    }
    note(&mut found, "repository", [repository(input, plan)]);
    note(&mut found, "unread", [unread(input, plan)]);
    note(&mut found, "totals", [totals(plan)]);
    found
}

fn note(found: &mut Vec<Violation>, at: &str, faults: impl IntoIterator<Item = Option<String>>) {
    let violation = |why| Violation { at: at.to_string(), why };
    found.extend(faults.into_iter().flatten().map(violation));
}

/// What must hold of an index that leaves the domain.
fn removal(
    input: &PlanInput,
    series: &Series,
    item: &IndexItem,
    live: &BTreeMap<&str, &Index>,
) -> Vec<Option<String>> {
    let Some(index) = live.get(item.name.as_str()) else { return vec![Some("is not live".into())] };
    vec![
        (index.uuid != item.uuid).then(|| "is another index of that name".into()),
        too_young(input, &series.policy, item, index),
        untouchable(index).map(|what| format!("{what} is never deleted")),
        writes_go_here(index, live).then(|| "takes an alias's writes".into()),
        kept_by_state(input, item).map(String::from),
        (series.indices.last().map(|last| &last.name) == Some(&item.name))
            .then(|| "is the newest of its series".into()),
        match &item.decision {
            Decision::Delete { evidence } => unproven(evidence, item, &series.policy),
            Decision::Archive { snapshot, .. } => {
                snapshot.as_str().is_empty().then(|| "its snapshot has no name".into())
            }
            Decision::Keep { .. } | Decision::Held { .. } | Decision::Blocked { .. } => None,
        },
    ]
}

fn too_young(input: &PlanInput, policy: &Policy, item: &IndexItem, index: &Index) -> Option<String> {
    let age = input.now.duration_since(item.period.end);
    let days = jiff::SignedDuration::from_hours(i64::from(policy.index_retention.0) * 24);
    if age < days {
        return Some("is younger than its retention by its name".into());
    }
    let strict = policy.age_from == crate::model::AgeFrom::Youngest;
    let created = index.created.filter(|_| strict)?;
    (input.now.duration_since(created) < days).then(|| "was created within its retention".into())
}

fn untouchable(index: &Index) -> Option<&'static str> {
    let facts = [
        (
            "a system or hidden index",
            (index.hidden || index.name.as_str().starts_with('.')) && index.data_stream.is_none(),
        ),
        ("a mounted index", index.mount.is_some()),
        ("the write index of a data stream", index.data_stream.as_ref().is_some_and(|stream| stream.write)),
        ("a closed index", !index.open),
        ("a red index", index.health == Some(Health::Red)),
        ("a relocating index", index.relocating),
        ("an index that the engine protects", index.blocks.read_only || index.blocks.metadata),
    ];
    facts.into_iter().find(|(_, holds)| *holds).map(|(what, _)| what)
}

fn writes_go_here(index: &Index, live: &BTreeMap<&str, &Index>) -> bool {
    index.aliases.iter().any(|alias| match alias.write {
        Some(write) => write,
        None => !live.values().any(|other| {
            other.name != index.name && other.aliases.iter().any(|their| their.name == alias.name)
        }),
    })
}

fn kept_by_state(input: &PlanInput, item: &IndexItem) -> Option<&'static str> {
    let state = input.state.present()?;
    let held =
        state.holds.get(&item.name).is_some_and(|hold| hold.until.is_none_or(|until| until > input.now));
    let protected = state.protected.contains(&Address::Index(item.name.to_string()));
    if held { Some("is held") } else { protected.then_some("is protected") }
}

fn unproven(evidence: &Evidence, item: &IndexItem, policy: &Policy) -> Option<String> {
    if evidence.uuid != item.uuid || evidence.index != item.name {
        return Some("its evidence is about another index".into());
    }
    let holds = |clause: &Clause| evidence.clauses.iter().any(|found| found.clause == *clause);
    let missing = match policy.proof {
        ProofLevel::Full => Clause::ALL.into_iter().find(|clause| !holds(clause)),
        ProofLevel::Api => Some(Clause::Snapshot).filter(|clause| !holds(clause)),
    };
    missing.map(|clause| format!("its evidence lacks clause {clause}"))
}

/// What must hold of a snapshot that goes.
fn expiry(
    input: &PlanInput,
    plan: &Plan,
    series: &Series,
    item: &SnapshotItem,
    live: &BTreeMap<&str, &Index>,
) -> Vec<Option<String>> {
    let days = jiff::SignedDuration::from_hours(i64::from(series.policy.snapshot_retention.0) * 24);
    let young = item.started.is_none_or(|started| input.now.duration_since(started) < days);
    let marked = item.marks.as_ref().is_some_and(|marks| marks.policy == series.policy.name);
    let mounted = live.values().any(|index| {
        index.mount.as_ref().is_some_and(|mount| match &mount.snapshot_uuid {
            Some(uuid) => *uuid == item.uuid,
            None => mount.snapshot == item.name && mount.repository == input.wanted.repository.name,
        })
    });
    let relied_on = removals(plan).any(|index| match &index.decision {
        Decision::Delete { evidence } => evidence.snapshot_uuid == item.uuid,
        _ => false,
    });
    let lost = only_copies(input, plan).into_iter().find(|uuid| {
        let due =
            |index: &IndexItem| !matches!(index.decision, Decision::Keep { .. } | Decision::Held { .. });
        plan.series.iter().flat_map(|s| &s.indices).any(|index| index.uuid == *uuid && due(index))
            && holds(input, item, uuid)
    });
    vec![
        young.then(|| "is younger than its retention".into()),
        (!marked).then(|| "does not bear the marks of its policy".into()),
        mounted.then(|| "a live index reads from it".into()),
        relied_on.then(|| "a deletion of this plan rests on it".into()),
        lost.map(|uuid| format!("it holds the only copy of the live index {uuid}, which is due")),
    ]
}

fn removals(plan: &Plan) -> impl Iterator<Item = &IndexItem> {
    plan.series.iter().flat_map(|series| &series.indices).filter(|item| item.decision.removes())
}

/// UUIDs whose every whole copy expires with this plan.
fn only_copies(input: &PlanInput, plan: &Plan) -> BTreeSet<IndexUuid> {
    let Some(catalogue) = input.observed.catalogue.present() else { return BTreeSet::new() };
    let expiring: BTreeSet<&str> = plan
        .series
        .iter()
        .flat_map(|series| &series.snapshots)
        .filter(|item| matches!(item.decision, SnapshotDecision::Expire { .. }))
        .map(|item| item.uuid.as_str())
        .collect();
    let (mut going, mut staying) = (BTreeSet::new(), BTreeSet::new());
    for copy in &catalogue.copies {
        let (Some(snapshot), Some(uuid)) = (catalogue.snapshots.get(copy.snapshot as usize), &copy.uuid)
        else {
            continue;
        };
        if snapshot.state == SnapshotState::Success {
            let side = if expiring.contains(snapshot.uuid.as_str()) { &mut going } else { &mut staying };
            side.insert(uuid.clone());
        }
    }
    going.difference(&staying).cloned().collect()
}

fn holds(input: &PlanInput, item: &SnapshotItem, uuid: &IndexUuid) -> bool {
    input.observed.catalogue.present().is_some_and(|catalogue| {
        catalogue.copies.iter().any(|copy| {
            copy.uuid.as_ref() == Some(uuid)
                && catalogue.snapshots.get(copy.snapshot as usize).is_some_and(|s| s.uuid == item.uuid)
        })
    })
}

fn ordered(series: &Series) -> Option<String> {
    let indices = series.indices.is_sorted_by(|a, b| a.period.start <= b.period.start);
    let archives = series.archives.is_sorted_by(|a, b| a.day <= b.day);
    let snapshots = series.snapshots.is_sorted_by(|a, b| a.name <= b.name);
    (!indices || !archives || !snapshots).then(|| "its lines are out of order".into())
}

/// Every selected archived index is in exactly one snapshot, the one that its line names, and nothing else is in any.
fn archived_once(series: &Series) -> Option<String> {
    let mut planned: Vec<(&str, &str)> = series
        .archives
        .iter()
        .flat_map(|archive| archive.indices.iter().map(|index| (index.as_str(), archive.snapshot.as_str())))
        .collect();
    let mut wanted: Vec<(&str, &str)> = series
        .indices
        .iter()
        .filter(|item| item.selected)
        .filter_map(|item| match &item.decision {
            Decision::Archive { snapshot, .. } => Some((item.name.as_str(), snapshot.as_str())),
            _ => None,
        })
        .collect();
    planned.sort_unstable();
    wanted.sort_unstable();
    (planned != wanted).then(|| "its snapshots do not hold what its lines say".into())
}

fn floor(input: &PlanInput, series: &Series) -> Option<String> {
    let going = series.indices.iter().filter(|item| item.decision.removes()).count() as u64;
    let staying = series.indices.len() as u64 - going;
    (going > 0 && staying < input.wanted.guards.min_remaining)
        .then(|| format!("only {staying} of its indices stay"))
}

/// A repository is never created over something unread, nor pointed at another bucket.
fn repository(input: &PlanInput, plan: &Plan) -> Option<String> {
    let bucket = input.wanted.repository.bucket.as_str();
    match (&plan.repository.change, &input.observed.repository) {
        (RepositoryChange::Create { settings }, Live::Absent) => (settings.get("bucket").map(String::as_str)
            != Some(bucket))
        .then(|| "it would be in another bucket".into()),
        (RepositoryChange::Create { .. }, _) => {
            Some("it would be created and is not known to be absent".into())
        }
        (RepositoryChange::Update { fields, .. }, Live::Present(live)) => {
            let moved = live.settings.get("bucket").map(String::as_str) != Some(bucket);
            (moved || fields.is_empty()).then(|| "its update changes nothing or moves it".into())
        }
        (RepositoryChange::Update { .. }, _) => Some("it would be updated and was not read".into()),
        (RepositoryChange::Keep | RepositoryChange::Blocked { .. }, _) => None,
    }
}

/// While anything that a deletion depends on is unread, the plan destroys and snapshots nothing.
fn unread(input: &PlanInput, plan: &Plan) -> Option<String> {
    let observed = &input.observed;
    let facts = [
        ("cluster", observed.cluster.unknown()),
        ("repository", observed.repository.unknown()),
        ("indices", observed.indices.unknown()),
        ("catalogue", observed.catalogue.unknown()),
        ("running snapshots", observed.running.unknown()),
        ("state", input.state.unknown()),
    ];
    let (what, _) = facts.into_iter().find(|(_, unknown)| unknown.is_some())?;
    let expires = plan
        .series
        .iter()
        .flat_map(|s| &s.snapshots)
        .any(|i| matches!(i.decision, SnapshotDecision::Expire { .. }));
    (expires || removals(plan).next().is_some())
        .then(|| format!("something goes although the {what} could not be read"))
}

/// The sums once more, by another way: by verb.
fn totals(plan: &Plan) -> Option<String> {
    let mut by_verb: BTreeMap<&str, Amount> = BTreeMap::new();
    let mut add = |verb, bytes: Option<crate::model::Bytes>| {
        let amount = by_verb.entry(verb).or_default();
        amount.count += 1;
        amount.bytes += bytes.unwrap_or_default();
        amount.unsized_count += u64::from(bytes.is_none());
    };
    if plan.repository.selected && plan.repository.change.verb() == "blocked" {
        add("blocked", None);
    }
    for series in &plan.series {
        series
            .indices
            .iter()
            .filter(|item| item.selected)
            .for_each(|item| add(item.decision.verb(), item.bytes));
        for item in series.snapshots.iter().filter(|item| item.selected) {
            add(item.decision.verb(), item.marks.as_ref().map(|marks| marks.bytes));
        }
    }
    let Totals { archive, delete, expire, keep, held, blocked, .. } = &plan.totals;
    let told = [
        ("archive", archive),
        ("delete", delete),
        ("expire", expire),
        ("keep", keep),
        ("held", held),
        ("blocked", blocked),
    ];
    let wrong =
        told.into_iter().find(|(verb, amount)| by_verb.get(verb).copied().unwrap_or_default() != **amount)?;
    Some(format!("the sum of {} does not add up", wrong.0))
}
