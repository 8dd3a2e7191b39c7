//! SeaweedFS: a whole S3 store in one process.

use std::ffi::OsString;

use serde_json::json;

use super::s3::{ACCESS_KEY, ACCOUNT, ENGINE_ACCESS_KEY, SECRET_KEY, Store};
use super::{Ground, Part, Start, fresh_home};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::process::Launch;
use crate::{install, layout};

const NAME: &str = Part::Seaweedfs.name();

/// What is always the same. Volumes are small and one a bucket at first, because each of the many buckets of
/// a test run gets volumes of its own; the two catalogue servers that nobody needs here are off.
const ARGUMENTS: [&str; 16] = [
    "-logtostderr=true",
    "server",
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-dir=data",
    "-master.volumeSizeLimitMB=64",
    "-master.telemetry=false",
    "-volume.max=2000",
    "-volume.preStopSeconds=0",
    "-filer",
    "-filer.localSocket=filer.sock",
    "-s3",
    "-s3.config=s3.json",
    "-s3.localSocket=s3.sock",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
];

/// Every part of the server listens twice: for HTTP and for its own protocol.
const PORTS: [&str; 7] = [
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
];

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: &mut Option<Store>,
) -> Result<Start, Failure> {
    let home = fresh_home(ground.run, NAME, &["data"])?;
    layout::write_file(&home.join("s3.json"), &identities())?;
    let mut arguments: Vec<OsString> = ARGUMENTS.iter().map(OsString::from).collect();
    for flag in PORTS {
        arguments.push(format!("-{flag}={}", ports.free()?).into());
    }
    let s3_port = ports.free()?;
    arguments.push(format!("-s3.port={s3_port}").into());
    let launch = Launch {
        name: NAME,
        program: install::weed(&install::folder(ground.layout, Part::Seaweedfs)),
        arguments,
        // Without a key, a put into a bucket with default encryption is a 500.
        environment: vec![
            ("WEED_S3_SSE_KEY", "test-only".into()),
            ("WEED_MASTER_VOLUME_GROWTH_COPY_1", "1".into()),
        ],
        home,
        log: ground.run.log(NAME),
    };
    let probe = store.insert(Store::at(s3_port)).takes_objects(ground.tools)?;
    Ok((launch, probe))
}

/// Three identities: the tests' own and that of an account's functions may do anything; the engine's may not make buckets, because SeaweedFS
/// otherwise makes a missing bucket on the first put, and S3 does not.
fn identities() -> String {
    let identity = |name: &str, access_key: &str, actions: &[&str]| {
        json!({
            "name": name,
            "credentials": [{ "accessKey": access_key, "secretKey": SECRET_KEY }],
            "actions": actions,
        })
    };
    let tests = identity("tests", ACCESS_KEY, &["Admin", "Read", "Write", "List", "Tagging"]);
    let engine = identity("engine", ENGINE_ACCESS_KEY, &["Read", "Write", "List", "Tagging"]);
    let account = identity("account", ACCOUNT, &["Admin", "Read", "Write", "List", "Tagging"]);
    json!({ "identities": [tests, account, engine] }).to_string()
}
