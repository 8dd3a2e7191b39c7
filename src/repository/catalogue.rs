//! The repository's catalogue, `index-N`: plain JSON that reaches 100 MB, read as a stream.
//!
//! Keys come in any order (`indices` before `snapshots` too) and unknown ones are passed over. What is kept while
//! reading are numbers: every snapshot UUID, index id and index UUID is stored once and referred to by position.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::sync::Arc;

use serde::de::DeserializeSeed;

use super::FormatError;
use super::catalogue_json::{Index, Root, Snapshot};
use crate::model::{
    Catalogue, CatalogueIndex, Copy, IndexName, IndexUuid, SnapshotEntry, SnapshotState, SnapshotUuid,
};

/// No engine could still work with a larger catalogue, in bytes.
pub const CATALOGUE_LIMIT: u64 = 1 << 30;

/// Reads `index-<generation>` from `input` to its end.
pub fn read_catalogue(input: impl Read, generation: i64) -> Result<Catalogue, FormatError> {
    let mut draft = Draft::default();
    let limited = BufReader::with_capacity(64 << 10, input.take(CATALOGUE_LIMIT));
    let mut json = serde_json::Deserializer::from_reader(limited);
    Root(&mut draft).deserialize(&mut json).and_then(|()| json.end()).map_err(unreadable)?;
    draft.finish(generation)
}

fn unreadable(why: serde_json::Error) -> FormatError {
    FormatError::Catalogue { why: why.to_string() }
}

/// The catalogue while it is being read.
#[derive(Default)]
pub(super) struct Draft {
    snapshots: Vec<SnapshotEntry>,
    /// Numbers snapshot UUIDs by first sight, be it in `indices` or in `snapshots`.
    snapshot_uuids: Numbers,
    /// Position in `snapshots` of each numbered UUID, once listed.
    listed: HashMap<u32, u32>,
    indices: Vec<CatalogueIndex>,
    index_ids: Numbers,
    members: Vec<Member>,
    identities: Vec<Identity>,
    cluster_id: Option<String>,
    fault: Option<FormatError>,
}

/// A line of `indices.<name>.snapshots`.
struct Member {
    /// Position in `indices`.
    index: u32,
    /// Number of the snapshot's UUID.
    snapshot: u32,
}

/// A line of `snapshots[].index_metadata_lookup`; sorts by index id, then snapshot.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    /// Number of the index id.
    id: u32,
    /// Position in `snapshots`.
    snapshot: u32,
    /// The index UUID itself: kept in place, since most are in one snapshot only.
    uuid: [u8; 22],
}

/// Texts by number, each kept once.
#[derive(Default)]
struct Numbers(HashMap<Arc<str>, u32>);

impl Numbers {
    fn number(&mut self, text: &str) -> u32 {
        self.shared(text).0
    }

    /// The number, and the text as it is kept.
    fn shared(&mut self, text: &str) -> (u32, Arc<str>) {
        if let Some((kept, &number)) = self.0.get_key_value(text) {
            return (number, kept.clone());
        }
        let (number, kept) = (count(self.0.len()), Arc::<str>::from(text));
        self.0.insert(kept.clone(), number);
        (number, kept)
    }

    fn known(&self, text: &str) -> Option<u32> {
        self.0.get(text).copied()
    }

    /// Slow; only for an error.
    fn text(&self, number: u32) -> String {
        self.0.iter().find(|(_, kept)| **kept == number).map(|(text, _)| text.to_string()).unwrap_or_default()
    }
}

