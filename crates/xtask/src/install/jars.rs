//! The two engines, from Maven's jars and a launcher that is compiled here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::recipe::{Recipe, Site};
use crate::failure::Failure;
use crate::tools::Tool;
use crate::{layout, run, versions};

/// What an engine is made of.
#[derive(Debug)]
pub(crate) struct Engine {
    name: &'static str,
    version: &'static str,
    jdk: Tool,
    /// Maven coordinates: group, artifact, version.
    jars: &'static [(&'static str, &'static str, &'static str)],
    /// File name and text of each Java source.
    sources: &'static [(&'static str, &'static str)],
}

pub(crate) const OPENSEARCH: Engine = Engine {
    name: "opensearch",
    version: versions::OPENSEARCH,
    jdk: Tool::RecentJdk,
    jars: &[
        ("org.opensearch", "opensearch", versions::OPENSEARCH),
        ("org.opensearch.plugin", "transport-netty4-client", versions::OPENSEARCH),
        ("org.opensearch.plugin", "repository-s3", versions::OPENSEARCH),
        ("org.apache.logging.log4j", "log4j-core", versions::OPENSEARCH_LOG4J),
    ],
    sources: &[("Launcher.java", include_str!("../../java/opensearch/Launcher.java"))],
};

pub(crate) const ELASTICSEARCH: Engine = Engine {
    name: "elasticsearch",
    version: versions::ELASTICSEARCH,
    jdk: Tool::OlderJdk,
    jars: &[
        ("org.elasticsearch", "elasticsearch", versions::ELASTICSEARCH),
        ("org.elasticsearch.plugin", "transport-netty4-client", versions::ELASTICSEARCH),
        ("org.apache.logging.log4j", "log4j-core", versions::ELASTICSEARCH_LOG4J),
    ],
    sources: &[
        ("Launcher.java", include_str!("../../java/elasticsearch/Launcher.java")),
        ("FolderS3Plugin.java", include_str!("../../java/elasticsearch/FolderS3Plugin.java")),
    ],
};

/// Logging to standard output; found on the class path by its name.
const LOG_SETTINGS: (&str, &str) = ("log4j2.xml", include_str!("../../java/log4j2.xml"));

pub(crate) fn recipe(engine: &Engine) -> Recipe {
    let sources: String = engine.sources.iter().map(|(_, text)| *text).collect();
    let ingredients = format!("{}\n{}\n{sources}", project(engine), LOG_SETTINGS.1);
    Recipe { name: format!("{}-{}", engine.name, engine.version), ingredients }
}

pub(crate) fn install(engine: &Engine, site: &Site<'_>) -> Result<(), Failure> {
    fetch(engine, site)?;
    compile(engine, site)
}

/// The class path that starts the launcher: its own classes first, then every jar.
pub(crate) fn classpath(folder: &Path) -> OsString {
    let mut path = classes(folder).into_os_string();
    path.push(":");
    path.push(jars(folder).join("*"));
    path
}

fn jars(folder: &Path) -> PathBuf {
    folder.join("jars")
}

fn classes(folder: &Path) -> PathBuf {
    folder.join("classes")
}

fn fetch(engine: &Engine, site: &Site<'_>) -> Result<(), Failure> {
    let pom = site.folder.join("pom.xml");
    layout::write_file(&pom, &project(engine))?;
    let mut maven = Command::new(site.tools.path(Tool::Maven)?);
    maven.args(["--batch-mode", "--no-transfer-progress", "--file"]).arg(&pom);
    maven.arg(property("maven.repo.local", &site.layout.cache("maven")));
    maven.arg(property("outputDirectory", &jars(&site.folder)));
    maven.args(["-DincludeScope=runtime", "dependency:copy-dependencies"]);
    run::logged_twice(&mut maven, &site.log)
}

fn property(name: &str, path: &Path) -> OsString {
    let mut property = OsString::from(format!("-D{name}="));
    property.push(path);
    property
}

fn compile(engine: &Engine, site: &Site<'_>) -> Result<(), Failure> {
    let classes = classes(&site.folder);
    layout::write_file(&classes.join(LOG_SETTINGS.0), LOG_SETTINGS.1)?;
    let mut javac = Command::new(site.tools.path(engine.jdk)?.join("bin/javac"));
    javac
        .args(["-nowarn", "-encoding", "UTF-8", "-d"])
        .arg(&classes)
        .arg("-cp")
        .arg(jars(&site.folder).join("*"));
    for (name, text) in engine.sources {
        let source = site.folder.join("java").join(name);
        layout::write_file(&source, text)?;
        javac.arg(source);
    }
    run::logged(&mut javac, &site.log)
}

/// A Maven project whose only purpose is its dependencies.
fn project(engine: &Engine) -> String {
    let dependencies: String = engine.jars.iter().map(dependency).collect();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>es2s3.stack</groupId>\n  <artifactId>{}</artifactId>\n  <version>{}</version>\n  \
         <packaging>pom</packaging>\n  <dependencies>\n{dependencies}  </dependencies>\n</project>\n",
        engine.name, engine.version
    )
}

fn dependency((group, artifact, version): &(&str, &str, &str)) -> String {
    format!(
        "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>\n"
    )
}
