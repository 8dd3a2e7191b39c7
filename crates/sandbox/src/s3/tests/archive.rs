//! Storage classes that cannot be read at once.

use super::world::{BUCKET, Came, World, came, refused};

#[tokio::test]
async fn an_archived_object_can_be_seen_and_removed_but_not_read() {
    let world = World::start().await;
    for class in ["GLACIER", "DEEP_ARCHIVE"] {
        world.put("k", "x").await;
        world.store.set_storage_class(BUCKET, "k", class);
        let client = &world.client;
        let get = client.get_object().bucket(BUCKET).key("k").send().await;
        let copy = client.copy_object().bucket(BUCKET).key("to").copy_source("logs/k").send().await;
        assert_eq!(came(&get), refused(403, "InvalidObjectState"));
        assert_eq!(came(&copy), refused(403, "InvalidObjectState"));
        assert_eq!(came(&client.head_object().bucket(BUCKET).key("k").send().await), Came::Done);
        assert_eq!(came(&client.delete_object().bucket(BUCKET).key("k").send().await), Came::Done);
    }
}

#[tokio::test]
async fn a_put_keeps_the_class_it_names_and_a_copy_can_change_it() {
    let world = World::start().await;
    let class = aws_sdk_s3::types::StorageClass::StandardIa;
    let put = world.client.put_object().bucket(BUCKET).key("k").storage_class(class).send().await;
    assert_eq!(came(&put), Came::Done);
    assert_eq!(world.store.get(BUCKET, "k").unwrap().storage_class, "STANDARD_IA");
    let instant = aws_sdk_s3::types::StorageClass::GlacierIr;
    let copy =
        world.client.copy_object().bucket(BUCKET).key("k").copy_source("logs/k").storage_class(instant);
    assert_eq!(came(&copy.send().await), Came::Done);
    assert_eq!(came(&world.client.get_object().bucket(BUCKET).key("k").send().await), Came::Done);
}
