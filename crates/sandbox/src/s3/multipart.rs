//! Multipart uploads: parts wait here until they are completed into an object or dropped.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::checksums::{Declared, read_body};
use super::{Endpoint, conditions, refusal};
use crate::store::{Object as Stored, STANDARD, hex};

/// S3's least size of every part but the last, in bytes.
const LEAST_PART: usize = 5 * 1024 * 1024;
const MOST_PARTS: i32 = 10_000;

/// The uploads that were neither completed nor aborted.
#[derive(Default)]
pub(super) struct Uploads {
    begun: Mutex<Begun>,
}

#[derive(Default)]
struct Begun {
    count: u64,
    by_id: BTreeMap<String, Upload>,
}

struct Upload {
    bucket: String,
    key: String,
    storage_class: String,
    parts: BTreeMap<i32, Part>,
    begun: jiff::Timestamp,
}

struct Part {
    bytes: Bytes,
    md5: [u8; 16],
}

pub(super) async fn create_multipart_upload(
    endpoint: &Endpoint,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let upload = Upload {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        storage_class: input
            .storage_class
            .map_or_else(|| STANDARD.to_owned(), |class| class.as_str().to_owned()),
        parts: BTreeMap::new(),
        begun: endpoint.clock.now(),
    };
    Ok(CreateMultipartUploadOutput {
        upload_id: Some(endpoint.uploads.begin(upload)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn upload_part(
    endpoint: &Endpoint,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let mut input = request.input;
    if !(1..=MOST_PARTS).contains(&input.part_number) {
        return Err(s3_error!(InvalidArgument, "a part number is 1 to {MOST_PARTS}"));
    }
    let bytes = read_body(input.body.take()).await?;
    let declared = declared_by_part(&mut input).with_trailers(request.trailing_headers.as_ref());
    let checksum = declared.verify(&bytes)?;
    let part = Part { md5: Md5::digest(&bytes).into(), bytes };
    let etag = hex(&part.md5);
    let mut begun = endpoint.uploads.lock();
    begun.find(&input.upload_id, &input.bucket, &input.key)?.parts.insert(input.part_number, part);
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(etag)),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..UploadPartOutput::default()
    })
}

/// An upload that is refused stays, as in S3; one that is completed is gone.
pub(super) async fn complete_multipart_upload(
    endpoint: &Endpoint,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let input = request.input;
    let condition = conditions::of_write(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let wanted = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let mut begun = endpoint.uploads.lock();
    let upload = begun.find(&input.upload_id, &input.bucket, &input.key)?;
    let object = assembled(upload, &wanted, endpoint.clock.now())?;
    let etag =
        endpoint.store.put_object_if(&input.bucket, &input.key, object, &condition).map_err(refusal)?;
    begun.by_id.remove(&input.upload_id);
    Ok(CompleteMultipartUploadOutput {
        e_tag: Some(ETag::Strong(etag)),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..CompleteMultipartUploadOutput::default()
    })
}

/// All of them on one page: no test leaves a thousand.
pub(super) async fn list_multipart_uploads(
    endpoint: &Endpoint,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<ListMultipartUploadsOutput> {
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let prefix = input.prefix.unwrap_or_default();
    let begun = endpoint.uploads.lock();
    let there = begun
        .by_id
        .iter()
        .filter(|(_, upload)| upload.bucket == input.bucket && upload.key.starts_with(&prefix));
    let uploads = there.map(|(id, upload)| MultipartUpload {
        key: Some(upload.key.clone()),
        upload_id: Some(id.clone()),
        initiated: Some(std::time::SystemTime::from(upload.begun).into()),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        uploads: Some(uploads.collect()),
        is_truncated: Some(false),
        bucket: Some(input.bucket),
        prefix: (!prefix.is_empty()).then_some(prefix),
        ..ListMultipartUploadsOutput::default()
    })
}

pub(super) async fn abort_multipart_upload(
    endpoint: &Endpoint,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<AbortMultipartUploadOutput> {
    let input = request.input;
    let mut begun = endpoint.uploads.lock();
    begun.find(&input.upload_id, &input.bucket, &input.key)?;
    begun.by_id.remove(&input.upload_id);
    Ok(AbortMultipartUploadOutput::default())
}

impl Uploads {
    fn begin(&self, upload: Upload) -> String {
        let mut begun = self.lock();
        begun.count += 1;
        let id = format!("upload-{:08}", begun.count);
        begun.by_id.insert(id.clone(), upload);
        id
    }

    fn lock(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Begun {
    fn find(&mut self, id: &str, bucket: &str, key: &str) -> S3Result<&mut Upload> {
        let of_this_key = |upload: &&mut Upload| upload.bucket == bucket && upload.key == key;
        let upload = self.by_id.get_mut(id).filter(of_this_key);
        upload.ok_or_else(|| s3_error!(NoSuchUpload, "the upload was completed, aborted or never begun"))
    }
}

fn assembled(upload: &Upload, wanted: &[CompletedPart], at: jiff::Timestamp) -> S3Result<Stored> {
    let parts = checked_parts(upload, wanted)?;
    let mut bytes = BytesMut::with_capacity(parts.iter().map(|part| part.bytes.len()).sum());
    let mut sums = Md5::new();
    for part in &parts {
        bytes.extend_from_slice(&part.bytes);
        sums.update(part.md5);
    }
    Ok(Stored {
        bytes: bytes.freeze(),
        etag: format!("{}-{}", hex(&sums.finalize()), parts.len()),
        last_modified: at,
        storage_class: upload.storage_class.clone(),
    })
}

fn checked_parts<'a>(upload: &'a Upload, wanted: &[CompletedPart]) -> S3Result<Vec<&'a Part>> {
    if wanted.is_empty() {
        return Err(s3_error!(MalformedXML, "name at least one part"));
    }
    if !wanted.is_sorted_by(|one, next| one.part_number < next.part_number) {
        return Err(s3_error!(InvalidPartOrder, "parts must be named in ascending order"));
    }
    let parts = wanted.iter().map(|named| uploaded(upload, named)).collect::<S3Result<Vec<_>>>()?;
    let all_but_last = parts.split_last().map_or(&[][..], |(_, before)| before);
    if all_but_last.iter().any(|part| part.bytes.len() < LEAST_PART) {
        return Err(s3_error!(EntityTooSmall, "every part but the last has at least {LEAST_PART} bytes"));
    }
    Ok(parts)
}

fn uploaded<'a>(upload: &'a Upload, named: &CompletedPart) -> S3Result<&'a Part> {
    let part = named.part_number.and_then(|number| upload.parts.get(&number));
    let same = |part: &&Part| named.e_tag.as_ref().is_some_and(|etag| etag.value() == hex(&part.md5));
    part.filter(same)
        .ok_or_else(|| s3_error!(InvalidPart, "a named part was not uploaded or has another ETag"))
}

fn declared_by_part(input: &mut UploadPartInput) -> Declared {
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
