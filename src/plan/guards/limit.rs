//! An amount against its limit and against the override that was given: the same three answers for every guard.

use crate::model::{Bytes, counted};
use crate::plan::types::GuardVerdict;

/// What is counted, and the flag that allows more of it.
pub(super) struct Counted {
    pub one: &'static str,
    pub many: &'static str,
    pub flag: &'static str,
}

impl Counted {
    pub fn words(&self, count: u64) -> String {
        counted(count, self.one, self.many)
    }

    pub fn judge(&self, count: u64, limit: u64, allowed: Option<u64>) -> GuardVerdict {
        match allowed {
            _ if count <= limit => GuardVerdict::Passed,
            Some(allowed) if count <= allowed => {
                GuardVerdict::Overridden { by: format!("{}={allowed}", self.flag) }
            }
            _ => GuardVerdict::Refused {
                would: self.words(count),
                limit: self.words(limit),
                allow: Some(format!("{}={count}", self.flag)),
            },
        }
    }
}

/// A part of a series, in percent rounded up.
pub(super) struct Share {
    pub part: u64,
    pub of: u64,
    /// What the part is taken of: `5 indices of app-`.
    pub whole: String,
    pub flag: &'static str,
}

impl Share {
    pub fn judge(self, limit: u8, allowed: Option<u8>) -> GuardVerdict {
        let Self { part, whole, flag, .. } = &self;
        let share = (part * 100).div_ceil(self.of.max(1));
        match allowed {
            _ if share <= u64::from(limit) => GuardVerdict::Passed,
            Some(allowed) if share <= u64::from(allowed) => {
                GuardVerdict::Overridden { by: format!("{flag}={allowed}%") }
            }
            _ => GuardVerdict::Refused {
                would: format!("{part} of {whole} ({share} %)"),
                limit: format!("{limit} %"),
                allow: Some(format!("{flag}={share}%")),
            },
        }
    }
}

pub(super) fn bytes(amount: Bytes, limit: Bytes, allowed: Option<Bytes>, flag: &'static str) -> GuardVerdict {
    match allowed {
        _ if amount <= limit => GuardVerdict::Passed,
        Some(allowed) if amount <= allowed => {
            GuardVerdict::Overridden { by: format!("{flag}={}", sufficient(allowed)) }
        }
        _ => GuardVerdict::Refused {
            would: amount.to_string(),
            limit: limit.to_string(),
            allow: Some(format!("{flag}={}", sufficient(amount))),
        },
    }
}

/// The shortest size with one decimal that is not below `bytes`: `1.3TiB`.
fn sufficient(bytes: Bytes) -> String {
    let amount = u128::from(bytes.0);
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let Some((shift, unit)) = units.into_iter().find(|(shift, _)| amount >= 1 << shift) else {
        return format!("{amount}B");
    };
    let tenths = (amount * 10).div_ceil(1 << shift);
    match tenths % 10 {
        0 => format!("{}{unit}", tenths / 10),
        tenth => format!("{}.{tenth}{unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_size_always_suffices() {
        for (bytes, flag) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1KiB"),
            (1025, "1.1KiB"),
            (1 << 30, "1GiB"),
            ((1 << 30) + 1, "1.1GiB"),
            (1_429_365_116_109, "1.4TiB"),
            (1_429_365_116_108, "1.3TiB"),
            ((1 << 40) - 1, "1024GiB"),
        ] {
            assert_eq!(sufficient(Bytes(bytes)), flag);
        }
    }
}
