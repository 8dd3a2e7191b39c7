//! Retentions that lose data which nobody meant to lose: the next coarser resolution is made from blocks that must live long enough.
//!
//! The compactor refuses only raw under 40 hours and 5m under 10 days; with these very values no 1h block is ever made
//! (thanos-io/thanos #5435). The floors here come from playing the compactor's planner over blocks of two hours.

use super::{Kept, Retention};

/// One rule that the retentions break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Floor {
    /// 5m blocks have holes that nothing fills.
    RawBeforeFiveMinutes,
    /// A window of two days that was cut short (an outage, a new cluster) is not made whole by the merge of fourteen.
    RawBeforeMerge,
    /// No 1h block, or one with holes.
    FiveMinutesBeforeOneHour,
    /// The compactor downsamples the same raw blocks again and again.
    FiveMinutesBeforeRaw,
    /// A query over a long range ends earlier than one over a short range.
    OneHourBeforeFiveMinutes,
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Half of it a marked block is still compacted and downsampled. A shorter one counts as none.
const USUAL_DELAY: u64 = 2 * DAY;

impl Floor {
    /// Whether data is lost for good, or made again without end, and not only late or awkward to query.
    pub fn loses_data(self) -> bool {
        matches!(
            self,
            Floor::RawBeforeFiveMinutes | Floor::FiveMinutesBeforeOneHour | Floor::FiveMinutesBeforeRaw
        )
    }

    /// Stable, kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Floor::RawBeforeFiveMinutes => "raw-before-5m",
            Floor::RawBeforeMerge => "raw-before-merge",
            Floor::FiveMinutesBeforeOneHour => "5m-before-1h",
            Floor::FiveMinutesBeforeRaw => "5m-shorter-than-raw",
            Floor::OneHourBeforeFiveMinutes => "1h-shorter-than-5m",
        }
    }

    /// What the retentions say, in one line.
    pub fn message(self, retention: &Retention) -> String {
        let Retention { raw, five_minutes, one_hour } = retention;
        match self {
            Floor::RawBeforeFiveMinutes => {
                format!("raw samples go after {raw}, before 5m samples are made of all of them")
            }
            Floor::RawBeforeMerge => {
                format!("raw samples go after {raw}, before a window that was cut short is merged")
            }
            Floor::FiveMinutesBeforeOneHour => {
                format!("5m samples go after {five_minutes}, before 1h samples are made of all of them")
            }
            Floor::FiveMinutesBeforeRaw => {
                format!("5m samples go after {five_minutes}, and raw ones stay longer ({raw})")
            }
            Floor::OneHourBeforeFiveMinutes => {
                format!("1h samples go after {one_hour}, and 5m ones stay longer ({five_minutes})")
            }
        }
    }

    /// What would be lost, and from when.
    pub fn consequence(self) -> &'static str {
        match self {
            Floor::RawBeforeFiveMinutes => {
                "from this age on, 5m and 1h samples have holes that nothing fills"
            }
            Floor::RawBeforeMerge => "around an outage, 5m and 1h samples have holes of up to two days",
            Floor::FiveMinutesBeforeOneHour => {
                "1h samples have holes or are never made: nothing is left after two weeks"
            }
            Floor::FiveMinutesBeforeRaw => "the compactor makes the same 5m blocks again and again",
            Floor::OneHourBeforeFiveMinutes => {
                "a query over a long range ends earlier than one over a short range"
            }
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Floor::RawBeforeFiveMinutes => {
                "keep `raw` for 40h at least (44h with a `delete_delay` under 48h); 12d also heals outages"
            }
            Floor::RawBeforeMerge => "keep `raw` for 12d at least (13d with a `delete_delay` under 48h)",
            Floor::FiveMinutesBeforeOneHour => {
                "keep `5m` for 14d at least (15d with a `delete_delay` under 48h)"
            }
            Floor::FiveMinutesBeforeRaw => "keep `5m` at least as long as `raw`",
            Floor::OneHourBeforeFiveMinutes => "keep `1h` at least as long as `5m`",
        }
    }
}

