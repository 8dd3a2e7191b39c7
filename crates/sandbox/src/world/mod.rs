//! A cluster in memory and the bucket that its snapshots go to: made in a few lines, changed while it is served.
//!
//! Tests and `sandbox serve` make a [`World`]; the REST front asks it. It never speaks HTTP itself.

pub mod archive;
pub mod big;
mod blocks;
pub mod ids;
pub mod index;
mod keeping;
pub mod refusal;
mod removing;
pub mod restoring;
pub mod security;
pub mod selection;
pub mod state;
pub mod strangers;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};

use self::archive::{Repository, Request};
use self::index::{Health, Index};
use self::restoring::Restore;
use self::state::{DataStream, State};
use crate::aws::Cloud;
use crate::clock::Clock;
use crate::engine::{Engine, Kind};
use crate::faults::Faults;
use crate::rest::auth::Auth;
use crate::store::Store;

/// The bucket that every world has.
pub const BUCKET: &str = "logs-sandbox";

/// A handle on one world; clones share it.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
    clock: Clock,
    store: Store,
    faults: Faults,
    auth: Auth,
    cloud: Cloud,
}

/// Documents of an index that nothing more is said of.
const FEW: u64 = 12;

/// Making a world.
impl World {
    /// OpenSearch 3.6.0, empty, its clock going with the machine's.
    pub fn opensearch() -> Self {
        Self::of(Engine::new(Kind::OpenSearch, "3.6.0"))
    }

    /// Elasticsearch of this version, empty, its clock going with the machine's.
    pub fn elasticsearch(version: &str) -> Self {
        Self::of(Engine::new(Kind::Elasticsearch, version))
    }

    /// An empty world of any engine.
    pub fn of(engine: Engine) -> Self {
        let clock = Clock::live();
        let state = State::new(engine, clock.clone());
        let store = state.store.clone();
        store.create_bucket(BUCKET);
        let (faults, auth, cloud) = (Faults::default(), Auth::None, Cloud::new());
        Self { state: Arc::new(Mutex::new(state)), clock, store, faults, auth, cloud }
    }

    /// Lets the clock stand at this time, `2026-11-23T05:00:00Z`. A text that is no time changes nothing.
    #[must_use]
    pub fn at(self, time: &str) -> Self {
        if let Ok(time) = time.parse::<Timestamp>() {
            self.clock.set(time);
        }
        self
    }

    /// Requests to the engine must carry this.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// One index a day, `<prefix>2026.11.20`, from so many days ago to so many days ago, created at that day's midnight
    /// UTC: `daily("logs-app-", 30, 0)` makes 31.
    #[must_use]
    pub fn daily(self, prefix: &str, from_days: i64, to_days: i64) -> Self {
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        for days in (to_days.min(from_days)..=from_days.max(to_days)).rev() {
            let day = today.saturating_sub(days.days());
            let midnight =
                day.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond());
            let name = format!("{prefix}{}", day.strftime("%Y.%m.%d"));
            self.add(&name, 1, |index| index.created = midnight);
        }
        self
    }

    /// An index with one primary and a few documents, flushed; `change` makes it another.
    #[must_use]
    pub fn index(self, name: &str, change: impl FnOnce(&mut Index)) -> Self {
        self.add(name, 1, change);
        self
    }

    /// As [`World::index`], with so many primaries.
    #[must_use]
    pub fn index_of(self, name: &str, primaries: usize, change: impl FnOnce(&mut Index)) -> Self {
        self.add(name, primaries, change);
        self
    }

    /// A repository in the world's bucket, in fixed layout.
    #[must_use]
    pub fn repository(self, name: &str, base_path: &str) -> Self {
        self.register(name, BUCKET, base_path, &[("shard_path_type", "FIXED")]);
        self
    }

    /// A finished snapshot of these indices, without metadata.
    #[must_use]
    pub fn snapshot(self, repository: &str, name: &str, indices: &[&str]) -> Self {
        self.take(repository, name, indices, Value::Null);
        self
    }

    fn add(&self, name: &str, primaries: usize, change: impl FnOnce(&mut Index)) {
        let mut state = self.lock();
        let now = state.clock.millis();
        if let Ok(index) = state.create_index(name, primaries) {
            index.fill(FEW);
            change(index);
        }
        let State { indices, ids, .. } = &mut *state;
        if let Some(index) = indices.get_mut(name) {
            index.flush(false, now, ids);
        }
    }
}

