//! A proof for an auditor: each clause with its evidence, or the first that does not hold.

use super::Style;
use super::text::{Tint, counted, grouped, second, tinted};
use crate::model::{Clause, ClauseEvidence, Evidence, Index, IndexName, Live, Missing, ShardCommit, Verdict};
use crate::proof::{CopyInSnapshot, SnapshotProof};

/// Shards whose commits are written out; the others are counted.
const COMMITS_SHOWN: usize = 3;

/// The verdict on one live index.
pub fn index_proof(index: &Index, verdict: &Live<Verdict>, style: &Style) -> String {
    let mut text = format!("{} · uuid {}", index.name, index.uuid);
    if let Some(docs) = index.docs {
        text.push_str(&format!(" · {}", counted(docs, "document", "documents")));
    }
    if let Some(bytes) = index.bytes {
        text.push_str(&format!(" · {bytes}"));
    }
    text.push_str(&format!(" · {}\n", counted(u64::from(index.primaries), "primary", "primaries")));
    match verdict {
        Live::Present(Verdict::Proven(evidence)) => text + &proven(evidence, style),
        Live::Present(Verdict::Missing(missing)) => text + &missing_clause(missing, style),
        Live::Absent => text + "not proven: there is no copy\n",
        Live::Unknown(unknown) => text + &format!("not proven: could not be read: {}\n", unknown.why),
    }
}

fn proven(evidence: &Evidence, style: &Style) -> String {
    let mut text = format!(
        "in snapshot {} of {}, started {}\n",
        evidence.snapshot,
        evidence.repository_url,
        second(evidence.snapshot_started)
    );
    for clause in &evidence.clauses {
        text.push_str(&clause_line(clause, style));
    }
    text.push_str(&commits(&evidence.commits));
    let verdict = if evidence.clauses.len() == Clause::ALL.len() {
        "proven: may be deleted"
    } else {
        "by the API alone: its bytes in S3 were not looked at (`proof: api`)"
    };
    text + &format!("{}\n", tinted(verdict, Tint::Add, style.color))
}

fn clause_line(clause: &ClauseEvidence, style: &Style) -> String {
    let number = Clause::ALL.iter().position(|one| *one == clause.clause).map_or(0, |at| at + 1);
    format!(
        "  {number} {:<10} {}\n",
        tinted(&clause.clause.to_string(), Tint::Strong, style.color),
        clause.says
    )
}

fn commits(commits: &[ShardCommit]) -> String {
    let mut text = String::new();
    for commit in commits.iter().take(COMMITS_SHOWN) {
        text.push_str(&format!(
            "      shard {} · commit {} · history {} · max_seq_no {}\n",
            commit.shard, commit.commit, commit.history_uuid, commit.max_seq_no
        ));
    }
    if commits.len() > COMMITS_SHOWN {
        text.push_str(&format!(
            "      and {} more shards: --format json\n",
            grouped((commits.len() - COMMITS_SHOWN) as u64)
        ));
    }
    text
}

fn missing_clause(missing: &Missing, style: &Style) -> String {
    let mut text = String::new();
    if let Some(snapshot) = &missing.snapshot {
        text.push_str(&format!("looked at snapshot {snapshot}\n"));
    }
    let verdict = tinted("not proven", Tint::Remove, style.color);
    text.push_str(&format!("{verdict}: {missing}\n"));
    text.push_str(if missing.mended_by_snapshot {
        "  help: a new snapshot mends this: es2s3 apply\n"
    } else {
        "  help: a new snapshot would lean on the same blobs; mend the repository, or snapshot to another one\n"
    });
    text
}

/// A whole snapshot, live or not what it holds.
pub fn snapshot_proof(proof: &SnapshotProof, style: &Style) -> String {
    let info = &proof.info;
    let mut text = format!(
        "{} · uuid {} · {} · started {}\n",
        info.name,
        info.uuid,
        counted(info.indices.len() as u64, "index", "indices"),
        second(info.started)
    );
    match &proof.complete {
        Ok(clause) => text.push_str(&clause_line(clause, style)),
        Err(missing) => text.push_str(&missing_clause(missing, style)),
    }
    for copy in &proof.copies {
        text.push_str(&copy_lines(copy, style));
    }
    let verdict = if proof.whole() { ("whole", Tint::Add) } else { ("not whole", Tint::Remove) };
    text + &format!("{}\n", tinted(verdict.0, verdict.1, style.color))
}

fn copy_lines(copy: &CopyInSnapshot, style: &Style) -> String {
    let name: &IndexName = &copy.index;
    match &copy.found {
        Ok(found) => {
            let clauses: String = found.clauses.iter().map(|clause| clause_line(clause, style)).collect();
            format!("{name}\n{clauses}")
        }
        Err(refusal) => format!("{name}\n  {}: {refusal}\n", tinted("not proven", Tint::Remove, style.color)),
    }
}
