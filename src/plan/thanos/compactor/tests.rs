//! The floors of a retention, played: what is ever made at 5m and 1h of one stream that Prometheus cut without a pause.

use super::*;
use crate::model::thanos::{Kept, broken};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// A Thursday, at which a window of fourteen days begins.
const BEGIN_MS: i64 = 1_704_326_400_000;

fn kept(word: &str) -> Kept {
    let (number, unit) = word.split_at(word.len() - 1);
    Kept::of_seconds(number.parse::<u64>().expect("a number") * if unit == "d" { DAY } else { HOUR })
}

/// `raw 5m 1h`, and the hours between mark and deletion.
pub(super) fn rules(words: &str, delay_hours: u64) -> Rules {
    let [raw, five_minutes, one_hour] =
        words.split(' ').map(kept).collect::<Vec<_>>().try_into().expect("three");
    Rules {
        retention: Retention { raw, five_minutes, one_hour },
        delete_delay: delay_hours * HOUR,
        compacts: true,
        merges_overlaps: false,
        every: HOUR,
        halts_at: None,
    }
}

fn played(rules: &Rules, days: u64) -> (Played, i64) {
    let arrivals = Arrivals { next_ms: BEGIN_MS, replicas: 1, bytes: 1_000 };
    let mut played = Played::new(Shares::default(), Some(arrivals));
    let until = (BEGIN_MS / 1_000).saturating_add_unsigned(days * DAY);
    run(&mut played, rules, BEGIN_MS / 1_000, until);
    (played, until)
}

/// Days of a resolution that were ever made, to a tenth: twelve blocks of Prometheus a day.
fn days_made(played: &Played, resolution: Resolution) -> f64 {
    (played.made[resolution as usize].count() as f64 / 1.2).round() / 10.0
}

/// Whatever is possible in 60 days is 58 at 5m and 56 at 1h, in 84 days 82 and 70.
#[test]
fn each_floor_is_where_samples_begin_to_be_missing() {
    for (words, delay_hours, days, five_minutes, one_hour) in [
        ("40h 0d 0d", 48, 60, 58.0, 56.0),
        ("40h 0d 0d", 0, 60, 48.3, 35.0),
        ("42h 0d 0d", 0, 60, 48.3, 35.0),
        ("44h 0d 0d", 0, 60, 58.0, 56.0),
        // The smallest values that the Compactor starts with: nothing is left after two weeks.
        ("40h 10d 0d", 48, 84, 82.0, 0.0),
        ("40h 11d 0d", 48, 84, 82.0, 0.0),
        ("40h 12d 0d", 48, 84, 82.0, 50.0),
        ("40h 13d 0d", 48, 84, 82.0, 50.0),
        ("40h 14d 0d", 48, 84, 82.0, 70.0),
        ("9d 14d 0d", 0, 84, 82.0, 50.0),
        ("9d 15d 0d", 0, 84, 82.0, 70.0),
    ] {
        let rules = rules(words, delay_hours);
        let (played, _) = played(&rules, days);
        let made = (days_made(&played, Resolution::FiveMinutes), days_made(&played, Resolution::OneHour));
        assert_eq!(made, (five_minutes, one_hour), "{words}, {delay_hours} h");
        let floors = broken(&rules.retention, rules.delete_delay);
        let told = floors.iter().any(|floor| floor.loses_data());
        let lost = (five_minutes, one_hour) != if days == 60 { (58.0, 56.0) } else { (82.0, 70.0) };
        assert_eq!(told, lost, "{words}, {delay_hours} h: what the configuration says of it");
    }
}

#[test]
fn five_minutes_that_go_before_the_raw_samples_are_made_again_and_again() {
    for (words, delay_hours, days, downsamplings) in [
        ("0d 0d 0d", 48, 200, 113),
        ("0d 30d 0d", 48, 200, 1_016),
        ("0d 0d 0d", 0, 100, 56),
        ("0d 30d 0d", 0, 100, 3_412),
    ] {
        let (played, _) = played(&rules(words, delay_hours), days);
        assert_eq!(played.jobs.downsamplings, downsamplings, "{words}, {delay_hours} h, {days} days");
    }
}

#[test]
fn what_will_never_be_made_is_known_once_its_samples_are_gone() {
    for (words, delay_hours, some) in
        [("40h 0d 0d", 48, false), ("42h 0d 0d", 0, true), ("44h 0d 0d", 0, false), ("1h 0d 0d", 48, true)]
    {
        let rules = rules(words, delay_hours);
        let (played, until) = played(&rules, 60);
        assert_eq!(
            !played.never(&rules, Resolution::Raw, until).is_empty(),
            some,
            "{words}, {delay_hours} h"
        );
    }
}

