//! The stack's own S3 requests, signed by a small Python program, so that this crate needs no HTTP client and
//! no crypto.

use std::path::Path;
use std::process::Command;

use super::record::EngineRecord;
use crate::failure::{Context, Failure};
use crate::run;
use crate::tools::{Tool, Tools};

const PROGRAM: &str = include_str!("../../python/s3.py");

/// Credentials of the test stack: made up, and valid on no other server.
pub(crate) const ACCESS_KEY: &str = "es2s3stack";
/// The search engine's own key on SeaweedFS; the same secret.
pub(crate) const ENGINE_ACCESS_KEY: &str = "es2s3engine";
/// The account of the tests on the AWS side, and the access key of its functions; the same secret.
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const SECRET_KEY: &str = "es2s3stack-secret-of-no-worth";
pub(crate) const REGION: &str = "us-east-1";

/// A bucket that the stack makes and removes nothing from, to try a put on.
const TRIAL_BUCKET: &str = "stack-trial";

/// A running S3 server.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) endpoint: String,
}

impl Store {
    pub(crate) fn at(port: u16) -> Self {
        Self { endpoint: format!("http://127.0.0.1:{port}") }
    }

    pub(crate) fn of(engine: &EngineRecord) -> Self {
        Self { endpoint: engine.s3_endpoint.clone() }
    }

    /// Makes a bucket of the stack's own account.
    pub(crate) fn make_bucket(&self, tools: &Tools, bucket: &str) -> Result<(), Failure> {
        let said = run::captured(&mut self.command(tools.path(Tool::Python)?, "make", bucket));
        said.map(|_| ()).context(format!("cannot make bucket {bucket}"))
    }

    /// A check that succeeds once a signed put, get and delete do. A health page answers long before.
    pub(crate) fn takes_objects(&self, tools: &Tools) -> Result<super::Probe, Failure> {
        let python = tools.path(Tool::Python)?.to_path_buf();
        let store = self.clone();
        Ok(Box::new(move || {
            let works = |action| run::captured(&mut store.command(&python, action, TRIAL_BUCKET)).is_ok();
            works("try") || (works("make") && works("try"))
        }))
    }

    fn command(&self, python: &Path, action: &str, bucket: &str) -> Command {
        let mut command = Command::new(python);
        command.args(["-c", PROGRAM, action, &self.endpoint, REGION, bucket]);
        command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        command
    }
}
