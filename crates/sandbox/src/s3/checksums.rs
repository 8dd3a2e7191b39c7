//! The body of an upload, whole, and the checksums that the client declared for it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::StatusCode;
use md5::{Digest, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Error, S3Result, StdError, TrailingHeaders, s3_error};

use super::unlisted;

/// What an upload says about its own bytes, each value in base64.
pub(super) struct Declared {
    pub(super) md5: Option<String>,
    pub(super) checksum: Checksum,
}

impl Declared {
    /// Adds what came after the body; call it when the body has been read.
    pub(super) fn with_trailers(mut self, trailers: Option<&TrailingHeaders>) -> Self {
        let Some(headers) = trailers.and_then(TrailingHeaders::take) else { return self };
        let value = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let sums = &mut self.checksum;
        let fields = [
            (&mut sums.checksum_crc32, "x-amz-checksum-crc32"),
            (&mut sums.checksum_crc32c, "x-amz-checksum-crc32c"),
            (&mut sums.checksum_crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut sums.checksum_sha1, "x-amz-checksum-sha1"),
            (&mut sums.checksum_sha256, "x-amz-checksum-sha256"),
        ];
        for (field, name) in fields {
            *field = field.take().or_else(|| value(name));
        }
        self
    }

    /// The declared checksums, when the bytes have them.
    ///
    /// # Errors
    /// `BadDigest` (400) otherwise.
    pub(super) fn verify(self, bytes: &Bytes) -> S3Result<Checksum> {
        let wrong_md5 = self.md5.is_some_and(|md5| md5 != BASE64_STANDARD.encode(Md5::digest(bytes)));
        if wrong_md5 || computed_like(&self.checksum, bytes) != self.checksum {
            return Err(s3_error!(BadDigest, "a declared checksum is not that of the body"));
        }
        Ok(self.checksum)
    }
}

/// Reads a body to its end.
///
/// # Errors
/// 403 when a chunk's signature is wrong, 400 when the body is not the signed one or is cut short.
pub(super) async fn read_body(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await {
        whole.extend_from_slice(&chunk.map_err(unreadable)?);
    }
    Ok(whole.freeze())
}

/// The crate does not export its stream errors, so their texts are all that tells them apart.
fn unreadable(error: StdError) -> S3Error {
    let text = error.to_string();
    if text.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch, "a chunk of the body has a wrong signature")
    } else if text.contains("Sha256Mismatch") {
        unlisted("XAmzContentSHA256Mismatch", StatusCode::BAD_REQUEST)
    } else {
        s3_error!(IncompleteBody, "the body ended early: {text}")
    }
}

fn computed_like(declared: &Checksum, bytes: &Bytes) -> Checksum {
    let mut hasher = ChecksumHasher {
        crc32: declared.checksum_crc32.is_some().then(Crc32::new),
        crc32c: declared.checksum_crc32c.is_some().then(Crc32c::new),
        crc64nvme: declared.checksum_crc64nvme.is_some().then(Crc64Nvme::new),
        sha1: declared.checksum_sha1.is_some().then(Sha1::new),
        sha256: declared.checksum_sha256.is_some().then(Sha256::new),
    };
    hasher.update(bytes);
    hasher.finalize()
}
