//! docs/thanos.md lists every finding as the program has it. `BLESS=1` writes the list.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

use std::fmt::Write as _;
use std::path::Path;

use es2s3::plan::thanos::{Check, Level};

const START: &str = "<!-- findings -->\n";
const END: &str = "<!-- end of findings -->";

#[test]
fn the_documented_findings_are_those_that_are_looked_for() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/thanos.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(START).expect("the start of the list");
    let (_, after) = rest.split_once(END).expect("the end of the list");
    let mut list = String::from("| Finding | | What it means | What to do |\n|---|---|---|---|\n");
    for level in [Level::Error, Level::Warning, Level::Note] {
        for check in Check::ALL.iter().filter(|check| check.level() == level) {
            let word = match level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "note",
            };
            let _ =
                writeln!(list, "| `{}` | {word} | {} | {} |", check.word(), check.meaning(), check.advice());
        }
    }
    let made = format!("{before}{START}{list}{END}{after}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    assert!(
        made == page,
        "docs/thanos.md is not what the program has: BLESS=1 cargo test --test thanos_reference"
    );
}

#[test]
fn each_finding_has_one_id() {
    let mut words: Vec<&str> = Check::ALL.iter().map(|check| check.word()).collect();
    words.sort_unstable();
    let all = words.len();
    words.dedup();
    assert_eq!(words.len(), all);
}
