//! An independent look at a finished plan: does it keep every promise, whatever made it?
//!
//! Called by every test of the planner; linear in the plan, so that an executor can afford it before its first write. It
//! shares no code with the decisions: it reads the input and the plan and compares. An empty answer means that no promise is broken.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use super::types::{
    Amount, Decision, IndexItem, Plan, RepositoryChange, Series, SnapshotDecision, SnapshotItem, Totals,
};
use crate::model::{
    Address, AgeFrom, Bytes, Clause, Evidence, Health, Index, IndexUuid, Live, Mount, Policy, ProofLevel,
    SnapshotState, SnapshotUuid,
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
    let world = World::of(input, plan);
    let mut found = Vec::new();
    for series in &plan.series {
        for item in series.indices.iter().filter(|item| item.decision.removes()) {
            note(&mut found, &format!("index/{}", item.name), removal(&world, series, item));
        }
        for item in &series.snapshots {
            if let SnapshotDecision::Expire { .. } = item.decision {
                note(&mut found, &format!("snapshot/{}", item.name), expiry(&world, series, item));
            }
        }
        let faults = [ordered(series), archived_once(series), floor(input, series)];
        note(&mut found, &format!("policy {}", series.policy.name), faults);
    }
    note(&mut found, "repository", [repository(input, plan)]);
    note(&mut found, "unread", [unread(input, plan)]);
    note(&mut found, "totals", [totals(plan)]);
    found
}

/// The input and the plan as the checks look them up, so that they stay linear.
struct World<'a> {
    input: &'a PlanInput,
    live: BTreeMap<&'a str, &'a Index>,
    /// How many live indices an alias points at.
    alias_width: BTreeMap<&'a str, u32>,
    mounts: Vec<&'a Mount>,
    /// Snapshots that a deletion of this plan rests on.
    relied_on: BTreeSet<&'a SnapshotUuid>,
    /// Expiring snapshot to a live, due index that no other whole snapshot keeps.
    only_copy: BTreeMap<&'a SnapshotUuid, &'a IndexUuid>,
}

impl<'a> World<'a> {
    fn of(input: &'a PlanInput, plan: &'a Plan) -> Self {
        let indices = input.observed.indices.present().map_or(&[][..], Vec::as_slice);
        let mut alias_width = BTreeMap::new();
        for alias in indices.iter().flat_map(|index| &index.aliases) {
            *alias_width.entry(alias.name.as_str()).or_default() += 1;
        }
        let evidence = removals(plan).filter_map(|item| match &item.decision {
            Decision::Delete { evidence } => Some(&evidence.snapshot_uuid),
            _ => None,
        });
        Self {
            input,
            live: indices.iter().map(|index| (index.name.as_str(), index)).collect(),
            alias_width,
            mounts: indices.iter().filter_map(|index| index.mount.as_ref()).collect(),
            relied_on: evidence.collect(),
            only_copy: only_copies(input, plan),
        }
    }
}

fn note(found: &mut Vec<Violation>, at: &str, faults: impl IntoIterator<Item = Option<String>>) {
    let violation = |why| Violation { at: at.to_string(), why };
    found.extend(faults.into_iter().flatten().map(violation));
}

/// What must hold of an index that leaves the domain.
fn removal(world: &World<'_>, series: &Series, item: &IndexItem) -> Vec<Option<String>> {
    let input = world.input;
    let Some(index) = world.live.get(item.name.as_str()) else { return vec![Some("is not live".into())] };
    vec![
        (index.uuid != item.uuid).then(|| "is another index of that name".into()),
        too_young(input, &series.policy, item, index),
        untouchable(index).map(|what| format!("{what} is never deleted")),
        writes_go_here(index, world).then(|| "takes an alias's writes".into()),
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
    let strict = policy.age_from == AgeFrom::Youngest;
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

fn writes_go_here(index: &Index, world: &World<'_>) -> bool {
    let single = |alias: &str| world.alias_width.get(alias).is_none_or(|width| *width == 1);
    index.aliases.iter().any(|alias| alias.write.unwrap_or_else(|| single(&alias.name)))
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
fn expiry(world: &World<'_>, series: &Series, item: &SnapshotItem) -> [Option<String>; 5] {
    let input = world.input;
    let days = jiff::SignedDuration::from_hours(i64::from(series.policy.snapshot_retention.0) * 24);
    let young = item.started.is_none_or(|started| input.now.duration_since(started) < days);
    let marked = item.marks.as_ref().is_some_and(|marks| marks.policy == series.policy.name);
    let mounted = world.mounts.iter().any(|mount| match &mount.snapshot_uuid {
        Some(uuid) => *uuid == item.uuid,
        None => mount.snapshot == item.name && mount.repository == input.wanted.repository.name,
    });
    let relied_on = world.relied_on.contains(&item.uuid);
    let lost = world.only_copy.get(&item.uuid);
    [
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

/// Live, due indices whose every whole copy expires with this plan, under a snapshot that holds one.
fn only_copies<'a>(input: &'a PlanInput, plan: &'a Plan) -> BTreeMap<&'a SnapshotUuid, &'a IndexUuid> {
    let Some(catalogue) = input.observed.catalogue.present() else { return BTreeMap::new() };
    let expiring: BTreeSet<&SnapshotUuid> = plan
        .series
        .iter()
        .flat_map(|series| &series.snapshots)
        .filter(|item| matches!(item.decision, SnapshotDecision::Expire { .. }))
        .map(|item| &item.uuid)
        .collect();
    let stays = |item: &&IndexItem| matches!(item.decision, Decision::Keep { .. } | Decision::Held { .. });
    let due: BTreeSet<&IndexUuid> =
        plan.series.iter().flat_map(|s| &s.indices).filter(|i| !stays(i)).map(|item| &item.uuid).collect();
    let (mut going, mut staying) = (Vec::new(), BTreeSet::new());
    for copy in &catalogue.copies {
        let (Some(snapshot), Some(uuid)) = (catalogue.snapshots.get(copy.snapshot as usize), &copy.uuid)
        else {
            continue;
        };
        if snapshot.state == SnapshotState::Success && expiring.contains(&snapshot.uuid) {
            going.push((&snapshot.uuid, uuid));
        } else if snapshot.state == SnapshotState::Success {
            staying.insert(uuid);
        }
    }
    going.into_iter().filter(|(_, uuid)| due.contains(uuid) && !staying.contains(uuid)).collect()
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
    let mut add = |verb, bytes: Option<Bytes>| {
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
