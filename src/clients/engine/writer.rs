//! What es2s3 tells a domain to do. Every delete asks for a permit and names one thing.
//!
//! Made by `apply` alone, and explicitly. Nothing here reads or decides: what an error means for the item is the executor's business.

use std::io::Read;

use super::request::is_exact;
use super::{EngineError, Rename, Request, Transport, calls, replies};
use crate::event::{Event, Events};
use crate::model::infra::SecurityRoleSpec;
use crate::model::{Engine, IndexName, Marks, RepositoryName, RepositorySettings, SnapshotName};
use crate::proof::{DeletePermit, ExpirePermit};

/// Writes one domain.
#[derive(Clone)]
pub struct Writer {
    transport: Transport,
    engine: Engine,
    events: Events,
}

type Result<T> = std::result::Result<T, EngineError>;

impl Writer {
    pub fn new(transport: Transport, engine: Engine) -> Self {
        let events = transport.events().clone();
        Self { transport, engine, events }
    }

    /// Registers the repository with exactly these settings: what is left out returns to its default.
    ///
    /// A server that does not know `shard_path_type` (some managed ones) gets the rest without it, and a notice says so.
    ///
    /// # Errors
    ///
    /// It may answer with an error and register all the same; only reading it back decides.
    pub async fn put_repository(&self, name: &RepositoryName, settings: &RepositorySettings) -> Result<()> {
        const PINNED: &str = "shard_path_type";
        match self.acknowledged(calls::repositories::put(name, settings)).await {
            Err(error) if settings.contains_key(PINNED) && refuses_setting(&error, PINNED) => {
                self.events.emit(Event::Notice {
                    text: format!("{error}; the repository is registered without {PINNED}"),
                });
                let mut rest = settings.clone();
                rest.remove(PINNED);
                self.acknowledged(calls::repositories::put(name, &rest)).await
            }
            answer => answer,
        }
    }

    /// Has every node write to the repository and read it back; returns how many nodes did.
    ///
    /// # Errors
    ///
    /// [`EngineError::RepositoryNotVerified`] with what S3 said.
    pub async fn verify_repository(&self, name: &RepositoryName) -> Result<u64> {
        self.transport.send(&calls::repositories::verify(name), replies::repositories::verified_nodes).await
    }

    /// Refuses writes to the index from now on. An index that is blocked already is done.
    ///
    /// # Errors
    ///
    /// [`EngineError::NotDone`] when the engine answers that it did not.
    pub async fn add_write_block(&self, index: &IndexName) -> Result<()> {
        exact(index)?;
        self.acknowledged(calls::indices::add_write_block(self.engine, index)).await
    }

    /// Takes the write block away.
    ///
    /// # Errors
    ///
    /// [`EngineError::NotDone`] when the engine answers that it did not.
    pub async fn remove_write_block(&self, index: &IndexName) -> Result<()> {
        exact(index)?;
        self.acknowledged(calls::indices::remove_write_block(index)).await
    }

    /// Begins a snapshot of exactly these indices and returns at once.
    ///
    /// # Errors
    ///
    /// [`EngineError::SnapshotNameTaken`] also when a repeat met what its first try had begun: the caller looks whose it is.
    pub async fn create_snapshot(
        &self,
        repository: &RepositoryName,
        name: &SnapshotName,
        indices: &[IndexName],
        marks: &Marks,
    ) -> Result<()> {
        indices.iter().try_for_each(exact)?;
        let request = calls::snapshots::create(self.engine, repository, name, indices, marks);
        self.transport.send(&request, replies::anything).await
    }

    /// Deletes the one index that the permit names.
    ///
    /// # Errors
    ///
    /// [`EngineError::IndexMissing`] when it is gone; [`EngineError::SnapshotInProgress`] while a snapshot holds it, which is not
    /// repeated here.
    pub async fn delete_index(&self, permit: DeletePermit) -> Result<()> {
        exact(permit.index())?;
        self.acknowledged(calls::indices::delete(permit.index())).await
    }

