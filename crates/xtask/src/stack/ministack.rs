//! ministack: the AWS control plane in one process. It runs Lambda functions as processes of this machine, and its rules fire.

use super::record::CloudRecord;
use super::s3::{ACCOUNT, REGION, SECRET_KEY, Store};
use super::{Ground, Part, StackRecord, Start, fresh_home};
use crate::failure::{Context, Failure};
use crate::ports::Ports;
use crate::process::Launch;
use crate::{http, install};

const NAME: &str = Part::Ministack.name();

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: Option<&Store>,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let store = store.context("ministack needs SeaweedFS, where its functions find S3")?;
    let home = fresh_home(ground.run, NAME, &[])?;
    let port = ports.free()?;
    let set = |name: &str, value: &str| format!("{name}={value}").into();
    let path = std::env::var("PATH").unwrap_or_default();
    let program = install::ministack(&install::folder(ground.layout, Part::Ministack));
    let launch = Launch {
        name: NAME,
        program: "/usr/bin/env".into(),
        // Its functions inherit its environment, which must therefore hold nothing of this machine's.
        arguments: vec![
            "-i".into(),
            set("PATH", &path),
            set("HOME", &home.display().to_string()),
            set("BIND_HOST", "127.0.0.1"),
            set("GATEWAY_PORT", &port.to_string()),
            set("AWS_ENDPOINT_URL_S3", &store.endpoint),
            // A function's access key is its account's number; the secret is this one.
            set("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            program.into(),
        ],
        environment: Vec::new(),
        home,
        log: ground.run.log(NAME),
    };
    record.cloud = Some(CloudRecord {
        endpoint: format!("http://127.0.0.1:{port}"),
        s3_endpoint: store.endpoint.clone(),
        region: REGION.into(),
        account: ACCOUNT.into(),
        secret_key: SECRET_KEY.into(),
    });
    let probe = move || http::get(port, "/_ministack/health").is_ok_and(|reply| reply.status == 200);
    Ok((launch, Box::new(probe)))
}