/// The floors that these retentions are below, with this delay (seconds) between mark and deletion.
pub fn broken(retention: &Retention, delete_delay: u64) -> Vec<Floor> {
    let Retention { raw, five_minutes, one_hour } = *retention;
    let below = |kept: Kept, usual: u64, without_delay: u64| {
        kept.is_shorter_than(Kept::Seconds(if delete_delay >= USUAL_DELAY { usual } else { without_delay }))
    };
    let coarser_stays = |fine: Kept, coarse: Kept| fine.is_shorter_than(coarse);
    let rules = [
        (Floor::RawBeforeFiveMinutes, below(raw, 40 * HOUR, 44 * HOUR) && coarser_stays(raw, five_minutes)),
        (Floor::RawBeforeMerge, below(raw, 12 * DAY, 13 * DAY) && coarser_stays(raw, five_minutes)),
        (
            Floor::FiveMinutesBeforeOneHour,
            below(five_minutes, 14 * DAY, 15 * DAY) && coarser_stays(five_minutes, one_hour),
        ),
        (Floor::FiveMinutesBeforeRaw, five_minutes.is_shorter_than(raw)),
        (Floor::OneHourBeforeFiveMinutes, one_hour.is_shorter_than(five_minutes)),
    ];
    rules.into_iter().filter_map(|(floor, broken)| broken.then_some(floor)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(words: &str) -> Kept {
        let (amount, unit) = words.split_at(words.len() - 1);
        match (amount.parse::<u64>().expect("a number"), unit) {
            (0, _) => Kept::ForEver,
            (days, "d") => Kept::Seconds(days * DAY),
            (hours, _) => Kept::Seconds(hours * HOUR),
        }
    }

    #[test]
    fn each_floor_has_its_edge() {
        use Floor::{
            FiveMinutesBeforeOneHour, FiveMinutesBeforeRaw, OneHourBeforeFiveMinutes, RawBeforeFiveMinutes,
            RawBeforeMerge,
        };
        let cases: [(&str, &str, &str, u64, &[Floor]); 14] = [
            ("30d", "90d", "0d", 48, &[]),
            ("0d", "0d", "0d", 48, &[]),
            ("12d", "14d", "365d", 48, &[]),
            ("12d", "14d", "365d", 0, &[RawBeforeMerge, FiveMinutesBeforeOneHour]),
            ("13d", "15d", "365d", 0, &[]),
            ("40h", "10d", "365d", 48, &[RawBeforeMerge, FiveMinutesBeforeOneHour]),
            ("39h", "90d", "0d", 48, &[RawBeforeFiveMinutes, RawBeforeMerge]),
            ("42h", "90d", "0d", 0, &[RawBeforeFiveMinutes, RawBeforeMerge]),
            ("44h", "90d", "0d", 0, &[RawBeforeMerge]),
            // All end together: nothing coarser is missed.
            ("1d", "1d", "1d", 48, &[]),
            ("90d", "30d", "0d", 48, &[FiveMinutesBeforeRaw]),
            ("0d", "30d", "0d", 48, &[FiveMinutesBeforeRaw]),
            ("30d", "90d", "60d", 48, &[OneHourBeforeFiveMinutes]),
            ("30d", "0d", "365d", 48, &[OneHourBeforeFiveMinutes]),
        ];
        for (raw, five_minutes, one_hour, delay, expected) in cases {
            let retention =
                Retention { raw: kept(raw), five_minutes: kept(five_minutes), one_hour: kept(one_hour) };
            assert_eq!(
                broken(&retention, delay * HOUR),
                expected,
                "{raw} {five_minutes} {one_hour}, {delay} h"
            );
        }
        assert!(!RawBeforeMerge.loses_data() && FiveMinutesBeforeRaw.loses_data());
    }
}
