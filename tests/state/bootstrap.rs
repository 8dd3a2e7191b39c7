//! Whether a store can keep a state, and refusing one that cannot.

use es2s3::clients::s3::S3Error;
use es2s3::state::Store;
use es2s3::state::bootstrap::{BootstrapError, Report, bootstrap};

use crate::stripping_proxy::{Ignores, serve};
use crate::world::{Access, BUCKET, World, aws, location, noon, refuse};

async fn run(store: &Store) -> Result<Report, BootstrapError> {
    bootstrap(store, noon()).await
}

/// The bucket, as `es2s3 bootstrap` makes it before.
async fn world() -> World {
    let world = World::empty().await;
    world.objects.create_bucket(BUCKET);
    world
}

#[tokio::test]
async fn the_first_bootstrap_makes_the_state_and_leaves_no_probe() {
    let world = world().await;
    let report = run(&world.store).await.unwrap();
    assert!(report.state_made);
    assert_eq!(report.honoured.len(), 4);
    let keys: Vec<_> = world.reader().list("").await.unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(keys, ["logs/state.json"]);
    assert_eq!(world.store.read().await.unwrap().state.lineage, report.lineage);
}

#[tokio::test]
async fn the_second_makes_nothing_says_so_and_still_tries_the_store() {
    let world = world().await;
    let first = run(&world.store).await.unwrap();
    let before = world.count("PUT", "bootstrap/");
    let second = run(&world.store).await.unwrap();
    assert!(!second.state_made);
    assert_eq!((&second.lineage, &second.honoured), (&first.lineage, &first.honoured));
    assert!(world.count("PUT", "bootstrap/") > before + 40);
}

/// A name that can be guessed, made by somebody else before us and open to everybody.
#[tokio::test]
async fn a_bucket_of_another_account_is_told_from_one_that_is_denied() {
    let world = World::prepared().await;
    World::empty().await.reader().owned_by("111122223333").await.unwrap();
    world.reader().owned_by("111122223333").await.unwrap();
    let denied = || refuse(403, "AccessDenied");
    world.script("HEAD", BUCKET, &[denied()]);
    let foreign = world.reader().owned_by("111122223333").await.unwrap_err();
    assert_eq!(foreign, S3Error::NameTaken { bucket: BUCKET.into() });
    world.script("HEAD", BUCKET, &[denied(), denied()]);
    let denied = world.reader().owned_by("111122223333").await.unwrap_err();
    assert!(matches!(denied, S3Error::Denied { .. }), "{denied}");
}

/// Which header is lost, in which requests, and the sentence that names it.
#[tokio::test]
async fn a_store_that_ignores_a_condition_is_refused_by_its_name() {
    for (header, only, sentence) in [
        ("if-none-match", "PUT ", "a second put with If-None-Match: * was accepted"),
        ("if-match", "PUT ", "a put with the If-Match of a former version was accepted"),
        ("if-match", "DELETE ", "a delete with the If-Match of a former version was accepted"),
        ("if-none-match", "race-absent", "of 20 puts at once with If-None-Match: *, 20 were accepted"),
        ("if-match", "race-match", "of 20 puts at once with If-Match, 20 were accepted"),
    ] {
        let world = world().await;
        let url = serve(&world.url, Ignores { header, only }).await;
        let through = aws(&Access { url: &url, access_key: "a", secret_key: "s", region: "eu-central-1" });
        let store = Store::new(&through, &location());
        let refused = run(&store).await.expect_err(sentence);
        let start = format!("the store behind bucket {BUCKET} does not honour conditional writes: ");
        assert_eq!(refused.to_string(), start + sentence);
        assert!(world.reader().list("").await.unwrap().is_empty(), "neither a state nor a probe is left");
    }
}
