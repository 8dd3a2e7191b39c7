//! Conditional writes and removals, alone and in a race.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::world::{BUCKET, Came, World, came, refused};

const WRONG: &str = "\"00000000000000000000000000000000\"";

#[tokio::test]
async fn a_put_obeys_its_condition() {
    let world = World::start().await;
    let etag = world.put("here", "one").await;
    let cases = [
        ("here", None, Some("*"), refused(412, "PreconditionFailed")),
        ("here", Some(WRONG), None, refused(412, "PreconditionFailed")),
        ("gone", Some(WRONG), None, refused(404, "NoSuchKey")),
        ("here", Some(etag.as_str()), Some("*"), refused(501, "NotImplemented")),
        ("here", Some(etag.as_str()), None, Came::Done),
        ("here", Some(etag.as_str()), None, refused(412, "PreconditionFailed")),
        ("gone", None, Some("*"), Came::Done),
        ("gone", None, Some("*"), refused(412, "PreconditionFailed")),
    ];
    for (key, matching, absent, expected) in cases {
        let put = world.client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"two"));
        let put = put.set_if_match(matching.map(str::to_owned)).set_if_none_match(absent.map(str::to_owned));
        assert_eq!(came(&put.send().await), expected, "{key} {matching:?} {absent:?}");
    }
    assert_eq!(world.text("here").as_deref(), Some("two"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_clients_that_create_a_key_one_wins() {
    let world = World::start().await;
    for round in 0..ROUNDS {
        let key = format!("lock-{round}");
        let winners = race(|n| put_number(&world, &key, n).if_none_match("*")).await;
        assert_eq!(winners.len(), 1, "{key}");
        assert_eq!(world.text(&key), Some(winners[0].to_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_clients_that_replace_the_same_object_one_wins() {
    let world = World::start().await;
    for round in 0..ROUNDS {
        let key = format!("lock-{round}");
        let etag = world.put(&key, "before").await;
        let winners = race(|n| put_number(&world, &key, n).if_match(etag.clone())).await;
        assert_eq!(winners.len(), 1, "{key}");
        assert_eq!(world.text(&key), Some(winners[0].to_string()));
    }
}

/// The first round opens the connections, so the others are the closer races.
const ROUNDS: usize = 10;

type Put = aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;

fn put_number(world: &World, key: &str, n: usize) -> Put {
    let body = ByteStream::from(n.to_string().into_bytes());
    world.client.put_object().bucket(BUCKET).key(key).body(body)
}

/// The numbers of the clients whose put was done; each of the others must have met 412.
async fn race(put: impl Fn(usize) -> Put) -> Vec<usize> {
    let under_way: Vec<_> = (0..20).map(|n| tokio::spawn(put(n).send())).collect();
    let mut winners = Vec::new();
    for (n, put) in under_way.into_iter().enumerate() {
        match came(&put.await.unwrap()) {
            Came::Done => winners.push(n),
            other => assert_eq!(other, refused(412, "PreconditionFailed")),
        }
    }
    winners
}

#[tokio::test]
async fn a_removal_obeys_its_condition() {
    let world = World::start().await;
    let etag = world.put("here", "one").await;
    let cases = [
        ("here", Some(WRONG), refused(412, "PreconditionFailed")),
        ("gone", Some("*"), refused(412, "PreconditionFailed")),
        ("gone", Some(WRONG), refused(404, "NoSuchKey")),
        ("gone", None, Came::Done),
        ("here", Some(etag.as_str()), Came::Done),
    ];
    for (key, matching, expected) in cases {
        let delete = world.client.delete_object().bucket(BUCKET).key(key);
        let delete = delete.set_if_match(matching.map(str::to_owned)).send().await;
        assert_eq!(came(&delete), expected, "{key} {matching:?}");
    }
    assert_eq!(world.text("here"), None);
}

#[tokio::test]
async fn a_removal_of_many_reports_each_key() {
    let world = World::start().await;
    let etag = world.put("a", "a").await;
    world.put("b", "b").await;
    world.put("c", "c").await;
    let named = |key: &str, etag: Option<&str>| {
        ObjectIdentifier::builder().key(key).set_e_tag(etag.map(str::to_owned)).build().unwrap()
    };
    let objects = [named("a", Some(&etag)), named("b", Some(WRONG)), named("c", None), named("gone", None)];
    let delete = Delete::builder().set_objects(Some(objects.to_vec())).build().unwrap();
    let answer = world.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    let deleted: Vec<_> = answer.deleted().iter().filter_map(|one| one.key()).collect();
    let errors: Vec<_> = answer.errors().iter().map(|one| (one.key(), one.code())).collect();
    assert_eq!(deleted, ["a", "c", "gone"]);
    assert_eq!(errors, [(Some("b"), Some("PreconditionFailed"))]);
    assert_eq!(world.store.list(BUCKET, "").len(), 1);
}

#[tokio::test]
async fn a_copy_obeys_conditions_on_source_and_target() {
    let world = World::start().await;
    let etag = world.put("from", "bytes").await;
    let copy =
        |to: &str| world.client.copy_object().bucket(BUCKET).key(to).copy_source(format!("{BUCKET}/from"));
    assert_eq!(came(&copy("to").copy_source_if_match(&etag).if_none_match("*").send().await), Came::Done);
    assert_eq!(came(&copy("to").if_none_match("*").send().await), refused(412, "PreconditionFailed"));
    assert_eq!(came(&copy("x").copy_source_if_match(WRONG).send().await), refused(412, "PreconditionFailed"));
    assert_eq!(came(&copy("from").send().await), refused(400, "InvalidRequest"));
    assert_eq!((world.text("to").as_deref(), world.text("x")), (Some("bytes"), None));
}
