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
    /// The index's own, kept here because all members are gone through again before each index is.
    created: Option<Timestamp>,
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

/// Gives every index to the policy whose grammar reads its name; of nested prefixes the longest is asked first.
pub(super) fn assign<'a>(policies: &[Policy], indices: &'a [Index], now: Timestamp) -> Ownership<'a> {
    let mut members: Vec<Vec<Member<'a>>> = policies.iter().map(|_| Vec::new()).collect();
    let mut undated: Vec<Vec<&'a IndexName>> = policies.iter().map(|_| Vec::new()).collect();
    let mut unowned = 0;
    let prefixes = Prefixes::of(policies.iter().map(|policy| policy.prefix.as_str()));
    for index in indices {
        match prefixes.owner(index.name.as_str()) {
            Owner::Policy(at, dated) => members[at].push(Member {
                index,
                dated,
                created: index.created,
                aged_from: dated.period.end,
                newest: false,
            }),
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

/// The policies' prefixes in order, so that a name finds its own by one binary search.
struct Prefixes<'p> {
    /// Prefix, policy, and the position of the longest other prefix that this one begins with.
    sorted: Vec<(&'p str, usize, Option<usize>)>,
}

impl<'p> Prefixes<'p> {
    fn of(prefixes: impl Iterator<Item = &'p str>) -> Self {
        let mut sorted: Vec<_> = prefixes.zip(0..).map(|(prefix, policy)| (prefix, policy, None)).collect();
        sorted.sort_unstable();
        let mut prefixes = Self { sorted };
        for at in 1..prefixes.sorted.len() {
            let outer = prefixes.from(at - 1, prefixes.sorted[at].0);
            prefixes.sorted[at].2 = outer;
        }
        prefixes
    }

    /// The nearest prefix of `name` from this position outwards. Everything in order between a prefix of a name and that name
    /// begins with the prefix, so none is passed over.
    fn from(&self, mut at: usize, name: &str) -> Option<usize> {
        while !name.starts_with(self.sorted[at].0) {
            at = self.sorted[at].2?;
        }
        Some(at)
    }

    fn owner(&self, name: &str) -> Owner {
        let bare = name.strip_prefix(".ds-").unwrap_or(name);
        let after = self.sorted.partition_point(|(prefix, ..)| *prefix <= bare);
        let mut next = after.checked_sub(1).and_then(|at| self.from(at, bare));
        let mut undated = Owner::Nobody;
        while let Some(at) = next {
            let (prefix, policy, outer) = self.sorted[at];
            match (names::read(prefix, name), &undated) {
                (Reading::Owned(dated), _) => return Owner::Policy(policy, dated),
                (Reading::Undated, Owner::Nobody) => undated = Owner::Undated(policy),
                (Reading::Undated | Reading::Foreign, _) => {}
            }
            next = outer;
        }
        undated
    }
}

fn order(members: &mut [Member<'_>]) {
    members.sort_unstable_by(|a, b| {
        let key = |m: &Member<'_>| (m.dated.period.start, m.dated.period.end, m.dated.number);
        key(a).cmp(&key(b)).then_with(|| a.index.name.cmp(&b.index.name))
    });
}

/// A numbered index is written to until its successor is made, so the successor's creation counts as its rollover.
/// A number that starts again (`…20-000002`, `…21-000001`) is no successor: there the date alone rolls over. Backing indices of
/// a data stream and others have each their own numbers, and one without a number succeeds nobody.
fn date(policy: &Policy, members: &mut [Member<'_>]) {
    let mut next: [Option<(u64, Option<Timestamp>)>; 2] = [None, None];
    for member in members.iter_mut().rev() {
        let (own, next) = (member.dated.number, &mut next[usize::from(member.dated.backing)]);
        let rolled_over = match (own, *next) {
            (Some(own), Some((number, created))) if number > own => created,
            _ => None,
        };
        member.aged_from = age::aged_from(policy.age_from, &member.dated.period, member.created, rolled_over);
        *next = own.map(|own| (own, member.created)).or(*next);
    }
}

fn mark_newest(members: &mut [Member<'_>], now: Timestamp) {
    let present = |m: &&mut Member<'_>| !age::lies_ahead(&m.dated.period, m.created, now);
    if let Some(newest) = members.iter_mut().rev().find(present) {
        newest.newest = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which prefix owns the name, or `~` and the prefix under which it is undated.
    fn owner(prefixes: &[&str], name: &str) -> String {
        let found = Prefixes::of(prefixes.iter().copied());
        match found.owner(name) {
            Owner::Policy(at, _) => prefixes[at].into(),
            Owner::Undated(at) => format!("~{}", prefixes[at]),
            Owner::Nobody => "nobody".into(),
        }
    }

    #[test]
    fn a_name_finds_its_policy_among_nested_prefixes() {
        let prefixes = ["web-", "app-prod-", "app-", "app-prod-eu-", "app-a", "app-z-"];
        for (name, wanted) in [
            ("app-2026.10.20", "app-"),
            ("app-prod-2026.10.20", "app-prod-"),
            ("app-prod-eu-2026.10.20", "app-prod-eu-"),
            ("app-prod-us-2026.10.20", "~app-prod-"),
            ("app-zz-2026.10.20", "~app-"),
            ("app-a2026.10.20", "app-a"),
            (".ds-app-prod-2026.10.20-000001", "app-prod-"),
            ("web-2026.10.20", "web-"),
            ("zzz-2026.10.20", "nobody"),
            ("aaa-2026.10.20", "nobody"),
            ("", "nobody"),
        ] {
            assert_eq!(owner(&prefixes, name), wanted, "{name}");
        }
    }
}
