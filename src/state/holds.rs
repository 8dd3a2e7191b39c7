//! Holds on indices: pure functions over the state.

use jiff::Timestamp;

use crate::model::{Hold, IndexName, State};

/// Puts a hold; one that is there is replaced.
pub fn put(state: &mut State, index: IndexName, hold: Hold) {
    state.holds.insert(index, hold);
}

/// Releases holds; returns the names that had none.
pub fn release(state: &mut State, indices: &[IndexName]) -> Vec<IndexName> {
    indices.iter().filter(|index| state.holds.remove(*index).is_none()).cloned().collect()
}

/// Forgets holds that ended before `now`: they keep nothing any more.
pub fn forget_ended(state: &mut State, now: Timestamp) {
    state.holds.retain(|_, hold| hold.until.is_none_or(|until| until > now));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HoldReason;

    fn hold(until: Option<&str>) -> Hold {
        Hold {
            uuid: None,
            reason: HoldReason::Asked { note: String::new() },
            by: "alice@ci".into(),
            since: "2026-11-01T00:00:00Z".parse().unwrap(),
            until: until.map(|until| until.parse().unwrap()),
        }
    }

    fn state() -> State {
        State {
            format: 1,
            serial: 1,
            lineage: "L".into(),
            owned: Default::default(),
            holds: Default::default(),
            protected: Vec::new(),
            last_run: None,
        }
    }

    #[test]
    fn a_hold_ends_at_its_time_and_not_before() {
        let mut state = state();
        put(&mut state, "a".into(), hold(Some("2026-12-01T00:00:00Z")));
        put(&mut state, "b".into(), hold(None));
        forget_ended(&mut state, "2026-11-30T23:59:59Z".parse().unwrap());
        assert_eq!(state.holds.len(), 2);
        forget_ended(&mut state, "2026-12-01T00:00:00Z".parse().unwrap());
        assert_eq!(state.holds.keys().map(IndexName::as_str).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn releasing_says_what_was_not_held() {
        let mut state = state();
        put(&mut state, "a".into(), hold(None));
        assert_eq!(release(&mut state, &["a".into(), "b".into()]), ["b".into()]);
        assert!(state.holds.is_empty());
    }
}