/// What happens in a world, before or while it is served. Names that are not there change nothing.
impl World {
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// AWS beside S3: the account that the world is in.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub fn required_auth(&self) -> &Auth {
        &self.auth
    }

    /// Everything, locked. Held too long, it stops the front.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes an index in any way.
    pub fn change(&self, index: &str, change: impl FnOnce(&mut Index)) {
        if let Some(index) = self.lock().indices.get_mut(index) {
            change(index);
        }
    }

    pub fn red(&self, index: &str) {
        self.change(index, |index| index.health = Health::Red);
    }

    pub fn relocating(&self, index: &str) {
        self.change(index, |index| index.relocating = true);
    }

    /// What the engine reports as the bytes of the index's primaries.
    pub fn nominal_bytes(&self, index: &str, bytes: u64) {
        self.change(index, |index| index.nominal_bytes = Some(bytes));
    }

    /// Writes documents that no flush has committed yet.
    pub fn write(&self, index: &str, docs: u64) {
        self.change(index, |index| index.write(docs));
    }

    /// Gives an index an alias; `write` says `is_write_index` where it says anything.
    pub fn alias(&self, alias: &str, index: &str, write: Option<bool>) {
        self.change(index, |index| {
            index.aliases.insert(alias.to_owned(), write);
            index.versions[2] += 1;
        });
    }

    /// An ILM policy looks after the index; from then on the engine knows ILM.
    pub fn ilm(&self, index: &str, policy: &str) {
        self.lock().features.ilm = true;
        self.change(index, |index| {
            index.ilm = Some(policy.to_owned());
            index.settings.insert("index.lifecycle.name".to_owned(), policy.to_owned());
        });
    }

    /// An ISM policy looks after the index; from then on the engine knows ISM.
    pub fn ism(&self, index: &str, policy: &str) {
        self.lock().features.ism = true;
        self.change(index, |index| index.ism = Some(policy.to_owned()));
    }

    /// A data stream with so many backing indices; from then on the engine knows data streams.
    pub fn data_stream(&self, name: &str, backing: usize) {
        let names: Vec<String> = (1..=backing).map(|number| format!(".ds-{name}-{number:06}")).collect();
        self.stream_of(name, names);
    }

    /// As [`World::data_stream`], with backing indices of these dates, as Elasticsearch names them from 7.11 on:
    /// `.ds-logs-2026.11.23-000001`. The last one is written to.
    pub fn dated_stream(&self, name: &str, dates: &[&str]) {
        let backing = dates.iter().zip(1..).map(|(date, number)| format!(".ds-{name}-{date}-{number:06}"));
        self.stream_of(name, backing.collect());
    }

    /// The data stream's own lifecycle looks after it (Elasticsearch 8.11).
    pub fn stream_lifecycle(&self, name: &str) {
        if let Some(stream) = self.lock().data_streams.get_mut(name) {
            stream.lifecycle = true;
        }
    }

    fn stream_of(&self, name: &str, names: Vec<String>) {
        for one in &names {
            self.add(one, 1, |index| {
                index.data_stream = Some(name.to_owned());
                index.settings.insert("index.hidden".to_owned(), "true".to_owned());
            });
        }
        let mut state = self.lock();
        state.features.data_streams = true;
        state
            .data_streams
            .insert(name.to_owned(), DataStream { name: name.to_owned(), backing: names, lifecycle: false });
    }

    /// Registers a repository; a bucket that is missing stays so.
    pub fn register(&self, name: &str, bucket: &str, base_path: &str, more: &[(&str, &str)]) {
        let settings = [("bucket", bucket), ("base_path", base_path)];
        let settings: Map<String, Value> =
            settings.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let repository = Repository { kind: "s3".to_owned(), settings };
        self.lock().repositories.insert(name.to_owned(), repository);
    }

    /// Takes a snapshot and lets it end. False when the engine refuses.
    pub fn take(&self, repository: &str, name: &str, indices: &[&str], metadata: Value) -> bool {
        let began = self.begin(repository, name, indices, metadata);
        self.lock().end_all();
        began
    }

    /// Begins a snapshot that runs until it was looked at often enough. False when the engine refuses.
    pub fn begin(&self, repository: &str, name: &str, indices: &[&str], metadata: Value) -> bool {
        let request = Request {
            repository: repository.to_owned(),
            snapshot: name.to_owned(),
            indices: indices.iter().map(|index| (*index).to_owned()).collect(),
            metadata,
            partial: true,
        };
        self.lock().begin_snapshot(request).is_ok()
    }

    /// Snapshots that begin from now on end at the `looks`th look at them, not at the first.
    pub fn looks_until_done(&self, looks: u32) {
        self.lock().looks = looks.max(1);
    }

    /// The last shard of the next snapshot fails.
    pub fn partial_next_snapshot(&self) {
        self.lock().partial_next = true;
    }

    /// Marks a snapshot as one whose data stayed in OpenSearch's remote store.
    pub fn shallow(&self, repository: &str, snapshot: &str) {
        self.lock().rewrite_root(repository, snapshot, |root| root.shallow = true);
    }

    /// Mounts an index of a snapshot under its own name with `mounted-` before it. False when the engine refuses.
    pub fn mount(&self, index: &str, repository: &str, snapshot: &str) -> bool {
        let restore = Restore {
            repository: repository.to_owned(),
            snapshot: snapshot.to_owned(),
            indices: index.to_owned(),
            rename: Some(("^(.+)$".to_owned(), "mounted-$1".to_owned())),
            mount: true,
            ..Restore::default()
        };
        self.lock().restore(&restore).is_ok()
    }
}
