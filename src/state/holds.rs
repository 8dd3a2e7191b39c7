//! Holds on indices: pure functions over the state.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Hold, IndexName, State};

/// Puts a hold. One that stands by then and lasts longer is left as it is: only `release` makes a hold end sooner, never a
/// restore of the index or a second hold. True when it was put.
pub fn put(state: &mut State, index: IndexName, hold: Hold) -> bool {
    let stands = state.holds.get(&index).filter(|there| holds_at(there, hold.since));
    if stands.is_some_and(|there| outlasts(there, &hold)) {
        return false;
    }
    state.holds.insert(index, hold);
    true
}

fn outlasts(there: &Hold, other: &Hold) -> bool {
    other.until.is_some_and(|until| there.until.is_none_or(|there| there > until))
}

/// How long a hold that ended is remembered: it says that es2s3 knows of a restored index, which is else taken for one that
/// was restored by other means and left alone.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Whether the hold keeps anything at `now`.
pub fn holds_at(hold: &Hold, now: Timestamp) -> bool {
    hold.until.is_none_or(|until| until > now)
}

/// Ends holds now; returns the names that had none. The entry stays, see [`forget_long_ended`].
pub fn release(state: &mut State, indices: &[IndexName], now: Timestamp) -> Vec<IndexName> {
    let mut unheld = Vec::new();
    for index in indices {
        match state.holds.get_mut(index).filter(|hold| holds_at(hold, now)) {
            Some(hold) => hold.until = Some(now),
            None => unheld.push(index.clone()),
        }
    }
    unheld
}

/// Forgets holds that ended more than 400 days ago.
pub fn forget_long_ended(state: &mut State, now: Timestamp) {
    state.holds.retain(|_, hold| hold.until.is_none_or(|until| now.duration_since(until) < REMEMBERED));
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
            waiting: None,
        }
    }

    #[test]
    fn a_hold_ends_at_its_time_and_not_before() {
        let mut state = state();
        put(&mut state, "a".into(), hold(Some("2026-12-01T00:00:00Z")));
        put(&mut state, "b".into(), hold(None));
        let holds = |index: &str, at: &str| holds_at(&state.holds[index], at.parse().unwrap());
        assert!(holds("a", "2026-11-30T23:59:59Z") && holds("b", "2026-11-30T23:59:59Z"));
        assert!(!holds("a", "2026-12-01T00:00:00Z") && holds("b", "2126-12-01T00:00:00Z"));
    }

    #[test]
    fn an_ended_hold_is_remembered_for_a_while() {
        let mut state = state();
        put(&mut state, "a".into(), hold(Some("2026-12-01T00:00:00Z")));
        forget_long_ended(&mut state, "2027-12-01T00:00:00Z".parse().unwrap());
        assert_eq!(state.holds.len(), 1);
        forget_long_ended(&mut state, "2028-02-01T00:00:00Z".parse().unwrap());
        assert!(state.holds.is_empty());
    }

    #[test]
    fn a_hold_is_never_shortened_by_another_one() {
        let dates = [None, Some("2026-12-01T00:00:00Z"), Some("2026-12-24T00:00:00Z")];
        for (first, second, stands) in [(0, 1, 0), (2, 1, 2), (1, 2, 2), (1, 0, 0), (0, 0, 0)] {
            let mut state = state();
            put(&mut state, "a".into(), hold(dates[first]));
            put(&mut state, "a".into(), hold(dates[second]));
            assert_eq!(state.holds["a"], hold(dates[stands]), "{first} then {second}");
        }
        // One that has ended by then is no hold any more.
        let (mut state, mut late) = (state(), hold(dates[1]));
        put(&mut state, "a".into(), hold(Some("2026-11-01T00:00:01Z")));
        late.since = "2026-11-02T00:00:00Z".parse().unwrap();
        assert!(put(&mut state, "a".into(), late));
    }

    #[test]
    fn releasing_says_what_was_not_held() {
        let mut state = state();
        put(&mut state, "a".into(), hold(None));
        let now = "2026-11-02T00:00:00Z".parse().unwrap();
        assert_eq!(release(&mut state, &["a".into(), "b".into()], now), ["b".into()]);
        assert!(!holds_at(&state.holds["a"], now));
        assert_eq!(release(&mut state, &["a".into()], now), ["a".into()]);
    }
}
