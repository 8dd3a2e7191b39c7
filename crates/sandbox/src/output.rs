//! What the program says. Only here is anything printed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use std::process::ExitCode;

use sandbox::Sandbox;

/// Where the world is, and what a shell needs to use it.
pub(crate) fn endpoints(sandbox: &Sandbox, bucket: &str, prefixes: &[String]) {
    println!("engine   {}", sandbox.domain_url);
    println!("s3       {}", sandbox.s3_url);
    println!("bucket   {bucket}");
    println!("indices  {}", prefixes.iter().map(|prefix| format!("{prefix}*")).collect::<Vec<_>>().join(" "));
    println!();
    println!("export AWS_ACCESS_KEY_ID={}", sandbox.access_key);
    println!("export AWS_SECRET_ACCESS_KEY={}", sandbox.secret_key);
    println!("export AWS_REGION=us-east-1");
    println!("export AWS_ENDPOINT_URL_S3={}", sandbox.s3_url);
    println!();
    println!("Ctrl-C ends it; nothing is kept.");
}

pub(crate) fn failed(why: &std::io::Error) -> ExitCode {
    eprintln!("sandbox: {why}");
    ExitCode::FAILURE
}
