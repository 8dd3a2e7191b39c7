//! Marks: small objects in a block's folder that tell Thanos to delete it, or not to compact or downsample it.

use serde::{Deserialize, Serialize};

use super::BlockId;

/// Which mark; the order is that of their names in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    Deletion,
    NoCompact,
    NoDownsample,
}

impl MarkKind {
    pub const ALL: [MarkKind; 3] = [MarkKind::Deletion, MarkKind::NoCompact, MarkKind::NoDownsample];

    /// The object's name below the block's folder.
    pub fn file(self) -> &'static str {
        match self {
            MarkKind::Deletion => "deletion-mark.json",
            MarkKind::NoCompact => "no-compact-mark.json",
            MarkKind::NoDownsample => "no-downsample-mark.json",
        }
    }

    pub fn of_file(name: &str) -> Option<Self> {
        MarkKind::ALL.into_iter().find(|kind| kind.file() == name)
    }
}

/// What a mark says. Thanos `pkg/block/metadata/markers.go`, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub kind: MarkKind,
    /// As it stands there; it must be the folder's name.
    pub id: String,
    /// Seconds since 1970, UTC. A deletion counts from here.
    pub time: i64,
    pub details: String,
    /// Empty for a deletion.
    pub reason: String,
}

/// Why a mark says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMark {
    /// Thanos goes on as if it were not there.
    #[error("is no mark: {0}")]
    Unreadable(String),
    /// Thanos stops at it: the Compactor's view of the bucket fails.
    #[error("is of version {0}, and Thanos reads version 1 alone")]
    Version(i64),
}

impl Mark {
    /// # Errors
    ///
    /// [`BadMark`].
    pub fn parse(kind: MarkKind, bytes: &[u8]) -> Result<Self, BadMark> {
        let raw: Raw =
            serde_json::from_slice(bytes).map_err(|error| BadMark::Unreadable(error.to_string()))?;
        if ulid_of(&raw.id).is_none() {
            return Err(BadMark::Unreadable(format!("`{}` is no name of a block", raw.id)));
        }
        if raw.version != 1 {
            return Err(BadMark::Version(raw.version));
        }
        let time = match kind {
            MarkKind::Deletion => raw.deletion_time,
            MarkKind::NoCompact => raw.no_compact_time,
            MarkKind::NoDownsample => raw.no_downsample_time,
        };
        // Go reads a number that is not there as 0: of a deletion, the delay was over long ago.
        Ok(Self {
            kind,
            id: raw.id,
            time: time.unwrap_or_default(),
            details: raw.details,
            reason: raw.reason,
        })
    }
}

/// Small letters too, as `ulid.Parse` takes them.
fn ulid_of(name: &str) -> Option<BlockId> {
    BlockId::parse(&name.to_ascii_uppercase()).ok()
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    version: i64,
    deletion_time: Option<i64>,
    no_compact_time: Option<i64>,
    no_downsample_time: Option<i64>,
    #[serde(default)]
    details: String,
    #[serde(default)]
    reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_file_and_its_time() {
        for (kind, field) in [
            (MarkKind::Deletion, "deletion_time"),
            (MarkKind::NoCompact, "no_compact_time"),
            (MarkKind::NoDownsample, "no_downsample_time"),
        ] {
            assert_eq!(MarkKind::of_file(kind.file()), Some(kind));
            let text = format!(
                r#"{{"id":"01M826YJMTN7MY49VEBBR7VA9Q","version":1,"{field}":1704067200,"reason":"manual"}}"#
            );
            let mark = Mark::parse(kind, text.as_bytes()).expect("sound");
            assert_eq!((mark.kind, mark.time, mark.reason.as_str()), (kind, 1_704_067_200, "manual"));
            // The time of another kind is none, and none is the beginning of time.
            for other in MarkKind::ALL.into_iter().filter(|other| *other != kind) {
                assert_eq!(Mark::parse(other, text.as_bytes()).expect("sound").time, 0, "{other:?}");
            }
        }
        assert_eq!(MarkKind::of_file("meta.json"), None);
    }

    #[test]
    fn what_is_no_mark_of_version_1_is_none() {
        assert!(matches!(Mark::parse(MarkKind::Deletion, b"{}"), Err(BadMark::Unreadable(_))));
        assert!(matches!(Mark::parse(MarkKind::Deletion, b"no"), Err(BadMark::Unreadable(_))));
        let of_nobody = br#"{"id":"x","version":1,"deletion_time":1}"#;
        assert!(matches!(Mark::parse(MarkKind::Deletion, of_nobody), Err(BadMark::Unreadable(_))));
        let newer = br#"{"id":"01M826YJMTN7MY49VEBBR7VA9Q","version":2,"deletion_time":1}"#;
        assert_eq!(Mark::parse(MarkKind::Deletion, newer), Err(BadMark::Version(2)));
    }
}
