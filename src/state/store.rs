//! The place of the state in S3, and `state.json` itself.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::StateError;
use super::upgrade::{self, FORMAT};
use crate::clients::aws::Aws;
use crate::clients::s3::{Condition, Put, Reader, S3Error, Writer};
use crate::config::StateLocation;
use crate::model::{Live, RunId, State};

/// `s3://<bucket>/<name>/`.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer,
    /// With its slash.
    root: String,
    lease: std::time::Duration,
    /// For the clock at the store's end.
    aws: Aws,
}

/// The state with the ETag that it was read under.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub state: State,
    pub etag: String,
}

impl Store {
    pub fn new(aws: &Aws, location: &StateLocation) -> Self {
        let reader = Reader::new(aws.s3(), location.bucket.clone());
        let root = format!("{}/", location.name);
        Self { writer: Writer::new(reader), root, lease: location.lease, aws: aws.clone() }
    }

    /// How long a lease lasts without renewal.
    pub fn lease(&self) -> std::time::Duration {
        self.lease
    }

    /// By how many seconds this clock differs from the store's, when that is too much to judge another run's lease by: two
    /// minutes. `ES2S3_NOW` moves a run's clock and not the machine's; one of them must agree.
    pub(super) fn clock_is_off(&self, now: Timestamp) -> Option<i64> {
        const TOLERATED: u64 = 120;
        let machine = self.aws.clock_skew_seconds()?;
        let run = now.duration_since(Timestamp::now()).as_secs() + machine;
        let least = if run.abs() < machine.abs() { run } else { machine };
        (least.unsigned_abs() > TOLERATED).then_some(least)
    }

    pub fn reader(&self) -> &Reader {
        self.writer.reader()
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.root)
    }

    /// For people: `s3://bucket/name/state.json`.
    pub fn place(&self, name: &str) -> String {
        format!("s3://{}/{}", self.reader().bucket(), self.key(name))
    }

    /// Reads `state.json`; absent before bootstrap.
    pub async fn load(&self) -> Live<Loaded> {
        match self.read().await {
            Ok(loaded) => Live::Present(loaded),
            Err(StateError::NotPrepared { .. }) => Live::Absent,
            Err(error) => Live::Unknown(error.as_unknown()),
        }
    }

    /// Reads `state.json`.
    ///
    /// # Errors
    ///
    /// [`StateError::NotPrepared`] when there is none; anything else that went wrong.
    pub async fn read(&self) -> Result<Loaded, StateError> {
        let place = self.place("state.json");
        let blob = match self.reader().get(&self.key("state.json")).await {
            Ok(Some(blob)) => blob,
            Ok(None) | Err(S3Error::NoSuchBucket { .. }) => return Err(StateError::NotPrepared { place }),
            Err(error) => return Err(error.into()),
        };
        Ok(Loaded { state: upgrade::read(&place, &blob.bytes)?, etag: blob.etag })
    }

    /// The first `state.json` of a new lineage; the one that is there when there is one.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub async fn create(&self, lineage: String) -> Result<(Loaded, bool), StateError> {
        let state = State {
            format: FORMAT,
            serial: 1,
            lineage,
            owned: Default::default(),
            holds: Default::default(),
            protected: Vec::new(),
            last_run: None,
            waiting: None,
        };
        match self.put_json("state.json", &state, Condition::IfAbsent).await? {
            Put::Written { etag } => Ok((Loaded { state, etag }, true)),
            Put::Refused => Ok((self.read().await?, false)),
        }
    }

    /// Writes the state over the one that was read, with the next serial. Only a [`super::Lease`] may: see its `change`.
    ///
    /// # Errors
    ///
    /// [`StateError::Moved`] when somebody else wrote meanwhile.
    pub(super) async fn save(&self, loaded: &mut Loaded) -> Result<(), StateError> {
        let mut next = loaded.state.clone();
        next.serial += 1;
        match self.put_json("state.json", &next, Condition::IfMatch(loaded.etag.clone())).await? {
            Put::Written { etag } => {
                *loaded = Loaded { state: next, etag };
                Ok(())
            }
            Put::Refused => Err(StateError::Moved { place: self.place("state.json") }),
        }
    }

    /// Keeps the plan as applied: `runs/<run>/plan.json`.
    ///
    /// # Errors
    ///
    /// [`StateError::Moved`] when that run has a plan already: another process uses its id.
    pub async fn save_plan(&self, run: &RunId, bytes: Vec<u8>) -> Result<(), StateError> {
        let name = format!("runs/{run}/plan.json");
        match self.writer.put(&self.key(&name), bytes, Condition::IfAbsent).await? {
            Put::Written { .. } => Ok(()),
            Put::Refused => Err(StateError::Moved { place: self.place(&name) }),
        }
    }

    /// Keeps the resolved configuration under its own hash: the function goes by the one whose hash it was given, so a changed
    /// file that was not applied changes nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn save_config(&self, hash: &str, shown: String) -> Result<(), StateError> {
        let key = self.key(&config_name(hash));
        match self.writer.put(&key, shown.into_bytes(), Condition::IfAbsent).await? {
            Put::Written { .. } | Put::Refused => Ok(()),
        }
    }

    /// The configuration of this hash, as [`Store::save_config`] kept it.
    ///
    /// # Errors
    ///
    /// [`StateError::NotPrepared`] when there is none.
    pub async fn config(&self, hash: &str) -> Result<Vec<u8>, StateError> {
        let name = config_name(hash);
        let found = self.reader().get(&self.key(&name)).await?;
        found.map(|blob| blob.bytes).ok_or_else(|| StateError::NotPrepared { place: self.place(&name) })
    }

    pub(super) async fn put_json(
        &self,
        name: &str,
        value: &impl serde::Serialize,
        condition: Condition,
    ) -> Result<Put, StateError> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| StateError::Garbled { place: self.place(name), why: error.to_string() })?;
        Ok(self.writer.put(&self.key(name), bytes, condition).await?)
    }

    pub(super) async fn get_json<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(T, String)>, StateError> {
        let Some(blob) = self.reader().get(&self.key(name)).await? else { return Ok(None) };
        let value = serde_json::from_slice(&blob.bytes)
            .map_err(|error| StateError::Garbled { place: self.place(name), why: error.to_string() })?;
        Ok(Some((value, blob.etag)))
    }
}

/// A new lineage: nothing but unlike any other.
pub fn new_lineage(now: Timestamp) -> String {
    super::new_run_id(now).to_string()
}

fn config_name(hash: &str) -> String {
    format!("config/{hash}.yml")
}
