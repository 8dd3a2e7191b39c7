//! Clause 4: nothing was written since the copy was made.
//!
//! Each shard's copy must hold every operation that the live primary has: same history, same highest sequence number,
//! no gap below it on either side. The Lucene commit id is compared too: the same id is the same files; another id with
//! the same sequence numbers is what a flush, a merge or a primary elsewhere leaves. The id alone would not do, since
//! operations that are not committed yet do not change it.

use super::clause_bytes::ShardCopy;
use super::refusal::{damaged, outdated};
use super::{LiveIndex, LiveShard, Subject};
use crate::model::{Clause, ClauseEvidence, Missing, ShardCommit};

/// Compares every shard's copy with the live primary.
pub(super) fn check(
    subject: &Subject,
    copies: &[ShardCopy],
    live: Option<&LiveIndex>,
) -> Result<ClauseEvidence, Missing> {
    let live = open(subject, live)?;
    let mut same = 0;
    for copy in copies {
        let object = format!("{} shard {}", subject.name, copy.shard);
        let Some(shard) = live.shards.get(&copy.shard) else {
            return Err(damaged(
                Clause::Commit,
                object,
                format!("the primary of shard {} is not started", copy.shard),
            ));
        };
        check_shard(copy, shard).map_err(|why| outdated(Clause::Commit, object, why))?;
        same += usize::from(copy.commit.id == shard.commit);
    }
    Ok(evidence(copies, same))
}

/// The live index, if it answers and is still the one that is meant. A closed index tells no sequence numbers on either
/// engine (`index_closed_exception`, or an empty answer when closed ones are allowed), so its copy cannot be compared.
pub(super) fn open<'a>(subject: &Subject, live: Option<&'a LiveIndex>) -> Result<&'a LiveIndex, Missing> {
    let object = || format!("GET /{}/_stats?level=shards", subject.name);
    let Some(live) = live else {
        let why = "the index tells no statistics: it is closed or gone; open it to have it archived";
        return Err(damaged(Clause::Commit, object(), why));
    };
    if live.uuid != subject.uuid {
        let why = format!("the live index is another one by now, uuid {}", live.uuid);
        return Err(damaged(Clause::Commit, object(), why));
    }
    Ok(live)
}

fn check_shard(copy: &ShardCopy, live: &LiveShard) -> Result<(), String> {
    let (shard, commit) = (copy.shard, &copy.commit);
    if commit.history_uuid.as_ref() != Some(&live.history_uuid) {
        return Err(format!("shard {shard} has another history of writes than its copy"));
    }
    if commit.max_seq_no != Some(live.max_seq_no) {
        let copied = commit.max_seq_no.map_or("none".into(), |number| number.to_string());
        return Err(format!(
            "shard {shard} took writes after the snapshot: sequence number {}, {copied} in the copy",
            live.max_seq_no
        ));
    }
    if commit.local_checkpoint != commit.max_seq_no {
        return Err(format!("the copy of shard {shard} was made while writes were under way"));
    }
    if live.local_checkpoint != live.max_seq_no {
        return Err(format!("writes to shard {shard} are under way"));
    }
    Ok(())
}

fn evidence(copies: &[ShardCopy], same: usize) -> ClauseEvidence {
    let total = copies.len();
    let first =
        copies.first().map_or(String::new(), |copy| format!(" (shard {} {})", copy.shard, copy.commit.id));
    let says = if same == total {
        format!("{total} of {total} shards: the live Lucene commit{first}")
    } else {
        format!(
            "{total} of {total} shards: same history and sequence numbers, {same} of them the live Lucene commit; \
             the others were flushed or merged since{first}"
        )
    };
    ClauseEvidence { clause: Clause::Commit, says }
}

/// The commits for the evidence. Clause 4 has found history and sequence number in each.
pub(super) fn commits(copies: &[ShardCopy]) -> Vec<ShardCommit> {
    let commit = |copy: &ShardCopy| ShardCommit {
        shard: copy.shard,
        commit: copy.commit.id.clone(),
        history_uuid: copy.commit.history_uuid.clone().unwrap_or_default(),
        max_seq_no: copy.commit.max_seq_no.unwrap_or(-1),
    };
    copies.iter().map(commit).collect()
}
