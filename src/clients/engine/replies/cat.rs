//! `_cat/indices`: name, size and state of every index.

use std::fmt;
use std::io::Read;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer as _, SeqAccess, Visitor};

use super::scalars::{name, number};
use super::whole;
use crate::model::{Bytes, Health, IndexName, IndexUuid};

/// One row of `_cat/indices`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatIndex {
    pub name: IndexName,
    pub uuid: IndexUuid,
    /// Absent for a closed index on engines before 7.2, and for one that came or went while the list was made.
    pub health: Option<Health>,
    pub open: bool,
    pub primaries: u32,
    pub replicas: u32,
    /// Absent when the index is closed or red: not known, which is not zero.
    pub docs: Option<u64>,
    /// Bytes of the primaries; absent like `docs`.
    pub bytes: Option<Bytes>,
    pub created: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Row {
    health: Option<Told>,
    status: Status,
    #[serde(deserialize_with = "name")]
    index: IndexName,
    #[serde(deserialize_with = "name")]
    uuid: IndexUuid,
    #[serde(default, deserialize_with = "number")]
    pri: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    rep: Option<u32>,
    #[serde(default, rename = "docs.count", deserialize_with = "number")]
    docs: Option<u64>,
    #[serde(default, rename = "pri.store.size", deserialize_with = "number")]
    bytes: Option<u64>,
    #[serde(default, rename = "creation.date", deserialize_with = "number")]
    created: Option<u64>,
}

/// The engine joins several readings; an index that one of them did not see has no health, or `red*` when the statistics know
/// it (`RestIndicesAction` of both engines).
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Green,
    Yellow,
    #[serde(alias = "red*")]
    Red,
    #[serde(rename = "")]
    Nothing,
}

impl Told {
    fn health(self) -> Option<Health> {
        match self {
            Told::Green => Some(Health::Green),
            Told::Yellow => Some(Health::Yellow),
            Told::Red => Some(Health::Red),
            Told::Nothing => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Open,
    Close,
}

impl From<Row> for CatIndex {
    fn from(row: Row) -> Self {
        let millis = row.created.and_then(|millis| i64::try_from(millis).ok());
        CatIndex {
            name: row.index,
            uuid: row.uuid,
            health: row.health.and_then(Told::health),
            open: row.status == Status::Open,
            primaries: row.pri.unwrap_or(0),
            replicas: row.rep.unwrap_or(0),
            docs: row.docs,
            bytes: row.bytes.map(Bytes),
            created: millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        }
    }
}

/// The rows, sorted by name.
///
/// # Errors
///
/// What is not such a list; a number that is none.
pub fn indices(reader: &mut dyn Read) -> serde_json::Result<Vec<CatIndex>> {
    let mut rows = whole(reader, |json| json.deserialize_seq(Rows))?;
    rows.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<CatIndex>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of indices")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element::<Row>()? {
            rows.push(row.into());
        }
        Ok(rows)
    }
}

/// `_stats/docs` of one index: documents in its primaries, when at least so many copies of shards could be counted.
///
/// # Errors
///
/// What is not such a reply.
pub fn documents(reader: &mut dyn Read, primaries: u32) -> serde_json::Result<Option<u64>> {
    let reply: serde_json::Value = serde_json::from_reader(reader)?;
    let counted =
        reply["_shards"]["successful"].as_u64().is_some_and(|copies| copies >= u64::from(primaries));
    Ok(reply["_all"]["primaries"]["docs"]["count"].as_u64().filter(|_| counted))
}
