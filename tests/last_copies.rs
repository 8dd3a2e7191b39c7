//! Which copy of an index is the last one, and which held logs are in a snapshot alone (`docs/retention.md`, Snapshots).

mod plan_world;

use plan_world::check;

#[test]
fn a_hold_keeps_a_copy_though_a_late_line_made_an_index_of_its_name_anew() {
    check(
        "app- 30 365",
        "index app-2025.10.20 uuid=late created=2026-11-23
         index app-2026.11.23
         snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20
         hold app-2025.10.20",
        "app-2025.10.20 held by alice@ci
         app-2026.11.23 young until 2026-12-24T00
         app-2025.10.20-s20251120-0123abcd held by alice@ci for app-2025.10.20",
    );
}

#[test]
fn without_uuids_nobody_can_say_that_the_live_index_is_the_held_one() {
    check(
        "app- 30 365",
        "index app-2026.11.23
         snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2026.11.23:unknown
         hold app-2026.11.23",
        "app-2026.11.23 held by alice@ci
         app-2025.10.20-s20251120-0123abcd held by alice@ci for app-2026.11.23",
    );
}

#[test]
fn the_last_copy_is_the_youngest_by_its_start_and_not_by_its_name() {
    // Archived twice on one day, since a late line came in between: the hash in the name knows no order.
    check(
        "app- 30 365 keep-last-copy",
        "index app-2026.11.23
         snapshot app-2025.10.20-s20251120-bbbbbbbb started=2025-11-20T02 marks=app holds=app-2025.10.20
         snapshot app-2025.10.20-s20251120-aaaaaaaa started=2025-11-20T05 marks=app holds=app-2025.10.20",
        "app-2026.11.23 young until 2026-12-24T00
         app-2025.10.20-s20251120-aaaaaaaa blocked: last copy of app-2025.10.20
         app-2025.10.20-s20251120-bbbbbbbb expire",
    );
    // The same from one policy to another.
    check(
        "app- 30 365 keep-last-copy\nweb- 30 365",
        "index app-2026.11.23
         snapshot app-2025.10.20-s20251121-bbbbbbbb started=2025-11-21T02 marks=app holds=app-2025.10.20
         snapshot web-2025.10.20-s20251120-aaaaaaaa started=2025-11-20T05 marks=web holds=app-2025.10.20",
        "app-2026.11.23 young until 2026-12-24T00
         app-2025.10.20-s20251121-bbbbbbbb blocked: last copy of app-2025.10.20
         web-2025.10.20-s20251120-aaaaaaaa expire",
    );
}

#[test]
fn a_copy_of_unknown_age_does_not_stand_for_a_whole_one() {
    // A nightly snapshot of somebody else may have been taken while the index was still written to.
    check(
        "app- 30 365 keep-last-copy",
        "index app-2026.11.23
         snapshot nightly holds=app-2025.10.20
         snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T02 marks=app holds=app-2025.10.20",
        "app-2026.11.23 young until 2026-12-24T00
         app-2025.10.20-s20251120-0123abcd blocked: last copy of app-2025.10.20",
    );
}

#[test]
fn without_uuids_a_live_index_of_the_name_may_be_another_one() {
    // A late line made it; the logs of that day are in the snapshot alone.
    check(
        "app- 30 365 keep-last-copy",
        "index app-2025.10.20 uuid=late created=2026-11-23
         index app-2026.11.23
         snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20:unknown",
        "app-2025.10.20 young until 2026-12-23T00
         app-2026.11.23 young until 2026-12-24T00
         app-2025.10.20-s20251120-0123abcd blocked: last copy of app-2025.10.20",
    );
}
