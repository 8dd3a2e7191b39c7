//! The zip that the function is to run: made of a program, read from this machine, and whether it fits Lambda at all.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use crate::config::Function;
use crate::model::infra::{Architecture, Package};
use crate::model::{Live, Unknown};

/// What `provided.al2023` has: Amazon Linux 2023, glibc 2.34.
const GLIBC: (u32, u32) = (2, 34);

/// Reads and fingerprints `function.package`. Nothing is said when none is named: what is deployed stays.
pub(super) fn at_hand(function: &Function) -> Live<Package> {
    let Some(path) = &function.package else { return Live::Absent };
    match std::fs::read(path) {
        Ok(bytes) => Live::Present(Package {
            sha256: fingerprint(&bytes),
            bytes: bytes.len() as u64,
            path: path.clone(),
        }),
        Err(error) => Live::Unknown(Unknown { why: format!("{path}: {error}"), missing: None }),
    }
}

/// This very program as a package, if it can be the function.
pub(super) fn of_this_program(wanted: Architecture) -> Result<Vec<u8>, String> {
    const NAME_ONE: &str =
        "name a package that can be: `function: { package: es2s3.zip }`, made by es2s3 package";
    let program = std::env::current_exe().and_then(std::fs::read);
    let program = program.map_err(|error| format!("this program could not be read: {error}; {NAME_ONE}"))?;
    let fit =
        Fit::of(&program).map_err(|why| format!("this program cannot be the function: {why}; {NAME_ONE}"))?;
    if fit.architecture != wanted {
        let (own, wanted) = (fit.architecture.word(), wanted.word());
        return Err(format!("this program is for {own}, the function for {wanted}; {NAME_ONE}"));
    }
    zip(&program).map_err(|error| error.to_string())
}

/// As Lambda's `CodeSha256`: base64 of the SHA-256 of the whole zip.
pub(super) fn fingerprint(zip: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(zip))
}

/// One entry, `bootstrap`, without a date: the same program gives the same bytes.
pub(super) fn zip(program: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o755);
    writer.start_file("bootstrap", options)?;
    writer.write_all(program)?;
    Ok(writer.finish()?.into_inner())
}

/// What a program needs of the machine that it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub architecture: Architecture,
    /// The highest version of glibc that a symbol asks for; none when it is linked statically.
    glibc: Option<(u32, u32)>,
}

impl Fit {
    /// # Errors
    ///
    /// Why Lambda could not run it.
    pub fn of(program: &[u8]) -> Result<Self, String> {
        let elf = program.starts_with(b"\x7fELF\x02\x01");
        let machine =
            program.get(18..20).filter(|_| elf).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let architecture = match machine {
            Some(0x3e) => Architecture::X86_64,
            Some(0xb7) => Architecture::Arm64,
            Some(other) => return Err(format!("it is for another machine (ELF {other:#x})")),
            None => return Err("it is no 64-bit Linux program".into()),
        };
        let fit = Self { architecture, glibc: highest_glibc(program) };
        match fit.glibc {
            Some(version) if version > GLIBC => {
                Err(format!("it needs {}, and Amazon Linux 2023 has 2.34", fit.libc()))
            }
            _ => Ok(fit),
        }
    }

    pub fn libc(&self) -> String {
        self.glibc.map_or("static".into(), |(major, minor)| format!("glibc {major}.{minor}"))
    }
}

/// Version names are plain text in the table of dynamic symbols.
fn highest_glibc(program: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_2.";
    let starts = program.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let minors = starts.filter_map(|(at, _)| {
        let rest = &program[at + MARK.len()..];
        let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).take(3).collect();
        String::from_utf8(digits).ok()?.parse::<u32>().ok()
    });
    minors.max().map(|minor| (2, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u8, text: &str) -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(18, 0);
        program.extend([machine, 0]);
        program.extend(text.bytes());
        program
    }

    #[test]
    fn only_what_lambda_can_run_is_packed() {
        let said = |program: &[u8]| {
            Fit::of(program).map(|fit| format!("{} {}", fit.architecture.word(), fit.libc()))
        };
        assert_eq!(said(&elf(0x3e, "GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0")), Ok("x86_64 glibc 2.34".into()));
        assert_eq!(said(&elf(0xb7, "")), Ok("arm64 static".into()));
        for (program, why) in [
            (elf(0x3e, "GLIBC_2.35\0GLIBC_2.34"), "it needs glibc 2.35"),
            (elf(0x28, ""), "another machine"),
            (b"\xcf\xfa\xed\xfe".to_vec(), "no 64-bit Linux program"),
            (Vec::new(), "no 64-bit Linux program"),
        ] {
            assert!(said(&program).expect_err("unfit").contains(why), "{why}");
        }
    }

    #[test]
    fn the_same_program_gives_the_same_zip() {
        let program = elf(0x3e, "GLIBC_2.34");
        let once = zip(&program).expect("a zip");
        assert_eq!(once, zip(&program).expect("a zip"));
        let mut archive = zip::ZipArchive::new(Cursor::new(once)).expect("readable");
        let entry = archive.by_name("bootstrap").expect("its only entry");
        assert_eq!(
            (entry.unix_mode().map(|mode| mode & 0o777), entry.size()),
            (Some(0o755), program.len() as u64)
        );
    }
}
