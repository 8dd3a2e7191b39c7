//! The house rules that a compiler does not hold: who may import whom, how long a file or a function may be, where
//! something may be printed, and which folders know no clock and no network.
#![allow(clippy::expect_used, reason = "a test that cannot read the project says so by a panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of `src/` and what it may name of the others.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("event", &["model"]),
    ("config", &["model"]),
    ("desired", &["config", "model", "plan"]),
    ("repository", &["model"]),
    ("plan", &["model"]),
    ("doctor", &["clients", "config", "desired", "model", "plan", "state"]),
    ("render", &["desired", "doctor", "plan", "proof", "model", "event", "error", "state", "apply"]),
    ("clients", &["model", "event", "config", "proof", "repository"]),
    ("observe", &["clients", "repository", "model", "event"]),
    ("proof", &["clients", "observe", "repository", "model", "event"]),
    ("state", &["clients", "config", "model", "event", "plan", "proof"]),
    ("apply", &["clients", "observe", "proof", "plan", "state", "model", "event"]),
    ("error", &[]),
    (
        "reconcile",
        &[
            "clients", "config", "error", "event", "model", "observe", "plan", "proof", "state", "apply",
            "desired",
        ],
    ),
    (
        "cli",
        &[
            "apply",
            "clients",
            "config",
            "desired",
            "doctor",
            "error",
            "event",
            "model",
            "observe",
            "plan",
            "proof",
            "reconcile",
            "render",
            "state",
        ],
    ),
];

/// Pure folders name none of these.
const PURE: &[&str] = &["model", "config", "desired", "repository", "plan", "doctor", "render"];
const IMPURE_WORDS: &[&str] = &[
    "Timestamp::now",
    "Zoned::now",
    "SystemTime",
    "Instant::now",
    "std::env",
    "TcpStream",
    "UdpSocket",
    "std::process",
    "tokio::",
    "reqwest::",
    "aws_",
    "RandomState",
];
/// A key of Thanos's own configuration, that begins like a crate of the SDK.
const NO_CRATE: &str = "\"aws_sdk_auth\"";
/// The one pure folder's file that reads the file system.
const MAY_READ_FILES: &[&str] = &["src/config/file.rs"];

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// `plan` for `src/plan/names.rs` and for `src/plan.rs`.
    fn module(&self) -> String {
        let part = self.path.iter().nth(1).unwrap_or_default().to_string_lossy().into_owned();
        part.trim_end_matches(".rs").to_owned()
    }

    /// Everything before the file's tests, comments dropped.
    fn code(&self) -> String {
        let product = self.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        product.lines().filter(|line| !line.trim_start().starts_with("//")).fold(
            String::new(),
            |mut code, line| {
                code.push_str(line);
                code.push('\n');
                code
            },
        )
    }
}

fn sources(root: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{root} has no source: the test looks in the wrong place");
    found
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn modules_import_only_what_their_layer_allows() {
    let allowed: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|source| !matches!(source.module().as_str(), "main" | "lib")) {
        let module = source.module();
        let Some(may) = allowed.get(module.as_str()) else {
            faults.push(format!("{}: module `{module}` has no line in LAYERS", source.name()));
            continue;
        };
        for named in crate_modules(&source.code()) {
            if named != module && !may.contains(&named.as_str()) {
                faults.push(format!("{}: `{module}` may not import `{named}`", source.name()));
            }
        }
    }
    report(&faults);
}

/// First segments after `crate::`, also inside `use crate::{a, b::C}`.
fn crate_modules(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            let mut word = String::new();
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if depth == 0 && start && (c.is_alphanumeric() || c == '_') => word.push(c),
                    c if depth == 0 && start && !word.is_empty() && !c.is_whitespace() => {
                        named.push(std::mem::take(&mut word));
                        start = false;
                    }
                    _ => {}
                }
                if start && character == ',' && !word.is_empty() {
                    named.push(std::mem::take(&mut word));
                }
            }
            if !word.is_empty() {
                named.push(word);
            }
        } else {
            named.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named
}

