//! The bucket as an attacker, a lifecycle rule or a careless hand would reach it.

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

    /// Everything in the bucket and, where the store can (the sandbox cannot), the bucket itself.
    pub async fn remove(&self) {
        for key in self.keys("").await {
            self.delete(&key).await;
        }
        self.client.delete_bucket().bucket(&self.name).send().await.ok();
    }
}
