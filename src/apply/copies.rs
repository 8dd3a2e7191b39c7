//! What the repository holds, as the run goes on: the catalogue, read again only when its objects are other ones, and which
//! copies would be the last to go.
//!
//! Called by `delete`, `archive` and `expire`. Every permit stands on the catalogue of its moment, and a catalogue can be a
//! hundred megabytes: one LIST tells whether it is still the one that was read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clients::s3;
use crate::model::{
    Catalogue, Copy, IndexName, IndexUuid, Live, SnapshotEntry, SnapshotState, SnapshotUuid, Unknown,
};
use crate::observe;

/// The catalogue's objects as they are listed: key and ETag of each generation that is there.
type Objects = Vec<(String, String)>;

/// The catalogue as it was last read.
#[derive(Default)]
pub struct Copies {
    read: Option<(Objects, Arc<Catalogue>)>,
}

impl Copies {
    /// The catalogue as it is now. One LIST when nothing was written to the repository since the last time.
    pub(super) async fn catalogue(&mut self, bucket: &s3::Reader, base_path: &str) -> Live<Arc<Catalogue>> {
        // Listed before it is read: what is written in between is seen the next time.
        let objects = match objects(bucket, base_path).await {
            Ok(objects) => objects,
            Err(unknown) => return Live::Unknown(unknown),
        };
        if let Some((_, catalogue)) = self.read.as_ref().filter(|(seen, _)| *seen == objects) {
            return Live::Present(catalogue.clone());
        }
        // Two of them at once would be a hundred megabytes for nothing.
        self.read = None;
        let read = observe::catalogue::catalogue(bucket, base_path).await;
        read.map(|(catalogue, _)| {
            let catalogue = Arc::new(catalogue);
            self.read = Some((objects, catalogue.clone()));
            catalogue
        })
    }
}

async fn objects(bucket: &s3::Reader, base_path: &str) -> Result<Objects, Unknown> {
    let prefix = if base_path.is_empty() { "index-".to_owned() } else { format!("{base_path}/index-") };
    let listed = bucket.list(&prefix).await;
    let listed = listed.map_err(|why| why.unknown())?;
    let mut objects: Objects = listed.into_iter().map(|object| (object.key, object.etag)).collect();
    objects.sort_unstable();
    Ok(objects)
}

/// An index that nobody has once this snapshot is gone, unless it is live.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LastCopy {
    pub(super) index: IndexName,
    /// Unknown where the catalogue does not tell it.
    pub(super) uuid: Option<IndexUuid>,
}

/// Indices of which this snapshot holds a whole copy and none of `others` does, as far as these are still there and whole. The
/// planner said which others count; another run may have expired them since.
pub(super) fn last_copies(
    catalogue: &Catalogue,
    snapshot: &SnapshotUuid,
    others: &BTreeSet<&SnapshotUuid>,
) -> Vec<LastCopy> {
    let whole = |at: u32| {
        let entry: Option<&SnapshotEntry> = catalogue.snapshots.get(at as usize);
        entry.filter(|entry| entry.state == SnapshotState::Success)
    };
    let here = |copy: &&Copy| whole(copy.snapshot).is_some_and(|entry| entry.uuid == *snapshot);
    let elsewhere = |copy: &Copy| {
        catalogue.copies_of(copy.index).iter().any(|other| {
            other.snapshot != copy.snapshot
                && other.uuid.is_some()
                && other.uuid == copy.uuid
                && whole(other.snapshot).is_some_and(|entry| others.contains(&entry.uuid))
        })
    };
    let last = catalogue.copies.iter().filter(here).filter(|copy| !elsewhere(copy));
    last.filter_map(|copy| {
        let index = catalogue.indices.get(copy.index as usize)?.name.clone();
        Some(LastCopy { index, uuid: copy.uuid.clone() })
    })
    .collect()
}

