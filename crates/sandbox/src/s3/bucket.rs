//! Buckets and their settings. Settings are kept and given back, not acted on: nothing expires or is refused by them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use crate::aws::ACCOUNT;

use super::{DEFAULT_REGION, Endpoint, timestamp, unlisted};

/// The settings of each bucket that has any, by its name.
#[derive(Default)]
pub(super) struct Settings {
    by_bucket: Mutex<BTreeMap<String, BucketSettings>>,
}

#[derive(Default)]
pub(super) struct BucketSettings {
    created: Option<jiff::Timestamp>,
    region: Option<String>,
    versioning: VersioningConfiguration,
    pub(super) lifecycle: Option<LifecycleRules>,
    /// Below this size no transition moves an object; each PUT of a lifecycle that does not name one sets it back.
    pub(super) transitions_from: Option<TransitionDefaultMinimumObjectSize>,
    pub(super) public_access: Option<PublicAccessBlockConfiguration>,
    pub(super) encryption: Option<ServerSideEncryptionConfiguration>,
    pub(super) policy: Option<String>,
    pub(super) tags: Vec<Tag>,
}

/// A bucket that is there is always refused with 409, also in us-east-1, where AWS answers 200 to its owner.
pub(super) async fn create_bucket(
    endpoint: &Endpoint,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    let input = request.input;
    if !endpoint.store.create_bucket(&input.bucket) {
        return Err(s3_error!(BucketAlreadyOwnedByYou, "the bucket exists and is yours"));
    }
    let constraint = input.create_bucket_configuration.and_then(|given| given.location_constraint);
    let mut all = endpoint.settings.lock();
    all.insert(
        input.bucket.clone(),
        BucketSettings {
            created: Some(endpoint.clock.now()),
            region: constraint.map(|constraint| constraint.as_str().to_owned()),
            // S3 blocks public access to every bucket made since April 2023.
            public_access: Some(everything_blocked()),
            ..BucketSettings::default()
        },
    );
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) async fn head_bucket(
    endpoint: &Endpoint,
    request: S3Request<HeadBucketInput>,
) -> S3Result<HeadBucketOutput> {
    if request.input.expected_bucket_owner.as_ref().is_some_and(|owner| owner != ACCOUNT) {
        return Err(s3_error!(AccessDenied, "Access Denied"));
    }
    let region = endpoint.read(&request.input.bucket, |settings| settings.region.clone())?;
    Ok(HeadBucketOutput {
        bucket_region: Some(region.unwrap_or_else(|| DEFAULT_REGION.to_owned())),
        ..HeadBucketOutput::default()
    })
}

pub(super) async fn list_buckets(
    endpoint: &Endpoint,
    _: S3Request<ListBucketsInput>,
) -> S3Result<ListBucketsOutput> {
    let all = endpoint.settings.lock();
    let created = |name: &str| all.get(name).and_then(|settings| settings.created).map(timestamp);
    let listed =
        |name: String| Bucket { creation_date: created(&name), name: Some(name), bucket_region: None };
    Ok(ListBucketsOutput {
        buckets: Some(endpoint.store.buckets().into_iter().map(listed).collect()),
        owner: Some(owner()),
        ..ListBucketsOutput::default()
    })
}

/// Empty for us-east-1, as ever.
pub(super) async fn get_bucket_location(
    endpoint: &Endpoint,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<GetBucketLocationOutput> {
    let region = endpoint.read(&request.input.bucket, |settings| settings.region.clone())?;
    Ok(GetBucketLocationOutput { location_constraint: region.map(BucketLocationConstraint::from) })
}

pub(super) async fn get_bucket_versioning(
    endpoint: &Endpoint,
    request: S3Request<GetBucketVersioningInput>,
) -> S3Result<GetBucketVersioningOutput> {
    let status = endpoint.read(&request.input.bucket, |settings| settings.versioning.status.clone())?;
    Ok(GetBucketVersioningOutput { status, mfa_delete: None })
}

pub(super) async fn put_bucket_versioning(
    endpoint: &Endpoint,
    request: S3Request<PutBucketVersioningInput>,
) -> S3Result<PutBucketVersioningOutput> {
    let input = request.input;
    endpoint.change(&input.bucket, |settings| settings.versioning = input.versioning_configuration)?;
    Ok(PutBucketVersioningOutput::default())
}

pub(super) async fn get_bucket_lifecycle_configuration(
    endpoint: &Endpoint,
    request: S3Request<GetBucketLifecycleConfigurationInput>,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let kept = |settings: &BucketSettings| (settings.lifecycle.clone(), settings.transitions_from.clone());
    let (rules, least) = endpoint.read(&request.input.bucket, kept)?;
    let rules = rules.ok_or_else(|| S3Error::new(S3ErrorCode::NoSuchLifecycleConfiguration))?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(rules),
        transition_default_minimum_object_size: least,
    })
}

pub(super) async fn put_bucket_lifecycle_configuration(
    endpoint: &Endpoint,
    request: S3Request<PutBucketLifecycleConfigurationInput>,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let input = request.input;
    let rules = input.lifecycle_configuration.map(|given| given.rules).unwrap_or_default();
    if rules.is_empty() || rules.iter().any(|rule| rule.filter.is_none() && rule.prefix.is_none()) {
        return Err(s3_error!(MalformedXML, "a lifecycle needs rules, and each rule a filter or a prefix"));
    }
    let usual = TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K;
    let least = input
        .transition_default_minimum_object_size
        .unwrap_or_else(|| TransitionDefaultMinimumObjectSize::from_static(usual));
    endpoint.change(&input.bucket, |settings| {
        settings.lifecycle = Some(rules);
        settings.transitions_from = Some(least);
    })?;
    Ok(PutBucketLifecycleConfigurationOutput::default())
}

