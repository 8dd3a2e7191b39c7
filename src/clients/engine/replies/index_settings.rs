//! `GET /*`: what `_cat/indices` does not tell of an index. One pass over the text, one small value an index.
//!
//! Settings may come nested (`{"index":{"blocks":{"write":"true"}}}`) or flat (`{"index.blocks.write":"true"}`): both are the same path.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::whole;
use crate::model::{Alias, Blocks, IndexName, IndexUuid, Mount};

/// What `GET /*` tells of one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSettings {
    pub name: IndexName,
    pub uuid: IndexUuid,
    /// Sorted by name.
    pub aliases: Vec<Alias>,
    pub data_stream: Option<String>,
    pub mount: Option<Mount>,
    /// `index.lifecycle.name`, which is what makes an index managed by ILM.
    pub ilm: Option<String>,
    pub blocks: Blocks,
    pub hidden: bool,
    pub frozen: bool,
}

/// Every index of the reply, sorted by name.
///
/// # Errors
///
/// What is not such a map; an index without a UUID; a mounted index that does not say from which snapshot.
pub fn indices(reader: &mut dyn Read) -> serde_json::Result<Vec<IndexSettings>> {
    let mut found = whole(reader, |json| json.deserialize_map(Indices))?;
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

struct Indices;

impl<'de> Visitor<'de> for Indices {
    type Value = Vec<IndexSettings>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of indices")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut indices = Vec::new();
        let mut path = String::new();
        while let Some(Named(name)) = map.next_key()? {
            let mut draft = Draft::default();
            map.next_value_seed(OneIndex { draft: &mut draft, path: &mut path })?;
            indices.push(draft.finish(name)?);
        }
        Ok(indices)
    }
}

/// A map's key as a name, with one allocation.
struct Named(IndexName);

impl<'de> serde::Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::scalars::name(deserializer).map(Named)
    }
}

/// An index while it is being read.
#[derive(Default)]
struct Draft {
    uuid: Option<IndexUuid>,
    aliases: Vec<Alias>,
    data_stream: Option<String>,
    store: String,
    mounted_repository: Option<String>,
    mounted_snapshot: Option<String>,
    mounted_uuid: Option<String>,
    ilm: Option<String>,
    blocks: Blocks,
    hidden: bool,
    frozen: bool,
}

impl Draft {
    fn set(&mut self, path: &str, value: &str) {
        let yes = value == "true";
        let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match path {
            "index.uuid" => self.uuid = Some(IndexUuid::from(value)),
            "index.blocks.write" => self.blocks.write = yes,
            "index.blocks.metadata" => self.blocks.metadata = yes,
            "index.blocks.read_only" => self.blocks.read_only = yes,
            "index.blocks.read_only_allow_delete" => self.blocks.read_only_allow_delete = yes,
            "index.hidden" => self.hidden = yes,
            "index.frozen" => self.frozen = yes,
            "index.lifecycle.name" => self.ilm = some(),
            "index.store.type" => value.clone_into(&mut self.store),
            "index.store.snapshot.repository_name" | "index.searchable_snapshot.repository" => {
                self.mounted_repository = some();
            }
            "index.store.snapshot.snapshot_name" | "index.searchable_snapshot.snapshot_id.name" => {
                self.mounted_snapshot = some();
            }
            "index.store.snapshot.snapshot_uuid" | "index.searchable_snapshot.snapshot_id.uuid" => {
                self.mounted_uuid = some();
            }
            _ => {}
        }
    }

    fn finish<E: Error>(mut self, name: IndexName) -> Result<IndexSettings, E> {
        let uuid = self.uuid.take().ok_or_else(|| E::custom(format!("index {name} has no uuid")))?;
        let mount = self.mount(&name)?;
        self.aliases.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(IndexSettings {
            name,
            uuid,
            aliases: self.aliases,
            data_stream: self.data_stream,
            mount,
            ilm: self.ilm,
            blocks: self.blocks,
            hidden: self.hidden,
            frozen: self.frozen,
        })
    }

    /// Mounted: `index.store.type` is `snapshot` (Elasticsearch) or `remote_snapshot` (OpenSearch 2.7 and later).
    fn mount<E: Error>(&mut self, name: &IndexName) -> Result<Option<Mount>, E> {
        if !matches!(self.store.as_str(), "snapshot" | "remote_snapshot") {
            return Ok(None);
        }
        match (self.mounted_repository.take(), self.mounted_snapshot.take()) {
            (Some(repository), Some(snapshot)) => Ok(Some(Mount {
                repository: repository.into(),
                snapshot: snapshot.into(),
                snapshot_uuid: self.mounted_uuid.take().map(Into::into),
            })),
            // Not an unmounted index: its snapshot would seem free to expire.
            _ => Err(E::custom(format!("index {name} is mounted and does not say from which snapshot"))),
        }
    }
}

/// `{"aliases":{…},"settings":{…},"data_stream":"…"}`, each part optional.
struct OneIndex<'a> {
    draft: &'a mut Draft,
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for OneIndex<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Aliases,
    Settings,
    DataStream,
    #[serde(other)]
    Else,
}

impl<'de> Visitor<'de> for OneIndex<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index with its settings and aliases")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(part) = map.next_key()? {
            match part {
                Part::Aliases => map.next_value_seed(Aliases(&mut self.draft.aliases))?,
                Part::Settings => {
                    self.path.clear();
                    map.next_value_seed(Settings { draft: self.draft, path: self.path })?;
                }
                Part::DataStream => self.draft.data_stream = map.next_value()?,
                Part::Else => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Aliases<'a>(&'a mut Vec<Alias>);

impl<'de> DeserializeSeed<'de> for Aliases<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(serde::Deserialize)]
struct Told {
    is_write_index: Option<bool>,
}

impl<'de> Visitor<'de> for Aliases<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of aliases")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, told)) = map.next_entry::<String, Told>()? {
            self.0.push(Alias { name, write: told.is_write_index });
        }
        Ok(())
    }
}

/// A level of the settings; `path` is where it stands, with dots.
struct Settings<'a> {
    draft: &'a mut Draft,
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Settings<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Settings<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let above = self.path.len();
        while map.next_key_seed(Step(self.path))?.is_some() {
            map.next_value_seed(Settings { draft: self.draft, path: self.path })?;
            self.path.truncate(above);
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.draft.set(self.path, value);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.draft.set(self.path, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}

/// Appends a key to the path, without a copy of it elsewhere.
struct Step<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Step<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting's name")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(key);
        Ok(())
    }
}
