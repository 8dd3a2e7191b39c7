//! Run ids: ULIDs, so that runs sort by the time they began.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use jiff::Timestamp;

use crate::model::RunId;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 48 bits of milliseconds and 80 random bits in Crockford's base 32: 26 characters.
///
/// The random bits come from the operating system's seed of the standard library's hasher: enough to tell runs apart, and
/// nothing secret hangs on them.
pub fn new_run_id(now: Timestamp) -> RunId {
    let random = (u128::from(random()) << 64 | u128::from(random())) & ((1 << 80) - 1);
    RunId::new(encode(now, random))
}

/// 128 random bits as 32 hexadecimal digits: a name that nobody else comes to know by chance.
pub fn random_name() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// When the run with this id began; `None` when it is no ULID.
pub(super) fn began(run: &RunId) -> Option<Timestamp> {
    if run.as_str().len() != 26 {
        return None;
    }
    let digit = |byte| ALPHABET.iter().position(|known| *known == byte);
    let millis = run
        .as_str()
        .bytes()
        .take(10)
        .try_fold(0_i64, |value, byte| Some(value << 5 | digit(byte)? as i64))?;
    Timestamp::from_millisecond(millis).ok()
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn encode(now: Timestamp, random: u128) -> String {
    let millis = u128::try_from(now.as_millisecond().max(0)).unwrap_or(0) & ((1 << 48) - 1);
    let value = millis << 80 | random;
    (0..26).rev().map(|place| ALPHABET[(value >> (5 * place)) as usize & 31] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        assert_eq!(encode(at(0), 0), "0".repeat(26));
        assert_eq!(encode(at(1_469_918_176_385), 0), "01ARYZ6S410000000000000000");
        assert_eq!(began(&"01ARYZ6S410000000000000000".into()), Some(at(1_469_918_176_385)));
        assert_eq!(began(&"yesterday".into()), None);
        assert!(new_run_id(at(1)) < new_run_id(at(2)));
        assert_ne!(new_run_id(at(1)), new_run_id(at(1)));
    }
}
