//! The journal of a run: what it is about to do, before; what came of it, after.
//!
//! One object per batch of entries under `runs/<run>/journal/`, each put with `If-None-Match: *`, numbered from 1. A run
//! without an `End` entry died; the next run reads its open intents and finishes or closes them (`apply::recover`).

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ManifestLine, StateError, Store};
use crate::clients::s3::{Condition, Put};
use crate::model::{
    Address, Bytes, IndexName, IndexUuid, RepositoryName, RepositorySettings, RunId, SnapshotName,
    SnapshotUuid,
};

/// Number of a step within its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub u64);

/// What a step does, exactly: enough to find out later whether it was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    PutRepository {
        name: RepositoryName,
        settings: RepositorySettings,
    },
    /// Make an object of the AWS side, or bring it to what is wanted.
    PutObject {
        object: Address,
    },
    RemoveObject {
        object: Address,
        arn: String,
    },
    Freeze {
        index: IndexName,
        uuid: IndexUuid,
    },
    /// Take back a write block that the same run set.
    Thaw {
        index: IndexName,
        uuid: IndexUuid,
    },
    Snapshot {
        snapshot: SnapshotName,
        indices: Vec<(IndexName, IndexUuid)>,
    },
    /// The line that the manifest gets when the index is gone.
    DeleteIndex {
        line: Box<ManifestLine>,
    },
    DeleteSnapshot {
        snapshot: SnapshotName,
        uuid: SnapshotUuid,
    },
    /// Put a deletion mark on a block of Thanos.
    MarkBlock {
        /// Its folder, with the slash.
        key: String,
    },
    /// Take a deletion mark away.
    UnmarkBlock {
        key: String,
    },
    /// Remove what lies below a folder of the bucket of blocks.
    RemoveObjects {
        below: String,
        bytes: Bytes,
    },
    AbortUpload {
        key: String,
        upload: String,
    },
    PutLifecycle {
        bucket: String,
    },
    /// Bring an index back, under a name of its own.
    Restore {
        index: IndexName,
        target: IndexName,
        snapshot: SnapshotName,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    Done,
    AlreadyDone,
    Skipped,
    Failed,
    /// Left to a later run.
    Pending,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    Begin {
        at: Timestamp,
        operation: String,
        by: String,
    },
    Intent {
        step: Step,
        address: Address,
        #[serde(flatten)]
        deed: Deed,
        at: Timestamp,
    },
    Outcome {
        step: Step,
        result: Settled,
        note: String,
        at: Timestamp,
    },
    /// The run ended by itself; the numbers are those of its outcome.
    End {
        at: Timestamp,
        exit: u8,
        done: u64,
        skipped: u64,
        failed: u64,
        pending: u64,
    },
    /// A later run read this one's open steps and closed it.
    Recovered {
        at: Timestamp,
        by: RunId,
        notes: Vec<String>,
    },
}

/// Writes one run's journal. Appending is one put, however long the journal is.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    run: RunId,
    next_object: u64,
    next_step: u64,
    /// Outcomes that ride along with the next intent.
    waiting: Vec<Entry>,
}

/// A run as its objects tell it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunRecord {
    pub run: RunId,
    pub entries: Vec<Entry>,
}

/// A run that did not end.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRun {
    pub run: RunId,
    /// Number of the last object of its journal.
    pub last_object: u64,
    /// Intents without an outcome, in order.
    pub open: Vec<(Step, Address, Deed)>,
}

