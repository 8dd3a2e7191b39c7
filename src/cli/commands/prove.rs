//! `es2s3 prove`: the verifier alone, for an auditor.

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::model::{Catalogue, Index, Live};
use crate::observe;
use crate::proof::{Proof, Subject, Verifier};
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
        Live::Present(catalogue) => catalogue,
        Live::Absent => return Err(Failure::new(format!("{} holds no snapshot repository", place.url()))),
        Live::Unknown(unknown) => {
            return Err(Failure::new(format!("the catalogue could not be read: {}", unknown.why)));
        }
    };
    let indices = match &seen.indices {
        Live::Present(indices) => indices.as_slice(),
        Live::Absent => &[],
        Live::Unknown(unknown) => return Err(Failure::new(format!("the indices could not be read: {}", unknown.why))),
    };
    let verifier = world.verifier(&place);
    let mut proofs = Vec::with_capacity(names.len());
    for name in names {
        session.events.emit(Event::Reading { what: "proofs" });
        proofs.push(prove_one(session, &verifier, &catalogue, indices, name).await?);
    }
    session.events.emit(Event::ReadingDone);
    session.output.result(&match session.output.format {
        Format::Json => super::json(&proofs)?,
        Format::Human | Format::Markdown => render::proofs(&proofs, &session.output.style),
    });
    Ok(if proofs.iter().all(Proof::holds) { Exit::Done } else { Exit::Error })
}

async fn prove_one(
    session: &Session,
    verifier: &Verifier,
    catalogue: &Catalogue,
    indices: &[Index],
    name: &str,
) -> Result<Proof, Failure> {
    if let Some(index) = indices.iter().find(|index| index.name.as_str() == name) {
        let subject = Subject { name: index.name.clone(), uuid: index.uuid.clone(), primaries: index.primaries };
        return Ok(verifier.prove_index(&subject, catalogue, session.world.level_for(name)).await);
    }
    match catalogue.snapshots.iter().find(|snapshot| snapshot.name.as_str() == name) {
        Some(snapshot) => Ok(verifier.prove_snapshot(catalogue, snapshot).await),
        None => Err(Failure::new(format!("{name} is neither a live index nor a snapshot of the repository"))
            .help("an index that was deleted is proven through its snapshot: es2s3 history names it")),
    }
}
