//! Scenario files: a few lines that set a world up, and the commands run in it, with what they printed beside.

use super::normalize::normalize;
use super::scene::Scene;
use super::stage::Stage;

/// Plays the script and returns its transcript, normalised. Ends with the second apply that does nothing.
pub async fn play(stage: Stage, name: &str, script: &str) -> String {
    let mut scene = Scene::new(stage, name);
    let mut transcript = String::new();
    for line in script.lines() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(command) = line.strip_prefix("$ es2s3 ") {
            transcript.push_str(&run(&scene, command).await);
            scene.now += BETWEEN_COMMANDS;
        } else {
            set(&mut scene, line).await;
        }
    }
    scene.second_apply_does_nothing().await;
    scene.leave_nothing().await;
    transcript
}

/// Nobody types two commands at one instant: a hold that was released is over by the next.
const BETWEEN_COMMANDS: jiff::SignedDuration = jiff::SignedDuration::from_secs(4);

async fn run(scene: &Scene, command: &str) -> String {
    let words: Vec<String> = command.split_whitespace().map(|word| scene.dated(word)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ran = scene.run(&words).await;
    let marks = [
        (scene.state_bucket_name(), "<state>"),
        (scene.repository.clone(), "logs"),
        (scene.stage.buckets[0].clone(), "<bucket>"),
        (scene.stage.domain.clone(), "<domain>"),
        (scene.stage.s3.clone(), "<s3>"),
    ];
    let shown = normalize(&ran.stdout, scene.today, &marks);
    let errors = normalize(&ran.stderr, scene.today, &marks);
    let errors: String =
        errors.lines().filter(|line| !is_progress(line)).map(|line| format!("{line}\n")).collect();
    format!("$ es2s3 {command}\n{shown}{errors}exit {}\n\n", ran.code)
}

/// Lines whose order or number a server's speed decides.
fn is_progress(line: &str) -> bool {
    line.starts_with("reading ") || line.starts_with("· run ") || line.starts_with("… ")
}

async fn set(scene: &mut Scene, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["policy", prefix, index_days, snapshot_days, more @ ..] => {
            scene.policy(prefix, number(index_days), number(snapshot_days), &more.join(" "));
        }
        ["config", ..] => scene.extra.push(line["config ".len()..].to_owned()),
        ["daily", prefix, from, to] => {
            for days in (number(from)..=number(to)).rev() {
                let name = scene.dated(&format!("{prefix}{{{days}}}"));
                scene.domain.create(&name, 1, 3).await;
            }
        }
        ["index", name, shards, docs] => {
            scene.domain.create(&scene.dated(name), number(shards), number(docs)).await;
        }
        ["write", name, docs] => scene.domain.write(&scene.dated(name), number(docs)).await,
        ["snapshot", snapshot, name] => {
            scene.domain.snapshot(&scene.repository, snapshot, &scene.dated(name)).await;
        }
        ["unfreeze", name] => scene.domain.unfreeze(&scene.dated(name)).await,
        ["alias", alias, name] => scene.domain.alias(alias, &scene.dated(name), true).await,
        ["close", name] => scene.domain.close(&scene.dated(name)).await,
        ["delete", name] => scene.domain.delete(&scene.dated(name)).await,
        ["recreate", name] => {
            let name = scene.dated(name);
            scene.domain.delete(&name).await;
            scene.domain.create(&name, 1, 3).await;
        }
        ["days", "pass", days] => scene.advance_days(i64::from(number(days))),
        _ => panic!("not understood: {line}"),
    }
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or_else(|_| panic!("{word} is no number"))
}