/// A catalogue under 1 GiB has fewer than 2^32 entries of anything.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Draft {
    fn finish(mut self, generation: i64) -> Result<Catalogue, FormatError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.check_ids()?;
        Ok(Catalogue {
            generation,
            copies: self.copies()?,
            snapshots: self.snapshots,
            indices: self.indices,
            cluster_id: self.cluster_id,
        })
    }

    /// Two names with one id would share a folder: no engine writes that.
    fn check_ids(&self) -> Result<(), FormatError> {
        let mut ids: Vec<&str> = self.indices.iter().map(|index| index.id.as_str()).collect();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(FormatError::CatalogueTwice { what: "index id", id: pair[0].into() }),
        }
    }

    fn copies(&mut self) -> Result<Vec<Copy>, FormatError> {
        self.identities.sort_unstable();
        let mut copies = Vec::with_capacity(self.members.len());
        for member in std::mem::take(&mut self.members) {
            copies.push(self.copy(&member)?);
        }
        copies.sort_unstable_by_key(|copy| (copy.index, copy.snapshot));
        copies.dedup();
        Ok(copies)
    }

    fn copy(&self, member: &Member) -> Result<Copy, FormatError> {
        let index = &self.indices[member.index as usize];
        let Some(&snapshot) = self.listed.get(&member.snapshot) else {
            let uuid = self.snapshot_uuids.text(member.snapshot);
            return Err(FormatError::CatalogueDangling { index: index.name.to_string(), uuid });
        };
        let id = self.index_ids.known(&index.id);
        let at = self
            .identities
            .binary_search_by_key(&(id, Some(snapshot)), |line| (Some(line.id), Some(line.snapshot)));
        let uuid = at.ok().and_then(|at| std::str::from_utf8(&self.identities[at].uuid).ok());
        let uuid = uuid.map(IndexUuid::from);
        Ok(Copy { index: member.index, snapshot, uuid })
    }

    pub(super) fn add_snapshot(&mut self, snapshot: Snapshot) {
        let position = count(self.snapshots.len());
        let (number, uuid) = self.snapshot_uuids.shared(&snapshot.uuid);
        if self.listed.insert(number, position).is_some() {
            self.fault = Some(FormatError::CatalogueTwice { what: "snapshot", id: snapshot.uuid });
        }
        let uuid = SnapshotUuid::new(uuid);
        self.snapshots.push(SnapshotEntry { name: snapshot.name, uuid, state: state(snapshot.state) });
        for (id, identifier) in &snapshot.index_metadata_lookup {
            if let Some(uuid) = index_uuid(identifier) {
                self.identities.push(Identity { id: self.index_ids.number(id), snapshot: position, uuid });
            }
        }
    }

    pub(super) fn add_index(&mut self, name: IndexName, index: Index) {
        let position = count(self.indices.len());
        self.index_ids.number(&index.id);
        for uuid in &index.snapshots {
            let snapshot = self.snapshot_uuids.number(uuid);
            self.members.push(Member { index: position, snapshot });
        }
        self.indices.push(CatalogueIndex { name, id: index.id, shard_path_type: index.shard_path_type });
    }

    pub(super) fn set_cluster(&mut self, id: Option<String>) {
        // Elasticsearch writes `_na_` before it knows.
        self.cluster_id = id.filter(|id| id != "_na_");
    }
}

/// The numbers of both engines' `SnapshotState`. One that is unknown or absent is as good as not readable.
fn state(code: Option<u8>) -> SnapshotState {
    match code {
        Some(0) => SnapshotState::InProgress,
        Some(1) => SnapshotState::Success,
        Some(2) => SnapshotState::Failed,
        Some(3) => SnapshotState::Partial,
        _ => SnapshotState::Incompatible,
    }
}

