//! Reads the configuration file: the one place of `config` that touches the disk.
//!
//! Called by `cli`. It judges only whether the bytes can be had; what they say is [`super::parse`]'s.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use super::diagnostic::Diagnostic;

/// A configuration is a page of text; more is another file, named by mistake.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// The bytes of the file.
///
/// # Errors
/// One diagnostic without a place: missing, a directory or device, over [`MAX_BYTES`], or not readable.
pub fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    check(path, &metadata)?;
    let mut bytes = Vec::new();
    // The limit holds for what is read as well: a file may grow, and a pipe has no size.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

fn check(path: &Path, metadata: &Metadata) -> Result<(), Diagnostic> {
    if metadata.is_dir() {
        return Err(Diagnostic::error("file-is-directory", format!("{} is a directory", path.display()))
            .help("name the file itself: --config DIRECTORY/app-config.yml"));
    }
    if metadata.len() > MAX_BYTES { Err(too_large(metadata.len())) } else { Ok(()) }
}

/// Also told by `parse`, which may be given bytes from elsewhere.
pub(super) fn too_large(bytes: u64) -> Diagnostic {
    let size = crate::model::Bytes(bytes);
    Diagnostic::error(
        "file-too-large",
        format!("the file has {size}, more than the 1 MiB that a configuration may have"),
    )
    .help("check that this is the configuration and not a log or an export")
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::error("file-missing", format!("there is no file {name}"))
            .help("`es2s3 init` writes one; `--config FILE` names another"),
        io::ErrorKind::PermissionDenied => {
            Diagnostic::error("file-unreadable", format!("{name} may not be read by this user"))
                .help("check the file's owner and mode")
        }
        _ => Diagnostic::error("file-unreadable", format!("{name} could not be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(path: &Path) -> Option<&'static str> {
        read(path).err().map(|fault| fault.code)
    }

    #[test]
    fn a_file_that_cannot_be_had_is_told_by_its_reason() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let large = folder.path().join("large.yml");
        std::fs::write(&large, vec![b'#'; MAX_BYTES as usize + 1]).expect("written");
        let fits = folder.path().join("fits.yml");
        std::fs::write(&fits, vec![b'#'; MAX_BYTES as usize]).expect("written");
        assert_eq!(code(&folder.path().join("none.yml")), Some("file-missing"));
        assert_eq!(code(folder.path()), Some("file-is-directory"));
        assert_eq!(code(&large), Some("file-too-large"));
        assert_eq!(read(&fits).map(|bytes| bytes.len() as u64), Ok(MAX_BYTES));
    }
}
