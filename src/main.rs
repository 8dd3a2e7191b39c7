//! The program: hands the command line to the library and turns its answer into an exit code.

use std::process::ExitCode;

/// Metadata is fetched by many tasks side by side, and glibc's allocator has them wait for one another: see docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(es2s3::cli::main() as u8)
}
