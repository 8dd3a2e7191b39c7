//! Lucene's frame around a blob: a header with the codec's name, a footer with a CRC-32. All numbers big endian.

const HEADER_MAGIC: u32 = 0x3fd7_6c17;

/// A blob of a repository: `codec`, version 1, and `body` between header and footer.
pub fn frame(codec: &str, body: &[u8]) -> Vec<u8> {
    let mut blob = header(codec, 1);
    blob.extend_from_slice(body);
    seal(blob)
}

/// Magic, name and version of a codec.
pub fn header(codec: &str, version: u32) -> Vec<u8> {
    let mut blob = HEADER_MAGIC.to_be_bytes().to_vec();
    push_text(&mut blob, codec);
    blob.extend(version.to_be_bytes());
    blob
}

/// The header of a file of an index: as [`header`], then the segment's or commit's id and a suffix.
pub fn index_header(codec: &str, version: u32, id: &[u8; 16], suffix: &str) -> Vec<u8> {
    let mut blob = header(codec, version);
    blob.extend_from_slice(id);
    blob.push(suffix.len() as u8);
    blob.extend_from_slice(suffix.as_bytes());
    blob
}

/// Appends the footer: magic, kind of checksum (0), CRC-32 of everything before it in eight bytes.
pub fn seal(mut blob: Vec<u8>) -> Vec<u8> {
    blob.extend((!HEADER_MAGIC).to_be_bytes());
    blob.extend(0_u32.to_be_bytes());
    let crc = crc32fast::hash(&blob);
    blob.extend(u64::from(crc).to_be_bytes());
    blob
}

/// The checksum in a file's footer as shard files write it: in base 36.
pub fn checksum(sealed: &[u8]) -> String {
    let crc = sealed.last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    base36(crc)
}

/// Lucene numbers its commits in base 36 as well: `segments_a`.
pub fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut text = Vec::new();
    loop {
        text.push(DIGITS[(number % 36) as usize]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    text.reverse();
    text.into_iter().map(char::from).collect()
}

/// Seven bits a byte, lowest first.
pub fn push_variable(blob: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        blob.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    blob.push(number as u8);
}

/// A variable length, then the UTF-8.
pub fn push_text(blob: &mut Vec<u8>, text: &str) {
    push_variable(blob, text.len() as u64);
    blob.extend_from_slice(text.as_bytes());
}
