//! What `es2s3 thanos render` writes, held to files in `tests/thanos/render/<configuration>/<target>/`; `BLESS=1` rewrites them,
//! for a reader to judge in the diff.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what stops a test from reading its own files is its failure"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use es2s3::desired::thanos::{Compaction, Deployment, Kind};
use es2s3::model::thanos::{Target, ThanosSpec, Version};
use es2s3::render::{MADE_BY, RenderedFile, thanos_files};

/// The nine keys that every configuration has.
const REST: &str = r#"account: "630216610805"
vpc_id: vpc-0a1b2c3d4e5f67890
security_group_id: sg-0a1b2c3d4e5f67890
bucket-name: my-es-snapshots
es_repo_name: logs
ES_ENDPOINT: https://search-logs-abc123.us-west-2.es.amazonaws.com
ES_INDEX_PREFIX: app-
snapshot_retention: 365
index_retention: 30
"#;

/// The least that can be declared, and everything.
const SECTIONS: [(&str, &str); 2] = [
    ("least", "thanos: { bucket: acme-metrics }\n"),
    (
        "most",
        "thanos:
  bucket: acme-metrics
  prefix: eu/prod
  region: eu-central-1
  endpoint: http://127.0.0.1:8333
  retention: { raw: 30d, 5m: 90d, 1h: 0d }
  delete_delay: 30m
  labels: [cluster, replica]
  replica_labels: [replica]
  merge_replicas: true
  components:
    compact: http://metrics-1.internal:10912
    query: http://127.0.0.1:19904
    store: [http://store-1.internal:10906, http://store-2.internal:10906]
    sidecar: [http://127.0.0.1:19902, http://prometheus-2.internal:19902]
  prometheus_version: 2.42.0
  thanos_version: 0.37.2
  local_retention: 36h
  namespace: metrics
  role_arn: arn:aws:iam::630216610805:role/thanos
",
    ),
];

fn spec(section: &str) -> ThanosSpec {
    let file = format!("{REST}{section}");
    let parsed = es2s3::config::parse("app-config.yml", file.as_bytes());
    parsed.expect("a valid configuration").config.thanos.expect("the section")
}

fn least(more: &str) -> ThanosSpec {
    spec(&format!("thanos: {{ bucket: acme-metrics{more} }}\n"))
}

fn flags(spec: &ThanosSpec, kind: Kind) -> Vec<String> {
    let deployment = Deployment::of(spec, Target::Flags);
    deployment.component(kind).expect("it runs").flags.iter().map(ToString::to_string).collect()
}

fn golden(section: &str, target: Target) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/thanos/render").join(section).join(target.word())
}

fn read_all(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn every_target_renders_the_files_that_are_committed() {
    for (name, section) in SECTIONS {
        for target in Target::ALL {
            let folder = golden(name, target);
            let files = thanos_files(&spec(section), target);
            if std::env::var_os("BLESS").is_some() {
                let _absent = fs::remove_dir_all(&folder);
                fs::create_dir_all(&folder).unwrap();
                files.iter().for_each(|file| fs::write(folder.join(&file.name), &file.text).unwrap());
            }
            let rendered: BTreeMap<String, String> =
                files.into_iter().map(|RenderedFile { name, text }| (name, text)).collect();
            let committed = read_all(&folder);
            let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&rendered), names(&committed), "{name}, {target:?}; BLESS=1 rewrites");
            for (file, text) in rendered {
                assert_eq!(text, committed[&file], "{name}, {target:?}, {file}; BLESS=1 rewrites");
            }
        }
    }
}

#[test]
fn every_file_says_what_made_it_and_ends_its_last_line() {
    for (_, section) in SECTIONS {
        for target in Target::ALL {
            for RenderedFile { name, text } in thanos_files(&spec(section), target) {
                assert!(text.starts_with(MADE_BY), "{name}");
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
                assert!(
                    text.lines().all(|line| line.trim_end() == line),
                    "{name} has blanks at the end of a line"
                );
            }
        }
    }
}

/// Blocks that Prometheus compacts before they are shipped never reach the bucket.
#[test]
fn prometheus_compacts_only_where_it_waits_for_the_sidecar() {
    for (prometheus, thanos, waits) in [
        ("2.42.0", "0.42.0", false),
        ("3.8.1", "0.42.0", false),
        ("3.9.0", "0.40.1", false),
        ("3.9.0", "0.41.0", true),
        ("3.10.0", "0.42.0", true),
    ] {
        let spec = least(&format!(", prometheus_version: {prometheus}, thanos_version: {thanos}"));
        let flags = flags(&spec, Kind::Prometheus);
        let has = |flag: &str| flags.iter().any(|one| one == flag);
        let fixed =
            has("--storage.tsdb.min-block-duration=2h") && has("--storage.tsdb.max-block-duration=2h");
        let delayed = has("--storage.tsdb.delay-compact-file.path=data/prometheus/thanos.shipper.json");
        assert_eq!((fixed, delayed), (!waits, waits), "{prometheus} {thanos}: {flags:?}");
        let rule = Compaction::of(Version::parse(prometheus).unwrap(), Version::parse(thanos).unwrap());
        assert_eq!(rule == Compaction::AfterShipping, waits);
    }
}

