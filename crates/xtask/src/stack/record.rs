//! `stack.json`: where the servers answer, for the tests on real servers; and `processes.json` of the same
//! form, written as servers start, from which `down` ends them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Context, Failure};
use crate::layout;
use crate::process::Identity;

/// One engine and the store of its snapshots. Credentials are of this test stack alone and open nothing else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EngineRecord {
    /// `opensearch` or `elasticsearch`.
    pub(crate) kind: String,
    pub(crate) version: String,
    /// Base URL of the engine's REST API, without a path.
    pub(crate) endpoint: String,
    /// `seaweedfs` or `versitygw`.
    pub(crate) s3_server: String,
    pub(crate) s3_endpoint: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    /// Made through S3 when the stack came up; the first is for snapshots.
    pub(crate) buckets: Vec<String>,
}

/// The emulator of AWS, and the S3 that goes with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CloudRecord {
    pub(crate) endpoint: String,
    /// SeaweedFS: the emulator's functions find their S3 there.
    pub(crate) s3_endpoint: String,
    pub(crate) region: String,
    /// The access key as well: twelve digits name an account.
    pub(crate) account: String,
    pub(crate) secret_key: String,
}

/// A store that tests talk to and no engine does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoreRecord {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StackRecord {
    /// Rises when a field changes its meaning.
    pub(crate) format: u32,
    pub(crate) engines: Vec<EngineRecord>,
    pub(crate) cloud: Option<CloudRecord>,
    /// The emulator that judges by IAM policies; its keys are those of the account's root.
    pub(crate) guarded: Option<CloudRecord>,
    /// moto: its S3 is its own.
    pub(crate) second: Option<CloudRecord>,
    /// s3rver.
    pub(crate) heedless: Option<StoreRecord>,
    /// Paths of the programs `thanos`, `prometheus` and `promtool`.
    pub(crate) thanos: Option<PathBuf>,
    pub(crate) prometheus: Option<PathBuf>,
    pub(crate) promtool: Option<PathBuf>,
    pub(crate) processes: Vec<Identity>,
}

impl Default for StackRecord {
    fn default() -> Self {
        Self {
            format: 1,
            engines: Vec::new(),
            cloud: None,
            guarded: None,
            second: None,
            heedless: None,
            thanos: None,
            prometheus: None,
            promtool: None,
            processes: Vec::new(),
        }
    }
}

impl StackRecord {
    /// Writes beside, then renames, so that a reader never sees half of it.
    pub(crate) fn write(&self, file: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).context("cannot write the record as JSON")?;
        let beside = file.with_extension("json.part");
        layout::write_file(&beside, &format!("{text}\n"))?;
        fs::rename(&beside, file).context(format!("cannot write {}", file.display()))
    }

    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        Self::read_if_there(file)?.context(format!("{} is not there", file.display()))
    }

    pub(crate) fn read_if_there(file: &Path) -> Result<Option<Self>, Failure> {
        match fs::read(file) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).context(format!("cannot parse {}", file.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context(format!("cannot read {}", file.display())),
        }
    }
}
