//! Bringing indices back from a snapshot, or mounting them (`remote_snapshot`, Elasticsearch's `snapshot`).

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_lite::Regex;

use super::archive::Kept;
use super::index::{Health, Index, Recovery};
use super::refusal::{Outcome, Refusal};
use super::state::State;
use crate::glob;

/// What `_restore` is asked.
#[derive(Clone, Debug, Default)]
pub struct Restore {
    pub repository: String,
    pub snapshot: String,
    /// An expression; empty for everything.
    pub indices: String,
    pub ignore_unavailable: bool,
    pub rename: Option<(String, String)>,
    pub include_aliases: bool,
    /// Flat settings laid over the old ones.
    pub settings: BTreeMap<String, Option<String>>,
    pub ignored_settings: Vec<String>,
    pub mount: bool,
}

impl State {
    /// Restores, and gives the names and the number of shards.
    ///
    /// # Errors
    /// The snapshot or an index in it is missing, or an open index has the name.
    pub fn restore(&mut self, restore: &Restore) -> Outcome<(Vec<String>, usize)> {
        let place = format!("{}:{}", restore.repository, restore.snapshot);
        let found = self.archive(&restore.repository)?.and_then(|archive| archive.named(&restore.snapshot));
        let Some(kept) = found.cloned() else {
            return Err(Refusal::Restore(format!("[{place}] snapshot does not exist")));
        };
        let place = format!("[{place}/{}]", kept.root.uuid);
        let images = chosen(&kept, restore)?;
        let mut planned = Vec::new();
        for image in images {
            let name = restore.renamed(&image.name)?;
            self.refuse_open(&place, &name)?;
            planned.push((name, image));
        }
        let shards = planned.iter().map(|(_, image)| image.shards.len()).sum();
        let names: Vec<String> = planned.iter().map(|(name, _)| name.clone()).collect();
        for (name, image) in planned {
            let index = self.restored(&name, &image, &kept, restore);
            self.indices.insert(name, index);
        }
        Ok((names, shards))
    }

    fn refuse_open(&self, place: &str, name: &str) -> Outcome<()> {
        if !self.indices.get(name).is_some_and(|index| index.open) {
            return Ok(());
        }
        Err(Refusal::Restore(format!(
            "{place} cannot restore index [{name}] because an open index with same name already exists in the cluster. \
             Either close or delete the existing index or restore the index under a different name by providing a \
             rename pattern and replacement name"
        )))
    }

    /// The same documents under a new UUID and a new history; the date of creation and the blocks stay.
    fn restored(&mut self, name: &str, image: &Arc<Index>, kept: &Kept, restore: &Restore) -> Index {
        let mut index = Index::clone(image);
        index.name = name.to_owned();
        index.uuid = self.ids.uuid();
        index.open = true;
        index.health = Health::Green;
        index.relocating = false;
        index.data_stream = None;
        if !restore.include_aliases {
            index.aliases.clear();
        }
        for (setting, value) in &restore.settings {
            index.set(setting, value.clone());
        }
        index
            .settings
            .retain(|setting, _| !restore.ignored_settings.iter().any(|one| glob::matches(one, setting)));
        if restore.mount {
            self.mount(&mut index, image, kept, restore);
        } else {
            for shard in &mut index.shards {
                shard.commit.id = self.ids.lucene();
                shard.commit.generation += 2;
                shard.commit.history_uuid = self.ids.uuid();
                shard.commit.translog_uuid = self.ids.uuid();
            }
        }
        index.recovered_from = Some(Recovery {
            repository: restore.repository.clone(),
            snapshot: restore.snapshot.clone(),
            index: image.name.clone(),
            restore_uuid: self.ids.uuid(),
        });
        index
    }

    fn mount(&self, index: &mut Index, image: &Index, kept: &Kept, restore: &Restore) {
        let archive = self.archive(&restore.repository).ok().flatten();
        let entry = archive.and_then(|archive| archive.catalogue.indices.get(&image.name));
        let (id, path_type) =
            entry.map_or(("", "FIXED"), |entry| (entry.id.as_str(), entry.path_type.word()));
        if !self.engine.is_opensearch() {
            for (setting, value) in [
                ("index.store.type", "snapshot"),
                ("index.store.snapshot.repository_name", &restore.repository),
                ("index.store.snapshot.snapshot_name", &restore.snapshot),
                ("index.store.snapshot.snapshot_uuid", &kept.root.uuid),
                ("index.store.snapshot.index_name", &image.name),
                ("index.store.snapshot.index_uuid", id),
            ] {
                index.settings.insert(setting.to_owned(), value.to_owned());
            }
            return;
        }
        for (setting, value) in [
            ("index.store.type", "remote_snapshot"),
            ("index.searchable_snapshot.repository", &restore.repository),
            ("index.searchable_snapshot.snapshot_id.name", &restore.snapshot),
            ("index.searchable_snapshot.snapshot_id.uuid", &kept.root.uuid),
            ("index.searchable_snapshot.index.id", id),
            ("index.searchable_snapshot.shard_path_type", path_type),
        ] {
            index.settings.insert(setting.to_owned(), value.to_owned());
        }
    }
}

impl Restore {
    /// Java's `replaceAll` over a name, which is what the engines do.
    fn renamed(&self, name: &str) -> Outcome<String> {
        let Some((pattern, replacement)) = &self.rename else { return Ok(name.to_owned()) };
        let regex = Regex::new(pattern).map_err(|why| Refusal::IllegalArgument(why.to_string()))?;
        // `$1x` is group 1 and an x in Java, the group `1x` here.
        let braced = Regex::new(r"\$(\d)").map_err(|why| Refusal::IllegalArgument(why.to_string()))?;
        let replacement = braced.replace_all(replacement, "$${${1}}").into_owned();
        Ok(regex.replace_all(name, replacement.as_str()).into_owned())
    }
}

fn chosen(kept: &Kept, restore: &Restore) -> Outcome<Vec<Arc<Index>>> {
    if restore.indices.is_empty() {
        return Ok(kept.images.clone());
    }
    let mut chosen: Vec<Arc<Index>> = Vec::new();
    for part in restore.indices.split(',').filter(|part| !part.is_empty()) {
        if let Some(excluded) = part.strip_prefix('-') {
            chosen.retain(|image| !glob::matches(excluded, &image.name));
            continue;
        }
        let pattern = if part == "_all" { "*" } else { part };
        let found: Vec<_> =
            kept.images.iter().filter(|image| glob::matches(pattern, &image.name)).cloned().collect();
        if found.is_empty() && !pattern.contains('*') && !restore.ignore_unavailable {
            return Err(Refusal::NotInSnapshot(part.to_owned()));
        }
        chosen.extend(found);
    }
    chosen.sort_by(|one, other| one.name.cmp(&other.name));
    chosen.dedup_by(|one, other| one.name == other.name);
    Ok(chosen)
}
