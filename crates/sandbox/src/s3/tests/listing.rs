//! Listings as the client's own paginator walks them.

use super::world::{BUCKET, World, came, refused};

#[tokio::test]
async fn two_thousand_five_hundred_keys_come_in_three_pages() {
    let world = World::start().await;
    let keys: Vec<String> = (0..2500).map(|n| format!("indices/{n:05}")).collect();
    for key in &keys {
        world.store.put(BUCKET, key, key.clone(), world.clock.now());
    }
    world.store.put(BUCKET, "other", "x", world.clock.now());
    let mut pages = world.client.list_objects_v2().bucket(BUCKET).prefix("indices/").into_paginator().send();
    let (mut sizes, mut listed) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push((page.key_count(), page.is_truncated()));
        listed.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    assert_eq!(sizes, [(Some(1000), Some(true)), (Some(1000), Some(true)), (Some(500), Some(false))]);
    assert_eq!(listed, keys);
}

#[tokio::test]
async fn an_entry_has_what_a_verifier_asks_for() {
    let world = World::start().await;
    let etag = world.put("k", "hello").await;
    world.store.set_storage_class(BUCKET, "k", "GLACIER");
    let answer = world.client.list_objects_v2().bucket(BUCKET).fetch_owner(true).send().await.unwrap();
    let object = &answer.contents()[0];
    assert_eq!(object.size(), Some(5));
    assert_eq!(object.e_tag(), Some(etag.as_str()));
    assert_eq!(object.storage_class().map(|class| class.as_str()), Some("GLACIER"));
    assert_eq!(object.last_modified().map(|at| at.secs()), Some(world.clock.now().as_second()));
    assert_eq!(object.owner().and_then(|owner| owner.id()), Some("sandbox"));
}

#[tokio::test]
async fn a_delimiter_rolls_up_across_pages() {
    let world = World::start().await;
    for key in ["a/1", "a/2", "a/3", "b", "c/1", "d"] {
        world.put(key, "x").await;
    }
    let list = || world.client.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(1);
    let (mut entries, mut token) = (Vec::new(), None);
    loop {
        let page = list().set_continuation_token(token).send().await.unwrap();
        entries.extend(page.common_prefixes().iter().filter_map(|one| one.prefix().map(str::to_owned)));
        entries.extend(page.contents().iter().filter_map(|one| one.key().map(str::to_owned)));
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(entries, ["a/", "b", "c/", "d"]);
}

#[tokio::test]
async fn a_listing_can_start_behind_a_key_that_is_not_there() {
    let world = World::start().await;
    for key in ["run/1", "run/3", "run/5"] {
        world.put(key, "x").await;
    }
    let list = world.client.list_objects_v2().bucket(BUCKET).prefix("run/").start_after("run/2");
    let answer = list.send().await.unwrap();
    let keys: Vec<_> = answer.contents().iter().filter_map(|one| one.key()).collect();
    assert_eq!(keys, ["run/3", "run/5"]);
}

#[tokio::test]
async fn what_cannot_be_listed_is_refused() {
    let world = World::start().await;
    let list = || world.client.list_objects_v2();
    assert_eq!(came(&list().bucket("missing").send().await), refused(404, "NoSuchBucket"));
    let bad_token = list().bucket(BUCKET).continuation_token("!").send().await;
    assert_eq!(came(&bad_token), refused(400, "InvalidArgument"));
    assert_eq!(came(&list().bucket(BUCKET).max_keys(-1).send().await), refused(400, "InvalidArgument"));
}

#[tokio::test]
async fn keys_are_percent_encoded_when_asked_for() {
    let world = World::start().await;
    world.put("ü b/c", "x").await;
    let url = aws_sdk_s3::types::EncodingType::Url;
    let answer = world.client.list_objects_v2().bucket(BUCKET).encoding_type(url).send().await.unwrap();
    assert_eq!(answer.contents()[0].key(), Some("%C3%BC%20b/c"));
}
