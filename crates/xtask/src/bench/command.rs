//! `es2s3 plan` as it is measured: with a configuration of its own and the keys of one store.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::Bench;
use crate::failure::{Context, Failure};
use crate::layout;

/// Where the program finds S3, and as whom.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
    pub(super) s3_endpoint: &'a str,
}

/// Arguments to `sh` that replace it by the plan; what stands in `folder` is written anew.
pub(super) fn plan(
    bench: &Bench<'_>,
    folder: &Path,
    keys: &Keys<'_>,
    config: &Value,
) -> Result<Vec<OsString>, Failure> {
    layout::make_folder(folder)?;
    let (script, file) = (folder.join("plan.sh"), folder.join("app-config.yml"));
    let text = format!(
        "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_REGION={} AWS_ENDPOINT_URL_S3={}\nexec \"$@\"\n",
        keys.access_key, keys.secret_key, keys.region, keys.s3_endpoint
    );
    layout::write_file(&script, &text)?;
    layout::write_file(&file, &serde_json::to_string(config).context("cannot write the configuration")?)?;
    Ok(vec![script.into(), bench.binary.clone().into(), "plan".into(), "--config".into(), file.into()])
}
