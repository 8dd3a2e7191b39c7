//! Questions and answers that are too long for one call of the function: `asks/<name>` and `answers/<name>`, compressed.
//!
//! Called by `cli` at both ends. A name is 32 hexadecimal digits that only one caller and the function know of; whoever asked
//! removes both. What a killed caller left behind is removed by a later one.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};

use super::{StateError, Store};
use crate::clients::s3::{Condition, Put};

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Ask,
    Answer,
}

/// What is older than this belongs to a caller that died.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);
/// Bytes that are unpacked at most: an answer that goes on and on ends as garbled.
const LONGEST: u64 = 512 << 20;

impl Way {
    fn folder(self) -> &'static str {
        match self {
            Way::Ask => "asks",
            Way::Answer => "answers",
        }
    }

    fn key(self, name: &str) -> String {
        format!("{}/{name}", self.folder())
    }
}

/// Whether a name is of the form that [`super::random_name`] gives, so that nobody can have another object written.
pub fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Store {
    /// Puts a question or an answer under a name that was never used.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or something is there.
    pub async fn leave(&self, way: Way, name: &str, text: &str) -> Result<(), StateError> {
        let key = way.key(name);
        let packed = pack(text).map_err(|error| self.garbled(&key, error))?;
        match self.writer().put(&self.key(&key), packed, Condition::IfAbsent).await? {
            Put::Written { .. } => Ok(()),
            Put::Refused => Err(StateError::Moved { place: self.place(&key) }),
        }
    }

    /// Reads what was left.
    ///
    /// # Errors
    ///
    /// When it is not there, or no text.
    pub async fn left(&self, way: Way, name: &str) -> Result<String, StateError> {
        let key = way.key(name);
        let blob = self.reader().get(&self.key(&key)).await?;
        let blob = blob.ok_or_else(|| self.garbled(&key, "it is not there"))?;
        unpack(&blob.bytes).map_err(|error| self.garbled(&key, error))
    }

    /// Removes it; that it is gone already is no error.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub async fn remove_left(&self, way: Way, name: &str) -> Result<(), StateError> {
        self.writer().delete(&self.key(&way.key(name)), &Condition::Always).await?;
        Ok(())
    }

    /// Removes what callers that died left behind. Gives how many.
    ///
    /// # Errors
    ///
    /// When it cannot be listed or removed.
    pub async fn remove_left_behind(&self, now: Timestamp) -> Result<usize, StateError> {
        let mut removed = 0;
        for way in [Way::Ask, Way::Answer] {
            for one in self.reader().list(&self.key(&format!("{}/", way.folder()))).await? {
                if one.last_modified.is_some_and(|at| now.duration_since(at) > LEFT_BEHIND) {
                    self.writer().delete(&one.key, &Condition::Always).await?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    fn garbled(&self, key: &str, why: impl ToString) -> StateError {
        StateError::Garbled { place: self.place(key), why: why.to_string() }
    }
}

fn pack(text: &str) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes())?;
    packer.finish()
}

fn unpack(bytes: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(bytes).take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::random_name;

    #[test]
    fn what_is_packed_is_unpacked() {
        let text = "a line of an answer\n".repeat(1000);
        let packed = pack(&text).expect("packed");
        assert!(packed.len() < text.len() / 10, "{} bytes", packed.len());
        assert_eq!(unpack(&packed).expect("unpacked"), text);
        assert!(unpack(&packed[..packed.len() / 2]).is_err(), "half of it is no answer");
    }

    #[test]
    fn only_names_of_ours_are_names() {
        let name = random_name();
        assert!(is_name(&name), "{name}");
        assert_ne!(name, random_name());
        for other in ["", "../state.json", &name[1..], &name.to_uppercase().replace('0', "A"), "state.json"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
