//! Settings that are taken away again, and buckets.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Endpoint;

/// Only an empty one.
pub(super) async fn delete_bucket(
    endpoint: &Endpoint,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<DeleteBucketOutput> {
    let bucket = request.input.bucket;
    endpoint.require_bucket(&bucket)?;
    if !endpoint.store.remove_bucket(&bucket) {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    endpoint.settings.forget(&bucket);
    Ok(DeleteBucketOutput::default())
}

/// From then on it is encrypted as a new one is.
pub(super) async fn delete_bucket_encryption(
    endpoint: &Endpoint,
    request: S3Request<DeleteBucketEncryptionInput>,
) -> S3Result<DeleteBucketEncryptionOutput> {
    endpoint.change(&request.input.bucket, |settings| settings.encryption = None)?;
    Ok(DeleteBucketEncryptionOutput::default())
}

pub(super) async fn delete_bucket_lifecycle(
    endpoint: &Endpoint,
    request: S3Request<DeleteBucketLifecycleInput>,
) -> S3Result<DeleteBucketLifecycleOutput> {
    endpoint.change(&request.input.bucket, |settings| settings.lifecycle = None)?;
    Ok(DeleteBucketLifecycleOutput::default())
}

pub(super) async fn delete_bucket_policy(
    endpoint: &Endpoint,
    request: S3Request<DeleteBucketPolicyInput>,
) -> S3Result<DeleteBucketPolicyOutput> {
    endpoint.change(&request.input.bucket, |settings| settings.policy = None)?;
    Ok(DeleteBucketPolicyOutput::default())
}

pub(super) async fn delete_bucket_tagging(
    endpoint: &Endpoint,
    request: S3Request<DeleteBucketTaggingInput>,
) -> S3Result<DeleteBucketTaggingOutput> {
    endpoint.change(&request.input.bucket, |settings| settings.tags.clear())?;
    Ok(DeleteBucketTaggingOutput::default())
}

pub(super) async fn delete_public_access_block(
    endpoint: &Endpoint,
    request: S3Request<DeletePublicAccessBlockInput>,
) -> S3Result<DeletePublicAccessBlockOutput> {
    endpoint.change(&request.input.bucket, |settings| settings.public_access = None)?;
    Ok(DeletePublicAccessBlockOutput::default())
}
