//! The verifier: the clauses in order, over what it reads, for one index and one snapshot.

use futures_util::StreamExt;
use jiff::Timestamp;

use super::clause_bytes::{self, ShardCopy};
use super::reading::{RepositoryReader, live_shards};
use super::refusal::damaged;
use super::{
    DeletePermit, LiveIndex, LiveShards, Refusal, SnapshotId, Subject, candidates, clause_commit,
    clause_identity, clause_now, clause_snapshot,
};
use crate::clients::{engine, s3};
use crate::event::{Event, Events};
use crate::model::{
    Bytes, Catalogue, Clause, ClauseEvidence, Evidence, Live, Place, ProofLevel, RepositoryName,
    SnapshotInfo, Unknown, Verdict,
};
use crate::repository::Layout;

/// Verifies copies in one repository. Reads only.
#[derive(Clone)]
pub struct Verifier {
    pub(super) repository: RepositoryReader,
    engine: engine::Reader,
    name: RepositoryName,
    /// `s3://bucket/base_path`.
    url: String,
    events: Events,
}

/// Shards read at once: enough to hide the wait, few enough for any S3 server.
const SHARDS_AT_ONCE: usize = 8;
/// An index in more snapshots than this is proven by one of the newest or not at all.
const MOST_CANDIDATES: usize = 4;

impl Verifier {
    /// For the repository at `place`; `s3` reads its bucket.
    pub fn new(s3: s3::Reader, engine: engine::Reader, place: &Place, events: Events) -> Self {
        let url = place.url();
        let layout = Layout::new(&place.base_path);
        Self {
            repository: RepositoryReader { s3, layout, shards_at_once: SHARDS_AT_ONCE },
            engine,
            name: place.repository.clone(),
            url,
            events,
        }
    }

    /// Clauses 1 to 4 and a first reading for the fifth. Permits nothing.
    ///
    /// `live` comes from [`live_shards`], read once for a whole batch. `Unknown` when S3 or the engine did not answer.
    pub async fn verify(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        id: &SnapshotId,
        level: ProofLevel,
        live: &LiveShards,
    ) -> Live<Verdict> {
        let verdict = match self.examine(subject, catalogue, id, level, live).await {
            Ok(evidence) => Live::Present(Verdict::Proven(evidence)),
            Err(refusal) => refusal.into_verdict(),
        };
        self.tell(subject, &verdict);
        verdict
    }

    /// The best of the subject's copies that the catalogue lists, the newest snapshot first: the first that is proven, else
    /// what the newest one lacks.
    pub async fn verify_any(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        level: ProofLevel,
        live: &LiveShards,
    ) -> Live<Verdict> {
        let verdict = self.best(subject, catalogue, level, live).await;
        self.tell(subject, &verdict);
        verdict
    }

    async fn best(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        level: ProofLevel,
        live: &LiveShards,
    ) -> Live<Verdict> {
        let mut best: Option<Live<Verdict>> = None;
        let ids = self.newest_first(candidates::of(subject, catalogue, level)).await;
        for id in ids.iter().take(MOST_CANDIDATES) {
            match self.examine(subject, catalogue, id, level, live).await {
                Ok(evidence) => return Live::Present(Verdict::Proven(evidence)),
                Err(refusal) => best = Some(candidates::better(best, refusal.into_verdict())),
            }
        }
        let none = || candidates::none(subject, catalogue, &self.repository.layout);
        best.unwrap_or_else(|| Live::Present(Verdict::Missing(none())))
    }

