//! Bytes of `state.json`, of any format that there ever was, to the state of today.
//!
//! Called by `store`. An older format is brought forward in memory and written as the newest with the next save; a newer one
//! is refused, since writing it back would lose what this program does not know. `tests/state/` keeps a file of each.

use serde::Deserialize;

use super::StateError;
use crate::model::State;

/// Newest format of `state.json` that this program reads, and the one that it writes.
pub const FORMAT: u32 = 1;

/// Read before the rest, so that a newer file is told as such and not as garbled.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// Reads a state; `place` names the file in errors.
///
/// # Errors
///
/// [`StateError::Newer`] names both formats; [`StateError::Garbled`] says what is not understood.
pub fn read(place: &str, bytes: &[u8]) -> Result<State, StateError> {
    let garbled = |why: String| StateError::Garbled { place: place.to_owned(), why };
    let head: Head = serde_json::from_slice(bytes).map_err(|error| garbled(error.to_string()))?;
    match head.format {
        1 => serde_json::from_slice(bytes).map_err(|error| garbled(error.to_string())),
        0 => Err(garbled("there never was a format 0".into())),
        found => Err(StateError::Newer { place: place.to_owned(), found, known: FORMAT }),
    }
}
