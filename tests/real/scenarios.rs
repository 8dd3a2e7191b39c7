//! Every scenario file on every engine of the stack, against the transcript that the sandbox gave.

use std::path::PathBuf;

use crate::support::script::play;
use crate::support::stage::real_stages;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn real_servers_print_what_the_sandbox_prints() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut faults = Vec::new();
    for stage in real_stages() {
        for name in &names {
            let script = std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("the scenario");
            let committed =
                std::fs::read_to_string(folder.join(format!("{name}.out"))).expect("its transcript");
            let transcript = play(stage.clone(), name, &script).await;
            if transcript != committed {
                faults.push(difference(&stage.name, name, &committed, &transcript));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn difference(stage: &str, name: &str, committed: &str, transcript: &str) -> String {
    let diff = similar::TextDiff::from_lines(committed, transcript);
    format!("{name} on {stage}:\n{}", diff.unified_diff().header("sandbox", stage))
}
