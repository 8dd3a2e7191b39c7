//! The permission to delete one snapshot, given only for one that es2s3 made and whose retention has run out.
//!
//! Pure: the facts and `now` are arguments. Whether it holds a last copy is the planner's question, not this one's.

use jiff::Timestamp;

use super::SnapshotId;
use crate::model::{
    Days, IndexName, Mount, PolicyName, RepositoryName, SnapshotInfo, SnapshotName, SnapshotState,
    SnapshotUuid,
};

/// Permission to delete exactly one snapshot, given by [`expire_permit`] and by nothing else.
///
/// ```
/// use es2s3::proof::ExpirePermit;
///
/// fn spend(permit: ExpirePermit) -> String { permit.snapshot().to_string() }
/// ```
///
/// ```compile_fail,E0451
/// use es2s3::proof::ExpirePermit;
///
/// fn spend(permit: ExpirePermit) -> String { permit.snapshot().to_string() }
/// fn forge(id: es2s3::proof::SnapshotId) -> ExpirePermit { ExpirePermit { id } }
/// ```
#[derive(Debug)]
#[must_use]
pub struct ExpirePermit {
    id: SnapshotId,
}

impl ExpirePermit {
    pub fn snapshot(&self) -> &SnapshotName {
        &self.id.name
    }

    pub fn uuid(&self) -> &SnapshotUuid {
        &self.id.uuid
    }
}

/// What is known of a snapshot that is due, all read just now.
#[derive(Debug, Clone, Copy)]
pub struct Expiring<'a> {
    /// The snapshot that was planned to go.
    pub id: &'a SnapshotId,
    /// Its root file.
    pub info: &'a SnapshotInfo,
    pub repository: &'a RepositoryName,
    /// The policy that it must be marked with.
    pub policy: &'a PolicyName,
    /// `snapshot_retention`, counted from the snapshot's start.
    pub retention: Days,
    /// Every mounted index with what it reads: none may read from the snapshot.
    pub mounts: &'a [(IndexName, Mount)],
}

/// Why a snapshot may not go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpireRefusal {
    #[error("snapshot {name} is another one by now, uuid {uuid}")]
    Another { name: SnapshotName, uuid: SnapshotUuid },
    #[error("snapshot {0} carries no mark of es2s3")]
    NotOurs(SnapshotName),
    #[error("snapshot {snapshot} is marked with policy {found}, not {wanted}")]
    OtherPolicy { snapshot: SnapshotName, found: PolicyName, wanted: PolicyName },
    #[error("snapshot {0} is being written")]
    Running(SnapshotName),
    #[error("snapshot {snapshot} is due at {due}")]
    Young { snapshot: SnapshotName, due: Timestamp },
    #[error("index {index} reads from snapshot {snapshot}")]
    Mounted { snapshot: SnapshotName, index: IndexName },
}

/// Permits the delete if the snapshot is the planned one, made by es2s3 for this policy, at rest, past its retention at
/// `now`, and mounted by no live index.
pub fn expire_permit(expiring: &Expiring<'_>, now: Timestamp) -> Result<ExpirePermit, ExpireRefusal> {
    let Expiring { id, info, .. } = *expiring;
    if (&info.name, &info.uuid) != (&id.name, &id.uuid) {
        return Err(ExpireRefusal::Another { name: info.name.clone(), uuid: info.uuid.clone() });
    }
    check_marks(expiring)?;
    if info.state == SnapshotState::InProgress {
        return Err(ExpireRefusal::Running(id.name.clone()));
    }
    check_age(expiring, now)?;
    check_mounts(expiring)?;
    Ok(ExpirePermit { id: id.clone() })
}

fn check_marks(expiring: &Expiring<'_>) -> Result<(), ExpireRefusal> {
    let snapshot = expiring.id.name.clone();
    match &expiring.info.marks {
        None => Err(ExpireRefusal::NotOurs(snapshot)),
        Some(marks) if marks.policy != *expiring.policy => Err(ExpireRefusal::OtherPolicy {
            snapshot,
            found: marks.policy.clone(),
            wanted: expiring.policy.clone(),
        }),
        Some(_) => Ok(()),
    }
}

