//! One screen: the domain, the repository, the last run, what is overdue, what is held.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::reports::lock_line;
use super::schedule::{self, Schedule};
use super::text::{counted, day, minute, span};
use crate::model::{Bytes, Cluster, LastRun, Live, State};
use crate::plan::{Decision, IndexItem, Plan};
use crate::state::holds::holds_at;
use crate::state::{LockFile, ManifestLine};

/// The facts of the screen; its JSON is this.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    pub now: Timestamp,
    pub cluster: Live<Cluster>,
    pub indices: u64,
    pub bytes: Bytes,
    pub repository: String,
    /// `None`: the catalogue could not be read.
    pub snapshots: Option<u64>,
    /// Start of the period of the oldest index that can be searched.
    pub oldest_searchable: Option<Timestamp>,
    /// Start of the period of the oldest deleted index; whether its snapshot stands is not asked here.
    pub oldest_restorable: Option<Timestamp>,
    /// Past retention and still live, for whatever reason.
    pub overdue: Vec<Overdue>,
    pub holds: u64,
    pub next_hold_ends: Option<Timestamp>,
    pub last_run: Option<LastRun>,
    pub schedule: Schedule,
    pub lock: Option<LockFile>,
    /// False before `es2s3 bootstrap`.
    pub prepared: bool,
}

/// An index that should be gone by its retention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overdue {
    pub index: String,
    /// Seconds since it came of age.
    pub seconds: i64,
    /// `archive`, `delete`, `blocked`.
    pub plan: &'static str,
}

impl Status {
    pub fn of(
        plan: &Plan,
        state: Live<State>,
        lock: Option<LockFile>,
        manifest: &[ManifestLine],
        schedule: Schedule,
        now: Timestamp,
    ) -> Self {
        let items =
            || plan.series.iter().flat_map(|series| series.indices.iter().map(move |item| (series, item)));
        let overdue =
            items().filter_map(|(series, item)| overdue(item, series.policy.index_retention.span(), now));
        let remembered = state.present();
        Self {
            now,
            cluster: plan.header.cluster.clone(),
            indices: items().count() as u64,
            bytes: items().filter_map(|(_, item)| item.bytes).sum(),
            repository: plan.repository.spec.name.to_string(),
            snapshots: plan.header.snapshots_read,
            oldest_searchable: items().map(|(_, item)| item.period.start).min(),
            oldest_restorable: manifest.iter().map(|line| line.period.start).min(),
            overdue: overdue.collect(),
            holds: remembered
                .map_or(0, |state| state.holds.values().filter(|hold| holds_at(hold, now)).count() as u64),
            next_hold_ends: remembered.and_then(|state| {
                state.holds.values().filter_map(|hold| hold.until).filter(|until| *until > now).min()
            }),
            last_run: remembered.and_then(|state| state.last_run.clone()),
            prepared: remembered.is_some(),
            schedule,
            lock,
        }
    }
}

fn overdue(item: &IndexItem, retention: SignedDuration, now: Timestamp) -> Option<Overdue> {
    let plan = match item.decision {
        Decision::Archive { .. } => "archive",
        Decision::Delete { .. } => "delete",
        Decision::Blocked { .. } => "blocked",
        Decision::Keep { .. } | Decision::Held { .. } => return None,
    };
    let seconds = (now.duration_since(item.aged_from) - retention).as_secs();
    (seconds > 0).then(|| Overdue { index: item.name.to_string(), seconds, plan })
}

/// The screen.
pub fn status(status: &Status) -> String {
    let mut text = domain(status);
    text.push_str(&repository(status));
    if !status.prepared {
        text.push_str("state       not prepared: es2s3 bootstrap\n");
    }
    text.push_str(&match &status.last_run {
        Some(last) => format!(
            "last run    {} {} ago: exit {}, {} deleted of which {} archived, {} expired\n",
            last.run,
            span(status.now.duration_since(last.finished)),
            last.exit,
            last.deleted_indices,
            last.archived_indices,
            last.expired_snapshots
        ),
        None => "last run    none\n".into(),
    });
    text.push_str(&schedule::lines(&status.schedule));
    text.push_str(&lag(status));
    text.push_str(&format!("holds       {}", status.holds));
    if let Some(ends) = status.next_hold_ends {
        text.push_str(&format!(", the next ends {}", minute(ends)));
    }
    text.push('\n');
    if let Some(lock) = &status.lock {
        text.push_str(lock_line(lock, status.now).trim_start());
    }
    text
}

fn domain(status: &Status) -> String {
    let oldest =
        status.oldest_searchable.map(|at| format!(" · oldest searchable {}", day(at))).unwrap_or_default();
    let indices = counted(status.indices, "index", "indices");
    match &status.cluster {
        Live::Present(cluster) => format!(
            "domain      {} · {} · {} · {indices}, {}{oldest}\n",
            cluster.name, cluster.health, cluster.engine, status.bytes
        ),
        Live::Absent | Live::Unknown(_) => "domain      not reached\n".into(),
    }
}

fn repository(status: &Status) -> String {
    let oldest =
        status.oldest_restorable.map(|at| format!(" · oldest restorable {}", day(at))).unwrap_or_default();
    format!(
        "repository  {} · {}{oldest}\n",
        status.repository,
        status.snapshots.map_or("snapshots not readable".into(), |count| counted(
            count,
            "snapshot",
            "snapshots"
        ))
    )
}

fn lag(status: &Status) -> String {
    let Some(worst) = status.overdue.iter().max_by_key(|overdue| overdue.seconds) else {
        return "lag         nothing is overdue\n".into();
    };
    format!(
        "lag         {} overdue, the longest by {} ({}: {})\n",
        counted(status.overdue.len() as u64, "index", "indices"),
        span(SignedDuration::from_secs(worst.seconds)),
        worst.index,
        worst.plan
    )
}
