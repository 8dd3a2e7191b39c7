//! `index.latest`: eight bytes, big endian, the generation of the catalogue when it was last written.
//!
//! Only a hint: the largest N among the `index-N` objects is the truth, and this may lag behind it.

use super::FormatError;

/// The generation that `index.latest` names.
pub fn parse_latest(bytes: &[u8]) -> Result<i64, FormatError> {
    let exact: [u8; 8] = bytes.try_into().map_err(|_| FormatError::LatestLength { length: bytes.len() })?;
    match i64::from_be_bytes(exact) {
        found @ ..0 => Err(FormatError::LatestNegative { found }),
        generation => Ok(generation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_and_nothing_else() {
        assert_eq!(parse_latest(&[0, 0, 0, 0, 0, 0, 3, 44]), Ok(812));
        assert_eq!(parse_latest(b"812"), Err(FormatError::LatestLength { length: 3 }));
        assert_eq!(parse_latest(&[255; 8]), Err(FormatError::LatestNegative { found: -1 }));
    }
}
