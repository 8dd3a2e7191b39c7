//! From when an index counts, where indices of several kinds bear one prefix.

mod plan_world;

use plan_world::check;

/// Written to until its successor came on 2026-11-20, and so due a month after that.
#[test]
fn an_index_of_another_kind_between_two_does_not_hide_a_rollover() {
    for between in ["app-2026.10.22", ".ds-app-2026.10.22-000001 stream=app"] {
        let name = between.split(' ').next().unwrap_or_default();
        check(
            "app- 30",
            &format!(
                "index app-2026.10.20-000001
                 index {between} created=2026-11-01
                 index app-2026.11.20-000002 created=2026-11-20"
            ),
            &format!(
                "app-2026.10.20-000001 young until 2026-12-20T00
                 {name} young until 2026-12-01T00
                 app-2026.11.20-000002 young until 2026-12-21T00"
            ),
        );
    }
}
