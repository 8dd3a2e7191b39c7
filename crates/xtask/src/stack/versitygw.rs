//! versitygw: serves a folder as S3, the folder that Elasticsearch writes its snapshots to.

use std::path::PathBuf;

use super::s3::{ACCESS_KEY, REGION, SECRET_KEY, Store};
use super::{Ground, Part, Start, fresh_home};
use crate::failure::Failure;
use crate::install;
use crate::layout::RunFolder;
use crate::ports::Ports;
use crate::process::Launch;

const NAME: &str = Part::Versitygw.name();
const BUCKETS: &str = "buckets";

/// The folder whose folders are the buckets.
pub(super) fn buckets(run: &RunFolder) -> PathBuf {
    run.home(NAME).join(BUCKETS)
}

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: &mut Option<Store>,
) -> Result<Start, Failure> {
    let home = fresh_home(ground.run, NAME, &[BUCKETS])?;
    let port = ports.free()?;
    let launch = Launch {
        name: NAME,
        program: install::versitygw(&install::folder(ground.layout, Part::Versitygw)),
        arguments: vec![
            "--port".into(),
            format!("127.0.0.1:{port}").into(),
            "--region".into(),
            REGION.into(),
            "posix".into(),
            buckets(ground.run).into(),
        ],
        environment: vec![("ROOT_ACCESS_KEY", ACCESS_KEY.into()), ("ROOT_SECRET_KEY", SECRET_KEY.into())],
        home,
        log: ground.run.log(NAME),
    };
    let probe = store.insert(Store::at(port)).takes_objects(ground.tools)?;
    Ok((launch, probe))
}
