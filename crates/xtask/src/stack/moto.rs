//! moto: AWS's control plane once more, by other people. It runs no function and fires no rule; what it keeps, and what it refuses,
//! is a second opinion on what es2s3 asks of AWS.

use super::record::CloudRecord;
use super::s3::{ACCOUNT, REGION, SECRET_KEY};
use super::{Ground, Part, StackRecord, Start, fresh_home};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::process::Launch;
use crate::tools::Tool;
use crate::{http, install};

const NAME: &str = Part::Moto.name();

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let port = ports.free()?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let packages = install::folder(ground.layout, Part::Moto);
    let launch = Launch {
        name: NAME,
        program: ground.tools.path(Tool::Python)?.to_path_buf(),
        arguments: ["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()].map(Into::into).to_vec(),
        environment: vec![
            ("PYTHONPATH", packages.display().to_string()),
            ("MOTO_ACCOUNT_ID", ACCOUNT.to_owned()),
        ],
        home: fresh_home(ground.run, NAME, &[])?,
        log: ground.run.log(NAME),
    };
    record.second = Some(CloudRecord {
        endpoint: endpoint.clone(),
        s3_endpoint: endpoint,
        region: REGION.into(),
        account: ACCOUNT.into(),
        secret_key: SECRET_KEY.into(),
    });
    let probe = move || http::get(port, "/moto-api/data.json").is_ok_and(|reply| reply.status == 200);
    Ok((launch, Box::new(probe)))
}
