//! Reading the catalogue while somebody writes to the repository, and beside folders of other repositories.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by a panic")]

#[allow(dead_code, reason = "tests/state.rs uses the rest of it")]
#[path = "state/world.rs"]
mod world;

use std::time::Duration;

use es2s3::model::{Catalogue, Live};
use es2s3::observe::catalogue::catalogue;
use sandbox::faults::Verdict;

use world::{BUCKET, World, noon};

const EMPTY: &str = r#"{"snapshots":[],"indices":{}}"#;

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

/// Engines write `index-1`, then `index.latest`, and then remove `index-0`.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_ends_between_listing_and_hint_is_no_lost_catalogue() {
    let world =
        repository(&[("logs/index-0", EMPTY.as_bytes()), ("logs/index.latest", &0i64.to_be_bytes())]).await;
    world.script("GET", "index.latest", &[Verdict::Delay(Duration::from_millis(500))]);
    let moves = async {
        while world.count("GET", "index.latest") == 0 {
            tokio::task::yield_now().await;
        }
        put(&world, "logs/index-1", EMPTY.as_bytes());
        put(&world, "logs/index.latest", &1i64.to_be_bytes());
        world.objects.remove(BUCKET, "logs/index-0");
    };
    let (read, ()) = futures_util::future::join(read(&world), moves).await;
    let Live::Present(catalogue) = read else { panic!("{read:?}") };
    assert_eq!(catalogue.generation, 1);
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
