//! docs/thanos.md lists every finding as the program has it. `BLESS=1` writes the list.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

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

/// By its id at the beginning of a text: a row of a table, or what a test looks for.
#[test]
fn each_finding_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let tests = sources(&root).concat();
    assert!(tests.contains("fn each_finding_is_named_by_a_test"), "the test looks in the wrong place");
    let unnamed: Vec<&str> = Check::ALL
        .iter()
        .map(|check| check.word())
        .filter(|word| !['"', ':'].iter().any(|end| tests.contains(&format!("\"{word}{end}"))))
        .collect();
    assert!(unnamed.is_empty(), "no test names {unnamed:?}");
}

fn sources(folder: &Path) -> Vec<String> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(extension) if extension == "rs" && path.display().to_string().contains("/thanos") => {
            vec![std::fs::read_to_string(&path).unwrap()]
        }
        _ => Vec::new(),
    };
    paths.flat_map(read).collect()
}

/// A page that names tests is right only as long as they are there.
#[test]
fn what_the_page_of_tests_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let page = read("docs/thanos-tests.md");
    let damages = read("tests/support/thanos/damages.rs");
    let quoted: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let is_there = |word: &str| match word.split_once("::") {
        Some((file, name)) => read(file).contains(&format!("fn {name}(")),
        None => !word.starts_with('"') || damages.contains(&format!("damage({word}")),
    };
    let named = quoted.iter().filter(|word| word.contains("::") || word.starts_with('"')).count();
    assert!(named > 50, "{named} are named");
    let gone: Vec<&&str> = quoted.iter().filter(|word| !is_there(word)).collect();
    assert!(gone.is_empty(), "docs/thanos-tests.md names what is not there: {gone:?}");
}
