//! Results on standard output, all else on standard error; colour for terminals; a closed pipe is no error.

use std::io::Read as _;
use std::process::Stdio;

use crate::world::Small;

const ESCAPE: char = '\u{1b}';

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_plain_results_and_progress_stays_out_of_them() {
    let small = Small::new().await;
    let plan = small.scene.run_to(0, &["plan"]).await;
    assert!(plan.stdout.contains("Plan: ") && !plan.stdout.contains("reading domain"), "{}", plan.stdout);
    assert!(plan.stderr.contains("reading domain") && !plan.stderr.contains("Plan: "), "{}", plan.stderr);
    assert!(!plan.stdout.contains(ESCAPE) && !plan.stderr.contains(ESCAPE));
    assert!(
        plan.stdout.lines().all(|line| line.trim_end() == line),
        "no line ends in blanks:\n{}",
        plan.stdout
    );

    let quiet = small.scene.run_to(0, &["plan", "--quiet"]).await;
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &plan.stdout));
    let coloured = small.scene.run_to(0, &["plan", "--color", "always"]).await;
    assert!(coloured.stdout.contains(ESCAPE), "{}", coloured.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_told_even_when_quiet() {
    let small = Small::new().await;
    let ran = small.scene.run_to(1, &["prove", "app-2001.01.01", "--quiet"]).await;
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_ends_quietly() {
    let small = Small::new().await;
    for arguments in
        [&["--help"][..], &["schema"], &["man"], &["completions", "zsh"], &["config", "show"], &["plan"]]
    {
        let mut command = small.scene.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("es2s3 starts");
        drop(child.stdout.take());
        let ended = tokio::task::spawn_blocking(move || {
            let status = child.wait().expect("ended");
            let mut said = String::new();
            child.stderr.take().expect("its errors").read_to_string(&mut said).expect("text");
            (status, said)
        });
        let (status, said) = ended.await.expect("joined");
        assert_eq!(status.code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("pipe"), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_and_the_manual_know_every_command() {
    let small = Small::new().await;
    let help = small.scene.run_to(0, &["--help"]).await.stdout;
    let listed = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let entries =
        listed.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names: Vec<&str> = entries.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15 && names.contains(&"apply"), "{names:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = small.scene.run_to(0, &["completions", shell]).await.stdout;
        for name in &names {
            assert!(script.contains(name), "{shell} does not know {name}");
        }
    }
    let manual = small.scene.run_to(0, &["man"]).await.stdout;
    assert!(manual.contains(".TH es2s3 1"), "{manual}");
    for name in names {
        assert!(manual.contains(&format!("es2s3\\-{name}")), "the manual does not know {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_help_explains_itself() {
    let small = Small::new().await;
    for arguments in [
        &["plan"][..],
        &["apply"],
        &["prove"],
        &["restore"],
        &["hold"],
        &["unhold"],
        &["status"],
        &["history"],
        &["bootstrap"],
        &["state", "unlock"],
        &["state", "forget"],
    ] {
        let mut with_help = arguments.to_vec();
        with_help.push("--help");
        let help = small.scene.run_to(0, &with_help).await.stdout;
        assert!(
            help.contains("Examples:") || help.contains("Example:"),
            "{arguments:?} shows no example:\n{help}"
        );
    }
}
