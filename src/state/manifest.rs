//! The manifest: one line per deleted index, by month. This is what `restore` reads.
//!
//! The line stands in the journal's intent before the DELETE, and comes here in batches after it; a run that dies in between
//! leaves it to the next one, which finds the intent. So a line may be late, never lost.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::run_id::began;
use super::{StateError, Store};
use crate::clients::retry;
use crate::clients::s3::{Condition, Put, S3Error};
use crate::model::{
    BucketName, Bytes, Evidence, IndexName, IndexUuid, Period, Place, PolicyName, RepositoryName, RunId,
    SnapshotUuid,
};
use crate::plan::IndexItem;

/// One deleted index and where its copy is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestLine {
    pub index: IndexName,
    pub uuid: IndexUuid,
    pub policy: PolicyName,
    pub docs: Option<u64>,
    /// Bytes of its primaries when it was planned.
    pub bytes: Option<Bytes>,
    pub primaries: u32,
    pub period: Period,
    /// `index.creation_date`, which a restored index keeps.
    pub created: Option<Timestamp>,
    pub repository: RepositoryName,
    pub bucket: BucketName,
    pub base_path: String,
    /// The proof on which it was deleted.
    pub evidence: Evidence,
    pub run: RunId,
    pub deleted: Timestamp,
}

/// The manifest of one store.
#[derive(Debug, Clone)]
pub struct Manifest {
    store: Store,
}

/// What tells one line from another; the rest of a line need not be understood to append to it.
///
/// An index of one UUID is deleted once, whichever run may say so: a run that woke up late and its heir tell the same deletion. Only
/// one that was brought back under its own UUID (a dangling index) goes twice, and then on another snapshot.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct LineKey {
    uuid: IndexUuid,
    evidence: OnSnapshot,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct OnSnapshot {
    snapshot_uuid: SnapshotUuid,
}

/// Two runs that end at once may meet on the month's object; each tries again on what the other wrote.
const TRIES: u32 = 20;
/// Months that are read at the same time.
const MONTHS_AT_ONCE: usize = 4;

impl Manifest {
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// Appends lines to their months. A line that is there already (same UUID, same snapshot) is not written twice.
    ///
    /// # Errors
    ///
    /// When a month cannot be read or written.
    pub async fn append(&self, lines: &[ManifestLine]) -> Result<(), StateError> {
        let mut months: BTreeMap<String, Vec<&ManifestLine>> = BTreeMap::new();
        for line in lines {
            months.entry(month_of(line.deleted)).or_default().push(line);
        }
        for (month, lines) in months {
            self.append_month(&month, &lines).await?;
        }
        Ok(())
    }

    async fn append_month(&self, month: &str, lines: &[&ManifestLine]) -> Result<(), StateError> {
        let name = format!("manifest/{month}.jsonl");
        for tried in 1..=TRIES {
            let (bytes, condition) = match self.store.reader().get(&self.store.key(&name)).await? {
                Some(blob) => (blob.bytes, Condition::IfMatch(blob.etag)),
                None => (Vec::new(), Condition::IfAbsent),
            };
            let Some(bytes) = self.with(&name, bytes, lines)? else { return Ok(()) };
            if let Put::Written { .. } =
                self.store.writer().put(&self.store.key(&name), bytes, condition).await?
            {
                return Ok(());
            }
            tokio::time::sleep(retry::pause(tried.min(3) + 1)).await;
        }
        Err(StateError::Moved { place: self.store.place(&name) })
    }

    /// The month with those lines that it has not; `None` when it has them all.
    fn with(
        &self,
        name: &str,
        mut bytes: Vec<u8>,
        lines: &[&ManifestLine],
    ) -> Result<Option<Vec<u8>>, StateError> {
        let mut known: BTreeSet<LineKey> = self.parse(name, &bytes)?.into_iter().collect();
        let before = bytes.len();
        for line in lines {
            let evidence = OnSnapshot { snapshot_uuid: line.evidence.snapshot_uuid.clone() };
            if known.insert(LineKey { uuid: line.uuid.clone(), evidence }) {
                serde_json::to_writer(&mut bytes, line).map_err(|error| StateError::Garbled {
                    place: self.store.place(name),
                    why: error.to_string(),
                })?;
                bytes.push(b'\n');
            }
        }
        Ok((bytes.len() > before).then_some(bytes))
    }

    /// Every line, oldest month first. Grows for ever: prefer [`Manifest::since`] and [`Manifest::of_run`].
    ///
    /// # Errors
    ///
    /// When a month cannot be read or understood; none is passed over.
    pub async fn read(&self) -> Result<Vec<ManifestLine>, StateError> {
        self.since(Timestamp::MIN).await
    }

    /// The lines of the month of `from` (UTC) and of all later ones: one LIST and one GET a month.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub async fn since(&self, from: Timestamp) -> Result<Vec<ManifestLine>, StateError> {
        let prefix = self.store.key("manifest/");
        let mut months = match self.store.reader().list(&prefix).await {
            Ok(months) => months,
            Err(S3Error::NoSuchBucket { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let first = format!("{prefix}{}", month_of(from));
        months.retain(|month| from == Timestamp::MIN || month.key >= first);
        months.sort_by(|a, b| a.key.cmp(&b.key));
        let months = stream::iter(months).map(|month| self.month(month.key)).buffered(MONTHS_AT_ONCE);
        Ok(months.try_collect::<Vec<_>>().await?.concat())
    }

    /// What one run deleted. Reads from the month in which the run began, which its id tells.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub async fn of_run(&self, run: &RunId) -> Result<Vec<ManifestLine>, StateError> {
        let mut lines = self.since(began(run).unwrap_or(Timestamp::MIN)).await?;
        lines.retain(|line| line.run == *run);
        Ok(lines)
    }

    async fn month(&self, key: String) -> Result<Vec<ManifestLine>, StateError> {
        match self.store.reader().get(&key).await? {
            Some(blob) => self.parse(key.strip_prefix(&self.store.key("")).unwrap_or(&key), &blob.bytes),
            None => Ok(Vec::new()),
        }
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<Vec<T>, StateError> {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(at, line)| {
                serde_json::from_slice(line).map_err(|error| StateError::Garbled {
                    place: self.store.place(name),
                    why: format!("line {}: {error}", at + 1),
                })
            })
            .collect()
    }
}

/// `2026-11`, in UTC.
fn month_of(at: Timestamp) -> String {
    at.strftime("%Y-%m").to_string()
}

impl ManifestLine {
    /// The line of an index that is about to be deleted on this evidence.
    pub fn new(
        policy: &PolicyName,
        item: &IndexItem,
        evidence: Evidence,
        place: &Place,
        run: RunId,
        now: Timestamp,
    ) -> Self {
        Self {
            index: item.name.clone(),
            uuid: item.uuid.clone(),
            policy: policy.clone(),
            docs: evidence.docs.or(item.docs),
            bytes: item.bytes,
            primaries: item.primaries,
            period: item.period,
            created: item.created,
            repository: place.repository.clone(),
            bucket: place.bucket.clone(),
            base_path: place.base_path.clone(),
            evidence,
            run,
            deleted: now,
        }
    }

    /// Whether the index's period touches the days from `from` to `to`, both included, in UTC.
    pub fn touches(&self, from: Date, to: Date) -> bool {
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let last = day(self
            .period
            .end
            .saturating_sub(jiff::SignedDuration::from_nanos(1))
            .unwrap_or(self.period.end));
        day(self.period.start) <= to && last >= from
    }
}