/// The UUID of the index of this name whose copy this snapshot holds; `None` where the catalogue does not tell it.
pub(super) fn copied_uuid<'a>(
    catalogue: &'a Catalogue,
    snapshot: &SnapshotUuid,
    index: &IndexName,
) -> Option<&'a IndexUuid> {
    let (_, at) = catalogue.indices.iter().zip(0u32..).find(|(listed, _)| listed.name == *index)?;
    let of_snapshot = |copy: &&Copy| {
        catalogue.snapshots.get(copy.snapshot as usize).is_some_and(|entry| entry.uuid == *snapshot)
    };
    catalogue.copies_of(at).iter().find(of_snapshot)?.uuid.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CatalogueIndex;

    fn catalogue(copies: &[(u32, u32, Option<&str>)]) -> Catalogue {
        let entry = |(uuid, state): (&str, SnapshotState)| SnapshotEntry {
            name: format!("s-{uuid}").into(),
            uuid: uuid.into(),
            state,
        };
        let index = |name: &str| CatalogueIndex { name: name.into(), id: name.into(), shard_path_type: 0 };
        let copy = |(index, snapshot, uuid): &(u32, u32, Option<&str>)| Copy {
            index: *index,
            snapshot: *snapshot,
            uuid: uuid.map(Into::into),
        };
        Catalogue {
            generation: 7,
            snapshots: [
                ("one", SnapshotState::Success),
                ("two", SnapshotState::Success),
                ("part", SnapshotState::Partial),
            ]
            .map(entry)
            .into(),
            indices: ["a", "b"].map(index).into(),
            copies: copies.iter().map(copy).collect(),
            cluster_id: None,
        }
    }

    fn last(copies: &[(u32, u32, Option<&str>)], others: &[&str]) -> Vec<String> {
        let others: Vec<SnapshotUuid> = others.iter().map(|uuid| SnapshotUuid::from(*uuid)).collect();
        let last = last_copies(&catalogue(copies), &"one".into(), &others.iter().collect());
        last.iter().map(|copy| copy.index.to_string()).collect()
    }

    #[test]
    fn a_copy_is_the_last_unless_another_whole_snapshot_holds_the_same_uuid() {
        let none: [&str; 0] = [];
        let all = &["two", "part"];
        assert_eq!(last(&[(0, 0, Some("u")), (0, 1, Some("u"))], all), none);
        assert_eq!(last(&[(0, 0, Some("u")), (0, 1, Some("v"))], all), ["a"]);
        assert_eq!(last(&[(0, 0, Some("u")), (0, 2, Some("u"))], all), ["a"]);
        assert_eq!(last(&[(0, 0, None), (0, 1, None)], all), ["a"]);
        assert_eq!(last(&[(0, 0, Some("u")), (0, 1, Some("u")), (1, 0, Some("w"))], all), ["b"]);
        // The plan did not count on that one, being older or a stranger's; or this very run has expired it.
        assert_eq!(last(&[(0, 0, Some("u")), (0, 1, Some("u"))], &[]), ["a"]);
        // A copy in a snapshot that is not whole is none to lose.
        assert_eq!(last(&[(0, 2, Some("u"))], all), none);
    }

    #[test]
    fn the_uuid_of_a_copy_is_the_one_in_that_snapshot() {
        let catalogue = catalogue(&[(0, 0, Some("u")), (0, 1, Some("v")), (1, 0, None)]);
        let uuid = |snapshot: &str, index: &str| {
            copied_uuid(&catalogue, &snapshot.into(), &index.into()).map(IndexUuid::to_string)
        };
        assert_eq!(uuid("one", "a").as_deref(), Some("u"));
        assert_eq!(uuid("two", "a").as_deref(), Some("v"));
        assert_eq!(uuid("one", "b"), None, "the catalogue does not tell it");
        assert_eq!(uuid("two", "b"), None, "it is not in there");
        assert_eq!(uuid("one", "c"), None);
    }
}
