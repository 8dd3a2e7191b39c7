//! OpenSearch with the real `s3` repository, on SeaweedFS.

use std::ffi::OsString;

use super::engine::{self, Engine};
use super::s3::{ENGINE_ACCESS_KEY, REGION, SECRET_KEY, Store};
use super::{Ground, Part, StackRecord, Start};
use crate::failure::{Context, Failure};
use crate::ports::Ports;
use crate::tools::Tool;
use crate::versions;

/// The node takes its processor count from Netty unless told not to, and then does not start; the vector
/// module and the native access are what its own start script asks for.
const FLAGS: [&str; 4] = [
    "-Dopensearch.set.netty.runtime.available.processors=false",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
    "-Daws.ec2MetadataDisabled=true",
];

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: Option<&Store>,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let s3 = store.context("opensearch needs seaweedfs")?;
    let home = ground.run.home(Part::Opensearch.name());
    let mut flags: Vec<OsString> = FLAGS.iter().map(OsString::from).collect();
    // The S3 client looks for its profile file here, and every call fails when the property is not set.
    flags.push(format!("-Dopensearch.path.conf={}", home.join("config").display()).into());
    flags.push(format!("-Dopensearch.path.home={}", home.display()).into());
    let engine = Engine {
        part: Part::Opensearch,
        version: versions::OPENSEARCH,
        jdk: Tool::RecentJdk,
        flags,
        settings: settings(s3),
        store: Part::Seaweedfs,
        s3,
    };
    engine::plan(engine, ground, ports, &mut record.engines)
}

fn settings(s3: &Store) -> Vec<(&'static str, String)> {
    vec![
        // The warm role lets the node hold indices that are mounted from a snapshot, with a small cache for
        // them.
        ("node.roles", "cluster_manager,data,ingest,warm".to_owned()),
        ("node.search.cache.size", "64mb".to_owned()),
        ("s3.client.default.endpoint", s3.endpoint.clone()),
        ("s3.client.default.protocol", "http".to_owned()),
        ("s3.client.default.path_style_access", "true".to_owned()),
        ("s3.client.default.region", REGION.to_owned()),
        ("secure.s3.client.default.access_key", ENGINE_ACCESS_KEY.to_owned()),
        ("secure.s3.client.default.secret_key", SECRET_KEY.to_owned()),
    ]
}
