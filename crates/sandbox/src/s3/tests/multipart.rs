//! Uploads in parts.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::world::{BUCKET, Came, World, came, refused};

const MIB: usize = 1024 * 1024;

async fn begin(world: &World) -> String {
    let begun = world.client.create_multipart_upload().bucket(BUCKET).key("k").send().await.unwrap();
    begun.upload_id.unwrap()
}

async fn upload(world: &World, id: &str, number: i32, bytes: Vec<u8>) -> CompletedPart {
    let part = world.client.upload_part().bucket(BUCKET).key("k").upload_id(id).part_number(number);
    let etag = part.body(ByteStream::from(bytes)).send().await.unwrap().e_tag;
    CompletedPart::builder().part_number(number).set_e_tag(etag).build()
}

type Complete =
    aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder;

fn complete(world: &World, id: &str, parts: &[CompletedPart]) -> Complete {
    let upload = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
    world.client.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(id).multipart_upload(upload)
}

#[tokio::test]
async fn parts_become_one_object_with_an_etag_that_counts_them() {
    let world = World::start().await;
    let id = begin(&world).await;
    // The order of upload does not matter, the numbers do.
    let second = upload(&world, &id, 2, b"tail".to_vec()).await;
    let first = upload(&world, &id, 1, vec![b'a'; 5 * MIB]).await;
    assert_eq!(world.text("k"), None);
    let etag = complete(&world, &id, &[first, second]).send().await.unwrap().e_tag.unwrap();
    assert!(etag.ends_with("-2\""), "{etag}");
    let object = world.store.get(BUCKET, "k").unwrap();
    assert_eq!(object.bytes.len(), 5 * MIB + 4);
    assert!(object.bytes.ends_with(b"atail"));
    assert_eq!(format!("\"{}\"", object.etag), etag);
}

#[tokio::test]
async fn a_conditional_completion_is_refused_and_can_be_tried_again() {
    let world = World::start().await;
    world.put("k", "before").await;
    let id = begin(&world).await;
    let parts = [upload(&world, &id, 1, b"after".to_vec()).await];
    let refusal = complete(&world, &id, &parts).if_none_match("*").send().await;
    assert_eq!(came(&refusal), refused(412, "PreconditionFailed"));
    assert_eq!(world.text("k").as_deref(), Some("before"));
    assert_eq!(came(&complete(&world, &id, &parts).send().await), Came::Done);
    assert_eq!(world.text("k").as_deref(), Some("after"));
    assert_eq!(came(&complete(&world, &id, &parts).send().await), refused(404, "NoSuchUpload"));
}

#[tokio::test]
async fn a_wrong_list_of_parts_is_refused() {
    let world = World::start().await;
    let id = begin(&world).await;
    let one = upload(&world, &id, 1, b"small".to_vec()).await;
    let two = upload(&world, &id, 2, b"last".to_vec()).await;
    let other = CompletedPart::builder().part_number(1).e_tag("\"0\"").build();
    let cases = [
        (vec![one.clone(), two.clone()], "EntityTooSmall"),
        (vec![two, one.clone()], "InvalidPartOrder"),
        (vec![one.clone(), one], "InvalidPartOrder"),
        (vec![other], "InvalidPart"),
    ];
    for (parts, code) in cases {
        assert_eq!(came(&complete(&world, &id, &parts).send().await), refused(400, code));
    }
    assert_eq!(world.text("k"), None);
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let world = World::start().await;
    let id = begin(&world).await;
    let parts = [upload(&world, &id, 1, b"x".to_vec()).await];
    let abort = || world.client.abort_multipart_upload().bucket(BUCKET).key("k").upload_id(&id).send();
    assert_eq!(came(&abort().await), Came::Done);
    assert_eq!(came(&abort().await), refused(404, "NoSuchUpload"));
    assert_eq!(came(&complete(&world, &id, &parts).send().await), refused(404, "NoSuchUpload"));
}
