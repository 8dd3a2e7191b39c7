//! How long the samples of each resolution are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Spoken;

/// What a block holds: samples as they came, or one aggregate for each five minutes or each hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Resolution {
    #[serde(rename = "raw")]
    Raw,
    #[serde(rename = "5m")]
    FiveMinutes,
    #[serde(rename = "1h")]
    OneHour,
}

impl Resolution {
    pub const ALL: [Resolution; 3] = [Resolution::Raw, Resolution::FiveMinutes, Resolution::OneHour];

    /// As `meta.json` writes it, in milliseconds. Of any other number Thanos keeps the block for ever.
    pub fn of_ms(ms: i64) -> Option<Self> {
        Resolution::ALL.into_iter().find(|one| one.ms() == ms)
    }

    pub fn ms(self) -> i64 {
        match self {
            Resolution::Raw => 0,
            Resolution::FiveMinutes => 300_000,
            Resolution::OneHour => 3_600_000,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Resolution::Raw => "raw",
            Resolution::FiveMinutes => "5m",
            Resolution::OneHour => "1h",
        }
    }
}

/// Seconds that a resolution is kept after the end of a block's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// `0d`.
    ForEver,
    Seconds(u64),
}

impl fmt::Display for Kept {
    /// As the compactor's flags take it: `0d` is for ever.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Spoken(self.seconds()).fmt(f)
    }
}

impl Kept {
    /// 0 is for ever, as in the compactor's flags.
    pub fn of_seconds(seconds: u64) -> Self {
        if seconds == 0 { Kept::ForEver } else { Kept::Seconds(seconds) }
    }

    pub fn seconds(self) -> u64 {
        match self {
            Kept::ForEver => 0,
            Kept::Seconds(seconds) => seconds,
        }
    }

    /// Whether it ends before the other.
    pub fn is_shorter_than(self, other: Kept) -> bool {
        match (self, other) {
            (Kept::ForEver, _) => false,
            (Kept::Seconds(_), Kept::ForEver) => true,
            (Kept::Seconds(own), Kept::Seconds(others)) => own < others,
        }
    }
}

/// The three flags `--retention.resolution-…` of the compactor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    pub raw: Kept,
    pub five_minutes: Kept,
    pub one_hour: Kept,
}

impl Retention {
    pub fn of(&self, resolution: Resolution) -> Kept {
        match resolution {
            Resolution::Raw => self.raw,
            Resolution::FiveMinutes => self.five_minutes,
            Resolution::OneHour => self.one_hour,
        }
    }

    /// Whether a block may go: `now` and the end of its range in seconds since 1970, UTC. Thanos `pkg/compact/retention.go` compares
    /// the end, not the beginning, so the oldest sample outlives its retention by the block's span.
    pub fn has_ended(&self, resolution: Resolution, max_time: i64, now: i64) -> bool {
        match self.of(resolution) {
            Kept::ForEver => false,
            Kept::Seconds(kept) => max_time.saturating_add_unsigned(kept) < now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_goes_when_its_end_is_past_and_never_when_it_is_kept_for_ever() {
        let retention = Retention {
            raw: Kept::Seconds(100),
            five_minutes: Kept::ForEver,
            one_hour: Kept::Seconds(u64::MAX),
        };
        for (resolution, max_time, now, ended) in [
            (Resolution::Raw, 1_000, 1_100, false),
            (Resolution::Raw, 1_000, 1_101, true),
            (Resolution::Raw, -2_208_988_800, 0, true),
            (Resolution::FiveMinutes, 0, i64::MAX, false),
            (Resolution::OneHour, i64::MAX, i64::MAX, false),
        ] {
            assert_eq!(
                retention.has_ended(resolution, max_time, now),
                ended,
                "{resolution:?} {max_time} {now}"
            );
        }
    }

    #[test]
    fn a_resolution_is_known_by_its_milliseconds() {
        for one in Resolution::ALL {
            assert_eq!(Resolution::of_ms(one.ms()), Some(one));
        }
        assert_eq!(Resolution::of_ms(60_000), None);
        assert_eq!(Resolution::of_ms(-1), None);
    }
}
