//! The keys of a repository's objects below its base path (`repositories/blobstore` of both engines).

use super::{FormatError, PathType, shard_hash};
use crate::model::{CatalogueIndex, SnapshotUuid};

/// Keys of one repository. All are full keys of the bucket, without a leading slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Without a slash at either end; empty for the bucket's root.
    base: String,
}

impl Layout {
    pub fn new(base_path: &str) -> Self {
        Self { base: base_path.trim_matches('/').to_owned() }
    }

    /// What every catalogue's key begins with: `<base>/index-`.
    pub fn catalogues(&self) -> String {
        self.under("index-")
    }

    /// `<base>/index-<generation>`.
    pub fn catalogue(&self, generation: i64) -> String {
        self.under(&format!("index-{generation}"))
    }

    /// The generation in a catalogue's key; `None` for `index.latest` and for keys that only look alike.
    pub fn generation(&self, key: &str) -> Option<i64> {
        let digits = key.strip_prefix(&self.catalogues())?;
        let canonical = digits == "0" || !digits.starts_with(['0', '+', '-']);
        digits.parse().ok().filter(|_| canonical)
    }

    /// `<base>/index.latest`.
    pub fn latest(&self) -> String {
        self.under("index.latest")
    }

    /// A snapshot's root file, `<base>/snap-<uuid>.dat`.
    pub fn snapshot(&self, uuid: &SnapshotUuid) -> String {
        self.under(&format!("snap-{uuid}.dat"))
    }

    /// What every snapshot's root file's key begins with: `<base>/snap-`.
    pub fn snapshots(&self) -> String {
        self.under("snap-")
    }

    /// What the keys of an index's metadata begin with: `<base>/indices/<id>/meta-`. Never below a hash.
    pub fn index_metadata(&self, index: &CatalogueIndex) -> String {
        self.under(&format!("indices/{}/meta-", index.id))
    }

    /// The folder of a shard, with its closing slash, wherever the index's path type puts it.
    pub fn shard(&self, index: &CatalogueIndex, shard: u32) -> Result<String, FormatError> {
        let folder = format!("indices/{}/{shard}/", index.id);
        Ok(match PathType::try_from(index.shard_path_type)? {
            PathType::Fixed => self.under(&folder),
            PathType::HashedPrefix => format!("{}/{}", shard_hash(&index.id, shard), self.under(&folder)),
            PathType::HashedInfix => self.under(&format!("{}/{folder}", shard_hash(&index.id, shard))),
        })
    }

    fn under(&self, key: &str) -> String {
        if self.base.is_empty() { key.to_owned() } else { format!("{}/{key}", self.base) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(shard_path_type: u8) -> CatalogueIndex {
        CatalogueIndex { name: "app".into(), id: "6TuS7W2yS6mfdkkoZegLfQ".into(), shard_path_type }
    }

    #[test]
    fn shards_lie_where_their_type_says() {
        for (base, kind, folder) in [
            ("a/b", 0, "a/b/indices/6TuS7W2yS6mfdkkoZegLfQ/0/"),
            ("/a/b/", 1, "P10110110100010/a/b/indices/6TuS7W2yS6mfdkkoZegLfQ/0/"),
            ("a/b", 2, "a/b/P10110110100010/indices/6TuS7W2yS6mfdkkoZegLfQ/0/"),
            ("", 0, "indices/6TuS7W2yS6mfdkkoZegLfQ/0/"),
            ("", 1, "P10110110100010/indices/6TuS7W2yS6mfdkkoZegLfQ/0/"),
        ] {
            assert_eq!(Layout::new(base).shard(&index(kind), 0).unwrap(), folder);
        }
        assert_eq!(Layout::new("a").shard(&index(9), 0), Err(FormatError::PathType { found: 9 }));
    }

    #[test]
    fn only_a_plain_number_is_a_generation() {
        let layout = Layout::new("a");
        for (key, generation) in [
            ("a/index-0", Some(0)),
            ("a/index-812", Some(812)),
            ("a/index-012", None),
            ("a/index-+1", None),
            ("a/index--1", None),
            ("a/index-", None),
            ("a/index.latest", None),
            ("a/index-9223372036854775808", None),
            ("a/index-7/x", None),
            ("b/index-7", None),
        ] {
            assert_eq!(layout.generation(key), generation, "{key}");
        }
    }
}
