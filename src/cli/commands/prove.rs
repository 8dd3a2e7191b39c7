//! `es2s3 prove`: the verifier alone, for an auditor.

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::model::{Catalogue, Index, Live, ProofLevel, SnapshotEntry, Verdict};
use crate::observe;
use crate::plan::names::{Reading, read};
use crate::proof::{SnapshotId, Subject, Verifier, live_shards};
use crate::render;

/// Exit 0 only when every name is proven.
pub(in crate::cli) async fn run(session: &Session, names: &[String]) -> Result<Exit, Failure> {
    let world = &session.world;
    let seen = observe::engine::engine(&world.engine, &world.wanted.repository, &session.events).await;
    let place = world.place(&seen.repository);
    if let Live::Absent = seen.repository {
        return Err(Failure::new(format!("repository {} is not registered", place.repository))
            .help("register it: es2s3 apply --only infra"));
    }
    let catalogue = match observe::catalogue::catalogue(&world.bucket(&place), &place.base_path).await {
        Live::Present((catalogue, _)) => catalogue,
        Live::Absent => return Err(Failure::new(format!("{} holds no snapshot repository", place.url()))),
        Live::Unknown(unknown) => {
            return Err(Failure::new(format!("the catalogue could not be read: {}", unknown.why)));
        }
    };
    let indices = match &seen.indices {
        Live::Present(indices) => indices.as_slice(),
        Live::Absent => &[],
        Live::Unknown(unknown) => {
            return Err(Failure::new(format!("the indices could not be read: {}", unknown.why)));
        }
    };
    let work = Work { session, verifier: world.verifier(&place), catalogue: &catalogue, indices };
    let mut all = true;
    for name in names {
        session.events.emit(Event::Reading { what: "proofs" });
        all &= work.prove(name).await?;
    }
    session.events.emit(Event::ReadingDone);
    Ok(if all { Exit::Done } else { Exit::Error })
}

struct Work<'a> {
    session: &'a Session,
    verifier: Verifier,
    catalogue: &'a Catalogue,
    indices: &'a [Index],
}

impl Work<'_> {
    /// Prints the proof of one name; true when it holds.
    async fn prove(&self, name: &str) -> Result<bool, Failure> {
        if let Some(index) = self.indices.iter().find(|index| index.name.as_str() == name) {
            return self.index(index).await;
        }
        match self.catalogue.snapshots.iter().find(|snapshot| snapshot.name.as_str() == name) {
            Some(snapshot) => self.snapshot(snapshot).await,
            None => Err(Failure::new(format!(
                "{name} is neither a live index nor a snapshot of the repository"
            ))
            .help("an index that was deleted is proven through its snapshot: es2s3 history RUN names it")),
        }
    }

    async fn index(&self, index: &Index) -> Result<bool, Failure> {
        let subject =
            Subject { name: index.name.clone(), uuid: index.uuid.clone(), primaries: index.primaries };
        let level = self.level_for(index.name.as_str());
        let verdict = match live_shards(&self.session.world.engine, std::slice::from_ref(&index.name)).await {
            Live::Present(live) => self.verifier.verify_any(&subject, self.catalogue, level, &live).await,
            Live::Absent => Live::Absent,
            Live::Unknown(unknown) => Live::Unknown(unknown),
        };
        let output = &self.session.output;
        output.result(&match output.format {
            Format::Json => super::json(&serde_json::json!({"index": index.name, "verdict": verdict}))?,
            Format::Human | Format::Markdown => render::index_proof(index, &verdict, &output.style),
        });
        Ok(matches!(verdict, Live::Present(Verdict::Proven(_))))
    }

    async fn snapshot(&self, entry: &SnapshotEntry) -> Result<bool, Failure> {
        let id = SnapshotId { name: entry.name.clone(), uuid: entry.uuid.clone() };
        let proof = self
            .verifier
            .snapshot(self.catalogue, &id)
            .await
            .map_err(|refusal| Failure::new(format!("{} is not proven: {refusal}", entry.name)))?;
        let output = &self.session.output;
        output.result(&match output.format {
            Format::Json => super::json(&proof)?,
            Format::Human | Format::Markdown => render::snapshot_proof(&proof, &output.style),
        });
        Ok(proof.whole())
    }

    /// The level of the policy that owns the name; the whole proof for one that no policy owns.
    fn level_for(&self, name: &str) -> ProofLevel {
        let policies = &self.session.world.wanted.policies;
        policies
            .iter()
            .find(|policy| matches!(read(&policy.prefix, name), Reading::Owned(_)))
            .map_or(ProofLevel::Full, |policy| policy.proof)
    }
}
