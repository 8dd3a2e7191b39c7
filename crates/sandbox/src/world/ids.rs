//! Identifiers that look like the engines' and are the same in every run: a counter and a seed, hashed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Where all identifiers of a world come from.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    seed: u64,
    used: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { seed, used: 0 }
    }

    /// 22 characters of URL-safe base64, as UUIDs of indices and snapshots are written.
    pub fn uuid(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }

    /// 20 characters, as blobs of index metadata are named.
    pub fn blob(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<15>())
    }

    /// The id of a Lucene commit or segment.
    pub fn lucene(&mut self) -> [u8; 16] {
        self.bytes()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.used += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(self.used.to_be_bytes());
        let digest = hash.finalize();
        let mut bytes = [0; N];
        bytes.copy_from_slice(&digest[..N]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_between_runs_and_not_within_one() {
        let (mut one, mut same, mut other) = (Ids::new(1), Ids::new(1), Ids::new(2));
        let first = one.uuid();
        assert_eq!(first.len(), 22);
        assert_eq!(first, same.uuid());
        assert_ne!(first, one.uuid());
        assert_ne!(first, other.uuid());
        assert_eq!(one.blob().len(), 20);
    }
}