#[test]
fn pure_folders_know_no_clock_no_network_and_no_environment() {
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|source| PURE.contains(&source.module().as_str())) {
        let code = source.code().replace(NO_CRATE, "");
        for word in IMPURE_WORDS.iter().filter(|word| code.contains(**word)) {
            faults.push(format!("{}: names `{word}`", source.name()));
        }
        if code.contains("std::fs") && !MAY_READ_FILES.contains(&source.name().as_str()) {
            faults.push(format!("{}: names `std::fs`", source.name()));
        }
    }
    report(&faults);
}

#[test]
fn only_the_command_line_prints() {
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|source| source.module() != "cli") {
        let code = source.code();
        for word in ["println!", "eprintln!", "print!(", "dbg!", "stdout()", "stderr()"] {
            if code.contains(word) {
                faults.push(format!("{}: prints by `{word}`", source.name()));
            }
        }
    }
    report(&faults);
}

#[test]
fn files_and_functions_stay_within_their_budget() {
    let mut faults = Vec::new();
    for root in ["src", "crates", "tests"] {
        for source in sources(root) {
            let lines = source.text.lines().count();
            if lines > FILE_LINES {
                faults.push(format!("{}: {lines} lines, the budget is {FILE_LINES}", source.name()));
            }
            for (name, length) in functions(&source.text) {
                if length > FUNCTION_LINES {
                    faults.push(format!(
                        "{}: fn {name} has {length} lines, the budget is {FUNCTION_LINES}",
                        source.name()
                    ));
                }
            }
        }
    }
    report(&faults);
}

/// Functions by their indentation: rustfmt puts the closing brace under the `fn`'s first character.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if open.is_none() {
            let word = line.trim_start();
            let is_fn = word.starts_with("fn ")
                || (word.starts_with("pub") || word.starts_with("async")) && word.contains("fn ");
            if is_fn && !word.ends_with(';') && !word.contains('}') {
                let name = word.split("fn ").nth(1).unwrap_or_default();
                let name = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                open = Some((name, indent, number));
            }
        } else if let Some((name, at, start)) = &open
            && indent == *at
            && line.trim_end() == format!("{}}}", " ".repeat(*at))
        {
            found.push((name.clone(), number - start + 1));
            open = None;
        }
    }
    found
}

#[test]
fn every_module_says_what_it_is_for() {
    let faults: Vec<_> = sources("src")
        .iter()
        .chain(&sources("crates"))
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| format!("{}: no module documentation", source.name()))
        .collect();
    report(&faults);
}

#[test]
fn nothing_is_left_for_later() {
    let mut faults = Vec::new();
    for root in ["src", "crates", "tests"] {
        for source in sources(root).iter().filter(|source| !source.path.ends_with("tidy.rs")) {
            for word in ["todo!", "unimplemented!", "TODO", "FIXME", "XXX", "Placeholder"] {
                if source.text.contains(word) {
                    faults.push(format!("{}: `{word}`", source.name()));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn every_dependency_has_a_line_of_reason() {
    let mut faults = Vec::new();
    let manifest = fs::read_to_string("Cargo.toml").expect("the manifest");
    let lines: Vec<&str> = manifest.lines().collect();
    let mut inside = false;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            inside = *line == "[dependencies]";
        } else if inside && line.contains('=') && !reasoned(&lines, at) {
            faults.push(format!("Cargo.toml:{}: {line}", at + 1));
        }
    }
    report(&faults);
    assert!(Path::new("deny.toml").exists(), "the licences are checked too");
}

/// A comment stands above the line, or above the run of lines that it heads.
fn reasoned(lines: &[&str], at: usize) -> bool {
    lines[..at]
        .iter()
        .rev()
        .take_while(|line| !line.is_empty() && !line.starts_with('['))
        .any(|line| line.starts_with('#'))
}
