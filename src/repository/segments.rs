//! A Lucene commit, `segments_N`: its 16-byte id, its segments and its user data.
//!
//! The format is walked field by field to the footer, never searched for keys. Formats 7 (Lucene 7.0) to 10 (Lucene 8.6
//! to 10) are known; all of their numbers are big endian (Lucene `SegmentInfos`; 9 and 10 kept this file's order).

use super::FormatError;
use super::binary::{Bytes, hex};
use super::codec::check_footer;

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The id that `_stats` gives as `commit.id`, lower-case hexadecimal.
    pub id: String,
    /// Names of its segments: `_0`, `_a1`.
    pub segments: Vec<String>,
    /// The history of operations that its sequence numbers belong to; a shard keeps it until its copy is lost.
    pub history_uuid: Option<String>,
    /// The highest sequence number that it holds; -1 when it holds no operation.
    pub max_seq_no: Option<i64>,
    /// Every operation up to this one is in it.
    pub local_checkpoint: Option<i64>,
}

/// Reads the bytes of the file `name` (`segments_5`), checksum included.
pub fn parse_segments(name: &str, bytes: &[u8]) -> Result<Commit, FormatError> {
    let mut input = Bytes::new(check_footer(bytes)?, "the commit");
    let (format, id) = header(name, &mut input)?;
    let segments = segments(format, &mut input)?;
    let commit = user_data(id, segments, &mut input)?;
    match input.rest().len() {
        0 => Ok(commit),
        bytes => Err(FormatError::Trailing { bytes }),
    }
}

const FIRST_FORMAT: u32 = 7;
/// From here on the segment counter has variable length (Lucene 7.2).
const VARIABLE_COUNTER: u32 = 8;
/// From here on each segment tells its soft deletes (Lucene 7.4).
const SOFT_DELETES: u32 = 9;
/// From here on each segment's commit has an id (Lucene 8.6).
const COMMIT_IDS: u32 = 10;

fn header(name: &str, input: &mut Bytes<'_>) -> Result<(u32, String), FormatError> {
    input.int()?;
    let codec = input.string()?;
    if codec != "segments" {
        return Err(FormatError::CodecName { wanted: "segments", found: codec.into() });
    }
    let format = input.int()?;
    if !(FIRST_FORMAT..=COMMIT_IDS).contains(&format) {
        return Err(FormatError::CodecVersion { codec: "segments", found: format });
    }
    let id = hex(&input.array::<16>()?);
    let suffix_length = usize::from(input.byte()?);
    let suffix = input.take(suffix_length)?;
    if name.strip_prefix("segments_").map(str::as_bytes) != Some(suffix) {
        let found = String::from_utf8_lossy(suffix).into_owned();
        return Err(FormatError::CommitGeneration { file: name.into(), found });
    }
    Ok((format, id))
}

fn segments(format: u32, input: &mut Bytes<'_>) -> Result<Vec<String>, FormatError> {
    lucene_version(input)?;
    // The major version that created the index, then the commit's own version.
    input.variable()?;
    input.long()?;
    if format >= VARIABLE_COUNTER {
        input.variable()?;
    } else {
        input.int()?;
    }
    let count = input.int()?;
    if count > 0 {
        // The oldest version among the segments.
        lucene_version(input)?;
    }
    (0..count).map(|_| segment(format, input)).collect()
}

fn segment(format: u32, input: &mut Bytes<'_>) -> Result<String, FormatError> {
    let name = input.string()?.to_owned();
    input.array::<16>()?;
    let _codec = input.string()?;
    // Generation and count of deletes, generations of field infos and doc values.
    input.long()?;
    input.int()?;
    input.long()?;
    input.long()?;
    if format >= SOFT_DELETES {
        input.int()?;
    }
    if format >= COMMIT_IDS {
        commit_id(input)?;
    }
    strings(input)?;
    for _ in 0..input.int()? {
        input.int()?;
        strings(input)?;
    }
    Ok(name)
}

fn commit_id(input: &mut Bytes<'_>) -> Result<(), FormatError> {
    match input.byte()? {
        0 => Ok(()),
        1 => input.array::<16>().map(|_| ()),
        mark => Err(FormatError::Commit { what: "mark of a segment's commit id", found: mark.to_string() }),
    }
}

