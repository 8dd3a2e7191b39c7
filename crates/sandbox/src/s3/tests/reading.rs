//! Reads, their ranges and conditions, and the checksums of what was written.

use aws_sdk_s3::primitives::{ByteStream, DateTime};

use super::world::{BUCKET, Came, World, came, refused};

#[tokio::test]
async fn a_range_gives_its_bytes_and_says_where_they_are() {
    let world = World::start().await;
    world.put("k", "0123456789").await;
    let cases = [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ];
    for (range, bytes, content_range) in cases {
        let answer = world.client.get_object().bucket(BUCKET).key("k").range(range).send().await.unwrap();
        assert_eq!(answer.content_range(), Some(content_range));
        assert_eq!(answer.body.collect().await.unwrap().to_vec(), bytes.as_bytes());
    }
    let behind = world.client.get_object().bucket(BUCKET).key("k").range("bytes=10-").send().await;
    assert_eq!(came(&behind), refused(416, "InvalidRange"));
}

#[tokio::test]
async fn a_range_of_an_empty_object_is_refused() {
    let world = World::start().await;
    world.put("empty", "").await;
    let tail = world.client.get_object().bucket(BUCKET).key("empty").range("bytes=-4").send().await;
    assert_eq!(came(&tail), refused(416, "InvalidRange"));
}

#[tokio::test]
async fn a_get_obeys_its_conditions() {
    let world = World::start().await;
    let etag = world.put("k", "x").await;
    let now = world.clock.now().as_second();
    let get = || world.client.get_object().bucket(BUCKET).key("k");
    assert_eq!(came(&get().if_match(&etag).send().await), Came::Done);
    assert_eq!(came(&get().if_match("\"0\"").send().await), refused(412, "PreconditionFailed"));
    assert_eq!(came(&get().if_none_match("\"0\"").send().await), Came::Done);
    assert!(matches!(came(&get().if_none_match(&etag).send().await), Came::Refused(304, _)));
    let unmodified_since = |at: i64| get().if_unmodified_since(DateTime::from_secs(at)).send();
    assert_eq!(came(&unmodified_since(now).await), Came::Done);
    assert_eq!(came(&unmodified_since(now - 1).await), refused(412, "PreconditionFailed"));
    assert!(matches!(
        came(&get().if_modified_since(DateTime::from_secs(now)).send().await),
        Came::Refused(304, _)
    ));
}

#[tokio::test]
async fn a_missing_key_and_a_missing_bucket_are_told_apart() {
    let world = World::start().await;
    let get = |bucket: &str| world.client.get_object().bucket(bucket).key("k").send();
    assert_eq!(came(&get(BUCKET).await), refused(404, "NoSuchKey"));
    assert_eq!(came(&get("missing").await), refused(404, "NoSuchBucket"));
    let head = world.client.head_object().bucket(BUCKET).key("k").send().await;
    assert!(head.unwrap_err().into_service_error().is_not_found());
}

#[tokio::test]
async fn head_gives_size_etag_date_and_class() {
    let world = World::start().await;
    let etag = world.put("k", "hello").await;
    world.store.set_storage_class(BUCKET, "k", "DEEP_ARCHIVE");
    let answer = world.client.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(answer.content_length(), Some(5));
    assert_eq!(answer.e_tag(), Some(etag.as_str()));
    assert_eq!(answer.last_modified().map(DateTime::secs), Some(world.clock.now().as_second()));
    assert_eq!(answer.storage_class().map(|class| class.as_str()), Some("DEEP_ARCHIVE"));
}

#[tokio::test]
async fn a_body_without_its_declared_checksum_is_not_written() {
    let world = World::start().await;
    let put = || world.client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"hello"));
    let wrong_crc = put().checksum_crc32("AAAAAA==").send().await;
    let wrong_md5 = put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await;
    assert_eq!(came(&wrong_crc), refused(400, "BadDigest"));
    assert_eq!(came(&wrong_md5), refused(400, "BadDigest"));
    assert_eq!(world.text("k"), None);
    let right = put().checksum_crc32("NhCmhg==").content_md5("XUFAKrxLKna5cZ2REBfFkg==").send().await;
    assert_eq!(came(&right), Came::Done);
}

#[tokio::test]
async fn a_streamed_body_arrives_whole_with_its_trailing_checksum() {
    let world = World::start().await;
    let file = std::env::temp_dir().join(format!("sandbox-s3-{}", std::process::id()));
    std::fs::write(&file, vec![7_u8; 300_000]).unwrap();
    let body = ByteStream::from_path(&file).await.unwrap();
    let put = world.client.put_object().bucket(BUCKET).key("k").body(body).send().await;
    std::fs::remove_file(&file).unwrap();
    assert!(put.unwrap().checksum_crc32().is_some());
    assert_eq!(world.store.get(BUCKET, "k").unwrap().bytes, vec![7_u8; 300_000]);
}
