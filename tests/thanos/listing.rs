//! How a bucket is listed: whole, whatever lies in it, and with few requests.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sandbox::faults::{Front, Nth, Verdict};
use serde_json::Value;

use crate::support::thanos::files::{Block, DAY, Files, HOUR, id};
use crate::world::{BUCKET, Place, ids};

fn numbers(audit: &Value) -> (u64, u64) {
    let seen = &audit["seen"]["present"];
    (seen["blocks"].as_u64().unwrap(), seen["objects"].as_u64().unwrap())
}

/// Requests to the bucket of blocks since this was last asked.
fn requests(place: &Place) -> usize {
    let faults = place.sandbox.world.faults();
    let count =
        faults.requests().iter().filter(|request| request.path.starts_with(&format!("/{BUCKET}"))).count();
    faults.forget();
    count
}

fn denied() -> Verdict {
    Verdict::Refuse { status: 403, code: "AccessDenied".into() }
}

fn many(place: &Place, count: u32) -> Files {
    let now = place.scene.now.as_millisecond();
    let mut files = Files::default();
    for number in 0..count {
        let from = now - 300 * DAY + i64::from(number % 500) * 2 * HOUR;
        let mut block = Block::raw("eu", from, from + 2 * HOUR);
        block.labels[0].1 = format!("c{}", number / 500);
        block.id = id(now - 300 * DAY + i64::from(number) * 7_000_000, number);
        block.sources = vec![block.id];
        block.size = 10;
        files.add(&block);
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_blocks_are_listed_in_parts_and_each_is_seen_once() {
    let mut place = Place::with("many", &Files::default()).await;
    place.put("", &many(&place, 3_000));
    requests(&place);
    assert_eq!(numbers(&place.audit().await), (3_000, 9_000));
    // Nine pages of objects, up to one more for each part that was cut, the metadata, and five for what stands beside.
    let cold = requests(&place);
    assert!((3_014..=3_014 + 16).contains(&cold), "{cold}");
    let again = place.audit().await;
    assert_eq!(numbers(&again), (3_000, 9_000));
    assert_eq!(again["seen"]["present"]["remembered"], 3_000);
    let warm = requests(&place);
    assert!((14..=9 + 16 + 5).contains(&warm), "{warm}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_new_is_fetched_and_a_changed_object_is_new() {
    let mut place = Place::with("warm", &Files::default()).await;
    let files = many(&place, 20);
    place.put("", &files);
    place.audit().await;
    let mut more = files.clone();
    let raw = files.blocks(0);
    more.say(&raw[0], |meta| meta["compaction"]["failed"] = true.into());
    more.put(&format!("{}/deletion-mark.json", raw[1]), "{}");
    place.put("", &more);
    let audit = place.audit().await;
    let seen = &audit["seen"]["present"];
    assert_eq!((&seen["fetched"], &seen["remembered"]), (&2.into(), &19.into()));
    assert_eq!(ids(&audit).iter().filter(|id| *id == "compaction-failed").count(), 1);
    // Without a memory, or with one that is damaged, all is fetched again.
    let memory = place.scene.file(".cache/es2s3");
    let kept = std::fs::read_dir(&memory).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&kept).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&kept, bytes).unwrap();
    assert_eq!(place.audit().await["seen"]["present"]["fetched"], 21);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_folder_is_passed_over_however_much_is_in_it() {
    let mut place = Place::with("foreign", &Files::default()).await;
    let mut files = many(&place, 10);
    for number in 0..6_000 {
        files.put(&format!("2024-backup/{number:05}"), "x");
        files.put(&format!("zoo/{number:05}"), "x");
    }
    place.put("", &files);
    requests(&place);
    let audit = place.audit().await;
    assert_eq!(numbers(&audit), (10, 30));
    let found: BTreeSet<&str> = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["id"] == "foreign")
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["2024-backup/", "zoo/"].into());
    let sent = requests(&place);
    assert!(sent <= 10 + 12, "{sent}");
}

