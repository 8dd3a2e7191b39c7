//! Which live index belongs to which policy, in order of its period.
//!
//! Called by `shortlist` and `plan`, which must see the same members.

use jiff::Timestamp;

use super::age;
use super::names::{self, Dated, Reading};
use crate::model::{Index, IndexName, Policy};

/// One live index of a policy.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub index: &'a Index,
    pub dated: Dated,
    pub aged_from: Timestamp,
    /// The youngest of its series that does not lie ahead of the clock.
    pub newest: bool,
}

/// All live indices, sorted out.
pub(super) struct Ownership<'a> {
    /// One list for each policy, oldest first.
    pub members: Vec<Vec<Member<'a>>>,
    /// For each policy the names that start with its prefix, have no readable date, and belong to no other policy.
    pub undated: Vec<Vec<&'a IndexName>>,
    /// Live indices that no policy owns, the undated among them.
    pub unowned: u64,
}

/// Gives every index to the first policy whose grammar reads its name.
pub(super) fn assign<'a>(policies: &[Policy], indices: &'a [Index], now: Timestamp) -> Ownership<'a> {
    let mut members: Vec<Vec<Member<'a>>> = policies.iter().map(|_| Vec::new()).collect();
    let mut undated: Vec<Vec<&'a IndexName>> = policies.iter().map(|_| Vec::new()).collect();
    let mut unowned = 0;
    for index in indices {
        match owner(policies, index.name.as_str()) {
            Owner::Policy(at, dated) => {
                members[at].push(Member { index, dated, aged_from: dated.period.end, newest: false })
            }
            Owner::Undated(at) => {
                undated[at].push(&index.name);
                unowned += 1;
            }
            Owner::Nobody => unowned += 1,
        }
    }
    for (policy, members) in policies.iter().zip(&mut members) {
        order(members);
        date(policy, members);
        mark_newest(members, now);
    }
    Ownership { members, undated, unowned }
}

enum Owner {
    Policy(usize, Dated),
    Undated(usize),
    Nobody,
}

fn owner(policies: &[Policy], name: &str) -> Owner {
    let mut undated: Option<usize> = None;
    for (at, policy) in policies.iter().enumerate() {
        match names::read(&policy.prefix, name) {
            Reading::Owned(dated) => return Owner::Policy(at, dated),
            Reading::Undated => {
                let longer = undated.is_none_or(|u| policies[u].prefix.len() < policy.prefix.len());
                undated = if longer { Some(at) } else { undated };
            }
            Reading::Foreign => {}
        }
    }
    undated.map_or(Owner::Nobody, Owner::Undated)
}

fn order(members: &mut [Member<'_>]) {
    members.sort_unstable_by(|a, b| {
        let key = |m: &Member<'_>| (m.dated.period.start, m.dated.period.end, m.dated.number);
        key(a).cmp(&key(b)).then_with(|| a.index.name.cmp(&b.index.name))
    });
}

/// A numbered index is written to until its successor is made, so the successor's creation counts as its rollover.
/// A number that starts again (`…20-000002`, `…21-000001`) is no successor: there the date alone rolls over.
fn date(policy: &Policy, members: &mut [Member<'_>]) {
    let mut next: Option<(u64, Option<Timestamp>)> = None;
    for member in members.iter_mut().rev() {
        let number = member.dated.number;
        let rolled_over = match (number, next) {
            (Some(own), Some((number, created))) if number > own => created,
            _ => None,
        };
        let created = member.index.created;
        member.aged_from = age::aged_from(policy.age_from, &member.dated.period, created, rolled_over);
        next = number.map(|number| (number, created));
    }
}

fn mark_newest(members: &mut [Member<'_>], now: Timestamp) {
    let present = |m: &&mut Member<'_>| !age::lies_ahead(&m.dated.period, m.index.created, now);
    if let Some(newest) = members.iter_mut().rev().find(present) {
        newest.newest = true;
    }
}
