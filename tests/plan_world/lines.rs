//! A plan as lines of few words, for tests to compare.

use es2s3::model::IndexName;
use es2s3::plan::*;

/// The plan as lines: indices and snapshots by policy, then snapshots to make. A star marks what the selection leaves out.
pub(crate) fn lines(plan: &Plan) -> String {
    let mut lines = Vec::new();
    let star = |selected: bool| if selected { "" } else { "*" };
    for series in &plan.series {
        lines.extend(
            series
                .indices
                .iter()
                .map(|i| format!("{}{} {}", star(i.selected), i.name, decision(&i.decision))),
        );
        lines.extend(series.archives.iter().map(|archive| {
            let names: Vec<&str> = archive.indices.iter().map(IndexName::as_str).collect();
            let verb = if archive.running { "await" } else { "snapshot" };
            format!("{verb} {} of {}: {}", archive.day, series.policy.name, names.join(" "))
        }));
        lines.extend(
            series
                .snapshots
                .iter()
                .map(|s| format!("{}{} {}", star(s.selected), s.name, expiry(&s.decision))),
        );
    }
    lines.join("\n")
}

pub(crate) fn decision(decision: &Decision) -> String {
    match decision {
        Decision::Keep { reason } => match reason {
            KeepReason::Young { due } => format!("young until {}", due.strftime("%Y-%m-%dT%H")),
            KeepReason::WriteIndex { alias } => format!("write index of {alias}"),
            KeepReason::DataStreamWrite { stream } => format!("write index of stream {stream}"),
            KeepReason::Mounted { snapshot } => format!("mounted from {snapshot}"),
            KeepReason::Managed { by } => format!("managed by {by}"),
            KeepReason::Hidden => "hidden".into(),
            KeepReason::System => "system".into(),
            KeepReason::NewestOfSeries => "newest".into(),
            KeepReason::MinRemaining => "min remaining".into(),
            KeepReason::Protected => "protected".into(),
        },
        Decision::Archive { stale: None, .. } => "archive".into(),
        Decision::Archive { stale: Some(missing), .. } => format!("archive again, {missing}"),
        Decision::Delete { evidence } => format!("delete, proven in {}", evidence.snapshot),
        Decision::Held { hold } => format!("held by {}", hold.by),
        Decision::Blocked { blocker } => self::blocker(blocker),
    }
}

fn expiry(decision: &SnapshotDecision) -> String {
    match decision {
        SnapshotDecision::Expire { last_copy_of, .. } if last_copy_of.is_empty() => "expire".into(),
        SnapshotDecision::Expire { last_copy_of, .. } => {
            let names: Vec<&str> = last_copy_of.iter().map(IndexName::as_str).collect();
            format!("expire, last copy of {}", names.join(" "))
        }
        SnapshotDecision::Held { index, hold } => format!("held by {} for {index}", hold.by),
        SnapshotDecision::Blocked { blocker } => self::blocker(blocker),
        SnapshotDecision::Keep { due } => format!("keep until {}", due.strftime("%Y-%m-%dT%H")),
    }
}

fn blocker(blocker: &Blocker) -> String {
    match blocker {
        Blocker::Proof { missing } => format!("blocked: no proof, {missing}"),
        Blocker::Unread { what, .. } => format!("blocked: {what} unread"),
        Blocker::ClusterRed => "blocked: cluster red".into(),
        Blocker::IndexRed => "blocked: index red".into(),
        Blocker::Relocating => "blocked: relocating".into(),
        Blocker::Closed => "blocked: closed".into(),
        Blocker::EngineBlock { setting } => format!("blocked: {setting}"),
        Blocker::RestoredElsewhere => "blocked: restored elsewhere".into(),
        Blocker::FutureDate => "blocked: future date".into(),
        Blocker::ClockSkew { seconds } => format!("blocked: clock off by {seconds} s"),
        Blocker::LineageChanged => "blocked: lineage changed".into(),
        Blocker::Repository { why } => format!("blocked: repository: {why}"),
        Blocker::SnapshotRunning { snapshot } => format!("blocked: {snapshot} runs"),
        Blocker::MountedBy { index } => format!("blocked: mounted by {index}"),
        Blocker::LastCopy { index } => format!("blocked: last copy of {index}"),
        Blocker::NeededAsProof { index } => format!("blocked: proof of {index}"),
        Blocker::Guard { guard } => format!("blocked: guard {guard:?}"),
    }
}