fn check_age(expiring: &Expiring<'_>, now: Timestamp) -> Result<(), ExpireRefusal> {
    // A retention that reaches beyond the end of time never runs out.
    let due = expiring.info.started.checked_add(expiring.retention.span()).unwrap_or(Timestamp::MAX);
    if now >= due {
        return Ok(());
    }
    Err(ExpireRefusal::Young { snapshot: expiring.id.name.clone(), due })
}

fn check_mounts(expiring: &Expiring<'_>) -> Result<(), ExpireRefusal> {
    match expiring.mounts.iter().find(|(_, mount)| reads_from(mount, expiring)) {
        None => Ok(()),
        Some((index, _)) => {
            Err(ExpireRefusal::Mounted { snapshot: expiring.id.name.clone(), index: index.clone() })
        }
    }
}

/// By UUID in whatever repository it is registered as; by name only where the engine tells no UUID.
fn reads_from(mount: &Mount, expiring: &Expiring<'_>) -> bool {
    match &mount.snapshot_uuid {
        Some(uuid) => *uuid == expiring.id.uuid,
        None => mount.repository == *expiring.repository && mount.snapshot == expiring.id.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bytes, Marks};

    fn info() -> SnapshotInfo {
        SnapshotInfo {
            name: "orders-1".into(),
            uuid: "u1".into(),
            state: SnapshotState::Success,
            started: "2026-01-02T05:00:00Z".parse().unwrap(),
            ended: None,
            indices: vec!["orders-2026.01.01".into()],
            shards_total: 1,
            shards_successful: 1,
            failures: vec![],
            marks: Some(Marks {
                policy: "orders".into(),
                day: "2026-01-01".parse().unwrap(),
                run: "01J".into(),
                bytes: Bytes(1),
            }),
            shallow: false,
        }
    }

    fn mounted(uuid: Option<&str>, snapshot: &str) -> (IndexName, Mount) {
        let snapshot_uuid = uuid.map(Into::into);
        ("mounted".into(), Mount { repository: "logs".into(), snapshot: snapshot.into(), snapshot_uuid })
    }

    fn ask(
        info: &SnapshotInfo,
        mounts: &[(IndexName, Mount)],
        now: &str,
    ) -> Result<ExpirePermit, ExpireRefusal> {
        let id = SnapshotId { name: "orders-1".into(), uuid: "u1".into() };
        let expiring = Expiring {
            id: &id,
            info,
            repository: &"logs".into(),
            policy: &"orders".into(),
            retention: Days(30),
            mounts,
        };
        expire_permit(&expiring, now.parse().unwrap())
    }

    const DUE: &str = "2026-02-01T05:00:00Z";

    #[test]
    fn ours_and_past_its_retention_may_go_at_that_second() {
        assert_eq!(ask(&info(), &[], DUE).unwrap().snapshot().as_str(), "orders-1");
        assert!(matches!(ask(&info(), &[], "2026-02-01T04:59:59Z"), Err(ExpireRefusal::Young { .. })));
    }

    #[test]
    fn each_doubt_refuses() {
        let changed = |change: fn(&mut SnapshotInfo)| {
            let mut info = info();
            change(&mut info);
            ask(&info, &[], DUE).unwrap_err().to_string()
        };
        assert!(changed(|i| i.uuid = "u2".into()).contains("another one by now, uuid u2"));
        assert!(changed(|i| i.name = "orders-2".into()).contains("another one"));
        assert!(changed(|i| i.marks = None).contains("no mark of es2s3"));
        assert!(
            changed(|i| i.marks.as_mut().unwrap().policy = "web".into()).contains("policy web, not orders")
        );
        assert!(changed(|i| i.state = SnapshotState::InProgress).contains("being written"));
    }

    #[test]
    fn a_snapshot_that_an_index_reads_from_stays() {
        for (uuid, name, stays) in [
            (Some("u1"), "renamed", true),
            (Some("u2"), "orders-1", false),
            (None, "orders-1", true),
            (None, "orders-2", false),
        ] {
            let refused = ask(&info(), &[mounted(uuid, name)], DUE).is_err();
            assert_eq!(refused, stays, "{uuid:?} {name}");
        }
    }
}
