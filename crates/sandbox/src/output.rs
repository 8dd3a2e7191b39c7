//! What the program says. Only here is anything printed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use sandbox::Sandbox;
use sandbox::aws::Fired;

/// Where the world is, and what a shell needs to use it.
pub(crate) fn endpoints(sandbox: &Sandbox, bucket: &str, prefixes: &[String]) {
    println!("engine   {}", sandbox.domain_url);
    println!("aws      {}", sandbox.s3_url);
    println!("bucket   {bucket}");
    println!("indices  {}", prefixes.iter().map(|prefix| format!("{prefix}*")).collect::<Vec<_>>().join(" "));
    println!();
    println!("export AWS_ACCESS_KEY_ID={}", sandbox.access_key);
    println!("export AWS_SECRET_ACCESS_KEY={}", sandbox.secret_key);
    println!("export AWS_REGION=us-east-1");
    println!("export AWS_ENDPOINT_URL={}", sandbox.s3_url);
    println!();
    println!("Ctrl-C ends it; nothing is kept.");
}

pub(crate) fn failed(why: &std::io::Error) -> ExitCode {
    eprintln!("sandbox: {why}");
    ExitCode::FAILURE
}

/// Said before the program is built: a first build takes minutes.
pub(crate) fn building() {
    eprintln!("building es2s3 (a first build takes a few minutes)");
}

pub(crate) fn opening(sandbox: &Sandbox, prefixes: [&str; 3]) {
    println!("A domain (OpenSearch 3.6.0) and an AWS account with S3, in memory, on this machine:");
    println!("  {}   {}", sandbox.domain_url, sandbox.s3_url);
    println!(
        "Daily indices {}, up to 400 days of them.",
        prefixes.map(|prefix| format!("{prefix}*")).join(", ")
    );
}

pub(crate) fn narrate(says: &str) {
    println!("\n── {says}\n");
}

/// What happens in the world.
pub(crate) fn event(says: &str) {
    println!("{says}\n");
}

pub(crate) fn fired(fired: &Fired) {
    let what =
        fired.undelivered.as_ref().map_or_else(|| "ran".to_owned(), |why| format!("not delivered: {why}"));
    println!("{}  rule {}: {what}\n", fired.at.strftime("%Y-%m-%d %H:%M UTC"), fired.rule);
}

pub(crate) fn command(arguments: &[String]) {
    println!("$ es2s3 {}", arguments.join(" "));
}

/// What a command printed: its result, then its words, then how it ended.
pub(crate) fn shown(stdout: &[u8], stderr: &[u8], code: Option<i32>) {
    print!("{}", String::from_utf8_lossy(stdout));
    print!("{}", String::from_utf8_lossy(stderr));
    match code {
        Some(0) | None => println!(),
        Some(code) => println!("(exit {code})\n"),
    }
}

pub(crate) fn closing() {
    println!("── That was all of it. docs/ has the rest; `--keep` leaves the world running.");
}

/// What a shell needs to go on by hand.
pub(crate) fn kept(folder: &Path, binary: &Path, sandbox: &Sandbox, now: Option<Timestamp>) {
    println!("\nThe world stays up until Ctrl-C. In another shell:\n");
    println!("cd {}", folder.display());
    println!("export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}", sandbox.access_key, sandbox.secret_key);
    println!("export AWS_REGION=us-east-1 AWS_ENDPOINT_URL={}", sandbox.s3_url);
    if let Some(now) = now {
        println!("export ES2S3_NOW={now}");
    }
    println!("{} plan", binary.display());
}