/// Names of others may be more than the page in which the rest is looked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_means_something_is_found_behind_thousands_of_names() {
    let mut place = Place::with("beyond", &Files::default()).await;
    let mut files = many(&place, 3);
    for number in 0..1_500 {
        files.put(&format!("2024-{number:05}"), "x");
        files.put(&format!("backup-{number:05}"), "x");
    }
    for key in ["bucket-index.json", "debug/metas/01ARZ3NDEKTSV4RRFFQ69G5FAV.json", "markers/x"] {
        files.put(key, "{}");
    }
    place.put("", &files);
    let mut found = ids(&place.audit().await);
    found.retain(|id| id != "foreign");
    assert_eq!(found, ["mimir-layout", "mimir-layout", "debug-metas", "parts-kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_listing_is_none_and_an_unread_block_is_not_judged() {
    let mut place = Place::with("unread", &Files::default()).await;
    let files = many(&place, 5);
    place.put("", &files);
    place.retention = "{ raw: 13d, 5m: 13d, 1h: 13d }".into();
    let faults = place.sandbox.world.faults().clone();
    faults.rule(Front::S3, "GET", "*start-after=*", Nth::All, denied());
    let ran = place.run(1, &["thanos", "audit"]).await;
    assert!(ran.stdout.contains("could not be read"), "{}", ran.stdout);
    let ran = place.run(1, &["plan", "--only", "thanos"]).await;
    assert!(ran.stdout.contains("could not be read, and nothing is done"), "{}", ran.stdout);
    faults.clear();
    let raw = files.blocks(0);
    faults.rule(Front::S3, "GET", &format!("*{}/meta.json*", raw[0]), Nth::All, denied());
    let audit = place.audit().await;
    assert!(ids(&audit).contains(&"meta-unread".to_owned()), "{:?}", ids(&audit));
    let due: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|item| item["address"].as_str().unwrap()).collect();
    assert_eq!(due.len(), 4, "{due:?}");
    assert!(!due.contains(&format!("block/{}", raw[0]).as_str()));
    let short = std::mem::replace(&mut place.retention, "{}".into());
    let ran = place.run(1, &["plan", "--only", "thanos"]).await;
    assert!(ran.stderr.contains("could not read 1 small object of blocks"), "{}", ran.stderr);
    assert!(ran.stderr.contains("grant s3:GetObject"), "{}", ran.stderr);
    // Removed by the Compactor since it was listed: nobody's fault, and nothing is to be done about it.
    faults.clear();
    let gone = Verdict::Refuse { status: 404, code: "NoSuchKey".into() };
    faults.rule(Front::S3, "GET", &format!("*{}/meta.json*", raw[0]), Nth::All, gone);
    place.run(0, &["plan", "--only", "thanos"]).await;
    place.retention = short;
    let audit = place.audit().await;
    assert!(!ids(&audit).contains(&"meta-unread".to_owned()), "{:?}", ids(&audit));
    assert_eq!(audit["items"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_never_comes_to_an_end_is_told() {
    let mut place = Place::with("endless", &Files::default()).await;
    place.more = format!(", endpoint: \"{}\"", endless().await);
    let ran = place.run(1, &["thanos", "audit"]).await;
    assert!(ran.stdout.contains("the store says that there is more behind"), "{}", ran.stdout);
}

/// Answers every listing with a page of nothing and the promise of more.
async fn endless() -> String {
    let page = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = hyper::service::service_fn(move |_| async move {
                Ok::<_, std::convert::Infallible>(hyper::Response::new(page.to_owned()))
            });
            let stream = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(stream, answer));
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_of_two_hundred_thousand_objects_is_one_block_with_one_finding() {
    let mut place = Place::with("huge", &Files::default()).await;
    let mut files = many(&place, 3);
    let raw = files.blocks(0);
    for number in 2..200_000 {
        files.put(&format!("{}/chunks/{number:06}", raw[1]), "");
    }
    place.put("", &files);
    let audit = place.audit().await;
    assert_eq!(numbers(&audit), (3, 9 + 199_998));
    let mut found = ids(&audit);
    found.retain(|id| id != "parts-kept");
    assert_eq!(found, ["object-extra"], "{}", audit["findings"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever lies in a bucket: no crash, every folder that is named like a block is seen, and nothing else.
    #[test]
    fn any_names_and_any_bytes_are_read(
        names in proptest::collection::btree_set("([0-7][0-9A-HJKMNP-TV-Za-z]{25}|[0-9a-zA-Z.é-]{1,30})/(index|meta\\\\.json|deletion-mark\\\\.json|chunks/0{5}[0-9]|x/meta\\\\.json|)", 0..25),
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut files = Files::default();
        names.iter().for_each(|name| files.put(name, bytes.clone()));
        let is_block = |name: &str| name.len() == 26 && name.bytes().all(|b| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&b));
        let folders: BTreeSet<&str> = names.iter().filter_map(|key| key.split('/').next()).filter(|name| is_block(name)).collect();
        let audit = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut place = Place::with("any", &files).await;
            place.audit().await
        });
        prop_assert_eq!(numbers(&audit).0, folders.len() as u64);
    }
}
