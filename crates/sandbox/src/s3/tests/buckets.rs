//! Buckets and their settings.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
    CreateBucketConfiguration, ExpirationStatus, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use super::world::{BUCKET, Came, World, came, refused};

#[tokio::test]
async fn a_bucket_is_made_once_and_found_where_it_was_made() {
    let world = World::start().await;
    let client = &world.client;
    let region = BucketLocationConstraint::EuCentral1;
    let placed = CreateBucketConfiguration::builder().location_constraint(region.clone()).build();
    let create = || client.create_bucket().bucket("state").create_bucket_configuration(placed.clone()).send();
    assert_eq!(came(&create().await), Came::Done);
    assert_eq!(came(&create().await), refused(409, "BucketAlreadyOwnedByYou"));
    let location = client.get_bucket_location().bucket("state").send().await.unwrap();
    assert_eq!(location.location_constraint(), Some(&region));
    let head = client.head_bucket().bucket("state").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-central-1"));
    assert!(
        client.head_bucket().bucket("missing").send().await.unwrap_err().into_service_error().is_not_found()
    );
    let all = client.list_buckets().send().await.unwrap();
    let names: Vec<_> = all.buckets().iter().filter_map(|bucket| bucket.name()).collect();
    assert_eq!(names, ["logs", "state"]);
}

#[tokio::test]
async fn versioning_is_unset_until_it_is_set() {
    let world = World::start().await;
    let get = || world.client.get_bucket_versioning().bucket(BUCKET).send();
    assert_eq!(get().await.unwrap().status(), None);
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let put =
        world.client.put_bucket_versioning().bucket(BUCKET).versioning_configuration(enabled).send().await;
    assert_eq!(came(&put), Came::Done);
    assert_eq!(get().await.unwrap().status(), Some(&BucketVersioningStatus::Enabled));
}

#[tokio::test]
async fn a_lifecycle_is_given_back_as_it_was_put() {
    let world = World::start().await;
    let get = || world.client.get_bucket_lifecycle_configuration().bucket(BUCKET).send();
    assert_eq!(came(&get().await), refused(404, "NoSuchLifecycleConfiguration"));
    let rule = LifecycleRule::builder()
        .id("expire-versions")
        .filter(LifecycleRuleFilter::builder().prefix("es2s3/").build())
        .noncurrent_version_expiration(
            NoncurrentVersionExpiration::builder().noncurrent_days(30).newer_noncurrent_versions(5).build(),
        )
        .status(ExpirationStatus::Enabled);
    let put = async |rule: LifecycleRule| {
        let lifecycle = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
        let put = world.client.put_bucket_lifecycle_configuration().bucket(BUCKET);
        came(&put.lifecycle_configuration(lifecycle).send().await)
    };
    let everything = LifecycleRule::builder().status(ExpirationStatus::Enabled).build().unwrap();
    assert_eq!(put(everything).await, refused(400, "MalformedXML"));
    let rule = rule.build().unwrap();
    assert_eq!(put(rule.clone()).await, Came::Done);
    assert_eq!(get().await.unwrap().rules(), [rule]);
}

#[tokio::test]
async fn a_bucket_made_here_blocks_public_access_as_at_aws() {
    let world = World::start().await;
    let get = |bucket: &str| world.client.get_public_access_block().bucket(bucket).send();
    assert_eq!(came(&get(BUCKET).await), refused(404, "NoSuchPublicAccessBlockConfiguration"));
    world.client.create_bucket().bucket("state").send().await.unwrap();
    let block = get("state").await.unwrap().public_access_block_configuration.unwrap();
    assert_eq!((block.block_public_acls(), block.restrict_public_buckets()), (Some(true), Some(true)));
    let some = PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    let put = world.client.put_public_access_block().bucket(BUCKET).public_access_block_configuration(some);
    assert_eq!(came(&put.send().await), Came::Done);
    let block = get(BUCKET).await.unwrap().public_access_block_configuration.unwrap();
    assert_eq!((block.block_public_acls(), block.block_public_policy()), (Some(true), None));
}

#[tokio::test]
async fn a_bucket_is_encrypted_also_when_nobody_asked() {
    let world = World::start().await;
    let algorithm = async || {
        let answer = world.client.get_bucket_encryption().bucket(BUCKET).send().await.unwrap();
        let rules = answer.server_side_encryption_configuration.unwrap().rules;
        rules[0].apply_server_side_encryption_by_default().unwrap().sse_algorithm().clone()
    };
    assert_eq!(algorithm().await, ServerSideEncryption::Aes256);
    let kms =
        ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::AwsKms).build().unwrap();
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(kms).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    let put =
        world.client.put_bucket_encryption().bucket(BUCKET).server_side_encryption_configuration(encryption);
    assert_eq!(came(&put.send().await), Came::Done);
    assert_eq!(algorithm().await, ServerSideEncryption::AwsKms);
}

#[tokio::test]
async fn a_policy_is_json_or_refused() {
    let world = World::start().await;
    let get = || world.client.get_bucket_policy().bucket(BUCKET).send();
    let put = |policy: &str| world.client.put_bucket_policy().bucket(BUCKET).policy(policy).send();
    assert_eq!(came(&get().await), refused(404, "NoSuchBucketPolicy"));
    assert_eq!(came(&put("not json").await), refused(400, "MalformedPolicy"));
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    assert_eq!(came(&put(policy).await), Came::Done);
    assert_eq!(get().await.unwrap().policy(), Some(policy));
}

#[tokio::test]
async fn settings_of_a_missing_bucket_are_refused() {
    let world = World::start().await;
    let get = world.client.get_bucket_versioning().bucket("missing").send().await;
    assert_eq!(came(&get), refused(404, "NoSuchBucket"));
}