pub(super) async fn get_public_access_block(
    endpoint: &Endpoint,
    request: S3Request<GetPublicAccessBlockInput>,
) -> S3Result<GetPublicAccessBlockOutput> {
    let block = endpoint.read(&request.input.bucket, |settings| settings.public_access.clone())?;
    let block =
        block.ok_or_else(|| unlisted("NoSuchPublicAccessBlockConfiguration", StatusCode::NOT_FOUND))?;
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(block) })
}

pub(super) async fn put_public_access_block(
    endpoint: &Endpoint,
    request: S3Request<PutPublicAccessBlockInput>,
) -> S3Result<PutPublicAccessBlockOutput> {
    let input = request.input;
    let block = input.public_access_block_configuration;
    endpoint.change(&input.bucket, |settings| settings.public_access = Some(block))?;
    Ok(PutPublicAccessBlockOutput::default())
}

/// Since January 2023 a bucket without a setting is encrypted with S3's own keys.
pub(super) async fn get_bucket_encryption(
    endpoint: &Endpoint,
    request: S3Request<GetBucketEncryptionInput>,
) -> S3Result<GetBucketEncryptionOutput> {
    let encryption = endpoint.read(&request.input.bucket, |settings| settings.encryption.clone())?;
    let encryption = encryption.unwrap_or_else(own_keys);
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(encryption) })
}

pub(super) async fn put_bucket_encryption(
    endpoint: &Endpoint,
    request: S3Request<PutBucketEncryptionInput>,
) -> S3Result<PutBucketEncryptionOutput> {
    let input = request.input;
    let encryption = input.server_side_encryption_configuration;
    endpoint.change(&input.bucket, |settings| settings.encryption = Some(encryption))?;
    Ok(PutBucketEncryptionOutput::default())
}

pub(super) async fn get_bucket_policy(
    endpoint: &Endpoint,
    request: S3Request<GetBucketPolicyInput>,
) -> S3Result<GetBucketPolicyOutput> {
    let policy = endpoint.read(&request.input.bucket, |settings| settings.policy.clone())?;
    let policy = policy.ok_or_else(|| S3Error::new(S3ErrorCode::NoSuchBucketPolicy))?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(super) async fn put_bucket_policy(
    endpoint: &Endpoint,
    request: S3Request<PutBucketPolicyInput>,
) -> S3Result<PutBucketPolicyOutput> {
    let input = request.input;
    if !serde_json::from_str::<serde_json::Value>(&input.policy).is_ok_and(|policy| policy.is_object()) {
        return Err(s3_error!(MalformedPolicy, "a policy is a JSON object"));
    }
    endpoint.change(&input.bucket, |settings| settings.policy = Some(input.policy))?;
    Ok(PutBucketPolicyOutput::default())
}

pub(super) async fn get_bucket_tagging(
    endpoint: &Endpoint,
    request: S3Request<GetBucketTaggingInput>,
) -> S3Result<GetBucketTaggingOutput> {
    let tag_set = endpoint.read(&request.input.bucket, |settings| settings.tags.clone())?;
    if tag_set.is_empty() {
        return Err(unlisted("NoSuchTagSet", StatusCode::NOT_FOUND));
    }
    Ok(GetBucketTaggingOutput { tag_set })
}

/// All of them are replaced.
pub(super) async fn put_bucket_tagging(
    endpoint: &Endpoint,
    request: S3Request<PutBucketTaggingInput>,
) -> S3Result<PutBucketTaggingOutput> {
    let input = request.input;
    endpoint.change(&input.bucket, |settings| settings.tags = input.tagging.tag_set)?;
    Ok(PutBucketTaggingOutput::default())
}

/// The one account of this world.
pub(super) fn owner() -> Owner {
    Owner { id: Some("sandbox".to_owned()), display_name: Some("sandbox".to_owned()) }
}

impl Endpoint {
    fn read<T>(&self, bucket: &str, read: impl FnOnce(&BucketSettings) -> T) -> S3Result<T> {
        self.require_bucket(bucket)?;
        let all = self.settings.lock();
        Ok(read(all.get(bucket).unwrap_or(&BucketSettings::default())))
    }

    pub(super) fn change(&self, bucket: &str, change: impl FnOnce(&mut BucketSettings)) -> S3Result<()> {
        self.require_bucket(bucket)?;
        change(self.settings.lock().entry(bucket.to_owned()).or_default());
        Ok(())
    }
}

impl Settings {
    pub(super) fn forget(&self, bucket: &str) {
        self.lock().remove(bucket);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BucketSettings>> {
        self.by_bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn everything_blocked() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: Some(true),
        block_public_policy: Some(true),
        ignore_public_acls: Some(true),
        restrict_public_buckets: Some(true),
    }
}

fn own_keys() -> ServerSideEncryptionConfiguration {
    let by_default = ServerSideEncryptionByDefault {
        kms_master_key_id: None,
        sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
    };
    ServerSideEncryptionConfiguration {
        rules: vec![ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by_default),
            bucket_key_enabled: Some(false),
        }],
    }
}
