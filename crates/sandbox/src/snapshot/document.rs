//! SMILE documents: shared names, raw binary, and deflated when the repository's setting says so.

use std::io::Write;

use serde::{Serialize, Serializer};

use super::codec;

/// A framed blob with `document` in it.
pub fn blob<T: Serialize>(codec: &str, document: &T, compress: bool) -> Vec<u8> {
    let smile = smile(document);
    codec::frame(codec, &if compress { deflated(&smile) } else { smile })
}

/// Bytes within a document, written raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

fn smile<T: Serialize>(document: &T) -> Vec<u8> {
    let mut serializer = serde_smile::Serializer::builder().raw_binary(true).build(Vec::new());
    // Writing to memory fails only for types that SMILE has no form for, and none is used here; a document cut short
    // would fail every reader of it.
    let _ = document.serialize(&mut serializer);
    serializer.into_inner()
}

fn deflated(smile: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(b"DFL\0".to_vec(), flate2::Compression::default());
    // As above: memory takes every byte.
    let _ = encoder.write_all(smile);
    encoder.finish().unwrap_or_default()
}
