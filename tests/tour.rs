//! The tour from end to end: what a newcomer runs first must work, and must show what it says.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by a panic")]

use std::process::Command;

#[test]
fn the_tour_shows_what_it_says() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let done = Command::new(cargo)
        .args(["run", "--quiet", "--package", "sandbox", "--", "tour"])
        .env("ES2S3_BIN", env!("CARGO_BIN_EXE_es2s3"))
        .output()
        .expect("the tour starts");
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{text}\n{}", String::from_utf8_lossy(&done.stderr));
    for line in [
        "app-config.yml: no fault; 3 policies",
        "> archive   35 indices    app-",
        "guard max_share allows 50 %",
        "help: if this is meant: es2s3 apply --allow-delete-share=65%",
        "~ adopt     bucket logs-sandbox",
        "+ create    function es2s3-logs",
        "Applied: 11 objects of AWS, repository registered, 91 archived",
        "1 snapshot   SUCCESS",
        "Plan: nothing to do. Nothing was written.",
        "lag         nothing is overdue",
        "Restored: 1 index. 0 failed.",
        "Plan: nothing to do. 1 held. Nothing was written.",
        "~ change    function es2s3-logs   memory: 1024 MiB → 256 MiB",
        "Applied: 1 object of AWS in",
        "05:00 UTC  rule es2s3-logs-run: ran",
        "✓ archive index/web-",
        "6 done, 0 skipped, 0 failed, 0 pending",
        "error object-missing (1,",
        " blocks of raw ",
        "Applied: lifecycle set, ",
        "= keep      all blocks   none is past its retention",
        "Removed: 10 objects. 0 failed.",
    ] {
        assert!(text.contains(line), "the tour does not show `{line}`:\n{text}");
    }
}