fn user_data(id: String, segments: Vec<String>, input: &mut Bytes<'_>) -> Result<Commit, FormatError> {
    let mut commit = Commit { id, segments, history_uuid: None, max_seq_no: None, local_checkpoint: None };
    for _ in 0..input.variable()? {
        let key = input.string()?;
        let value = input.string()?;
        match key {
            "history_uuid" => commit.history_uuid = Some(value.to_owned()),
            "max_seq_no" => commit.max_seq_no = Some(number("max_seq_no", value)?),
            "local_checkpoint" => commit.local_checkpoint = Some(number("local_checkpoint", value)?),
            _ => {}
        }
    }
    Ok(commit)
}

fn number(what: &'static str, text: &str) -> Result<i64, FormatError> {
    text.parse().map_err(|_| FormatError::Commit { what, found: text.into() })
}

fn lucene_version(input: &mut Bytes<'_>) -> Result<(), FormatError> {
    for _ in 0..3 {
        input.variable()?;
    }
    Ok(())
}

fn strings(input: &mut Bytes<'_>) -> Result<(), FormatError> {
    for _ in 0..input.variable()? {
        input.string()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::codec::tests::seal;

    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.push(text.len() as u8);
        bytes.extend(text.as_bytes());
    }

    /// A commit of one segment, with one doc-values update, as Lucene writes it in this format.
    fn commit(format: u32, suffix: &str, user_data: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = 0x3fd7_6c17u32.to_be_bytes().to_vec();
        text(&mut bytes, "segments");
        bytes.extend(format.to_be_bytes());
        bytes.extend([0xab; 16]);
        text(&mut bytes, suffix);
        bytes.extend([8, 11, 1, 8]);
        bytes.extend(7u64.to_be_bytes());
        // A counter of 300: two bytes when of variable length.
        bytes.extend(if format >= VARIABLE_COUNTER { vec![0xac, 2] } else { vec![0, 0, 1, 0x2c] });
        bytes.extend(1u32.to_be_bytes());
        bytes.extend([8, 0, 0]);
        text(&mut bytes, "_8a");
        bytes.extend([1; 16]);
        text(&mut bytes, "Lucene87");
        bytes.extend([0xff; 28]);
        if format >= SOFT_DELETES {
            bytes.extend(3u32.to_be_bytes());
        }
        if format >= COMMIT_IDS {
            bytes.push(1);
            bytes.extend([2; 16]);
        }
        bytes.push(1);
        text(&mut bytes, "_8a_1.fnm");
        bytes.extend(1u32.to_be_bytes());
        bytes.extend(5u32.to_be_bytes());
        bytes.push(1);
        text(&mut bytes, "_8a_1_Lucene80_0.dvd");
        bytes.push(user_data.len() as u8);
        for (key, value) in user_data {
            text(&mut bytes, key);
            text(&mut bytes, value);
        }
        seal(bytes)
    }

    const USER_DATA: [(&str, &str); 4] =
        [("translog_uuid", "t"), ("history_uuid", "h"), ("max_seq_no", "41"), ("local_checkpoint", "-1")];

    #[test]
    fn all_known_formats_are_walked_to_the_end() {
        for format in FIRST_FORMAT..=COMMIT_IDS {
            let commit = parse_segments("segments_1z", &commit(format, "1z", &USER_DATA)).unwrap();
            assert_eq!(commit.id, "ab".repeat(16), "{format}");
            assert_eq!(commit.segments, ["_8a"]);
            assert_eq!(commit.history_uuid.as_deref(), Some("h"));
            assert_eq!((commit.max_seq_no, commit.local_checkpoint), (Some(41), Some(-1)));
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let longer = |mut bytes: Vec<u8>| {
            bytes.truncate(bytes.len() - 16);
            bytes.push(0);
            seal(bytes)
        };
        for (name, bytes, words) in [
            ("segments_2", commit(10, "1", &[]), "calls itself generation `1`"),
            ("segments_1", commit(11, "1", &[]), "format version 11"),
            ("segments_1", commit(6, "1", &[]), "format version 6"),
            ("segments_1", longer(commit(10, "1", &[])), "1 bytes follow"),
            ("segments_1", commit(10, "1", &[("max_seq_no", "many")]), "impossible max_seq_no: many"),
        ] {
            let error = parse_segments(name, &bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error:?} does not say {words:?}");
        }
    }
}
