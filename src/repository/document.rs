//! The document inside a metadata blob: SMILE (binary JSON), plain or deflated.
//!
//! The repository's `compress` setting is never asked: it may have changed since the blob was written, and both forms
//! occur in one bucket. Each document names its own form in its first bytes.

use std::borrow::Cow;
use std::io::Read;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};

use super::FormatError;
use super::binary::hex;

/// Far above any real shard or snapshot file, far below the memory of the smallest function.
const INFLATED_LIMIT: u64 = 64 << 20;

const SMILE: &[u8] = b":)\n";
/// Elasticsearch and OpenSearch `DeflateCompressor`: this mark, then raw DEFLATE.
const DEFLATED: &[u8] = b"DFL\0";
/// OpenSearch `ZstdCompressor`.
const ZSTD: &[u8] = b"ZSTD\0";
const ZSTD_FRAME: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Reads the document of an unframed blob.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FormatError> {
    let smile = plain(body, INFLATED_LIMIT)?;
    serde_smile::from_slice(&smile).map_err(|why| FormatError::Document { why: why.to_string() })
}

fn plain(body: &[u8], limit: u64) -> Result<Cow<'_, [u8]>, FormatError> {
    if body.starts_with(SMILE) {
        return Ok(Cow::Borrowed(body));
    }
    if let Some(deflated) = body.strip_prefix(DEFLATED) {
        return inflate(deflated, limit).map(Cow::Owned);
    }
    if body.starts_with(ZSTD) || body.starts_with(ZSTD_FRAME) {
        return Err(FormatError::Compression { method: "zstd" });
    }
    Err(FormatError::DocumentKind { found: hex(&body[..body.len().min(4)]) })
}

fn inflate(deflated: &[u8], limit: u64) -> Result<Vec<u8>, FormatError> {
    let mut smile = Vec::new();
    flate2::read::DeflateDecoder::new(deflated)
        .take(limit + 1)
        .read_to_end(&mut smile)
        .map_err(|why| FormatError::Inflate { why: why.to_string() })?;
    if smile.len() as u64 > limit {
        return Err(FormatError::TooLarge { limit });
    }
    match smile.starts_with(SMILE) {
        true => Ok(smile),
        false => Err(FormatError::DocumentKind { found: hex(&smile[..smile.len().min(4)]) }),
    }
}

/// Raw bytes inside a document.
#[derive(Debug, Default)]
pub(super) struct Binary(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsBytes;
        impl Visitor<'_> for AsBytes {
            type Value = Binary;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Binary, E> {
                Ok(Binary(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(AsBytes)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    pub(crate) fn deflated(smile: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(DEFLATED.to_vec(), flate2::Compression::default());
        encoder.write_all(smile).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn both_forms_are_told_by_their_first_bytes() {
        let smile = serde_smile::to_vec(&vec!["a", "b"]).unwrap();
        assert_eq!(decode::<Vec<String>>(&smile).unwrap(), ["a", "b"]);
        assert_eq!(decode::<Vec<String>>(&deflated(&smile)).unwrap(), ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let smile = serde_smile::to_vec(&vec!["a", "b"]).unwrap();
        let cut = &deflated(&smile)[..6];
        for (body, words) in [
            (&b"{\"a\":1}"[..], "begins with 7b226122"),
            (b"", "begins with "),
            (b"ZSTD\0....", "compressed with zstd"),
            (&[0x28, 0xb5, 0x2f, 0xfd, 0], "compressed with zstd"),
            (cut, "damaged"),
            (&deflated(b"{}"), "begins with 7b7d"),
            (&smile[..5], "cannot be read"),
        ] {
            let error = decode::<Vec<String>>(body).unwrap_err().to_string();
            assert!(error.contains(words), "{error:?} does not say {words:?}");
        }
    }

    #[test]
    fn a_small_blob_cannot_unpack_to_a_huge_one() {
        let bomb = deflated(&[b":)\n".to_vec(), vec![0; 1 << 20]].concat());
        assert!(bomb.len() < 4096);
        assert_eq!(plain(&bomb, 1000), Err(FormatError::TooLarge { limit: 1000 }));
    }
}
