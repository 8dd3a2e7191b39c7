//! The configuration's specification by example.
//!
//! `tests/config/invalid/` holds one fault a file, named by the file, with the output that it must give beside it;
//! `tests/config/valid/` holds files with the resolved configuration that they mean. `BLESS=1` rewrites the outputs,
//! for a reader to judge in the diff. Generated documents are held to what makes them in the same way.

#![expect(clippy::unwrap_used, reason = "what stops a test from reading its own files is its failure")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use es2s3::config::keys::{Form, Key, TOP};
use es2s3::config::{Starter, parse, render, schema, show, template};
use proptest::prelude::*;
use proptest::sample::Index;

const WIDTH: usize = 110;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every sample of a folder, sorted. An output without its sample is a fault of the folder.
fn samples(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("tests/config").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let has = |file: &Path, extension: &str| file.extension().is_some_and(|found| found == extension);
    for file in files.iter().filter(|file| has(file, "out")) {
        assert!(file.with_extension("yml").exists(), "{} has no sample", file.display());
    }
    files.retain(|file| has(file, "yml"));
    files
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

/// Compares with what is committed, or rewrites it when `BLESS` is set.
fn hold(file: &Path, actual: &str) -> Option<String> {
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, actual).unwrap();
        return None;
    }
    let expected = fs::read_to_string(file).unwrap_or_else(|_| "(no such file)\n".to_owned());
    (expected != actual).then(|| format!("{}\n--- expected\n{expected}--- actual\n{actual}", file.display()))
}

fn assert_none(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{}\n{} differ; BLESS=1 rewrites",
        differences.join("\n"),
        differences.len()
    );
}

#[test]
fn every_invalid_sample_is_told_in_the_words_beside_it() {
    let files = samples("invalid");
    assert!(files.len() >= 80, "only {} invalid samples", files.len());
    let mut differences = Vec::new();
    for file in files {
        let faults = parse(&name(&file), &fs::read(&file).unwrap()).expect_err(&name(&file));
        assert!(!faults.list.is_empty(), "{} has no fault", file.display());
        differences.extend(hold(&file.with_extension("out"), &faults.render(false, WIDTH)));
    }
    assert_none(&differences);
}

#[test]
fn every_valid_sample_means_what_stands_beside_it() {
    let files = samples("valid");
    assert!(files.len() >= 15, "only {} valid samples", files.len());
    let mut differences = Vec::new();
    for file in files {
        let parsed = parse(&name(&file), &fs::read(&file).unwrap())
            .unwrap_or_else(|faults| panic!("{}", faults.render(false, WIDTH)));
        let notes = render(&parsed.source, &parsed.notes, 0, false, WIDTH);
        let notes: String = notes.lines().map(|line| format!("# {line}\n")).collect();
        let shown = show(&parsed.config);
        differences.extend(hold(&file.with_extension("out"), &format!("{notes}{shown}")));
        let again = parse("shown.yml", shown.as_bytes())
            .unwrap_or_else(|faults| panic!("{}: {}", file.display(), faults.render(false, WIDTH)));
        assert_eq!(again.config, parsed.config, "{} shown means something else", file.display());
    }
    assert_none(&differences);
}

#[test]
fn the_committed_example_is_the_template_and_all_of_it_is_valid() {
    let text = template(&Starter::default());
    assert_none(&Vec::from_iter(hold(&root().join("app-config.yml"), &text)));
    let parsed = parse("app-config.yml", text.as_bytes()).unwrap();
    assert!(parsed.notes.is_empty());
    // What is commented out must be valid as well when somebody uses it.
    let used: String = text.lines().map(uncommented).collect();
    assert!(used.contains("\npolicies:\n") && used.contains("\nguards:\n"), "{used}");
    let used = used.replace("ES_INDEX_PREFIX: app-\n", "");
    parse("used.yml", used.as_bytes()).unwrap_or_else(|faults| panic!("{}", faults.render(false, WIDTH)));
}

/// `# key: value` to `key: value`; prose stays a comment.
fn uncommented(line: &str) -> String {
    let rest = line.strip_prefix("# ").unwrap_or(line);
    let first = rest.trim_start().trim_start_matches("- ").split(':').next().unwrap_or("");
    let key = first.chars().all(|c| c.is_ascii_lowercase() || c == '_') && rest.contains(':');
    if key { format!("{rest}\n") } else { format!("{line}\n") }
}

#[test]
fn the_committed_schema_is_the_one_that_the_program_prints() {
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    assert_none(&Vec::from_iter(hold(&root().join("docs/config.schema.json"), &text)));
}

