//! The bucket as an attacker, a lifecycle rule or a careless hand would reach it.

use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::primitives::ByteStream;

use super::stage::Stage;

pub struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
}

impl Bucket {
    pub fn new(stage: &Stage, name: &str) -> Self {
        let credentials =
            aws_sdk_s3::config::Credentials::new(&stage.access_key, &stage.secret_key, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(stage.region.clone()))
            .endpoint_url(&stage.s3)
            .force_path_style(true)
            .credentials_provider(credentials)
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config), name: name.to_owned() }
    }

    /// Keys under `prefix`, sorted by bytes (some servers list by folder).
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let mut pages =
            self.client.list_objects_v2().bucket(&self.name).prefix(prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.expect("a page of keys");
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys.sort();
        keys
    }

    pub async fn get(&self, key: &str) -> Vec<u8> {
        let reply =
            self.client.get_object().bucket(&self.name).key(key).send().await.expect("the object is there");
        reply.body.collect().await.expect("its bytes").to_vec()
    }

    pub async fn put(&self, key: &str, bytes: Vec<u8>) {
        let body = ByteStream::from(bytes);
        self.client.put_object().bucket(&self.name).key(key).body(body).send().await.expect("written");
    }

    pub async fn put_in_class(&self, key: &str, bytes: Vec<u8>, class: &str) {
        let body = ByteStream::from(bytes);
        let put = self.client.put_object().bucket(&self.name).key(key).body(body).storage_class(class.into());
        put.send().await.expect("written");
    }

    pub async fn delete(&self, key: &str) {
        self.client.delete_object().bucket(&self.name).key(key).send().await.expect("deleted");
    }

    pub async fn suspend_versioning(&self) {
        let status = aws_sdk_s3::types::BucketVersioningStatus::Suspended;
        let versioning = aws_sdk_s3::types::VersioningConfiguration::builder().status(status).build();
        let put = self.client.put_bucket_versioning().bucket(&self.name);
        put.versioning_configuration(versioning).send().await.expect("suspended");
    }

    pub async fn encrypt_with(&self, key: &str) {
        use aws_sdk_s3::types::{
            ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
            ServerSideEncryptionRule,
        };
        let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::AwsKms);
        let by_default = by_default.kms_master_key_id(key).build().expect("an algorithm");
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default).build();
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule).build().expect("rules");
        let put = self.client.put_bucket_encryption().bucket(&self.name);
        put.server_side_encryption_configuration(rules).send().await.expect("encrypted");
    }

    /// All four switches of the public access block on, but for one.
    pub async fn open_to_the_public(&self, switch: usize) {
        let on = |number: usize| switch != number;
        let block = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder()
            .block_public_acls(on(0))
            .ignore_public_acls(on(1))
            .block_public_policy(on(2))
            .restrict_public_buckets(on(3))
            .build();
        let put = self.client.put_public_access_block().bucket(&self.name);
        put.public_access_block_configuration(block).send().await.expect("opened");
    }

    /// These rules and no others.
    pub async fn lifecycle(&self, rules: &[aws_sdk_s3::types::LifecycleRule]) {
        if rules.is_empty() {
            self.client.delete_bucket_lifecycle().bucket(&self.name).send().await.expect("removed");
            return;
        }
        let rules =
            aws_sdk_s3::types::BucketLifecycleConfiguration::builder().set_rules(Some(rules.to_vec()));
        let put = self.client.put_bucket_lifecycle_configuration().bucket(&self.name);
        put.lifecycle_configuration(rules.build().expect("rules")).send().await.expect("put");
    }

    async fn rules_and_size(&self) -> GetBucketLifecycleConfigurationOutput {
        let got = self.client.get_bucket_lifecycle_configuration().bucket(&self.name).send().await;
        got.expect("a lifecycle")
    }

    /// From here on transitions move small objects too, as far as their class lets them.
    pub async fn transitions_from_any_size(&self) {
        use aws_sdk_s3::types::TransitionDefaultMinimumObjectSize::VariesByStorageClass;
        let rules = self.rules_and_size().await.rules;
        let rules = aws_sdk_s3::types::BucketLifecycleConfiguration::builder().set_rules(rules);
        let put = self.client.put_bucket_lifecycle_configuration().bucket(&self.name);
        let put = put.transition_default_minimum_object_size(VariesByStorageClass);
        put.lifecycle_configuration(rules.build().expect("rules")).send().await.expect("put");
    }

    /// As S3 writes it.
    pub async fn transitions_from(&self) -> String {
        let least = self.rules_and_size().await.transition_default_minimum_object_size;
        least.expect("a size").as_str().to_owned()
    }

    /// Of its lifecycle, sorted.
    pub async fn rule_ids(&self) -> Vec<String> {
        let rules = self.rules_and_size().await.rules.unwrap_or_default();
        let mut ids: Vec<String> = rules.into_iter().filter_map(|rule| rule.id).collect();
        ids.sort();
        ids
    }

    pub async fn make(&self) {
        self.client.create_bucket().bucket(&self.name).send().await.expect("a bucket of one's own");
    }

    /// Everything in the bucket and, where the store can (the sandbox cannot), the bucket itself.
    pub async fn remove(&self) {
        for key in self.keys("").await {
            self.delete(&key).await;
        }
        self.client.delete_bucket().bucket(&self.name).send().await.ok();
    }
}
