//! The names of es2s3's own snapshots: `{policy}-{yyyy.mm.dd}-s{yyyymmdd}-{8 hex}`.
//!
//! The first date is the day of data, the second the UTC day on which the snapshot was planned. The second is a lower
//! bound of the snapshot's start, so a listing of names is enough to know which root files are worth a read.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::model::{IndexUuid, PolicyName, SnapshotName};

/// A name longer than this would not fit S3 keys and file names of every engine.
const LONGEST_STEM: usize = 180;

/// What a name of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// Midnight UTC of the day on which it was planned: it cannot have started before.
    pub earliest_start: Timestamp,
}

/// The name for a policy's indices of one day. The hash makes it unique for this set at this second.
pub(super) fn make(policy: &PolicyName, day: Date, uuids: &[&IndexUuid], now: Timestamp) -> SnapshotName {
    let planned = now.to_zoned(TimeZone::UTC).date();
    let mut hash = Sha256::new();
    hash.update(format!("{policy}\n{day}\n{}\n", now.as_second()));
    let mut sorted: Vec<&str> = uuids.iter().map(|uuid| uuid.as_str()).collect();
    sorted.sort_unstable();
    for uuid in sorted {
        hash.update(uuid);
        hash.update("\n");
    }
    let hash: String = hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let day = day.strftime("%Y.%m.%d");
    SnapshotName::from(format!("{}-{day}-s{}-{hash}", stem(policy), planned.strftime("%Y%m%d")))
}

/// Reads a name as one of this `stem`; `None` when it is not of our form.
pub(super) fn read(stem: &str, name: &str) -> Option<Planned> {
    let rest = name.strip_prefix(stem)?.strip_prefix('-')?;
    // All of it is ASCII of a fixed width: 2026.10.20-s20261120-0123abcd.
    (rest.len() == 29 && rest.is_ascii()).then_some(())?;
    let (day, planned) = (&rest[..10], rest[10..].strip_prefix("-s")?);
    let hash = rest[20..].strip_prefix('-')?;
    date(&day[..4], &day[5..7], &day[8..]).filter(|_| &day[4..5] == "." && &day[7..8] == ".")?;
    let planned = date(&planned[..4], &planned[4..6], &planned[6..8])?;
    let hexadecimal = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    hexadecimal.then_some(())?;
    Some(Planned { earliest_start: TimeZone::UTC.to_timestamp(planned.at(0, 0, 0, 0)).ok()? })
}

/// The policy's name as every engine takes it in a snapshot's name: lower case, no blank, comma, `#` or character that
/// a file name may not have, and no leading `_` (Elasticsearch `SnapshotsService`).
pub(super) fn stem(policy: &PolicyName) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let plain: String = policy.as_str().to_ascii_lowercase().chars().map(plain).take(LONGEST_STEM).collect();
    let trimmed = plain.trim_start_matches(['_', '-', '.']);
    if trimmed.is_empty() { "es2s3".into() } else { trimmed.into() }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (digits(year) && digits(month) && digits(day)).then_some(())?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T23:59:59Z";

    #[test]
    fn what_is_made_is_read_back() {
        for (policy, stem_wanted) in [("app", "app"), ("App Prod", "app-prod"), ("_x", "x"), ("ü", "es2s3")]
        {
            let (policy, now) = (PolicyName::from(policy), NOW.parse().unwrap());
            let name = make(&policy, Date::constant(2026, 10, 20), &[&"u1".into()], now);
            let stem = stem(&policy);
            assert_eq!(stem, stem_wanted);
            assert!(name.as_str().starts_with(&format!("{stem}-2026.10.20-s20261120-")), "{name}");
            let planned = read(&stem, name.as_str()).unwrap();
            assert_eq!(planned.earliest_start, "2026-11-20T00:00:00Z".parse().unwrap());
        }
    }

    #[test]
    fn the_hash_follows_set_and_second_and_not_the_order() {
        let (policy, day, now) = ("app".into(), Date::constant(2026, 10, 20), NOW.parse().unwrap());
        let (a, b): (IndexUuid, IndexUuid) = ("a".into(), "b".into());
        let name = make(&policy, day, &[&a, &b], now);
        assert_eq!(name, make(&policy, day, &[&b, &a], now));
        assert_ne!(name, make(&policy, day, &[&a], now));
        assert_ne!(name, make(&policy, day, &[&a, &b], "2026-11-20T23:59:58Z".parse().unwrap()));
    }

    #[test]
    fn names_of_strangers_are_not_ours() {
        for name in [
            "app-2026.10.20",
            "app-2026.10.20-s20261120",
            "app-2026.10.20-s20261120-0123abcg",
            "app-2026.10.20-s20261120-0123ABCD",
            "app-2026.13.20-s20261120-0123abcd",
            "app-2026-10-20-s20261120-0123abcd",
            "app-2026.10.20-s20261320-0123abcd",
            "app-2026.10.20-s20261120-0123abcd1",
            "app-prod-2026.10.20-s20261120-0123abcd",
            "web-2026.10.20-s20261120-0123abcd",
        ] {
            assert_eq!(read("app", name), None, "{name}");
        }
        assert!(read("app-prod", "app-prod-2026.10.20-s20261120-0123abcd").is_some());
    }
}
