//! The frame around every metadata blob: Lucene's codec header in front, a footer with a CRC-32 behind.
//!
//! Header: `3fd76c17`, the codec's name, its version. Footer, 16 bytes: `c02893e8`, kind of checksum (0), CRC-32 of
//! everything before it, as 8 bytes. All big endian (Lucene `CodecUtil`, the same from Lucene 5 to 10).

use super::FormatError;
use super::binary::{Bytes, hex};

const HEADER_MAGIC: u32 = 0x3fd7_6c17;
const FOOTER_MAGIC: u32 = !HEADER_MAGIC;
const FOOTER_LENGTH: usize = 16;
/// Magic, the length of an empty name, version.
const SHORTEST_HEADER: usize = 9;

/// The body between header and footer of a blob whose codec is `name`, version 1, after its checksum was found right.
///
/// The checksum comes before the name: a flipped bit is reported as damage, not as another kind of blob.
pub fn unframe<'a>(bytes: &'a [u8], name: &'static str) -> Result<&'a [u8], FormatError> {
    let mut header = Bytes::new(check_footer(bytes)?, "the header");
    header.int()?;
    let found = header.string()?;
    if found != name {
        return Err(FormatError::CodecName { wanted: name, found: found.into() });
    }
    match header.int()? {
        1 => Ok(header.rest()),
        found => Err(FormatError::CodecVersion { codec: name, found }),
    }
}

/// Both magic numbers and the checksum; gives back all but the footer.
pub(super) fn check_footer(bytes: &[u8]) -> Result<&[u8], FormatError> {
    if bytes.len() < SHORTEST_HEADER + FOOTER_LENGTH {
        return Err(FormatError::TooShort { length: bytes.len() });
    }
    let (framed, footer) = bytes.split_at(bytes.len() - FOOTER_LENGTH);
    if framed[..4] != HEADER_MAGIC.to_be_bytes() {
        return Err(FormatError::HeaderMagic { found: hex(&framed[..4]) });
    }
    check_checksum(&bytes[..bytes.len() - 8], footer)?;
    Ok(framed)
}

fn check_checksum(covered: &[u8], footer: &[u8]) -> Result<(), FormatError> {
    let mut footer = Bytes::new(footer, "the footer");
    let magic = footer.int()?;
    if magic != FOOTER_MAGIC {
        return Err(FormatError::FooterMagic { found: format!("{magic:08x}") });
    }
    let kind = footer.int()?;
    if kind != 0 {
        return Err(FormatError::ChecksumKind { found: kind });
    }
    let stored = footer.long()?;
    let computed = crc32fast::hash(covered);
    if stored != u64::from(computed) {
        return Err(FormatError::Checksum { stored, computed });
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A frame like the engine's.
    pub(crate) fn frame(name: &str, version: u32, body: &[u8]) -> Vec<u8> {
        let mut blob = HEADER_MAGIC.to_be_bytes().to_vec();
        blob.push(name.len() as u8);
        blob.extend(name.as_bytes());
        blob.extend(version.to_be_bytes());
        blob.extend(body);
        seal(blob)
    }

    /// Appends the footer.
    pub(crate) fn seal(mut blob: Vec<u8>) -> Vec<u8> {
        blob.extend(FOOTER_MAGIC.to_be_bytes());
        blob.extend(0u32.to_be_bytes());
        blob.extend(u64::from(crc32fast::hash(&blob)).to_be_bytes());
        blob
    }

    #[test]
    fn a_whole_frame_gives_its_body() {
        assert_eq!(unframe(&frame("snapshot", 1, b"body"), "snapshot"), Ok(&b"body"[..]));
        assert_eq!(unframe(&frame("snapshot", 1, b""), "snapshot"), Ok(&b""[..]));
    }

    #[test]
    fn each_fault_has_its_own_words() {
        let whole = frame("snapshot", 1, b"body");
        let with = |at: usize, byte: u8| {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            bytes
        };
        let end = whole.len();
        for (blob, words) in [
            (vec![], "0 bytes are too few"),
            (whole[..24].to_vec(), "24 bytes are too few"),
            (with(0, 0), "begins with 00d76c17"),
            (with(end - 16, 0), "begin with 002893e8"),
            (with(end - 9, 7), "unknown kind 7"),
            (with(end - 1, whole[end - 1] ^ 1), "checksum wrong"),
            (with(end - 20, 0), "checksum wrong"),
            (whole[..end - 1].to_vec(), "begin with"),
            (frame("metadata", 1, b"body"), "is a `metadata` blob, not a `snapshot` blob"),
            (frame("snapshot", 2, b"body"), "format version 2 of `snapshot`"),
        ] {
            let error = unframe(&blob, "snapshot").unwrap_err().to_string();
            assert!(error.contains(words), "{error:?} does not say {words:?}");
        }
    }
}
