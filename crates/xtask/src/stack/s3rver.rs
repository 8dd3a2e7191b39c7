//! s3rver: an S3 store that takes every put, whatever its condition. No engine uses it; es2s3 has to refuse it.

use super::record::StoreRecord;
use super::s3::REGION;
use super::{Ground, Part, StackRecord, Start, fresh_home};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::process::Launch;
use crate::tools::Tool;
use crate::{http, install};

const NAME: &str = Part::S3rver.name();
const OBJECTS: &str = "objects";
/// The one key that it knows, which is its secret as well.
const KEY: &str = "S3RVER";

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let home = fresh_home(ground.run, NAME, &[OBJECTS])?;
    let port = ports.free()?;
    let launch = Launch {
        name: NAME,
        program: ground.tools.path(Tool::Node)?.to_path_buf(),
        arguments: vec![
            install::s3rver(&install::folder(ground.layout, Part::S3rver)).into(),
            "--address".into(),
            "127.0.0.1".into(),
            "--port".into(),
            port.to_string().into(),
            "--no-vhost-buckets".into(),
            "--directory".into(),
            home.join(OBJECTS).into(),
        ],
        environment: Vec::new(),
        home,
        log: ground.run.log(NAME),
    };
    record.heedless = Some(StoreRecord {
        endpoint: format!("http://127.0.0.1:{port}"),
        region: REGION.into(),
        access_key: KEY.into(),
        secret_key: KEY.into(),
    });
    // Whoever does not sign is sent elsewhere or refused; any answer is one.
    let probe = move || http::get(port, "/").is_ok();
    Ok((launch, Box::new(probe)))
}