/// The Sidecar refuses to start where the two name different files.
#[test]
fn prometheus_waits_for_the_very_file_that_the_sidecar_writes() {
    for target in Target::ALL {
        let deployment = Deployment::of(&least(""), target);
        let value = |kind, name| deployment.component(kind).unwrap().value(name).unwrap().to_owned();
        let written = format!(
            "{}/{}",
            value(Kind::Sidecar, "tsdb.path"),
            value(Kind::Sidecar, "shipper.meta-file-name")
        );
        assert_eq!(value(Kind::Prometheus, "storage.tsdb.delay-compact-file.path"), written, "{target:?}");
        assert_eq!(value(Kind::Prometheus, "storage.tsdb.path"), value(Kind::Sidecar, "tsdb.path"));
    }
}

/// Merging in the bucket cannot be undone: naming the labels for the Querier is no wish for it.
#[test]
fn replicas_are_merged_in_the_bucket_only_where_that_is_asked_for() {
    for (more, querier, compactor) in [
        ("", false, false),
        (", replica_labels: [replica]", true, false),
        (", replica_labels: [replica], merge_replicas: true", true, true),
    ] {
        let spec = least(more);
        let asks = flags(&spec, Kind::Querier).contains(&"--query.replica-label=replica".to_owned());
        let compact = flags(&spec, Kind::Compactor);
        let merges = compact.contains(&"--deduplication.replica-label=replica".to_owned());
        assert_eq!(compact.contains(&"--deduplication.func=penalty".to_owned()), merges);
        assert_eq!((asks, merges), (querier, compactor), "{more}");
    }
}

#[test]
fn without_a_compactor_none_is_rendered() {
    let spec = least(", compactor: none");
    for target in Target::ALL {
        let compacts =
            |file: &RenderedFile| file.name.contains("compact") || file.text.contains("retention.resolution");
        assert!(!thanos_files(&spec, target).iter().any(compacts), "{target:?}");
        assert!(thanos_files(&least(""), target).iter().any(compacts), "{target:?}");
    }
}

#[test]
fn flags_that_a_version_does_not_know_are_left_out() {
    for (thanos, in_a_file, store_locked, compactor_locked) in [
        ("0.31.0", false, false, false),
        ("0.37.2", false, false, true),
        ("0.38.0", true, false, true),
        ("0.39.0", true, true, true),
    ] {
        let spec = least(&format!(", thanos_version: {thanos}"));
        let has = |kind, flag: &str| flags(&spec, kind).iter().any(|one| one.starts_with(flag));
        assert_eq!(has(Kind::Querier, "--endpoint.sd-config-file="), in_a_file, "{thanos}");
        assert_eq!(has(Kind::Querier, "--endpoint=127.0.0.1:10905"), !in_a_file, "{thanos}");
        assert_eq!(has(Kind::Store, "--disable-admin-operations"), store_locked, "{thanos}");
        assert_eq!(has(Kind::Compactor, "--disable-admin-operations"), compactor_locked, "{thanos}");
        let files = thanos_files(&spec, Target::Flags);
        assert_eq!(files.iter().any(|file| file.name == "endpoints.yml"), in_a_file, "{thanos}");
    }
    for (prometheus, told) in [("2.55.1", true), ("3.0.0", false)] {
        let flags = flags(&least(&format!(", prometheus_version: {prometheus}")), Kind::Prometheus);
        assert_eq!(
            flags.contains(&"--enable-feature=expand-external-labels".to_owned()),
            told,
            "{prometheus}"
        );
    }
}

#[test]
fn the_bucket_is_named_as_thanos_takes_it() {
    for (more, expected) in [
        ("", vec!["endpoint: s3.us-west-2.amazonaws.com", "region: us-west-2", "aws_sdk_auth: true"]),
        (", region: cn-north-1", vec!["endpoint: s3.cn-north-1.amazonaws.com.cn"]),
        (", endpoint: \"http://127.0.0.1:8333\"", vec!["endpoint: \"127.0.0.1:8333\"", "insecure: true"]),
        (", endpoint: \"https://s3.example\"", vec!["endpoint: s3.example"]),
        (", prefix: eu/prod", vec!["prefix: eu/prod"]),
    ] {
        let files = thanos_files(&least(more), Target::Flags);
        let text = &files.iter().find(|file| file.name == "objstore.yml").unwrap().text;
        for line in expected {
            assert!(text.lines().any(|one| one.trim() == line), "{more}: {line}\n{text}");
        }
        assert_eq!(text.contains("insecure"), more.contains("http:"), "{text}");
    }
}

