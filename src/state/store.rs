//! The place of the state in S3, and `state.json` itself.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::StateError;
use crate::clients::aws::Aws;
use crate::clients::s3::{Condition, Put, Reader, S3Error, Writer};
use crate::config::{Config, StateLocation};
use crate::model::{Live, RunId, State};

/// Newest format of `state.json` that this program reads and the one that it writes.
pub const FORMAT: u32 = 1;

/// `s3://<bucket>/<name>/`.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer,
    /// With its slash.
    root: String,
    lease: std::time::Duration,
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
        Self { writer: Writer::new(reader), root: format!("{}/", location.name), lease: location.lease }
    }

    /// How long a lease lasts without renewal.
    pub fn lease(&self) -> std::time::Duration {
        self.lease
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
        Ok(Loaded { state: parse(&place, &blob.bytes)?, etag: blob.etag })
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
        };
        match self.put_json("state.json", &state, Condition::IfAbsent).await? {
            Put::Written { etag } => Ok((Loaded { state, etag }, true)),
            Put::Refused => Ok((self.read().await?, false)),
        }
    }

    /// Writes the state over the one that was read, with the next serial.
    ///
    /// # Errors
    ///
    /// [`StateError::Moved`] when somebody else wrote meanwhile.
    pub async fn save(&self, loaded: &mut Loaded) -> Result<(), StateError> {
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
    /// When it cannot be written.
    pub async fn save_plan(&self, run: &RunId, bytes: Vec<u8>) -> Result<(), StateError> {
        self.writer.put(&self.key(&format!("runs/{run}/plan.json")), bytes, Condition::IfAbsent).await?;
        Ok(())
    }

    /// Keeps the resolved configuration of the last apply: the scheduled function goes by it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn save_config(&self, config: &Config) -> Result<(), StateError> {
        self.put_json("config.json", config, Condition::Always).await?;
        Ok(())
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

/// The format number is read before the rest, so that a newer file is told as such and not as garbled.
fn parse(place: &str, bytes: &[u8]) -> Result<State, StateError> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let garbled =
        |error: serde_json::Error| StateError::Garbled { place: place.to_owned(), why: error.to_string() };
    let head: Head = serde_json::from_slice(bytes).map_err(garbled)?;
    if head.format > FORMAT {
        return Err(StateError::Newer { place: place.to_owned(), found: head.format, known: FORMAT });
    }
    serde_json::from_slice(bytes).map_err(garbled)
}

/// A new lineage: nothing but unlike any other.
pub fn new_lineage(now: Timestamp) -> String {
    super::new_run_id(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_state_is_told_as_such_whatever_else_is_in_it() {
        let newer = parse("s3://b/state.json", br#"{"format": 2, "shape": "unheard of"}"#);
        assert_eq!(newer, Err(StateError::Newer { place: "s3://b/state.json".into(), found: 2, known: 1 }));
        let garbled = parse("s3://b/state.json", b"{");
        assert!(matches!(garbled, Err(StateError::Garbled { .. })));
    }
}