#[test]
fn a_stream_without_a_pause_has_one_block_for_each_fortnight_and_few_besides() {
    let (played, until) = played(&rules("0d 0d 0d", 48), 140);
    let staying = played.pieces.iter().filter(|piece| piece.marked.is_none());
    let mut widths: Vec<(Resolution, i64)> =
        staying.map(|piece| (piece.resolution, piece.width() / HOUR_MS)).collect();
    widths.sort_unstable();
    widths.dedup();
    let fortnight = 14 * 24;
    assert!(widths.contains(&(Resolution::OneHour, fortnight)), "{widths:?}");
    assert!(widths.contains(&(Resolution::Raw, 2)), "{widths:?}");
    assert_eq!(
        played.alive(&rules("0d 0d 0d", 48), Resolution::Raw, until).count(),
        u64::from(played.numbered)
    );
}

#[test]
fn replicas_are_merged_where_that_is_wanted_and_halt_the_compactor_where_it_is_not() {
    for (merges_overlaps, halted) in [(true, false), (false, true)] {
        let arrivals = Arrivals { next_ms: BEGIN_MS, replicas: 2, bytes: 1_000 };
        let mut played = Played::new(Shares::default(), Some(arrivals));
        let rules = Rules { merges_overlaps, ..rules("0d 0d 0d", 48) };
        run(&mut played, &rules, BEGIN_MS / 1_000, (BEGIN_MS / 1_000).saturating_add_unsigned(30 * DAY));
        assert_eq!((played.halted.is_some(), played.jobs.merges == 0), (halted, halted));
    }
}

/// `pkg/compact/compact.go`, `areBlocksOverlapping`: it looks at every block of the group, and a halt ends all work.
#[test]
fn a_halted_compactor_does_nothing_more_whoever_stopped_it() {
    let arrivals = Some(Arrivals { next_ms: BEGIN_MS, replicas: 1, bytes: 1_000 });
    let (begin, until) = (BEGIN_MS / 1_000, (BEGIN_MS / 1_000).saturating_add_unsigned(30 * DAY));
    let rules = rules("2d 2d 2d", 0);
    let mut own = Played::new(Shares::default(), arrivals);
    for no_compact in [false, true] {
        let sources = Sources::one(own.numbered);
        own.numbered += 1;
        own.spans.push((BEGIN_MS - CUT_MS, BEGIN_MS));
        let (min_time, max_time) = (BEGIN_MS - CUT_MS, BEGIN_MS);
        own.add(Piece { min_time, max_time, sources, no_compact, ..Piece::default() });
    }
    run(&mut own, &rules, begin, until);
    let mut of_another = Played::new(Shares::default(), arrivals);
    run(&mut of_another, &Rules { halts_at: Some(begin), ..rules }, begin, until);
    for played in [own, of_another] {
        assert_eq!((played.halted, played.jobs), (Some(begin), Jobs::default()));
        assert!(played.pieces.iter().all(|piece| piece.marked.is_none()), "nothing is marked or deleted");
    }
}

/// A round each hour, one by one, comes to the same as the rounds that are left out.
#[test]
fn rounds_that_are_left_out_would_have_done_nothing() {
    for words in ["0d 0d 0d", "9d 12d 40d", "40h 10d 20d"] {
        let rules = rules(words, 48);
        let (quick, until) = played(&rules, 60);
        let arrivals = Arrivals { next_ms: BEGIN_MS, replicas: 1, bytes: 1_000 };
        let mut slow = Played::new(Shares::default(), Some(arrivals));
        for round in 0..=60 * 24 {
            let now = BEGIN_MS / 1_000 + round * 3_600;
            run(&mut slow, &Rules { every: u64::MAX, ..rules }, now, now);
            slow.settled = None;
        }
        assert_eq!(quick.jobs, slow.jobs, "{words}");
        let ends = |played: &Played| {
            let mut ends: Vec<_> = played
                .pieces
                .iter()
                .map(|piece| (piece.resolution, piece.min_time, piece.max_time, piece.marked, piece.bytes))
                .collect();
            ends.sort_unstable();
            ends
        };
        assert_eq!(ends(&quick), ends(&slow), "{words} up to {until}");
    }
}