#[test]
fn the_schema_knows_every_key_that_a_valid_sample_uses() {
    let schema = schema();
    for file in samples("valid") {
        let text = fs::read_to_string(&file).unwrap();
        let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_known(&value, &schema, &file);
    }
}

fn assert_known(value: &serde_json::Value, schema: &serde_json::Value, file: &Path) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                let free = schema["additionalProperties"].is_object();
                let property = &schema["properties"][key.as_str()];
                assert!(free || property.is_object(), "{}: `{key}` is not in the schema", file.display());
                assert_known(inner, property, file);
            }
        }
        serde_json::Value::Array(items) => {
            items.iter().for_each(|item| assert_known(item, &schema["items"], file));
        }
        _ => {}
    }
}

const TABLES_START: &str = "<!-- keys: made by `BLESS=1 cargo test --test config_samples` -->\n";
const TABLES_END: &str = "<!-- end of keys -->\n";

#[test]
fn the_documented_keys_are_those_that_are_read() {
    let file = root().join("docs/config.md");
    let page = fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(TABLES_START).expect("the start of the tables");
    let (_, after) = rest.split_once(TABLES_END).expect("the end of the tables");
    let mut tables = String::new();
    table(&mut tables, "", TOP);
    let made = format!("{before}{TABLES_START}{tables}\n{TABLES_END}{after}");
    assert_none(&Vec::from_iter(hold(&file, &made)));
}

fn table(out: &mut String, path: &str, keys: &[Key]) {
    let title = if path.is_empty() { "The file's own level".to_owned() } else { format!("`{path}`") };
    let _ = write!(out, "\n### {title}\n\n| Key | Meaning | Default | Example |\n|---|---|---|---|\n");
    for key in keys {
        let (doc, default) = (key.doc, key.default);
        let example = match &key.form {
            Form::Value(kind) => format!("`{}`", kind.example()),
            Form::Section(_) | Form::List(_) => "below".to_owned(),
            Form::Map => "`{name: text}`".to_owned(),
            Form::Values(kind) => format!("`[{}]`", kind.example()),
            Form::OneOrMore(kind) => format!("`{}`, or a list", kind.example()),
        };
        let _ = writeln!(out, "| `{}` | {doc} | {default} | {example} |", key.name);
    }
    for key in keys {
        let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        match &key.form {
            Form::Section(inner) => table(out, &path, inner),
            Form::List(inner) => table(out, &format!("{path}[]"), inner),
            Form::Value(_) | Form::Values(_) | Form::OneOrMore(_) | Form::Map => {}
        }
    }
}

#[test]
fn every_code_is_documented_and_shown_by_a_sample() {
    let page = fs::read_to_string(root().join("docs/config.md")).unwrap();
    let (_, codes) = page.split_once("## Codes\n").expect("the list of codes");
    let documented: BTreeSet<&str> =
        codes.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    // The four of the file itself are shown by the tests of `config::file` and below.
    let mut given: BTreeSet<&str> =
        ["file-missing", "file-is-directory", "file-unreadable", "file-too-large"].into();
    for file in samples("invalid") {
        let faults = parse(&name(&file), &fs::read(&file).unwrap()).expect_err(&name(&file));
        given.extend(faults.list.iter().map(|fault| fault.code));
    }
    for file in samples("valid") {
        let parsed = parse(&name(&file), &fs::read(&file).unwrap()).unwrap();
        given.extend(parsed.notes.iter().map(|note| note.code));
    }
    assert_eq!(documented, given);
}

#[test]
fn over_one_mebibyte_is_refused_without_being_parsed() {
    let faults = parse("large.yml", &vec![b'#'; 1024 * 1024 + 1]).expect_err("too large");
    assert_eq!(faults.list.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["file-too-large"]);
}

#[test]
fn two_hundred_faults_are_shown_and_the_rest_is_counted() {
    let text: String = (0..1000).map(|n| format!("nothing-known-{n}: 1\n")).collect();
    let faults = parse("many.yml", text.as_bytes()).expect_err("unknown keys");
    assert_eq!((faults.list.len(), faults.list.len() + faults.more), (200, 1001));
    assert!(faults.render(false, WIDTH).ends_with("1001 faults, the first 200 shown\n"));
}

#[test]
fn json_says_what_the_page_says() {
    let faults = parse("f.yml", b"snapshot_retentoin: 0\n").expect_err("a misspelt key");
    let json = faults.to_json();
    let fault =
        json["diagnostics"].as_array().unwrap().iter().find(|one| one["code"] == "unknown-key").unwrap();
    assert_eq!((fault["line"].as_u64(), fault["column"].as_u64()), (Some(1), Some(1)));
    assert_eq!(
        (fault["labels"][0]["offset"].as_u64(), fault["labels"][0]["length"].as_u64()),
        (Some(0), Some(18))
    );
    assert_eq!(fault["labels"][0]["text"], "did you mean `snapshot_retention`?");
    assert_eq!((&json["valid"], &json["file"]), (&false.into(), &"f.yml".into()));
}

