//! Other tools' plans of infrastructure, on the same emulator, without a change.

mod cdk;
mod terraform;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub(super) use cdk::diff;
pub(super) use terraform::plan;

use crate::failure::Failure;
use crate::layout;
use crate::stack::CloudRecord;

/// Arguments to `sh` that go to `folder` with the keys of `account` and are replaced by the command.
fn there(
    folder: &Path,
    cloud: &CloudRecord,
    account: &str,
    program: &Path,
    arguments: &[&str],
) -> Result<Vec<OsString>, Failure> {
    let script = folder.join("run.sh");
    let text = format!(
        "cd '{}'\nexport AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=x AWS_REGION={} AWS_ENDPOINT_URL={} \
         CDK_DISABLE_CLI_TELEMETRY=true CHECKPOINT_DISABLE=true\nexec \"$@\"\n",
        folder.display(),
        cloud.region,
        cloud.endpoint
    );
    layout::write_file(&script, &text)?;
    let mut command: Vec<OsString> = vec![script.into(), program.into()];
    command.extend(arguments.iter().map(Into::into));
    Ok(command)
}

/// A program on the path.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
