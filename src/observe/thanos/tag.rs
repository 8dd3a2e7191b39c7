//! Which version of an object: its ETag and its size, kept small because there is one for every block.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    etag: Etag,
    /// Bytes.
    pub size: u64,
}

/// Only ever compared: what it is made of is the store's affair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Etag {
    /// Thirty-two small hexadecimal digits between quotes, as nearly all are.
    Digits([u8; 16]),
    Other(Box<str>),
}

impl Tag {
    /// Whether another content would have another one. A store that gives no ETag leaves the size alone, which says too little.
    pub(super) fn tells_a_version(&self) -> bool {
        match &self.etag {
            Etag::Digits(_) => true,
            Etag::Other(text) => !text.trim_matches('"').is_empty(),
        }
    }

    pub(super) fn of(etag: &str, size: u64) -> Self {
        Self { etag: digits(etag).map_or_else(|| Etag::Other(etag.into()), Etag::Digits), size }
    }
}

fn digits(etag: &str) -> Option<[u8; 16]> {
    let (pairs, rest) = etag.strip_prefix('"')?.strip_suffix('"')?.as_bytes().as_chunks::<2>();
    let pairs: &[[u8; 2]; 16] = pairs.try_into().ok().filter(|_| rest.is_empty())?;
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut digits = [0; 16];
    for (byte, [high, low]) in digits.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_are_the_same_only_when_they_are_written_the_same() {
        let plain = "\"0123456789abcdef0123456789abcdef\"";
        assert!(matches!(Tag::of(plain, 1).etag, Etag::Digits(_)));
        let others = [
            "\"0123456789abcdef0123456789abcdee\"",
            "0123456789abcdef0123456789abcdef",
            "\"0123456789ABCDEF0123456789abcdef\"",
            "\"0123456789abcdef0123456789abcdef-2\"",
            "\"0123456789abcdef0123456789abcde\"",
            "\"\"",
            "",
            "\"\u{e9}23456789abcdef0123456789abcdef\"",
        ];
        for other in others {
            assert_ne!(Tag::of(plain, 1), Tag::of(other, 1), "{other}");
            assert_eq!(Tag::of(other, 1), Tag::of(other, 1));
            assert_eq!(Tag::of(other, 1).tells_a_version(), !matches!(other, "" | "\"\""), "{other}");
        }
        assert_ne!(Tag::of(plain, 1), Tag::of(plain, 2));
    }
}
