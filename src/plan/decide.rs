//! The decision on one index: withheld, to be archived, or proven and to be deleted.
//!
//! Called by `plan` for every owned index. It gives each line one decision and one reason.

use super::facts::Facts;
use super::owned::Member;
use super::protect::{self, Case};
use super::types::{Blocker, Decision, IndexItem};
use super::unfit;
use crate::model::{
    Clause, Evidence, Index, Live, Missing, Policy, ProofLevel, SnapshotName, Unknown, Verdict,
};

/// The line of one owned index, not yet selected, its snapshot not yet named.
pub(super) fn item(
    facts: &Facts<'_>,
    policy: &Policy,
    member: &Member<'_>,
    unnamed: &SnapshotName,
) -> IndexItem {
    let index = member.index;
    IndexItem {
        name: index.name.clone(),
        uuid: index.uuid.clone(),
        docs: index.docs,
        bytes: index.bytes,
        primaries: index.primaries,
        created: index.created,
        period: member.dated.period,
        aged_from: member.aged_from,
        decision: decision(facts, policy, member, unnamed),
        selected: true,
    }
}

fn decision(facts: &Facts<'_>, policy: &Policy, member: &Member<'_>, unnamed: &SnapshotName) -> Decision {
    let case = Case { facts, policy, member };
    protect::withheld(&case).unwrap_or_else(|| by_proof(facts, policy, member.index, unnamed))
}

/// A due index goes by its proof; without a copy, or with one that the index has outgrown, it is archived.
fn by_proof(facts: &Facts<'_>, policy: &Policy, index: &Index, unnamed: &SnapshotName) -> Decision {
    // A repository that is not registered holds no copy that could be verified, whatever lies in the bucket.
    if matches!(facts.input.observed.repository, Live::Absent) {
        return archive(facts, policy, index, None, unnamed);
    }
    if facts.candidates(index).is_empty() {
        return archive(facts, policy, index, unfit::copy(facts, index), unnamed);
    }
    match facts.input.observed.proofs.get(&index.uuid) {
        Some(Live::Present(Verdict::Proven(evidence))) => match gap(evidence, policy, index) {
            None => Decision::Delete { evidence: Box::new(evidence.clone()) },
            Some(missing) => blocked(Blocker::Proof { missing }),
        },
        Some(Live::Present(Verdict::Missing(missing))) if missing.mended_by_snapshot => {
            archive(facts, policy, index, Some(missing.clone()), unnamed)
        }
        Some(Live::Present(Verdict::Missing(missing))) => {
            blocked(Blocker::Proof { missing: missing.clone() })
        }
        Some(Live::Unknown(unknown)) => unproven(unknown.clone()),
        Some(Live::Absent) | None => unproven(Unknown::because("its copy was not verified")),
    }
}

fn archive(
    facts: &Facts<'_>,
    policy: &Policy,
    index: &Index,
    stale: Option<Missing>,
    unnamed: &SnapshotName,
) -> Decision {
    if let Some(running) = facts.running_snapshot_of(index) {
        return Decision::Archive { snapshot: running.clone(), stale };
    }
    // A snapshot that could never be the proof would be made in vain.
    let unprovable = match policy.proof {
        ProofLevel::Full => facts.untold.clone().map(|missing| Blocker::Proof { missing }),
        ProofLevel::Api => None,
    };
    match facts.no_snapshots.clone().or(unprovable) {
        Some(blocker) => blocked(blocker),
        None => Decision::Archive { snapshot: unnamed.clone(), stale },
    }
}

fn blocked(blocker: Blocker) -> Decision {
    Decision::Blocked { blocker }
}

fn unproven(unknown: Unknown) -> Decision {
    blocked(Blocker::Unread { what: "proof".into(), unknown })
}

/// What evidence lacks for this index at this policy's level: evidence is only ever about one UUID.
pub(super) fn gap(evidence: &Evidence, policy: &Policy, index: &Index) -> Option<Missing> {
    let missing = |clause, why: &str| {
        let snapshot = Some(evidence.snapshot.clone());
        Some(Missing { clause, snapshot, object: None, why: why.into(), mended_by_snapshot: false })
    };
    if evidence.index != index.name || evidence.uuid != index.uuid {
        return missing(Clause::Identity, "the evidence is about another index");
    }
    let wanted: &[Clause] = match policy.proof {
        ProofLevel::Full => &Clause::ALL,
        ProofLevel::Api => &[Clause::Snapshot],
    };
    let absent =
        wanted.iter().find(|clause| !evidence.clauses.iter().any(|found| found.clause == **clause))?;
    missing(*absent, "the evidence does not speak of it")
}
