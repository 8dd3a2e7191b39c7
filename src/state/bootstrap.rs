//! Whether a store can keep a state: a proof by trying that it honours conditional writes, and the first state.
//!
//! A store that ignores `If-None-Match` or `If-Match` would let two runs hold one lease, so it is refused, not trusted. Some
//! judge the condition and write in two steps: right one after another, wrong in a race. So a race is run as well.
//!
//! Called by `cli`, when the bucket is there.

use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::{StateError, Store, new_lineage, new_run_id};
use crate::clients::s3::{Condition, Deleted, Put, S3Error, Writer};

/// How many clients race for one key.
const RACERS: usize = 20;

/// What was tried and made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub bucket: String,
    /// False: it was there, made by an earlier bootstrap or by one at the same time.
    pub state_made: bool,
    pub lineage: String,
    /// The conditions that were tried, each in words.
    pub honoured: Vec<String>,
}

/// Why a store cannot keep a state.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The sentence names the condition that was ignored.
    #[error("the store behind bucket {bucket} does not honour conditional writes: {what}")]
    Unfit { bucket: String, what: String },
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    S3(#[from] S3Error),
}

/// Tries every condition and makes the first state. Run twice it makes nothing, and still tries.
///
/// # Errors
///
/// [`BootstrapError::Unfit`] before any state is written to a store that cannot keep it.
pub async fn bootstrap(store: &Store, now: Timestamp) -> Result<Report, BootstrapError> {
    let honoured = try_conditions(store, now).await?;
    let (loaded, state_made) = store.create(new_lineage(now)).await?;
    Ok(Report {
        bucket: store.reader().bucket().to_string(),
        state_made,
        lineage: loaded.state.lineage,
        honoured,
    })
}

/// Every condition that the lease and the state lean on, on keys of this bootstrap's own, removed afterwards.
async fn try_conditions(store: &Store, now: Timestamp) -> Result<Vec<String>, BootstrapError> {
    let probe = Probe {
        writer: store.writer().clone(),
        root: store.key(&format!("bootstrap/{}", new_run_id(now))),
        bucket: store.reader().bucket().to_string(),
    };
    let tried = probe.all().await;
    let removed = probe.remove().await;
    // What a condition came to says more than that the probes could not be removed.
    tried.and_then(|honoured| removed.map(|()| honoured))
}

struct Probe {
    writer: Writer,
    root: String,
    bucket: String,
}

impl Probe {
    fn key(&self, name: &str) -> String {
        format!("{}-{name}", self.root)
    }

    async fn all(&self) -> Result<Vec<String>, BootstrapError> {
        self.one_after_another().await?;
        self.race("race-absent", Condition::IfAbsent, "If-None-Match: *").await?;
        let etag = self.must_write("race-match", "first", Condition::IfAbsent).await?;
        self.race("race-match", Condition::IfMatch(etag), "If-Match").await?;
        Ok(vec![
            "a put with If-None-Match: * is refused when the key exists".into(),
            "a put and a delete with If-Match are refused when the object changed".into(),
            format!("of {RACERS} puts at once with If-None-Match: *, one wins"),
            format!("of {RACERS} puts at once with If-Match, one wins"),
        ])
    }

    async fn remove(&self) -> Result<(), BootstrapError> {
        for name in ["once", "race-absent", "race-match"] {
            self.writer.delete(&self.key(name), &Condition::Always).await?;
        }
        Ok(())
    }

    async fn one_after_another(&self) -> Result<(), BootstrapError> {
        let first = self.must_write("once", "first", Condition::IfAbsent).await?;
        if self.put("once", "second", Condition::IfAbsent).await? != Put::Refused {
            return Err(self.unfit("a second put with If-None-Match: * was accepted"));
        }
        let second = self.must_write("once", "third", Condition::IfMatch(first.clone())).await?;
        if self.put("once", "fourth", Condition::IfMatch(first.clone())).await? != Put::Refused {
            return Err(self.unfit("a put with the If-Match of a former version was accepted"));
        }
        if self.writer.delete(&self.key("once"), &Condition::IfMatch(first)).await? != Deleted::Refused {
            return Err(self.unfit("a delete with the If-Match of a former version was accepted"));
        }
        if self.writer.delete(&self.key("once"), &Condition::IfMatch(second.clone())).await? != Deleted::Gone
        {
            return Err(self.unfit("a delete with the right If-Match was refused"));
        }
        if self.put("once", "fifth", Condition::IfMatch(second)).await? != Put::Refused {
            return Err(self.unfit("a put with If-Match was accepted although nothing was there"));
        }
        if self.put("once", "sixth", Condition::IfAbsent).await? == Put::Refused {
            return Err(
                self.unfit("a put with If-None-Match: * was refused although the object had been deleted")
            );
        }
        Ok(())
    }

    async fn race(&self, name: &str, condition: Condition, words: &str) -> Result<(), BootstrapError> {
        let puts = (0..RACERS).map(|racer| {
            let condition = condition.clone();
            async move { self.put(name, &format!("racer {racer}"), condition).await }
        });
        let mut winners = 0;
        for put in join_all(puts).await {
            if matches!(put?, Put::Written { .. }) {
                winners += 1;
            }
        }
        if winners == 1 {
            return Ok(());
        }
        Err(self.unfit(&format!("of {RACERS} puts at once with {words}, {winners} were accepted")))
    }

    async fn must_write(
        &self,
        name: &str,
        words: &str,
        condition: Condition,
    ) -> Result<String, BootstrapError> {
        match self.put(name, words, condition).await? {
            Put::Written { etag } => Ok(etag),
            Put::Refused => Err(self.unfit("a put whose condition holds was refused")),
        }
    }

    async fn put(&self, name: &str, words: &str, condition: Condition) -> Result<Put, BootstrapError> {
        Ok(self.writer.put(&self.key(name), words.as_bytes().to_vec(), condition).await?)
    }

    fn unfit(&self, what: &str) -> BootstrapError {
        BootstrapError::Unfit { bucket: self.bucket.clone(), what: what.to_owned() }
    }
}
