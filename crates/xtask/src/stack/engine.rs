//! What the two engines have in common: a Java program, a file of settings, and an answer to wait for.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::s3::{ACCESS_KEY, REGION, SECRET_KEY, Store};
use super::{EngineRecord, Ground, Part, Probe, fresh_home};
use crate::failure::{Context, Failure};
use crate::ports::Ports;
use crate::process::Launch;
use crate::tools::Tool;
use crate::{http, install, layout};

/// One node with 1 GiB of heap.
const HEAP: [&str; 2] = ["-Xms1g", "-Xmx1g"];

/// What tells one engine from the other.
#[derive(Debug)]
pub(super) struct Engine<'a> {
    pub(super) part: Part,
    pub(super) version: &'static str,
    pub(super) jdk: Tool,
    /// Flags of the virtual machine.
    pub(super) flags: Vec<OsString>,
    /// Lines of the settings file, after the common ones.
    pub(super) settings: Vec<(&'static str, String)>,
    pub(super) store: Part,
    pub(super) s3: &'a Store,
}

pub(super) fn plan(
    engine: Engine<'_>,
    ground: &Ground<'_>,
    ports: &mut Ports,
    records: &mut Vec<EngineRecord>,
) -> Result<(Launch, Probe), Failure> {
    let name = engine.part.name();
    let home = fresh_home(ground.run, name, &["config", "data", "logs", "tmp"])?;
    let port = ports.free()?;
    let settings = settings(&engine, &home, port, ports.free()?);
    layout::write_file(&home.join("settings.properties"), &settings)?;
    records.push(record(&engine, port));
    let launch = Launch {
        name,
        program: ground.tools.path(engine.jdk)?.join("bin/java"),
        arguments: arguments(&engine, &home, &install::folder(ground.layout, engine.part)),
        environment: Vec::new(),
        home,
        log: ground.run.log(name),
    };
    Ok((launch, Box::new(move || is_green(port).unwrap_or(false))))
}

fn arguments(engine: &Engine<'_>, home: &Path, installation: &Path) -> Vec<OsString> {
    let mut temporary = OsString::from("-Djava.io.tmpdir=");
    temporary.push(home.join("tmp"));
    let mut arguments: Vec<OsString> = HEAP.iter().map(OsString::from).collect();
    arguments.push(temporary);
    arguments.extend(engine.flags.iter().cloned());
    arguments.extend(["-cp".into(), install::classpath(installation), "Launcher".into()]);
    arguments.extend([home.join("config").into(), home.join("settings.properties").into()]);
    arguments
}

/// A Java properties file. Backslashes would need care; paths of this system have none.
fn settings(engine: &Engine<'_>, home: &Path, http: u16, transport: u16) -> String {
    let name = engine.part.name();
    let path = |folder: &str| home.join(folder).display().to_string();
    let common = [
        ("cluster.name", format!("stack-{name}")),
        ("node.name", name.to_owned()),
        ("discovery.type", "single-node".to_owned()),
        ("http.type", "netty4".to_owned()),
        ("transport.type", "netty4".to_owned()),
        ("network.host", "127.0.0.1".to_owned()),
        ("http.port", http.to_string()),
        ("transport.port", transport.to_string()),
        ("path.home", home.display().to_string()),
        ("path.data", path("data")),
        ("path.logs", path("logs")),
        // The disk of a test machine may be nearly full; the data is a few megabytes.
        ("cluster.routing.allocation.disk.threshold_enabled", "false".to_owned()),
        // Room for 1,200 daily indices and more.
        ("cluster.max_shards_per_node", "20000".to_owned()),
    ];
    common.iter().chain(&engine.settings).map(|(key, value)| format!("{key}={value}\n")).collect()
}

fn record(engine: &Engine<'_>, port: u16) -> EngineRecord {
    EngineRecord {
        kind: engine.part.name().to_owned(),
        version: engine.version.to_owned(),
        endpoint: format!("http://127.0.0.1:{port}"),
        s3_server: engine.store.name().to_owned(),
        s3_endpoint: engine.s3.endpoint.clone(),
        region: REGION.to_owned(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        buckets: vec![format!("logs-{}", engine.part.name())],
    }
}

/// A node answers `GET /` before it has elected itself, so its health is asked.
fn is_green(port: u16) -> Result<bool, Failure> {
    let reply = http::get(port, "/_cluster/health").context("no answer")?;
    let health: Value = serde_json::from_str(&reply.body).context("no JSON")?;
    Ok(health.get("status").and_then(Value::as_str) == Some("green"))
}