    /// Deletes the one snapshot that the permit names. Sent once, as the delete of an index is.
    ///
    /// # Errors
    ///
    /// [`EngineError::SnapshotMissing`] when it is gone.
    pub async fn delete_snapshot(&self, repository: &RepositoryName, permit: ExpirePermit) -> Result<()> {
        exact_snapshot(permit.snapshot())?;
        self.acknowledged(calls::snapshots::delete(repository, permit.snapshot())).await
    }

    /// Begins to bring one index back.
    ///
    /// # Errors
    ///
    /// [`EngineError::RestoreConflict`] when an open index of that name is there; [`EngineError::SnapshotMissing`].
    pub async fn restore(
        &self,
        repository: &RepositoryName,
        snapshot: &SnapshotName,
        index: &IndexName,
        rename: Option<&Rename>,
    ) -> Result<()> {
        exact(index)?;
        rename.map_or(Ok(()), |rename| exact(&rename.to))?;
        let request = calls::restores::restore(repository, snapshot, index, rename);
        self.transport.send(&request, replies::anything).await
    }

    /// Makes a role inside the domain, or gives it exactly these permissions.
    ///
    /// # Errors
    ///
    /// A denial: only the domain's master user may.
    pub async fn put_security_role(&self, role: &SecurityRoleSpec) -> Result<()> {
        self.secured(calls::security::put_role(self.engine, role)).await
    }

    /// Removes a role inside the domain.
    ///
    /// # Errors
    ///
    /// A denial.
    pub async fn delete_security_role(&self, name: &str) -> Result<()> {
        self.secured(calls::security::delete_role(self.engine, name)).await
    }

    /// Gives a role inside the domain to these backend roles too. `there` says whether anybody has it.
    ///
    /// # Errors
    ///
    /// A denial.
    pub async fn map_backend_roles(&self, role: &str, backend_roles: &[&str], there: bool) -> Result<()> {
        let request = if there {
            calls::security::add_to_mapping(self.engine, role, backend_roles)
        } else {
            calls::security::put_mapping(self.engine, role, backend_roles)
        };
        self.secured(request).await
    }

    /// Takes a role inside the domain from the backend roles at these places of its list, and from nobody else.
    ///
    /// # Errors
    ///
    /// A denial; a refusal when the list has changed since it was read.
    pub async fn unmap_backend_roles(&self, role: &str, places: &[(usize, &str)]) -> Result<()> {
        self.secured(calls::security::take_from_mapping(self.engine, role, places)).await
    }

    async fn secured(&self, request: Request) -> Result<()> {
        let done = self.transport.send(&request, replies::security::done).await?;
        let why = || "the domain does not say that it did it".to_owned();
        if done { Ok(()) } else { Err(EngineError::NotDone { request: request.to_string(), why: why() }) }
    }

    async fn acknowledged(&self, request: Request) -> Result<()> {
        let done = self.transport.send(&request, |reply: &mut dyn Read| replies::acknowledged(reply)).await?;
        let why = || "it was not acknowledged within the engine's own time".to_owned();
        if done { Ok(()) } else { Err(EngineError::NotDone { request: request.to_string(), why: why() }) }
    }
}

/// An engine would take `*` in a name for a pattern, and `a,b` for two names, however they are encoded.
fn exact(index: &IndexName) -> Result<()> {
    if is_exact(index.as_str()) { Ok(()) } else { Err(inexact(index.as_str())) }
}

fn exact_snapshot(snapshot: &SnapshotName) -> Result<()> {
    if is_exact(snapshot.as_str()) { Ok(()) } else { Err(inexact(snapshot.as_str())) }
}

fn inexact(name: &str) -> EngineError {
    let why = format!("`{name}` may mean more than one thing, and a write names exactly one");
    EngineError::NotSent { request: "write".into(), why }
}

fn refuses_setting(error: &EngineError, setting: &str) -> bool {
    matches!(error, EngineError::Refused { why, .. } if why.contains(setting))
}
