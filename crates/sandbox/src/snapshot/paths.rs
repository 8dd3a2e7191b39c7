//! Keys of a repository's objects, in the three layouts of shard folders.

use crate::engine::Engine;

/// `shard_path_type` of OpenSearch 2.17 and later; Elasticsearch knows the first only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathType {
    /// `<base>/indices/<id>/<shard>/`.
    Fixed,
    /// `<hash>/<base>/indices/<id>/<shard>/`: what OpenSearch 3.6 does unasked.
    HashedPrefix,
    /// `<base>/<hash>/indices/<id>/<shard>/`.
    HashedInfix,
}

impl PathType {
    /// The number in the catalogue.
    pub fn number(self) -> u8 {
        match self {
            Self::Fixed => 0,
            Self::HashedPrefix => 1,
            Self::HashedInfix => 2,
        }
    }

    /// The word in a repository's settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "FIXED",
            Self::HashedPrefix => "HASHED_PREFIX",
            Self::HashedInfix => "HASHED_INFIX",
        }
    }

    /// A word that OpenSearch does not know is stored and changes nothing: the default holds. So does the setting itself
    /// before 2.17, where nothing is hashed.
    pub fn of_setting(word: Option<&str>, engine: &Engine) -> Self {
        match word {
            _ if !engine.opensearch_since(2, 17) => Self::Fixed,
            Some("FIXED") => Self::Fixed,
            Some("HASHED_PREFIX") => Self::HashedPrefix,
            Some("HASHED_INFIX") => Self::HashedInfix,
            _ if engine.opensearch_since(3, 2) => Self::HashedPrefix,
            _ => Self::Fixed,
        }
    }
}

/// The keys below one base path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    base: String,
}

impl Paths {
    pub fn new(base_path: &str) -> Self {
        Self { base: base_path.trim_matches('/').to_owned() }
    }

    /// A key right below the base path.
    pub fn root(&self, name: &str) -> String {
        if self.base.is_empty() { name.to_owned() } else { format!("{}/{name}", self.base) }
    }

    /// A key in the folder of an index, where its metadata is. Never hashed.
    pub fn index(&self, id: &str, name: &str) -> String {
        self.root(&format!("indices/{id}/{name}"))
    }

    /// A shard's folder, with its closing slash.
    pub fn shard(&self, path_type: PathType, id: &str, shard: usize) -> String {
        let folder = format!("indices/{id}/{shard}/");
        match path_type {
            PathType::Fixed => self.root(&folder),
            PathType::HashedPrefix => format!("{}/{}", hash(id, shard), self.root(&folder)),
            PathType::HashedInfix => self.root(&format!("{}/{folder}", hash(id, shard))),
        }
    }
}

/// FNV-1a of shard number and id: its first six bits as a character of URL-safe base64, fourteen more as digits.
fn hash(id: &str, shard: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in format!("{shard}{id}").bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{}{:014b}", char::from(ALPHABET[(hash >> 58) as usize]), (hash >> 44) & 0x3fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_where_opensearch_put_them() {
        for (base, path_type, id, shard, folder) in [
            ("a/b", PathType::Fixed, "XZ1ZH9pJSKSl4seootclyQ", 0, "a/b/indices/XZ1ZH9pJSKSl4seootclyQ/0/"),
            (
                "a/b",
                PathType::HashedPrefix,
                "XZ1ZH9pJSKSl4seootclyQ",
                1,
                "P00010001111010/a/b/indices/XZ1ZH9pJSKSl4seootclyQ/1/",
            ),
            (
                "a",
                PathType::HashedInfix,
                "xOoDGKBoQ4ykcHbMGplb1Q",
                0,
                "a/310000110010100/indices/xOoDGKBoQ4ykcHbMGplb1Q/0/",
            ),
            (
                "",
                PathType::HashedPrefix,
                "MO0Fh0yKRlekMYJ6jSQp9A",
                0,
                "701110111001110/indices/MO0Fh0yKRlekMYJ6jSQp9A/0/",
            ),
        ] {
            assert_eq!(Paths::new(base).shard(path_type, id, shard), folder);
        }
    }
}