impl Journal {
    /// Opens the journal of a run that begins.
    ///
    /// # Errors
    ///
    /// When the first entry cannot be written: then nothing else may be.
    pub async fn begin(
        store: &Store,
        run: &RunId,
        operation: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<Self, StateError> {
        let mut journal = Self {
            store: store.clone(),
            run: run.clone(),
            next_object: 1,
            next_step: 1,
            waiting: Vec::new(),
        };
        journal.waiting.push(Entry::Begin { at, operation: operation.into(), by: by.into() });
        journal.flush().await?;
        Ok(journal)
    }

    /// Writes down what is about to be done. When this returns, it is durable.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the deed must not be done then.
    pub async fn intend(&mut self, address: &Address, deed: Deed, at: Timestamp) -> Result<Step, StateError> {
        let step = Step(self.next_step);
        self.next_step += 1;
        self.waiting.push(Entry::Intent { step, address: address.clone(), deed, at });
        self.flush().await?;
        Ok(step)
    }

    /// The same for several deeds, in one object.
    ///
    /// # Errors
    ///
    /// As [`Journal::intend`].
    pub async fn intend_all(
        &mut self,
        deeds: Vec<(Address, Deed)>,
        at: Timestamp,
    ) -> Result<Vec<Step>, StateError> {
        let mut steps = Vec::with_capacity(deeds.len());
        for (address, deed) in deeds {
            let step = Step(self.next_step);
            self.next_step += 1;
            self.waiting.push(Entry::Intent { step, address, deed, at });
            steps.push(step);
        }
        self.flush().await?;
        Ok(steps)
    }

    /// Notes how the step ended; written with the next intent, at [`Journal::flush`], or at the end.
    pub fn conclude(&mut self, step: Step, result: Settled, note: &str, at: Timestamp) {
        self.waiting.push(Entry::Outcome { step, result, note: note.to_owned(), at });
    }

    /// Writes the closing entry.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the next run then finds this one open and closes it.
    pub async fn end(&mut self, entry: Entry) -> Result<(), StateError> {
        self.waiting.push(entry);
        self.flush().await
    }

    /// Writes what is waiting.
    ///
    /// # Errors
    ///
    /// [`StateError::Moved`] when an object of that number exists: another process writes this run.
    pub async fn flush(&mut self) -> Result<(), StateError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let name = object(&self.run, self.next_object);
        append(&self.store, &name, &self.waiting).await?;
        self.next_object += 1;
        self.waiting.clear();
        Ok(())
    }
}

/// Objects of one journal that are read at the same time.
const OBJECTS_AT_ONCE: usize = 16;

fn object(run: &RunId, number: u64) -> String {
    format!("runs/{run}/journal/{number:06}.json")
}

async fn append(store: &Store, name: &str, entries: &[Entry]) -> Result<(), StateError> {
    match store.put_json(name, &entries, Condition::IfAbsent).await? {
        Put::Written { .. } => Ok(()),
        Put::Refused => Err(StateError::Moved { place: store.place(name) }),
    }
}

/// A run by its first and its last words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEnd {
    pub run: RunId,
    /// `apply`, `restore`, `hold`.
    pub operation: String,
    /// When it ended by itself, and with which exit code. None: it is at work, or it died.
    pub ended: Option<(Timestamp, u8)>,
}

impl Store {
    /// How a run ended; three requests, however long its journal is.
    ///
    /// # Errors
    ///
    /// As [`Store::run`].
    pub async fn end_of(&self, run: &RunId) -> Result<RunEnd, StateError> {
        let objects = self.journal_objects(run).await?;
        let (mut operation, mut ended) = (String::new(), None);
        let ends: BTreeSet<u64> = objects.first().into_iter().chain(objects.last()).copied().collect();
        for number in ends {
            for entry in self.batch(run, number).await? {
                match entry {
                    Entry::Begin { operation: begun, .. } => operation = begun,
                    Entry::End { at, exit, .. } => ended = Some((at, exit)),
                    Entry::Intent { .. } | Entry::Outcome { .. } | Entry::Recovered { .. } => {}
                }
            }
        }
        Ok(RunEnd { run: run.clone(), operation, ended })
    }

    /// Run ids, newest first.
    ///
    /// # Errors
    ///
    /// When the state bucket cannot be listed.
    pub async fn runs(&self) -> Result<Vec<RunId>, StateError> {
        let mut runs = self.reader().folders(&self.key("runs/")).await?;
        runs.sort_unstable_by(|a, b| b.cmp(a));
        Ok(runs.into_iter().map(RunId::from).collect())
    }

    /// Everything that a run wrote down.
    ///
    /// # Errors
    ///
    /// When one of its objects cannot be read.
    pub async fn run(&self, run: &RunId) -> Result<RunRecord, StateError> {
        let objects = self.journal_objects(run).await?;
        let batches = stream::iter(objects).map(|number| self.batch(run, number)).buffered(OBJECTS_AT_ONCE);
        let batches: Vec<_> = batches.try_collect().await?;
        Ok(RunRecord { run: run.clone(), entries: batches.concat() })
    }