    /// By start time of their root files; one whose file cannot be read comes last and fails there. Engines read a clock that
    /// they set anew every 200 ms, so two snapshots can share a start: then the name decides, for the same answer each time.
    async fn newest_first(&self, ids: Vec<SnapshotId>) -> Vec<SnapshotId> {
        if ids.len() < 2 {
            return ids;
        }
        let dated = futures_util::stream::iter(ids).map(|id| async move {
            let started = self.repository.root(&id).await.map(|info| info.started);
            (started.unwrap_or(Timestamp::MIN), id)
        });
        let mut dated: Vec<_> = dated.buffered(SHARDS_AT_ONCE).collect().await;
        dated.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.name.cmp(&y.name)));
        dated.into_iter().map(|(_, id)| id).collect()
    }

    /// Every clause once more, with readings made now, and the fifth: after all else, UUID and sequence numbers are read
    /// again and must be the same. The only source of permits; delete at once.
    pub async fn permit(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        id: &SnapshotId,
        level: ProofLevel,
    ) -> Result<DeletePermit, Refusal> {
        let before = self.live(subject).await?;
        let mut evidence = self.examine(subject, catalogue, id, level, &before).await?;
        let now = self.live(subject).await?;
        let fifth = clause_now::unchanged(subject, before.get(&subject.name), now.get(&subject.name))
            .map_err(|missing| of_snapshot(missing.into(), id))?;
        evidence.clauses.retain(|clause| clause.clause != Clause::Now);
        evidence.clauses.push(fifth);
        Ok(DeletePermit::issue(evidence))
    }

    async fn live(&self, subject: &Subject) -> Result<LiveShards, Refusal> {
        match live_shards(&self.engine, std::slice::from_ref(&subject.name)).await {
            Live::Present(live) => Ok(live),
            Live::Absent => Ok(LiveShards::new()),
            Live::Unknown(unknown) => Err(Refusal::Unread(unknown)),
        }
    }

    async fn examine(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        id: &SnapshotId,
        level: ProofLevel,
        live: &LiveShards,
    ) -> Result<Evidence, Refusal> {
        let live = live.get(&subject.name);
        let evidence = match level {
            ProofLevel::Full => self.examine_full(subject, catalogue, id, live).await,
            ProofLevel::Api => self.examine_api(subject, id, live).await,
        };
        evidence.map_err(|refusal| of_snapshot(refusal, id))
    }

    async fn examine_full(
        &self,
        subject: &Subject,
        catalogue: &Catalogue,
        id: &SnapshotId,
        live: Option<&LiveIndex>,
    ) -> Result<Evidence, Refusal> {
        // What costs no request comes first, the clauses stay in order.
        let identity = clause_identity::check(subject, id, catalogue, &self.repository.layout);
        let info = self.repository.root(id).await?;
        let first = clause_snapshot::check(subject, id, &info, &self.repository.layout.snapshot(&id.uuid))?;
        let (index, second) = identity?;
        self.repository.check_metadata(subject, index).await?;
        let shards = self.repository.shards(index, subject.primaries, id).await?;
        let third = clause_bytes::evidence(&shards);
        let fourth = clause_commit::check(subject, &shards, live)?;
        let fifth = clause_now::first(subject, live)?;
        Ok(self.evidence(subject, &info, &shards, live, vec![first, second, third, fourth, fifth]))
    }

    /// Only what REST tells. The evidence says what was not looked at.
    async fn examine_api(
        &self,
        subject: &Subject,
        id: &SnapshotId,
        live: Option<&LiveIndex>,
    ) -> Result<Evidence, Refusal> {
        let path = format!("GET /_snapshot/{}/{}", self.name, id.name);
        let info = self.rest_info(id, &path).await?;
        let mut first = clause_snapshot::check(subject, id, &info, &path)?;
        first.says.push_str("; as REST tells it: identity, bytes and commit were not checked (`proof: api`)");
        let fifth = clause_now::first(subject, live)?;
        Ok(self.evidence(subject, &info, &[], live, vec![first, fifth]))
    }

    async fn rest_info(&self, id: &SnapshotId, path: &str) -> Result<SnapshotInfo, Refusal> {
        let found = self.engine.snapshot_info(&self.name, std::slice::from_ref(&id.name)).await;
        let infos = found.map_err(|why| {
            Refusal::Unread(Unknown { why: why.to_string(), missing: why.missing_action() })
        })?;
        let named = infos.into_iter().find(|info| info.name == id.name);
        named.ok_or_else(|| damaged(Clause::Snapshot, path, "the engine does not know this snapshot").into())
    }

    fn evidence(
        &self,
        subject: &Subject,
        info: &SnapshotInfo,
        shards: &[ShardCopy],
        live: Option<&LiveIndex>,
        clauses: Vec<ClauseEvidence>,
    ) -> Evidence {
        let (blobs, bytes): (u64, Bytes) = clause_bytes::amount(shards);
        Evidence {
            index: subject.name.clone(),
            uuid: subject.uuid.clone(),
            snapshot: info.name.clone(),
            snapshot_uuid: info.uuid.clone(),
            snapshot_started: info.started,
            repository_url: self.url.clone(),
            docs: live.map(LiveIndex::docs),
            shards: subject.primaries,
            blobs,
            bytes,
            clauses,
            commits: clause_commit::commits(shards),
        }
    }

    fn tell(&self, subject: &Subject, verdict: &Live<Verdict>) {
        let index = subject.name.clone();
        match verdict {
            Live::Present(Verdict::Proven(evidence)) => {
                self.events.emit(Event::Verified { index, evidence: Box::new(evidence.clone()) });
            }
            Live::Present(Verdict::Missing(missing)) => {
                self.events.emit(Event::NotProven { index, missing: missing.clone() });
            }
            Live::Absent | Live::Unknown(_) => {}
        }
    }
}

/// Clauses do not know which snapshot they are asked about; the verdict does.
pub(super) fn of_snapshot(refusal: Refusal, id: &SnapshotId) -> Refusal {
    match refusal {
        Refusal::Missing(mut missing) => {
            missing.snapshot = Some(id.name.clone());
            Refusal::Missing(missing)
        }
        Refusal::Unread(unknown) => Refusal::Unread(unknown),
    }
}
