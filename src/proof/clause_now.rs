//! Clause 5: UUID and sequence numbers are unchanged just before the delete.

use super::refusal::{damaged, outdated};
use super::{LiveIndex, Subject};
use crate::model::{Clause, ClauseEvidence, Missing, counted};

/// A first reading, for a plan and for `prove`: the UUID is the subject's and every primary answered.
pub(super) fn first(subject: &Subject, live: Option<&LiveIndex>) -> Result<ClauseEvidence, Missing> {
    let live = present(subject, live)?;
    let says = format!("uuid and {} as read; read again just before a delete", numbers(live));
    Ok(ClauseEvidence { clause: Clause::Now, says })
}

/// The reading just before the delete against the one that the other clauses were checked with.
pub(super) fn unchanged(
    subject: &Subject,
    before: Option<&LiveIndex>,
    now: Option<&LiveIndex>,
) -> Result<ClauseEvidence, Missing> {
    let before = present(subject, before)?;
    let now = present(subject, now)?;
    for (number, shard) in &now.shards {
        let earlier = before.shards.get(number);
        let same = |s: &super::LiveShard| {
            s.history_uuid == shard.history_uuid
                && s.max_seq_no == shard.max_seq_no
                && s.local_checkpoint == shard.local_checkpoint
        };
        if !earlier.is_some_and(same) {
            let why = format!("shard {number} took writes while its copy was verified");
            return Err(outdated(Clause::Now, format!("{} shard {number}", subject.name), why));
        }
    }
    let says = format!("uuid and {} unchanged", numbers(now));
    Ok(ClauseEvidence { clause: Clause::Now, says })
}

fn present<'a>(subject: &Subject, live: Option<&'a LiveIndex>) -> Result<&'a LiveIndex, Missing> {
    let object = || format!("GET /{}/_stats?level=shards", subject.name);
    let Some(live) = live else {
        return Err(damaged(Clause::Now, object(), "the index tells no statistics: it is closed or gone"));
    };
    if live.uuid != subject.uuid {
        let why = format!("the live index is another one by now, uuid {}", live.uuid);
        return Err(damaged(Clause::Now, object(), why));
    }
    let numbers = live.shards.keys().copied();
    if !numbers.eq(0..subject.primaries) {
        let why = format!("{} of {} primaries answered", live.shards.len(), subject.primaries);
        return Err(damaged(Clause::Now, object(), why));
    }
    Ok(live)
}

fn numbers(live: &LiveIndex) -> String {
    let highest = live.shards.values().map(|shard| shard.max_seq_no).max().unwrap_or(-1);
    let shards = counted(live.shards.len() as u64, "shard", "shards");
    format!("sequence numbers of {shards} (up to {highest})")
}
