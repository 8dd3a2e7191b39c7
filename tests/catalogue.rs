//! Reading the catalogue beside folders of other repositories.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by a panic")]

#[allow(dead_code, reason = "tests/state.rs uses the rest of it")]
#[path = "state/world.rs"]
mod world;

use es2s3::model::{Catalogue, Live};
use es2s3::observe::catalogue::catalogue;

use world::{BUCKET, World, noon};

async fn repository(objects: &[(&str, &[u8])]) -> World {
    let world = World::empty().await;
    world.objects.create_bucket(BUCKET);
    objects.iter().for_each(|(key, bytes)| put(&world, key, bytes));
    world
}

fn put(world: &World, key: &str, bytes: &[u8]) {
    world.objects.put(BUCKET, key, bytes.to_vec(), noon());
}

async fn read(world: &World) -> Live<Catalogue> {
    catalogue(&world.reader(), "logs").await.map(|(catalogue, _)| catalogue)
}

/// The folders of other repositories come first in the listing and fill its first page.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshots_file_behind_a_thousand_others_says_that_the_catalogue_is_gone() {
    let world = repository(&[]).await;
    (0..1001).for_each(|at| put(&world, &format!("logs/snap-a/index-{at:04}"), b""));
    assert_eq!(read(&world).await, Live::Absent, "they are none of ours");
    put(&world, "logs/snap-zzzzzzzzzzzzzzzzzzzzzz.dat", b"");
    let Live::Unknown(unknown) = read(&world).await else { panic!("taken for an empty repository") };
    assert!(unknown.why.contains("the catalogue is gone"), "{}", unknown.why);
}
