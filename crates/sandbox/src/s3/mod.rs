//! S3 over HTTP, in front of the [`Store`]: the operations that es2s3 and its neighbours use, and no others.
//!
//! The `s3s` crate reads requests, verifies SigV4 and writes answers; the modules here decide them, one a topic.
//! Where AWS documents a rule, the rule is kept; objects have no versions and no metadata of their own.
//! Settings of buckets and unfinished uploads live here, not in the store: only this front knows them.

mod bucket;
mod checksums;
mod conditions;
mod front;
mod listing;
mod multipart;
mod objects;
#[cfg(test)]
mod tests;
mod unsetting;

use std::time::SystemTime;

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use crate::clock::Clock;
use crate::store::{Object as Stored, Refused, Store};

pub use front::serve;
pub(crate) use front::serve_with;

/// The region of every bucket that was made without one.
const DEFAULT_REGION: &str = "us-east-1";

/// What the operations work on.
pub(crate) struct Endpoint {
    store: Store,
    clock: Clock,
    settings: bucket::Settings,
    uploads: multipart::Uploads,
}

impl Endpoint {
    fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, settings: bucket::Settings::default(), uploads: multipart::Uploads::default() }
    }

    fn require_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.store.has_bucket(bucket) { Ok(()) } else { Err(refusal(Refused::NoSuchBucket)) }
    }

    fn require_object(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        self.require_bucket(bucket)?;
        self.store.get(bucket, key).ok_or_else(|| refusal(Refused::NoSuchKey))
    }
}

fn refusal(refused: Refused) -> S3Error {
    match refused {
        Refused::NoSuchBucket => s3_error!(NoSuchBucket, "{refused}"),
        Refused::NoSuchKey => s3_error!(NoSuchKey, "{refused}"),
        Refused::PreconditionFailed => s3_error!(PreconditionFailed, "{refused}"),
    }
}

/// An error whose code the crate has no name for, and so no status either.
fn unlisted(code: &'static str, status: StatusCode) -> S3Error {
    let mut error = S3Error::new(S3ErrorCode::Custom(code.into()));
    error.set_status_code(status);
    error
}

fn timestamp(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from(SystemTime::from(at))
}

fn answer<T>(output: S3Result<T>) -> S3Result<S3Response<T>> {
    output.map(S3Response::new)
}

/// One operation, decided by a function of the same name in the module of its topic.
macro_rules! operations {
    ($($name:ident: $input:ident => $output:ident in $module:ident;)*) => {
        #[async_trait::async_trait]
        impl S3 for Endpoint {
            $(
                async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    answer($module::$name(self, request).await)
                }
            )*
        }
    };
}

operations! {
    create_bucket: CreateBucketInput => CreateBucketOutput in bucket;
    head_bucket: HeadBucketInput => HeadBucketOutput in bucket;
    list_buckets: ListBucketsInput => ListBucketsOutput in bucket;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput in bucket;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput in bucket;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput in bucket;
    get_bucket_lifecycle_configuration:
        GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput in bucket;
    put_bucket_lifecycle_configuration:
        PutBucketLifecycleConfigurationInput => PutBucketLifecycleConfigurationOutput in bucket;
    get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput in bucket;
    put_public_access_block: PutPublicAccessBlockInput => PutPublicAccessBlockOutput in bucket;
    get_bucket_encryption: GetBucketEncryptionInput => GetBucketEncryptionOutput in bucket;
    put_bucket_encryption: PutBucketEncryptionInput => PutBucketEncryptionOutput in bucket;
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput in bucket;
    put_bucket_policy: PutBucketPolicyInput => PutBucketPolicyOutput in bucket;
    get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput in bucket;
    put_bucket_tagging: PutBucketTaggingInput => PutBucketTaggingOutput in bucket;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput in unsetting;
    delete_bucket_encryption: DeleteBucketEncryptionInput => DeleteBucketEncryptionOutput in unsetting;
    delete_bucket_lifecycle: DeleteBucketLifecycleInput => DeleteBucketLifecycleOutput in unsetting;
    delete_bucket_policy: DeleteBucketPolicyInput => DeleteBucketPolicyOutput in unsetting;
    delete_bucket_tagging: DeleteBucketTaggingInput => DeleteBucketTaggingOutput in unsetting;
    delete_public_access_block: DeletePublicAccessBlockInput => DeletePublicAccessBlockOutput in unsetting;
    put_object: PutObjectInput => PutObjectOutput in objects;
    get_object: GetObjectInput => GetObjectOutput in objects;
    head_object: HeadObjectInput => HeadObjectOutput in objects;
    copy_object: CopyObjectInput => CopyObjectOutput in objects;
    delete_object: DeleteObjectInput => DeleteObjectOutput in objects;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput in objects;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput in listing;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output in listing;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput in multipart;
    upload_part: UploadPartInput => UploadPartOutput in multipart;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput in multipart;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput in multipart;
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput in multipart;
}
