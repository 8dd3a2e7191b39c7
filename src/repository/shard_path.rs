//! Where OpenSearch 2.17 and later put a shard's folder: at a fixed path, or below a hash that spreads the keys.
//!
//! Elasticsearch knows only the fixed path. The catalogue says the type per index, since one repository may hold several.

use super::FormatError;

/// `shard_path_type` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathType {
    /// `<base>/indices/<id>/<shard>/`.
    Fixed,
    /// `<hash>/<base>/indices/<id>/<shard>/`, outside the base path. OpenSearch's default from 3.2 to about 3.6.
    HashedPrefix,
    /// `<base>/<hash>/indices/<id>/<shard>/`.
    HashedInfix,
}

impl TryFrom<u8> for PathType {
    type Error = FormatError;
    fn try_from(found: u8) -> Result<Self, FormatError> {
        match found {
            0 => Ok(PathType::Fixed),
            1 => Ok(PathType::HashedPrefix),
            2 => Ok(PathType::HashedInfix),
            _ => Err(FormatError::PathType { found }),
        }
    }
}

const URL_BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The folder that OpenSearch hashes a shard into (`FNV_1A_COMPOSITE_1`, the only algorithm it writes snapshots with):
/// of FNV-1a 64 over shard number and index id, six bits as one character and the next fourteen as binary digits.
pub fn shard_hash(index_id: &str, shard: u32) -> String {
    let hash = fnv1a(shard.to_string().into_bytes().into_iter().chain(index_id.bytes()));
    let first = char::from(URL_BASE64[(hash >> 58) as usize]);
    format!("{first}{:014b}", (hash >> 44) & 0x3fff)
}

fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_that_opensearch_writes() {
        // Read off repositories of OpenSearch 3.6.0, both hashed types.
        for (id, shard, folder) in [
            ("6TuS7W2yS6mfdkkoZegLfQ", 0, "P10110110100010"),
            ("fo87YIXVShKovNY1UVlAaw", 1, "D00101001101111"),
            ("_eXgTvfwR3GPyQuhAK3NfQ", 0, "b01000001011010"),
            ("_eXgTvfwR3GPyQuhAK3NfQ", 1, "Y01101011110100"),
            ("O-EASrdSRI2qztQZabyfIQ", 0, "101101111010110"),
        ] {
            assert_eq!(shard_hash(id, shard), folder, "{id} {shard}");
        }
    }

    #[test]
    fn an_unknown_type_is_named() {
        assert_eq!(PathType::try_from(3), Err(FormatError::PathType { found: 3 }));
    }
}
