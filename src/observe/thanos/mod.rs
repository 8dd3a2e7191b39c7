//! A bucket of Thanos blocks: listed in parts side by side, its metadata fetched where it is not known yet.
//!
//! Called by `reconcile` for a plan and by the audit. Reads only. What cannot be listed makes the whole inventory unknown; one
//! `meta.json` that cannot be fetched is known to be unread, and nothing is concluded from it.

mod cache;
mod components;
mod foreign;
mod listing;
mod small;
mod tag;

use futures_util::future::join3;
use jiff::Timestamp;

use crate::clients::s3::{self, S3Error};
use crate::event::{Event, Events};
use crate::model::Live;
use crate::model::thanos::{Bucket, Inventory, UploadLeft};

pub use cache::Cache;
pub use components::components;

/// A bucket of blocks, and how it is looked at.
pub struct Place<'a> {
    pub reader: &'a s3::Reader,
    /// Empty, or ending with a slash.
    pub prefix: &'a str,
    pub now: Timestamp,
    pub events: &'a Events,
}

/// Everything there. `Absent` when there is no such bucket.
pub async fn inventory(place: &Place<'_>, cache: &mut Cache) -> Live<Inventory> {
    place.events.emit(Event::Reading { what: "blocks" });
    match read(place, cache).await {
        Ok(inventory) => Live::Present(inventory),
        Err(S3Error::NoSuchBucket { .. }) => Live::Absent,
        Err(error) => Live::Unknown(error.unknown()),
    }
}

async fn read(place: &Place<'_>, cache: &mut Cache) -> Result<Inventory, S3Error> {
    let Place { reader, prefix, now, .. } = *place;
    let bounds = cache.bounds();
    let listed = listing::list(reader, prefix, &bounds, now.as_millisecond());
    let (listed, beyond, (uploads, bucket)) =
        join3(listed, foreign::beyond(reader, prefix), surroundings(reader, prefix)).await;
    let (listed, beyond) = (listed?, beyond?);
    let small = small::fetch(place, listed.folders, cache).await;
    let mut foreign = beyond.names;
    foreign.extend(listed.foreign);
    foreign.truncate(foreign::NAMES);
    Ok(Inventory {
        blocks: small.blocks,
        misspelt: listed.misspelt,
        foreign,
        debug_metas: beyond.debug_metas,
        uploads,
        bucket,
        fetched: small.fetched,
        remembered: small.remembered,
        requests: 0,
    })
}

/// What stands beside the objects. None of it keeps the rest from being judged.
async fn surroundings(reader: &s3::Reader, prefix: &str) -> (Live<Vec<UploadLeft>>, Bucket) {
    let (uploads, lifecycle, versioning) =
        join3(reader.uploads(prefix), reader.lifecycle(), reader.versioning()).await;
    let left = |upload: s3::Upload| UploadLeft {
        key: upload.key,
        id: upload.id,
        begun: upload.begun.map(|at| at.as_second()),
    };
    let uploads = live(uploads).map(|uploads| uploads.into_iter().map(left).collect());
    (uploads, Bucket { lifecycle: live(lifecycle), versioning: live(versioning), old: Live::Absent })
}

/// A store that does not know a setting does nothing by it.
fn live<T>(read: Result<T, S3Error>) -> Live<T> {
    match read {
        Ok(read) => Live::Present(read),
        Err(S3Error::Unsupported { .. }) => Live::Absent,
        Err(error) => Live::Unknown(error.unknown()),
    }
}
