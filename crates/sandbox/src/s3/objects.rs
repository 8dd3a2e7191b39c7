//! Single objects: put, get, head, copy, delete.

use bytes::Bytes;
use s3s::dto::*;
use s3s::{Body, S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use super::checksums::{Declared, read_body};
use super::conditions::{self, ReadConditions, ReadVerdict};
use super::{Endpoint, refusal, timestamp};
use crate::store::{Condition, Object as Stored, STANDARD};

/// The most keys that one `DeleteObjects` may name.
const MOST_DELETES: usize = 1000;

pub(super) async fn put_object(
    endpoint: &Endpoint,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let mut input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let condition = conditions::of_write(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let bytes = read_body(input.body.take()).await?;
    let declared = declared_by_put(&mut input).with_trailers(request.trailing_headers.as_ref());
    let checksum = declared.verify(&bytes)?;
    let mut object = Stored::new(bytes, endpoint.clock.now());
    set_class(&mut object, input.storage_class);
    let etag =
        endpoint.store.put_object_if(&input.bucket, &input.key, object, &condition).map_err(refusal)?;
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..PutObjectOutput::default()
    })
}

pub(super) async fn get_object(
    endpoint: &Endpoint,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    let input = request.input;
    let object = endpoint.require_object(&input.bucket, &input.key)?;
    proceed(&ReadConditions::from(&input), &object)?;
    require_readable(&object)?;
    let (body, content_range) = part_of(&object.bytes, input.range)?;
    Ok(GetObjectOutput {
        content_length: Some(length(&body)),
        body: Some(StreamingBlob::from(Body::from(body))),
        content_range,
        accept_ranges: Some("bytes".to_owned()),
        content_type: Some("application/octet-stream".to_owned()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.last_modified)),
        storage_class: class_header(&object),
        ..GetObjectOutput::default()
    })
}

pub(super) async fn head_object(
    endpoint: &Endpoint,
    request: S3Request<HeadObjectInput>,
) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    let object = endpoint.require_object(&input.bucket, &input.key)?;
    proceed(&ReadConditions::from(&input), &object)?;
    Ok(HeadObjectOutput {
        content_length: Some(length(&object.bytes)),
        accept_ranges: Some("bytes".to_owned()),
        content_type: Some("application/octet-stream".to_owned()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.last_modified)),
        storage_class: class_header(&object),
        ..HeadObjectOutput::default()
    })
}

/// The conditions on the target are read from the headers: `s3s` 0.14 has no fields for them in a copy.
pub(super) async fn copy_object(
    endpoint: &Endpoint,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let condition = conditions::of_headers(&request.headers)?;
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let source = copy_source(endpoint, &input)?;
    let at = endpoint.clock.now();
    let mut object = Stored::new(source.bytes, at);
    set_class(&mut object, input.storage_class);
    let etag =
        endpoint.store.put_object_if(&input.bucket, &input.key, object, &condition).map_err(refusal)?;
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(timestamp(at)),
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() })
}

pub(super) async fn delete_object(
    endpoint: &Endpoint,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<DeleteObjectOutput> {
    let input = request.input;
    let condition = conditions::of_write(input.if_match.as_ref(), None)?;
    endpoint.store.remove_if(&input.bucket, &input.key, condition).map_err(refusal)?;
    Ok(DeleteObjectOutput::default())
}

/// Each key is its own removal; one that is refused does not stop the others.
pub(super) async fn delete_objects(
    endpoint: &Endpoint,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let wanted = input.delete.objects;
    if wanted.is_empty() || wanted.len() > MOST_DELETES {
        return Err(s3_error!(MalformedXML, "name 1 to {MOST_DELETES} keys in one request"));
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in wanted {
        match remove_one(endpoint, &input.bucket, &object) {
            Ok(()) if quiet => {}
            Ok(()) => deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() }),
            Err(error) => errors.push(listed_error(object.key, &error)),
        }
    }
    Ok(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), ..DeleteObjectsOutput::default() })
}

