//! The name of a block: a ULID. Ten letters of time, sixteen of chance.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A ULID: 128 bits, written as 26 letters. The order is that of creation, and says nothing about the time of the samples: a
/// compacted block is younger than what is in it. Kept as a number, because a block of two weeks names hundreds of others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(u128);

/// Why a name at the top of a bucket is no block's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABlock {
    /// Thanos passes over it: another length, or a first letter beyond `7`.
    #[error("is not a ULID, and Thanos passes over it")]
    Foreign,
    /// Thanos takes it for a block and then looks below another name, the same in capitals: a block that is partial for ever.
    /// `ulid.Parse` of oklog/ulid checks the length and the first letter alone.
    #[error("is a ULID that is not written as Thanos writes it")]
    Misspelt,
}

const LETTERS: usize = 26;
/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bits below those of the time.
const OF_CHANCE: u32 = 80;

impl BlockId {
    /// The name of a folder, exactly as Thanos writes it.
    ///
    /// # Errors
    ///
    /// [`NotABlock`].
    pub fn parse(name: &str) -> Result<Self, NotABlock> {
        let first = name.bytes().next().unwrap_or(b'~');
        if name.len() != LETTERS || first > b'7' {
            return Err(NotABlock::Foreign);
        }
        let mut digits = name.bytes().map(|letter| ALPHABET.iter().position(|known| *known == letter));
        let bits = digits.try_fold(0, |id: u128, digit| Some(id << 5 | digit? as u128));
        bits.map(Self).ok_or(NotABlock::Misspelt)
    }

    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The first name that can be made at this time, in milliseconds since 1970, UTC.
    pub const fn made_at(ms: i64) -> Self {
        Self((ms.unsigned_abs() as u128) << OF_CHANCE)
    }

    pub const fn bits(self) -> u128 {
        self.0
    }

    /// When it was made, in milliseconds since 1970, UTC, by the clock of whoever made it.
    pub const fn created_ms(self) -> i64 {
        (self.0 >> OF_CHANCE) as i64
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |place: usize| ALPHABET[(self.0 >> (5 * (LETTERS - 1 - place))) as usize & 31] as char;
        f.pad(&(0..LETTERS).map(letter).collect::<String>())
    }
}

impl Serialize for BlockId {
    /// Letters in a text, sixteen bytes elsewhere.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { self.0.to_le_bytes().serialize(to) }
    }
}

impl<'de> Deserialize<'de> for BlockId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            let name = String::deserialize(from)?;
            return Self::parse(&name).map_err(|fault| D::Error::custom(format!("`{name}` {fault}")));
        }
        <[u8; 16]>::deserialize(from).map(|bytes| Self(u128::from_le_bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_thanos_takes_for_a_block_is_told_from_what_it_passes_over() {
        for (name, verdict) in [
            ("01M826YJMTN7MY49VEBBR7VA9Q", Ok(())),
            ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", Ok(())),
            ("00000000000000000000000000", Ok(())),
            ("01m826yjmtn7my49vebbr7va9q", Err(NotABlock::Misspelt)),
            ("01M826YJMTN7MY49VEBBR7VA9U", Err(NotABlock::Misspelt)),
            ("01M826YJMTN7MY49VEBBR7VAé", Err(NotABlock::Misspelt)),
            ("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", Err(NotABlock::Foreign)),
            ("debug", Err(NotABlock::Foreign)),
            ("", Err(NotABlock::Foreign)),
            ("01M826YJMTN7MY49VEBBR7VA9", Err(NotABlock::Foreign)),
        ] {
            assert_eq!(BlockId::parse(name).map(drop), verdict, "{name:?}");
            if let Ok(id) = BlockId::parse(name) {
                assert_eq!(id.to_string(), name);
            }
        }
    }

    #[test]
    fn the_time_of_making_is_in_the_name() {
        let made = |name| BlockId::parse(name).map(|id| id.created_ms());
        assert_eq!(made("00000000000000000000000000"), Ok(0));
        // The example of the ULID specification.
        assert_eq!(made("01ARZ3NDEKTSV4RRFFQ69G5FAV"), Ok(1_469_922_850_259));
        assert_eq!(made("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Ok((1 << 48) - 1));
    }
}
