//! What is never deleted, and what is withheld although it is due, in one fixed order (`docs/retention.md`).
//!
//! Called by `decide`. The first rule that speaks gives the line its reason; only what no rule claims is due.

use jiff::Timestamp;

use super::age;
use super::facts::Facts;
use super::owned::Member;
use super::types::{Blocker, Decision, KeepReason};
use crate::model::{Health, Hold, Index, Managed, ManagedIndices, Policy, Unknown};

/// Everything a rule may look at.
pub(super) struct Case<'c, 'a> {
    pub facts: &'c Facts<'a>,
    pub policy: &'c Policy,
    pub member: &'c Member<'a>,
}

impl Case<'_, '_> {
    fn index(&self) -> &Index {
        self.member.index
    }

    fn now(&self) -> Timestamp {
        self.facts.input.now
    }
}

/// Why an index that is due stays all the same, first match first.
const KEEPS: [fn(&Case<'_, '_>) -> Option<KeepReason>; 8] =
    [system, hidden, mounted, stream_write, write_index, managed, protected, newest];

/// Why an index that should go cannot, first match first. Each rule names what lifts it.
const BLOCKS: [fn(&Case<'_, '_>) -> Option<Blocker>; 6] =
    [restored_elsewhere, world, red, closed, engine_block, relocating];

/// The decision on an index that may not go now; `None`: it is due and free.
pub(super) fn withheld(case: &Case<'_, '_>) -> Option<Decision> {
    held(case)
        .map(|hold| Decision::Held { hold: hold.clone() })
        .or_else(|| future(case).map(|blocker| Decision::Blocked { blocker }))
        .or_else(|| young(case).map(|reason| Decision::Keep { reason }))
        .or_else(|| KEEPS.iter().find_map(|rule| rule(case)).map(|reason| Decision::Keep { reason }))
        .or_else(|| BLOCKS.iter().find_map(|rule| rule(case)).map(|blocker| Decision::Blocked { blocker }))
}

/// A hold stands on the name, whatever index bears it, until it ends.
fn held<'a>(case: &Case<'_, 'a>) -> Option<&'a Hold> {
    let hold = case.facts.input.state.present()?.holds.get(&case.index().name)?;
    hold.until.is_none_or(|until| until > case.now()).then_some(hold)
}

fn future(case: &Case<'_, '_>) -> Option<Blocker> {
    let ahead = age::lies_ahead(&case.member.dated.period, case.index().created, case.now());
    ahead.then_some(Blocker::FutureDate)
}

fn young(case: &Case<'_, '_>) -> Option<KeepReason> {
    let due = age::due(case.member.aged_from, case.policy.index_retention);
    (due > case.now()).then_some(KeepReason::Young { due })
}

/// A dot index that backs no data stream belongs to the engine, whatever its name looks like.
fn system(case: &Case<'_, '_>) -> Option<KeepReason> {
    let index = case.index();
    (index.name.as_str().starts_with('.') && index.data_stream.is_none()).then_some(KeepReason::System)
}

/// Backing indices of data streams are hidden by design and are no exception to retention.
fn hidden(case: &Case<'_, '_>) -> Option<KeepReason> {
    (case.index().hidden && case.index().data_stream.is_none()).then_some(KeepReason::Hidden)
}

/// Its data is in S3 already; a snapshot of it would hold a pointer only (Elasticsearch #77861).
fn mounted(case: &Case<'_, '_>) -> Option<KeepReason> {
    let mount = case.index().mount.as_ref()?;
    Some(KeepReason::Mounted { snapshot: mount.snapshot.clone() })
}

fn stream_write(case: &Case<'_, '_>) -> Option<KeepReason> {
    let stream = case.index().data_stream.as_ref().filter(|stream| stream.write)?;
    Some(KeepReason::DataStreamWrite { stream: stream.name.clone() })
}

/// An alias without a word on writes sends them here when it points at this index alone. Its deletion would turn the
/// alias's next bulk into an index of that name (Elasticsearch #74337). `is_write_index: false` lifts it.
fn write_index(case: &Case<'_, '_>) -> Option<KeepReason> {
    let takes_writes =
        |name: &str, said: Option<bool>| said.unwrap_or_else(|| case.facts.alias_is_single(name));
    let alias = case.index().aliases.iter().find(|alias| takes_writes(&alias.name, alias.write))?;
    Some(KeepReason::WriteIndex { alias: alias.name.clone() })
}

fn managed(case: &Case<'_, '_>) -> Option<KeepReason> {
    let manager = case.index().managed.as_ref()?;
    let by = match (case.policy.managed, manager) {
        (ManagedIndices::Take, _) => return None,
        (ManagedIndices::Leave, Managed::Ilm(policy)) => format!("ILM policy {policy}"),
        (ManagedIndices::Leave, Managed::Ism(policy)) => format!("ISM policy {policy}"),
    };
    Some(KeepReason::Managed { by })
}

fn protected(case: &Case<'_, '_>) -> Option<KeepReason> {
    case.facts.is_protected(case.index()).then_some(KeepReason::Protected)
}

fn newest(case: &Case<'_, '_>) -> Option<KeepReason> {
    case.member.newest.then_some(KeepReason::NewestOfSeries)
}

/// The name and the creation date of an index that es2s3 deleted, with another UUID: somebody restored it. An entry among
/// the holds, even one that has ended, says that es2s3 knows of it.
fn restored_elsewhere(case: &Case<'_, '_>) -> Option<Blocker> {
    let (input, index) = (case.facts.input, case.index());
    let created = index.created?;
    let origins = input.observed.deleted.get(&index.name)?;
    let restored = origins.iter().any(|(uuid, origin)| *origin == Some(created) && *uuid != index.uuid);
    let known = input.state.present().is_some_and(|state| {
        let hold = state.holds.get(&index.name);
        hold.is_some_and(|hold| hold.uuid.as_ref().is_none_or(|uuid| *uuid == index.uuid))
    });
    (restored && !known).then_some(Blocker::RestoredElsewhere)
}

fn world(case: &Case<'_, '_>) -> Option<Blocker> {
    case.facts.world.clone()
}

/// An open index whose health was not told is not assumed to be well.
fn red(case: &Case<'_, '_>) -> Option<Blocker> {
    let index = case.index();
    match index.health {
        Some(Health::Red) => Some(Blocker::IndexRed),
        Some(Health::Yellow | Health::Green) => None,
        None if !index.open => None,
        None => Some(Blocker::Unread {
            what: "index health".into(),
            unknown: Unknown::because("the domain did not tell it"),
        }),
    }
}

/// Neither commits nor sequence numbers of a closed index can be read, so nothing about it can be proven. Opening it lifts it.
fn closed(case: &Case<'_, '_>) -> Option<Blocker> {
    (!case.index().open).then_some(Blocker::Closed)
}

fn engine_block(case: &Case<'_, '_>) -> Option<Blocker> {
    let blocks = case.index().blocks;
    let settings = [("index.blocks.read_only", blocks.read_only), ("index.blocks.metadata", blocks.metadata)];
    let (setting, _) = settings.into_iter().find(|(_, set)| *set)?;
    Some(Blocker::EngineBlock { setting: setting.into() })
}

fn relocating(case: &Case<'_, '_>) -> Option<Blocker> {
    case.index().relocating.then_some(Blocker::Relocating)
}
