//! The JSON of `index-N`, element by element: each snapshot and each index is handed on as soon as it is read.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::catalogue::Draft;
use crate::model::{IndexName, SnapshotName};

/// One element of `snapshots`.
#[derive(Deserialize)]
pub(super) struct Snapshot {
    pub(super) name: SnapshotName,
    pub(super) uuid: String,
    pub(super) state: Option<u8>,
    /// Index id to identifier; from 7.9 on.
    #[serde(default)]
    pub(super) index_metadata_lookup: HashMap<String, String>,
}

/// One value of `indices`.
#[derive(Deserialize)]
pub(super) struct Index {
    pub(super) id: String,
    /// UUIDs.
    #[serde(default)]
    pub(super) snapshots: Vec<String>,
    #[serde(default)]
    pub(super) shard_path_type: u8,
}

/// The whole document, read into a draft.
pub(super) struct Root<'a>(pub(super) &'a mut Draft);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum RootKey {
    Snapshots,
    Indices,
    ClusterId,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a catalogue")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (mut snapshots, mut indices) = (false, false);
        while let Some(key) = map.next_key()? {
            match key {
                RootKey::Snapshots => {
                    snapshots = true;
                    map.next_value_seed(Snapshots(self.0))?;
                }
                RootKey::Indices => {
                    indices = true;
                    map.next_value_seed(Indices(self.0))?;
                }
                RootKey::ClusterId => self.0.set_cluster(map.next_value()?),
                RootKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (snapshots, indices) {
            (true, true) => Ok(()),
            (false, _) => Err(M::Error::missing_field("snapshots")),
            (true, false) => Err(M::Error::missing_field("indices")),
        }
    }
}

struct Snapshots<'a>(&'a mut Draft);

impl<'de> DeserializeSeed<'de> for Snapshots<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Snapshots<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of snapshots")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        while let Some(snapshot) = list.next_element()? {
            self.0.add_snapshot(snapshot);
        }
        Ok(())
    }
}

struct Indices<'a>(&'a mut Draft);

impl<'de> DeserializeSeed<'de> for Indices<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Indices<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("indices by name")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((name, index)) = map.next_entry::<IndexName, _>()? {
            self.0.add_index(name, index);
        }
        Ok(())
    }
}
