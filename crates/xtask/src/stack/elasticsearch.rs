//! Elasticsearch 7.10.2 with repositories of type `s3` in a folder that versitygw serves.

use super::engine::{self, Engine};
use super::s3::Store;
use super::{Ground, Part, StackRecord, Start, versitygw};
use crate::failure::{Context, Failure};
use crate::ports::Ports;
use crate::tools::Tool;
use crate::versions;

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: Option<&Store>,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let s3 = store.context("elasticsearch needs versitygw")?;
    let engine = Engine {
        part: Part::Elasticsearch,
        version: versions::ELASTICSEARCH,
        jdk: Tool::OlderJdk,
        flags: vec!["-Des.set.netty.runtime.available.processors=false".into()],
        settings: vec![("path.repo", versitygw::buckets(ground.run).display().to_string())],
        store: Part::Versitygw,
        s3,
    };
    engine::plan(engine, ground, ports, &mut record.engines)
}