    /// Runs without an end, newest first, among the `last` runs. Two requests for a run that ended.
    ///
    /// # Errors
    ///
    /// As [`Store::run`].
    pub async fn open_runs(&self, last: usize) -> Result<Vec<OpenRun>, StateError> {
        let mut open = Vec::new();
        for run in self.runs().await?.into_iter().take(last) {
            let last_object = self.journal_objects(&run).await?.last().copied().unwrap_or(0);
            // The closing entry is in the last object, whoever wrote it.
            if last_object > 0 && self.batch(&run, last_object).await?.iter().any(Entry::closes) {
                continue;
            }
            open.push(OpenRun { last_object, open: self.run(&run).await?.open(), run });
        }
        Ok(open)
    }

    /// Numbers of a run's journal objects, ascending.
    async fn journal_objects(&self, run: &RunId) -> Result<Vec<u64>, StateError> {
        let prefix = self.key(&format!("runs/{run}/journal/"));
        let objects = self.reader().list(&prefix).await?;
        let number = |key: &str| key.strip_prefix(&prefix)?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u64> = objects.iter().filter_map(|object| number(&object.key)).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    async fn batch(&self, run: &RunId, number: u64) -> Result<Vec<Entry>, StateError> {
        let name = object(run, number);
        let vanished =
            || StateError::Garbled { place: self.place(&name), why: "it vanished while it was read".into() };
        Ok(self.get_json(&name).await?.ok_or_else(vanished)?.0)
    }

    /// Closes a run that died, with what was found out about its open steps.
    ///
    /// # Errors
    ///
    /// When the entry cannot be written.
    pub async fn close_run(&self, run: &OpenRun, entries: &[Entry]) -> Result<(), StateError> {
        append(self, &object(&run.run, run.last_object + 1), entries).await
    }
}

impl Entry {
    fn closes(&self) -> bool {
        matches!(self, Entry::End { .. } | Entry::Recovered { .. })
    }
}

impl RunRecord {
    /// Whether the run ended by itself or was closed by a later one.
    pub fn ended(&self) -> bool {
        self.entries.iter().any(Entry::closes)
    }

    fn open(&self) -> Vec<(Step, Address, Deed)> {
        let mut open = BTreeMap::new();
        for entry in &self.entries {
            match entry {
                Entry::Intent { step, address, deed, .. } => {
                    open.insert(*step, (address.clone(), deed.clone()));
                }
                Entry::Outcome { step, .. } => {
                    open.remove(step);
                }
                Entry::Begin { .. } | Entry::End { .. } | Entry::Recovered { .. } => {}
            }
        }
        open.into_iter().map(|(step, (address, deed))| (step, address, deed)).collect()
    }

    /// Steps that were carried out, for what must be made up for in the manifest.
    pub fn deleted_lines(&self) -> Vec<ManifestLine> {
        let done: std::collections::BTreeSet<Step> = self
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Outcome { step, result: Settled::Done | Settled::AlreadyDone, .. } => Some(*step),
                _ => None,
            })
            .collect();
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Intent { step, deed: Deed::DeleteIndex { line }, .. } if done.contains(step) => {
                    Some((**line).clone())
                }
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-23T05:00:00Z".parse().unwrap()
    }

    fn freeze(step: u64) -> Entry {
        let deed = Deed::Freeze { index: "app-1".into(), uuid: "u".into() };
        Entry::Intent { step: Step(step), address: Address::Index("app-1".into()), deed, at: at() }
    }

    #[test]
    fn an_intent_without_an_outcome_is_open() {
        let outcome = Entry::Outcome { step: Step(1), result: Settled::Done, note: String::new(), at: at() };
        let record = RunRecord { run: "R".into(), entries: vec![freeze(1), outcome, freeze(2)] };
        assert!(!record.ended());
        assert_eq!(record.open().iter().map(|(step, ..)| *step).collect::<Vec<_>>(), [Step(2)]);
    }

    #[test]
    fn entries_are_read_back_as_written() {
        let entries =
            vec![freeze(1), Entry::End { at: at(), exit: 0, done: 1, skipped: 0, failed: 0, pending: 0 }];
        let text = serde_json::to_string(&entries).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Entry>>(&text).unwrap(), entries);
    }
}