/// The first 22 characters of `<uuid>-<history>-<versions>`; UUIDs may hold `-`, so nothing is split. `None` for
/// anything of another form: an identity that cannot be read is no identity.
fn index_uuid(identifier: &str) -> Option<[u8; 22]> {
    let (uuid, rest) = identifier.as_bytes().split_first_chunk::<22>()?;
    let safe = uuid.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (safe && rest.starts_with(b"-")).then_some(*uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "tBmFXxGhTeiDlznQiKfNCA";

    fn read(json: &str) -> Result<Catalogue, FormatError> {
        read_catalogue(json.as_bytes(), 7)
    }

    #[test]
    fn indices_may_come_before_snapshots_and_unknown_keys_anywhere() {
        let snapshots = format!(
            r#""snapshots":[{{"x":[1],"name":"s1","uuid":"u1","state":1,"version":8100299}},
               {{"index_metadata_lookup":{{"id-b":"{UUID}-_na_-1-2-1"}},"name":"s2","uuid":"u2","state":3,"version":"3.6.0"}}]"#
        );
        let indices = r#""indices":{"a":{"id":"id-a","snapshots":["u1"],"shard_generations":[null]},
               "b":{"shard_path_type":2,"snapshots":["u2","u1"],"id":"id-b"}}"#;
        let other = r#""min_version":"7.9.0","uuid":"r","cluster_id":"c","future":{"deep":[{}]}"#;
        let first = read(&format!("{{{snapshots},{indices},{other}}}")).unwrap();
        assert_eq!(first, read(&format!("{{{other},{indices},{snapshots}}}")).unwrap());
        assert_eq!(first.generation, 7);
        assert_eq!(first.cluster_id.as_deref(), Some("c"));
        let copy = |index, snapshot, uuid: Option<&str>| Copy { index, snapshot, uuid: uuid.map(Into::into) };
        assert_eq!(first.copies, [copy(0, 0, None), copy(1, 0, None), copy(1, 1, Some(UUID))]);
        assert_eq!(first.indices[1].shard_path_type, 2);
        assert_eq!(first.snapshots[1].state, SnapshotState::Partial);
    }

    #[test]
    fn an_identifier_gives_its_first_22_characters_or_nothing() {
        for (identifier, uuid) in [
            ("tBmFXxGhTeiDlznQiKfNCA-_na_-1-1-1", Some(UUID)),
            ("a-b_c-d_e-f_g-h_i-j_kl-hist-1-1-1", Some("a-b_c-d_e-f_g-h_i-j_kl")),
            ("tBmFXxGhTeiDlznQiKfNCA", None),
            ("tBmFXxGhTeiDlznQiKfNCAx-_na_-1", None),
            ("short-_na_-1-1-1", None),
            ("ééééééééééé-_na_-1-1-1", None),
            ("", None),
        ] {
            let found = index_uuid(identifier);
            assert_eq!(found.as_ref().map(|uuid| &uuid[..]), uuid.map(str::as_bytes), "{identifier}");
        }
    }

    #[test]
    fn a_catalogue_that_contradicts_itself_is_refused() {
        for (json, words) in [
            (r#"{"snapshots":[],"indices":{"a":{"id":"i","snapshots":["u"]}}}"#, "which it does not list"),
            (
                r#"{"snapshots":[{"name":"a","uuid":"u","state":1},{"name":"b","uuid":"u","state":1}],"indices":{}}"#,
                "snapshot `u` twice",
            ),
            (r#"{"snapshots":[],"indices":{"a":{"id":"i"},"b":{"id":"i"}}}"#, "index id `i` twice"),
            (r#"{"snapshots":[],"indices":{}"#, "cannot be read"),
            (r#"{"snapshots":[],"indices":{}} x"#, "trailing"),
            (r#"[]"#, "cannot be read"),
            ("", "cannot be read"),
            (r#"{"snapshots":[]}"#, "`indices`"),
            (r#"{"indices":{}}"#, "`snapshots`"),
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains(words), "{json}: {error:?} does not say {words:?}");
        }
    }

    #[test]
    fn the_engines_states_keep_their_numbers() {
        let states: Vec<_> = [Some(0), Some(1), Some(2), Some(3), Some(4), Some(9), None].map(state).into();
        use SnapshotState::*;
        assert_eq!(states, [InProgress, Success, Failed, Partial, Incompatible, Incompatible, Incompatible]);
    }
}