#[test]
fn a_secret_of_the_file_is_in_no_output() {
    for file in samples("invalid") {
        let faults = parse(&name(&file), &fs::read(&file).unwrap()).expect_err(&name(&file));
        for output in [faults.render(true, WIDTH), faults.to_json().to_string()] {
            assert!(!output.contains("hunter2") && !output.contains("wJalrXUtnFEMI"), "{output}");
        }
    }
}

/// What is printed of a fault must be a line of the file, and its place must exist.
fn assert_places_exist(bytes: &[u8]) {
    let Err(faults) = parse("any.yml", bytes) else { return };
    for label in faults.list.iter().flat_map(|fault| &fault.labels) {
        assert!(faults.source_text.line(label.line).is_some(), "{label:?}");
        assert_eq!(faults.source_text.position(label.span.offset), Some((label.line, label.column)));
    }
    for width in [0, 40, WIDTH] {
        let page = faults.render(false, width);
        assert!(!page.is_empty() && !page.chars().any(|c| c.is_control() && c != '\n'), "{page:?}");
    }
}

/// A sample with one slip in one key, and the slip's spelling. `None` when the slip makes another known key.
fn misspelt(text: &str, which: Index, at: Index, slip: u8) -> Option<(String, String)> {
    let keys = key_places(text);
    let (start, key) = keys[which.index(keys.len())];
    let at = at.index(key.len());
    let end = (at + 2).min(key.len());
    let mut wrong = key.to_owned();
    match slip {
        0 => drop(wrong.remove(at)),
        1 => wrong.insert(at, 'q'),
        2 => wrong.replace_range(at..=at, "q"),
        _ => wrong.replace_range(at..end, &key[at..end].chars().rev().collect::<String>()),
    }
    let taken = wrong == key || keys.iter().any(|(_, other)| *other == wrong) || wrong.starts_with('-');
    (!taken).then(|| (format!("{}{wrong}{}", &text[..start], &text[start + key.len()..]), wrong))
}

/// Keys of block mappings, outside of those with free names.
fn key_places(text: &str) -> Vec<(usize, &str)> {
    let mut offset = 0;
    let mut free = None;
    let mut places = Vec::new();
    for line in text.split_inclusive('\n') {
        let key = line.trim_start_matches([' ', '-']);
        let indent = line.len() - key.len();
        free = free.filter(|parent| indent > *parent);
        if let Some((key, _)) = key.split_once(':').filter(|_| !key.starts_with('#') && free.is_none()) {
            places.push((offset + indent, key));
            free = matches!(key, "tags" | "settings").then_some(indent);
        }
        offset += line.len();
    }
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        assert_places_exist(&bytes);
    }

    #[test]
    fn no_text_of_yaml_s_own_characters_breaks_the_parser(
        text in "([a-z_]{0,6}[:?*&!|>{}\\[\\],'\"#%@ \t\r\n\u{feff}ü-]{0,3}){0,30}",
    ) {
        assert_places_exist(text.as_bytes());
    }

    #[test]
    fn no_damaged_sample_breaks_the_parser(which: Index, at: Index, len in 0..40_usize, junk in "\\PC{0,5}") {
        let files = samples("valid");
        let mut bytes = fs::read(&files[which.index(files.len())]).unwrap();
        let start = at.index(bytes.len());
        bytes.splice(start..(start + len).min(bytes.len()), junk.into_bytes());
        assert_places_exist(&bytes);
    }

    #[test]
    fn one_misspelt_key_is_one_fault_that_names_it(which: Index, key: Index, at: Index, slip in 0..4_u8) {
        let files: Vec<_> = samples("valid").into_iter().filter(|file| !name(file).contains("flow")).collect();
        let text = fs::read_to_string(&files[which.index(files.len())]).unwrap();
        if let Some((wrong, spelling)) = misspelt(&text, key, at, slip) {
            let faults = parse("wrong.yml", wrong.as_bytes()).expect_err("an unknown key");
            let page = faults.render(false, WIDTH);
            prop_assert_eq!(faults.list.len(), 1, "{}", page);
            prop_assert_eq!(faults.list[0].code, "unknown-key");
            prop_assert!(page.contains(&spelling), "{}", page);
        }
    }
}
