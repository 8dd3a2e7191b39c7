//! The manifest: one line per deleted index, by month. This is what `restore` reads.
//!
//! The line stands in the journal's intent before the DELETE, and comes here in batches after it; a run that dies in between
//! leaves it to the next one, which finds the intent. So a line may be late, never lost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{StateError, Store};
use crate::clients::s3::{Condition, Put};
use crate::model::{
    BucketName, Bytes, Evidence, IndexName, IndexUuid, Period, Place, PolicyName, RepositoryName, RunId,
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

/// Two runs that end at once may meet on the month's object; each tries again on what the other wrote.
const TRIES: u32 = 5;

impl Manifest {
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// Appends lines to their months. A line that is there already is not written twice: a UUID is deleted once,
    /// and a restored index has another.
    ///
    /// # Errors
    ///
    /// When a month cannot be read or written.
    pub async fn append(&self, lines: &[ManifestLine]) -> Result<(), StateError> {
        let mut months: BTreeMap<String, Vec<&ManifestLine>> = BTreeMap::new();
        for line in lines {
            months.entry(line.deleted.strftime("%Y-%m").to_string()).or_default().push(line);
        }
        for (month, lines) in months {
            self.append_month(&month, &lines).await?;
        }
        Ok(())
    }

    async fn append_month(&self, month: &str, lines: &[&ManifestLine]) -> Result<(), StateError> {
        let name = format!("manifest/{month}.jsonl");
        for _ in 0..TRIES {
            let found = self.store.reader().get(&self.store.key(&name)).await?;
            let (mut bytes, condition) = match found {
                Some(blob) => (blob.bytes, Condition::IfMatch(blob.etag)),
                None => (Vec::new(), Condition::IfAbsent),
            };
            let mut known: BTreeSet<_> =
                self.parse(&name, &bytes)?.into_iter().map(|line| line.uuid).collect();
            let before = bytes.len();
            for line in lines.iter().filter(|line| known.insert(line.uuid.clone())) {
                let garbled = |error: serde_json::Error| StateError::Garbled {
                    place: name.clone(),
                    why: error.to_string(),
                };
                serde_json::to_writer(&mut bytes, line).map_err(garbled)?;
                bytes.push(b'\n');
            }
            if bytes.len() == before {
                return Ok(());
            }
            if let Put::Written { .. } =
                self.store.writer().put(&self.store.key(&name), bytes, condition).await?
            {
                return Ok(());
            }
        }
        Err(StateError::Moved { place: self.store.place(&name) })
    }

    /// Every line, oldest month first.
    ///
    /// # Errors
    ///
    /// When a month cannot be read or understood; none is passed over.
    pub async fn read(&self) -> Result<Vec<ManifestLine>, StateError> {
        let prefix = self.store.key("manifest/");
        let mut months = match self.store.reader().list(&prefix).await {
            Ok(months) => months,
            Err(crate::clients::s3::S3Error::NoSuchBucket { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        months.sort_by(|a, b| a.key.cmp(&b.key));
        let mut lines = Vec::new();
        for month in months {
            if let Some(blob) = self.store.reader().get(&month.key).await? {
                lines.extend(self.parse(&month.key, &blob.bytes)?);
            }
        }
        Ok(lines)
    }

    fn parse(&self, name: &str, bytes: &[u8]) -> Result<Vec<ManifestLine>, StateError> {
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