fn remove_one(endpoint: &Endpoint, bucket: &str, object: &ObjectIdentifier) -> S3Result<()> {
    let matching = object.e_tag.as_ref().map(|etag| Condition::IfMatch(etag.value().to_owned()));
    endpoint.store.remove_if(bucket, &object.key, matching.unwrap_or(Condition::Always)).map_err(refusal)
}

fn listed_error(key: ObjectKey, error: &S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().to_owned()),
        message: error.message().map(str::to_owned),
        key: Some(key),
        version_id: None,
    }
}

fn copy_source(endpoint: &Endpoint, input: &CopyObjectInput) -> S3Result<Stored> {
    let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
        return Err(s3_error!(NotImplemented, "copy from a bucket and key"));
    };
    if **bucket == *input.bucket && **key == *input.key && !changes_in_place(input) {
        return Err(s3_error!(
            InvalidRequest,
            "a copy onto itself must change the storage class or the metadata"
        ));
    }
    let source = endpoint.require_object(bucket, key)?;
    // A copy knows no "304 Not Modified": both ways of failing are 412.
    if ReadConditions::from(input).check(&source) != ReadVerdict::Proceed {
        return Err(s3_error!(PreconditionFailed, "a condition on the source does not hold"));
    }
    require_readable(&source)?;
    Ok(source)
}

fn changes_in_place(input: &CopyObjectInput) -> bool {
    let replaces = |directive: &MetadataDirective| directive.as_str() == MetadataDirective::REPLACE;
    input.storage_class.is_some() || input.metadata_directive.as_ref().is_some_and(replaces)
}

fn proceed(conditions: &ReadConditions<'_>, object: &Stored) -> S3Result<()> {
    match conditions.check(object) {
        ReadVerdict::Proceed => Ok(()),
        ReadVerdict::NotModified => Err(S3Error::new(S3ErrorCode::NotModified)),
        ReadVerdict::PreconditionFailed => {
            Err(s3_error!(PreconditionFailed, "the object is not the one asked for"))
        }
    }
}

fn require_readable(object: &Stored) -> S3Result<()> {
    if !object.is_archived() {
        return Ok(());
    }
    Err(s3_error!(InvalidObjectState, "the object is in {} and must be restored first", object.storage_class))
}

fn part_of(bytes: &Bytes, range: Option<Range>) -> S3Result<(Bytes, Option<String>)> {
    let Some(range) = range else { return Ok((bytes.clone(), None)) };
    // A suffix of nothing would pass the check below, but has no first byte to name.
    if bytes.is_empty() {
        return Err(s3_error!(InvalidRange, "the object is empty"));
    }
    let total = bytes.len();
    let wanted = range.check(total as u64)?;
    let (start, end) = (wanted.start as usize, wanted.end as usize);
    Ok((bytes.slice(start..end), Some(format!("bytes {start}-{}/{total}", end - 1))))
}

fn declared_by_put(input: &mut PutObjectInput) -> Declared {
    Declared {
        md5: input.content_md5.take(),
        checksum: Checksum {
            checksum_crc32: input.checksum_crc32.take(),
            checksum_crc32c: input.checksum_crc32c.take(),
            checksum_crc64nvme: input.checksum_crc64nvme.take(),
            checksum_sha1: input.checksum_sha1.take(),
            checksum_sha256: input.checksum_sha256.take(),
            checksum_type: None,
        },
    }
}

fn set_class(object: &mut Stored, class: Option<StorageClass>) {
    if let Some(class) = class {
        object.storage_class = class.as_str().to_owned();
    }
}

/// S3 leaves the header away for the standard class.
fn class_header(object: &Stored) -> Option<StorageClass> {
    (object.storage_class != STANDARD).then(|| StorageClass::from(object.storage_class.clone()))
}

fn length(bytes: &Bytes) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
