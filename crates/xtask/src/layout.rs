//! Where things are put: one ignored folder of the checkout, `.stack/`, or the one that `ES2S3_STACK_DIR`
//! names.
//!
//! ```text
//! install/<server>-<version>/   ready to run; complete when its file COMPLETE is there
//! cache/                        what Maven, Go and pip keep between downloads
//! run/  test-run/               data, records and sockets of `stack up` and of `cargo xtask test`
//! log/  test-log/               one file a server, one an installation
//! ```

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};

/// Names another folder than `.stack/`, for example to share installations between checkouts.
const STACK_DIR: &str = "ES2S3_STACK_DIR";

#[derive(Debug)]
pub(crate) struct Layout {
    checkout: PathBuf,
    stack: PathBuf,
}

impl Layout {
    /// The checkout that this program was compiled from.
    pub(crate) fn of_checkout() -> Result<Self, Failure> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let checkout =
            manifest.ancestors().nth(2).context("this crate lies outside a checkout")?.to_path_buf();
        let stack = match env::var_os(STACK_DIR) {
            Some(folder) => std::path::absolute(folder).context(format!("{STACK_DIR} is no path"))?,
            None => checkout.join(".stack"),
        };
        Ok(Self { checkout, stack })
    }

    pub(crate) fn checkout(&self) -> &Path {
        &self.checkout
    }

    /// The folder of one installation, `opensearch-3.6.0` for example.
    pub(crate) fn install(&self, name: &str) -> PathBuf {
        self.stack.join("install").join(name)
    }

    /// A folder that a download tool may keep.
    pub(crate) fn cache(&self, tool: &str) -> PathBuf {
        self.stack.join("cache").join(tool)
    }

    /// Held while installing, so that two chores in one checkout do not write into the same folder.
    pub(crate) fn install_lock(&self) -> PathBuf {
        self.stack.join("install.lock")
    }

    pub(crate) fn install_log(&self, name: &str) -> PathBuf {
        self.stack.join("log").join(format!("install-{name}.log"))
    }

    /// The servers of `cargo xtask stack up`.
    pub(crate) fn standing_run(&self) -> RunFolder {
        RunFolder { data: self.stack.join("run"), log: self.stack.join("log") }
    }

    /// The servers of `cargo xtask test`, apart from those that somebody has running by hand.
    pub(crate) fn test_run(&self) -> RunFolder {
        RunFolder { data: self.stack.join("test-run"), log: self.stack.join("test-log") }
    }
}

/// Data, records and logs of one set of servers.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    data: PathBuf,
    log: PathBuf,
}

impl RunFolder {
    /// Where the servers answer; written last, read by the tests.
    pub(crate) fn stack_json(&self) -> PathBuf {
        self.data.join("stack.json")
    }

    /// What was started; written after each start, read by `down`.
    pub(crate) fn processes_json(&self) -> PathBuf {
        self.data.join("processes.json")
    }

    /// The working folder of one server, made anew at each start.
    pub(crate) fn home(&self, server: &str) -> PathBuf {
        self.data.join(server)
    }

    pub(crate) fn log(&self, server: &str) -> PathBuf {
        self.log.join(format!("{server}.log"))
    }
}

/// Makes a folder and all above it.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).context(format!("cannot make {}", folder.display()))
}

/// Removes a folder with all in it; one that is not there is fine.
pub(crate) fn remove_folder(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a text file, and the folders above it.
pub(crate) fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    fs::write(file, text).context(format!("cannot write {}", file.display()))
}
