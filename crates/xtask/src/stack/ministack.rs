//! ministack: the AWS control plane in one process. It runs Lambda functions as processes of this machine, and its rules fire.

use super::record::CloudRecord;
use super::s3::{ACCOUNT, REGION, SECRET_KEY, Store};
use super::{Ground, Part, StackRecord, Start, fresh_home};
use crate::failure::{Context, Failure};
use crate::ports::Ports;
use crate::process::Launch;
use crate::{http, install};

pub(super) fn plan(
    ground: &Ground<'_>,
    ports: &mut Ports,
    store: Option<&Store>,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let store = store.context("ministack needs SeaweedFS, where its functions find S3")?;
    let port = ports.free()?;
    // A function's access key is its account's number; the secret is this one.
    let further = [("AWS_ENDPOINT_URL_S3", store.endpoint.as_str()), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY)];
    let started = start(ground, Part::Ministack, port, &further)?;
    record.cloud = Some(CloudRecord {
        endpoint: format!("http://127.0.0.1:{port}"),
        s3_endpoint: store.endpoint.clone(),
        region: REGION.into(),
        account: ACCOUNT.into(),
        secret_key: SECRET_KEY.into(),
    });
    Ok(started)
}

/// The account of the one key that an emulator which judges knows by itself, `test`, and that key's secret.
const ROOT: (&str, &str) = ("000000000000", "test");

/// Everything in it, S3 too, is behind its policies.
pub(super) fn plan_guarded(
    ground: &Ground<'_>,
    ports: &mut Ports,
    record: &mut StackRecord,
) -> Result<Start, Failure> {
    let port = ports.free()?;
    let started = start(ground, Part::GuardedMinistack, port, &[("AUTH", "true")])?;
    let (account, secret) = ROOT;
    record.guarded = Some(CloudRecord {
        endpoint: format!("http://127.0.0.1:{port}"),
        s3_endpoint: format!("http://127.0.0.1:{port}"),
        region: REGION.into(),
        account: account.into(),
        secret_key: secret.into(),
    });
    Ok(started)
}

fn start(ground: &Ground<'_>, part: Part, port: u16, further: &[(&str, &str)]) -> Result<Start, Failure> {
    let home = fresh_home(ground.run, part.name(), &[])?;
    let set = |name: &str, value: &str| format!("{name}={value}").into();
    let path = std::env::var("PATH").unwrap_or_default();
    // Its functions inherit its environment, which must therefore hold nothing of this machine's.
    let mut arguments = vec![
        "-i".into(),
        set("PATH", &path),
        set("HOME", &home.display().to_string()),
        set("BIND_HOST", "127.0.0.1"),
        set("GATEWAY_PORT", &port.to_string()),
    ];
    arguments.extend(further.iter().map(|(name, value)| set(name, value)));
    arguments.push(install::ministack(&install::folder(ground.layout, part)).into());
    let launch = Launch {
        name: part.name(),
        program: "/usr/bin/env".into(),
        arguments,
        environment: Vec::new(),
        home,
        log: ground.run.log(part.name()),
    };
    let probe = move || http::get(port, "/_ministack/health").is_ok_and(|reply| reply.status == 200);
    Ok((launch, Box::new(probe)))
}
