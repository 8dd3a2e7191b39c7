//! Everything that is so in the world, behind one lock, and the changes that the cluster itself makes to indices.

use std::collections::BTreeMap;

use serde_json::Value;

use super::archive::{Archive, Repository, Running};
use super::ids::Ids;
use super::index::{Health, Index};
use super::refusal::{Outcome, Refusal};
use super::security::Security;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::store::Store;

/// The cluster.
pub struct State {
    pub engine: Engine,
    pub clock: Clock,
    pub store: Store,
    pub ids: Ids,
    pub indices: BTreeMap<String, Index>,
    pub data_streams: BTreeMap<String, DataStream>,
    pub repositories: BTreeMap<String, Repository>,
    /// What lies in buckets, by bucket and base path: it stays when a repository is unregistered.
    pub archives: BTreeMap<(String, String), Archive>,
    pub running: Vec<Running>,
    /// How many looks at a snapshot it takes until it ends.
    pub looks: u32,
    /// The last shard of the next snapshot fails.
    pub partial_next: bool,
    pub features: Features,
    pub security: Security,
    pub cluster_uuid: String,
    pub node_id: String,
}

/// What a bare server does not have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Features {
    pub ilm: bool,
    pub ism: bool,
    pub data_streams: bool,
}

/// A data stream: its backing indices, the last one is written to.
#[derive(Clone, Debug)]
pub struct DataStream {
    pub name: String,
    pub backing: Vec<String>,
    /// Its own lifecycle decides over them.
    pub lifecycle: bool,
}

impl State {
    pub fn new(engine: Engine, clock: Clock) -> Self {
        let mut ids = Ids::new(engine.version_id());
        // Elasticsearch 7.11 and later come whole; 7.10 plays the build without extras.
        let whole = engine.is_opensearch() || engine.since(7, 11);
        let ilm = !engine.is_opensearch() && whole;
        let features = Features { data_streams: whole, ilm, ..Features::default() };
        Self {
            cluster_uuid: ids.uuid(),
            node_id: ids.uuid(),
            engine,
            clock,
            store: Store::default(),
            ids,
            indices: BTreeMap::new(),
            data_streams: BTreeMap::new(),
            repositories: BTreeMap::new(),
            archives: BTreeMap::new(),
            running: Vec::new(),
            looks: 1,
            partial_next: false,
            features,
            security: Security::default(),
        }
    }

    /// Makes an index, created now.
    ///
    /// # Errors
    /// The name is taken, or no name for an index.
    pub fn create_index(&mut self, name: &str, primaries: usize) -> Outcome<&mut Index> {
        check_name(name)?;
        if let Some(there) = self.indices.get(name) {
            return Err(Refusal::IndexExists { name: name.to_owned(), uuid: there.uuid.clone() });
        }
        let index = Index::new(name, primaries, self.clock.millis(), &mut self.ids);
        Ok(self.indices.entry(name.to_owned()).or_insert(index))
    }

    /// The index of that name, or the one that an alias writes to.
    ///
    /// # Errors
    /// There is none.
    pub fn writable(&mut self, name: &str) -> Outcome<&mut Index> {
        let found = self.write_target(name).ok_or_else(|| Refusal::IndexMissing(name.to_owned()))?;
        let index = self.indices.get_mut(&found).ok_or_else(|| Refusal::IndexMissing(name.to_owned()))?;
        if !index.open {
            return Err(Refusal::IndexClosed { name: index.name.clone(), uuid: index.uuid.clone() });
        }
        if index.is_write_blocked() {
            return Err(Refusal::Blocked {
                index: index.name.clone(),
                block: "FORBIDDEN/8/index write (api)",
            });
        }
        Ok(index)
    }

    fn write_target(&self, name: &str) -> Option<String> {
        if self.indices.contains_key(name) {
            return Some(name.to_owned());
        }
        if let Some(stream) = self.data_streams.get(name) {
            return stream.backing.last().cloned();
        }
        let behind: Vec<&Index> =
            self.indices.values().filter(|index| index.aliases.contains_key(name)).collect();
        let writes = |index: &&&Index| index.aliases.get(name) == Some(&Some(true));
        match behind.as_slice() {
            [only] => Some(only.name.clone()),
            several => several.iter().find(writes).map(|index| index.name.clone()),
        }
    }

    /// Removes indices, all or none.
    ///
    /// # Errors
    /// One of them is being snapshotted, or is written to by a data stream.
    pub fn delete_indices(&mut self, names: &[String]) -> Outcome<()> {
        self.refuse_while_snapshotted("delete", names)?;
        for stream in self.data_streams.values() {
            let write = stream.backing.last().filter(|write| names.contains(write));
            if let Some(write) = write {
                let name = &stream.name;
                let text = format!(
                    "index [{write}] is the write index for data stream [{name}] and cannot be deleted"
                );
                return Err(Refusal::IllegalArgument(text));
            }
        }
        for name in names {
            self.indices.remove(name);
            self.data_streams
                .values_mut()
                .for_each(|stream| stream.backing.retain(|backing| backing != name));
        }
        Ok(())
    }

    /// Closes indices, all or none.
    ///
    /// # Errors
    /// One of them is being snapshotted.
    pub fn close(&mut self, names: &[String]) -> Outcome<()> {
        self.refuse_while_snapshotted("close", names)?;
        let now = self.clock.millis();
        for name in names {
            if let Some(index) = self.indices.get_mut(name).filter(|index| index.open) {
                index.flush(true, now, &mut self.ids);
                index.open = false;
                index.versions[0] += 1;
            }
        }
        Ok(())
    }

    fn refuse_while_snapshotted(&self, verb: &'static str, names: &[String]) -> Outcome<()> {
        let held = |name: &&String| self.running.iter().any(|running| running.holds(name));
        let indices: Vec<(String, String)> = names
            .iter()
            .filter(held)
            .filter_map(|name| Some((name.clone(), self.indices.get(name)?.uuid.clone())))
            .collect();
        if indices.is_empty() { Ok(()) } else { Err(Refusal::BeingSnapshotted { verb, indices }) }
    }

    /// Commits what was written to these indices.
    pub fn flush(&mut self, names: &[String], force: bool) {
        let now = self.clock.millis();
        for name in names {
            if let Some(index) = self.indices.get_mut(name) {
                index.flush(force, now, &mut self.ids);
            }
        }
    }

    /// The worst health of all indices.
    pub fn health(&self) -> Health {
        self.indices.values().map(|index| index.health).max().unwrap_or(Health::Green)
    }
}

fn check_name(name: &str) -> Outcome<()> {
    let why = if name.starts_with(['_', '-', '+']) {
        "must not start with '_', '-', or '+'"
    } else if name.chars().any(char::is_uppercase) {
        "must be lowercase"
    } else if name.contains([' ', '"', '*', '\\', '<', '|', ',', '>', '/', '?', '#', ':']) {
        "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]"
    } else {
        return Ok(());
    };
    Err(Refusal::InvalidIndexName { name: name.to_owned(), why: why.to_owned() })
}

/// A setting's value as the engines keep it, as text; `None` for null.
pub fn setting_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
