//! The bucket of blocks, as the plan wants to know it.

use std::io::{BufReader, BufWriter};
use std::path::Path;

use futures_util::future::join;
use jiff::Timestamp;

use super::World;
use crate::clients::aws::Aws;
use crate::clients::s3::{self, S3Error};
use crate::event::Event;
use crate::model::Live;
use crate::model::thanos::{Inventory, Observed, ThanosSpec};
use crate::observe::thanos::{Cache, Place, components, inventory};

/// Everything in the declared bucket, and what the running components say; `None` when none is declared.
pub async fn blocks(world: &World, now: Timestamp) -> Option<Observed> {
    let spec = world.config.thanos.as_ref()?;
    let aws = world.block_store(spec);
    let reader = s3::Reader::new(aws.s3(), spec.bucket.clone());
    let (bucket, running) = join(listed(world, spec, &reader, now), components(&spec.components)).await;
    Some(Observed { bucket, running, clock_skew_seconds: aws.clock_skew_seconds() })
}

async fn listed(world: &World, spec: &ThanosSpec, reader: &s3::Reader, now: Timestamp) -> Live<Inventory> {
    let prefix = spec.key_prefix();
    let place = Place { reader, prefix: &prefix, now, events: &world.events };
    let memory = world.memory.as_deref();
    let mut cache = memory.and_then(recall).unwrap_or_default();
    let before = world.aws.requests();
    let mut seen = inventory(&place, &mut cache).await;
    if let Live::Present(seen) = &mut seen {
        seen.requests = world.aws.requests().saturating_sub(before);
    }
    if let (Some(memory), Live::Present(seen)) = (memory, &seen)
        && seen.fetched > 0
        && let Err(why) = keep(memory, &cache)
    {
        world.events.emit(Event::Notice {
            text: format!("what is known of the blocks could not be kept in {}: {why}", memory.display()),
        });
    }
    seen
}

/// Counts what a bucket keeps of removed objects, where it keeps that for ever. For the audit alone: the list of versions is as long as
/// the bucket's whole history, and nothing is decided by it.
pub async fn old_versions(world: &World, seen: &mut Observed) {
    let (Some(spec), Live::Present(inventory)) = (&world.config.thanos, &mut seen.bucket) else { return };
    let prefix = spec.key_prefix();
    if inventory.bucket.keeps_old_for_ever(&prefix) {
        let before = world.aws.requests();
        inventory.bucket.old = match s3::Reader::new(world.block_store(spec).s3(), spec.bucket.clone())
            .old_versions(&prefix)
            .await
        {
            Ok(old) => Live::Present(old),
            Err(S3Error::Unsupported { .. }) => Live::Absent,
            Err(error) => Live::Unknown(error.unknown()),
        };
        inventory.requests += world.aws.requests().saturating_sub(before);
    }
}

impl World {
    /// The store that the bucket of blocks is in.
    pub fn block_store(&self, spec: &ThanosSpec) -> Aws {
        self.aws.at(spec.endpoint.as_deref(), &spec.region)
    }
}

fn recall(memory: &Path) -> Option<Cache> {
    std::fs::File::open(memory).ok().map(|file| Cache::read(&mut BufReader::new(file)))
}

/// Beside it first, then in one step: a run that dies here leaves the old one.
fn keep(memory: &Path, cache: &Cache) -> std::io::Result<()> {
    if let Some(folder) = memory.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let fresh = memory.with_extension(std::process::id().to_string());
    let mut file = BufWriter::new(std::fs::File::create(&fresh)?);
    cache.write(&mut file)?;
    file.into_inner()?.sync_all()?;
    std::fs::rename(&fresh, memory)
}