/// A command without any credentials, region or home in its surroundings.
struct Place(tempfile::TempDir);

impl Place {
    fn new(section: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.declare(section);
        place
    }

    fn declare(&self, section: &str) {
        fs::write(self.0.path().join("app-config.yml"), format!("{REST}{section}")).unwrap();
    }

    fn render(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
        command.current_dir(self.0.path()).env_clear().args(["thanos", "render"]).args(arguments);
        command.output().unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("out").join(name)
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn everything_is_printed_with_names_or_as_an_object() {
    let place = Place::new(SECTIONS[0].1);
    let files = thanos_files(&spec(SECTIONS[0].1), Target::Flags);
    let expected: String = files.iter().map(|file| format!("# file: {}\n{}", file.name, file.text)).collect();
    assert_eq!(stdout(&place.render(&["--target", "flags"])), expected);
    let json: BTreeMap<String, String> =
        serde_json::from_slice(&place.render(&["--target", "flags", "--format", "json"]).stdout).unwrap();
    assert_eq!(json, files.into_iter().map(|file| (file.name, file.text)).collect());
    let without = Place::new("");
    let refused = without.render(&["--target", "k8s"]);
    assert_eq!((code(&refused), stderr(&refused).contains("has no thanos:")), (1, true));
}

#[test]
fn a_folder_gets_what_differs_and_check_writes_nothing() {
    let place = Place::new(SECTIONS[0].1);
    let out = ["--target", "flags", "--out", "out"];
    let check = ["--target", "flags", "--out", "out", "--check"];

    let missing = place.render(&check);
    assert_eq!(code(&missing), 2);
    assert!(stdout(&missing).contains("--- /dev/null\n+++ b/objstore.yml\n"), "{}", stdout(&missing));
    assert!(!place.file("").exists(), "--check writes nothing");

    let written = place.render(&out);
    assert_eq!(code(&written), 0, "{}", stderr(&written));
    assert!(stdout(&written).contains("new        objstore.yml  +"), "{}", stdout(&written));
    let same = place.render(&check);
    assert_eq!((code(&same), stdout(&same).as_str()), (0, "same       8 files\n"));

    place.declare("thanos: { bucket: acme-metrics, retention: { raw: 0d, 5m: 0d, 1h: 5y } }\n");
    let before = fs::metadata(place.file("objstore.yml")).unwrap().modified().unwrap();
    let differs = place.render(&check);
    assert_eq!(code(&differs), 2);
    assert!(stdout(&differs).contains("-1h=0d\n+--retention.resolution-1h=1825d\n"), "{}", stdout(&differs));
    let written = place.render(&out);
    assert_eq!(stdout(&written), "changed    compact.flags  +1 -1\nsame       7 files\n");
    assert_eq!(
        fs::metadata(place.file("objstore.yml")).unwrap().modified().unwrap(),
        before,
        "left as it was"
    );
    assert_eq!(code(&place.render(&check)), 0);
}

/// From a Compactor's file that nobody removes, one would still be started.
#[test]
fn what_is_no_longer_rendered_is_told_until_it_is_removed() {
    let place = Place::new(SECTIONS[0].1);
    let out = ["--target", "flags", "--out", "out"];
    let check = ["--target", "flags", "--out", "out", "--check"];
    place.render(&out);
    fs::write(place.file("notes.txt"), "of somebody else\n").unwrap();
    place.declare("thanos: { bucket: acme-metrics, compactor: none }\n");
    let left = place.render(&out);
    assert!(stdout(&left).contains("left over  compact.flags  +0 -"), "{}", stdout(&left));
    assert!(!stdout(&left).contains("notes.txt"));
    assert_eq!(code(&place.render(&check)), 2);
    fs::remove_file(place.file("compact.flags")).unwrap();
    assert_eq!(code(&place.render(&check)), 0);
}

#[test]
fn a_file_of_somebody_else_is_left_alone_and_nothing_is_written_beside_it() {
    let place = Place::new(SECTIONS[0].1);
    fs::create_dir(place.file("")).unwrap();
    fs::write(place.file("objstore.yml"), "type: GCS\n").unwrap();
    let refused = place.render(&["--target", "flags", "--out", "out"]);
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("objstore.yml was not made by es2s3"), "{}", stderr(&refused));
    assert_eq!(read_all(&place.file("")), BTreeMap::from([("objstore.yml".into(), "type: GCS\n".into())]));
}

#[test]
fn every_flag_has_its_reason_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/thanos-render.md")).unwrap();
    for (_, section) in SECTIONS {
        for component in Deployment::of(&spec(section), Target::Flags).components {
            for flag in component.flags.iter().filter(|flag| flag.name != "endpoint") {
                assert!(
                    page.contains(&format!("`--{}`", flag.name)),
                    "{:?}: --{}",
                    component.kind,
                    flag.name
                );
            }
        }
    }
    assert!(page.contains("`--endpoint`"));
}
