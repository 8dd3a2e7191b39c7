//! Preparing an account, and refusing a store that cannot keep a lease.

use es2s3::clients::s3::{S3Error, Setting};
use es2s3::state::Store;
use es2s3::state::bootstrap::{BootstrapError, Report, SettingResult, bootstrap, look};

use crate::stripping_proxy::{Ignores, serve};
use crate::world::{Access, BUCKET, World, aws, location, noon, refuse};

async fn run(store: &Store) -> Result<Report, BootstrapError> {
    bootstrap(store, "eu-central-1", noon()).await
}

fn results(report: &Report) -> Vec<&SettingResult> {
    report.settings.iter().map(|step| &step.result).collect()
}

#[tokio::test]
async fn the_first_bootstrap_makes_everything_and_leaves_no_probe() {
    let world = World::empty().await;
    let outlook = look(&world.store).await.unwrap();
    assert!(outlook.bucket_missing && outlook.state_missing);
    let report = run(&world.store).await.unwrap();
    assert!(report.bucket_made && report.state_made);
    assert_eq!(report.honoured.len(), 4);
    // AWS encrypts and blocks public access by itself since 2023, and so does the sandbox.
    let (made, already) = (&SettingResult::Made, &SettingResult::Already);
    assert_eq!(results(&report), [made, already, already, made]);
    let keys: Vec<_> = world.reader().list("").await.unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(keys, ["logs/state.json"]);
    assert_eq!(world.store.read().await.unwrap().state.lineage, report.lineage);
    for setting in Setting::ALL {
        assert!(world.reader().has(setting).await.unwrap(), "{setting}");
    }
}

#[tokio::test]
async fn the_second_makes_nothing_says_so_and_still_tries_the_store() {
    let world = World::empty().await;
    let first = run(&world.store).await.unwrap();
    let before = world.count("PUT", "bootstrap/");
    let second = run(&world.store).await.unwrap();
    assert!(!second.bucket_made && !second.state_made);
    assert_eq!((&second.lineage, &second.honoured), (&first.lineage, &first.honoured));
    assert_eq!(results(&second), [&SettingResult::Already; 4]);
    assert!(world.count("PUT", "bootstrap/") > before + 40);
    let outlook = look(&world.store).await.unwrap();
    assert!(!outlook.bucket_missing && !outlook.state_missing);
}

/// A bucket that was there for something else: old versions in it are somebody's backups, and not es2s3's to expire.
#[tokio::test]
async fn the_settings_of_a_bucket_that_holds_other_things_are_left_alone() {
    let world = World::empty().await;
    world.objects.create_bucket(BUCKET);
    world.put("backups/db.dump", "dump").await;
    for _ in 0..2 {
        let report = run(&world.store).await.unwrap();
        let left = SettingResult::Refused(
            "the bucket holds other things too (backups/), and its settings are left alone".into(),
        );
        assert_eq!((results(&report)[0], results(&report)[3]), (&left, &left));
    }
    assert!(world.reader().lifecycle().await.unwrap().is_empty());
}

#[tokio::test]
async fn versions_expire_below_the_state_alone() {
    let world = World::empty().await;
    run(&world.store).await.unwrap();
    let rules = world.reader().lifecycle().await.unwrap();
    let told: Vec<_> = rules.iter().map(|rule| (rule.prefix.as_str(), rule.versions_expire_after)).collect();
    assert_eq!(told, [("logs/", Some(30))]);
}

#[tokio::test]
async fn what_the_store_does_not_offer_is_told_and_is_no_obstacle() {
    let world = World::empty().await;
    world.script("GET", "publicAccessBlock", &[refuse(501, "NotImplemented")]);
    world.script("PUT", "versioning", &[refuse(403, "AccessDenied")]);
    let report = run(&world.store).await.unwrap();
    let refused = |why: &str| SettingResult::Refused(why.to_owned());
    assert_eq!(
        results(&report),
        [
            &refused(&format!(
                "s3:PutBucketVersioning on s3://{BUCKET}/ was denied; the caller lacks s3:PutBucketVersioning"
            )),
            &SettingResult::Already,
            &refused("the store does not offer s3:GetBucketPublicAccessBlock"),
            &SettingResult::Made,
        ]
    );
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

#[tokio::test]
async fn a_bucket_in_us_east_1_is_made_without_naming_the_region() {
    let world = World::empty().await;
    bootstrap(&world.store, "us-east-1", noon()).await.unwrap();
    assert!(world.objects.has_bucket(BUCKET));
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
        let world = World::empty().await;
        let url = serve(&world.url, Ignores { header, only }).await;
        let through = aws(&Access { url: &url, access_key: "a", secret_key: "s", region: "eu-central-1" });
        let store = Store::new(&through, &location());
        let refused = run(&store).await.expect_err(sentence);
        let start = format!("the store behind bucket {BUCKET} does not honour conditional writes: ");
        assert_eq!(refused.to_string(), start + sentence);
        assert!(world.reader().list("").await.unwrap().is_empty(), "neither a state nor a probe is left");
    }
}
