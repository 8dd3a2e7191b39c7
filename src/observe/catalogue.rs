//! The repository's catalogue as it is in S3: the `index-N` of the largest N, read as a stream.
//!
//! Called for a plan and before each batch of proofs. Never trusts `index.latest` beyond a hint, and never hands on a
//! catalogue that changed while it was being read.

use std::fmt::Display;

use futures_util::StreamExt as _;
use tokio_util::io::SyncIoBridge;

use crate::clients::s3;
use crate::model::{Catalogue, Live, Unknown};
use crate::repository::{Layout, parse_latest, read_catalogue};

/// Which object a catalogue was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRef {
    pub key: String,
    pub generation: i64,
    pub etag: String,
    /// Of the object, in bytes.
    pub size: u64,
}

/// A snapshot that ends while we read moves the generation on; more often than this somebody writes all the time.
const ATTEMPTS: u32 = 4;

/// Reads the catalogue of the repository at `base_path`.
///
/// `Absent` when nothing was ever written there. `Unknown` when S3 does not answer, when the objects contradict each
/// other (also snapshots' files without any catalogue), or when the catalogue keeps changing. Two LISTs and two GETs when
/// it is at rest.
pub async fn catalogue(s3: &s3::Reader, base_path: &str) -> Live<(Catalogue, CatalogueRef)> {
    let layout = Layout::new(base_path);
    for _ in 0..ATTEMPTS {
        match attempt(s3, &layout).await {
            Ok(Attempt::Read(catalogue, at)) => return Live::Present((catalogue, at)),
            Ok(Attempt::Nothing) => return Live::Absent,
            Ok(Attempt::Moved) => {}
            Err(unknown) => return Live::Unknown(unknown),
        }
    }
    let why = format!("the catalogue {}N changed during each of {ATTEMPTS} readings", layout.catalogues());
    Live::Unknown(Unknown::because(why))
}

enum Attempt {
    Read(Catalogue, CatalogueRef),
    Nothing,
    /// Another generation than when the reading began.
    Moved,
}

async fn attempt(s3: &s3::Reader, layout: &Layout) -> Result<Attempt, Unknown> {
    let before = newest(s3, layout).await?;
    if let Err(unknown) = check_hint(s3, layout, before.as_ref()).await {
        // The hint may be of a snapshot that ended since the listing.
        let moved = newest(s3, layout).await? != before;
        return if moved { Ok(Attempt::Moved) } else { Err(unknown) };
    }
    let Some(before) = before else { return nothing(s3, layout).await };
    let read = read(s3, &before).await;
    if newest(s3, layout).await?.as_ref() != Some(&before) {
        return Ok(Attempt::Moved);
    }
    Ok(match read? {
        Some(catalogue) => Attempt::Read(catalogue, before),
        None => Attempt::Moved,
    })
}

/// Without a catalogue a repository is empty, unless the files of its snapshots are still there.
async fn nothing(s3: &s3::Reader, layout: &Layout) -> Result<Attempt, Unknown> {
    let prefix = layout.snapshots();
    let mut pages = std::pin::pin!(s3.pages(&prefix));
    while let Some(page) = pages.next().await {
        let page = page.map_err(|why| why.unknown())?;
        // A folder may begin with the same letters; then it is another repository's.
        if let Some(file) = page.iter().find(|object| !object.key[prefix.len()..].contains('/')) {
            let why =
                format!("{}N is not there, but {} is: the catalogue is gone", layout.catalogues(), file.key);
            return Err(Unknown::because(why));
        }
    }
    Ok(Attempt::Nothing)
}

/// The listed catalogue of the largest generation.
async fn newest(s3: &s3::Reader, layout: &Layout) -> Result<Option<CatalogueRef>, Unknown> {
    let prefix = layout.catalogues();
    let listed = s3.list(&prefix).await.map_err(|why| why.unknown())?;
    let catalogues = listed.into_iter().filter_map(|object| {
        let generation = layout.generation(&object.key)?;
        Some(CatalogueRef { key: object.key, generation, etag: object.etag, size: object.size })
    });
    Ok(catalogues.max_by_key(|catalogue| catalogue.generation))
}

/// `index.latest` may lag behind; one that is ahead says that the newest catalogue is gone.
async fn check_hint(s3: &s3::Reader, layout: &Layout, newest: Option<&CatalogueRef>) -> Result<(), Unknown> {
    let key = layout.latest();
    let Some(blob) = s3.get(&key).await.map_err(|why| why.unknown())? else { return Ok(()) };
    let hint = parse_latest(&blob.bytes).map_err(|why| malformed(&key, &why))?;
    match newest {
        Some(newest) if newest.generation >= hint => Ok(()),
        _ => {
            let missing = layout.catalogue(hint);
            Err(Unknown::because(format!("{key} names generation {hint}, but {missing} is not there")))
        }
    }
}

/// `None` when it vanished since it was listed.
async fn read(s3: &s3::Reader, at: &CatalogueRef) -> Result<Option<Catalogue>, Unknown> {
    let Some(stream) = s3.open(&at.key).await.map_err(|why| why.unknown())? else {
        return Ok(None);
    };
    let bridge = SyncIoBridge::new(stream);
    let generation = at.generation;
    let parsed = tokio::task::spawn_blocking(move || read_catalogue(bridge, generation)).await;
    let parsed = parsed.map_err(|why| malformed(&at.key, &why))?;
    parsed.map(Some).map_err(|why| malformed(&at.key, &why))
}

fn malformed(key: &str, why: &dyn Display) -> Unknown {
    Unknown::because(format!("{key}: {why}"))
}
