//! What a caller may have done, and by which configuration. Pure: the whole of what `lambda:InvokeFunction` is worth is here.

use super::ask::Step;
use crate::cli::args::{Command, StateCommand};
use crate::config::{Config, StateLocation};
use crate::error::Failure;

/// What reads or writes data, and nothing that mends state or infrastructure.
pub(super) fn confined(command: &Command, step: &Step) -> Result<(), Failure> {
    let fits = match (command, step) {
        (
            Command::Plan(_)
            | Command::Apply(_)
            | Command::Prove { .. }
            | Command::Restore(_)
            | Command::Status
            | Command::Holds
            | Command::State(StateCommand::Show),
            Step::Whole,
        )
        | (Command::Plan(_) | Command::Apply(_) | Command::Status, Step::Plan)
        | (Command::Apply(_), Step::CarryOut { .. })
        | (Command::Restore(_), Step::Ask | Step::Approved { .. }) => true,
        (_, Step::Whole | Step::Plan | Step::CarryOut { .. } | Step::Ask | Step::Approved { .. }) => false,
    };
    if fits {
        return Ok(());
    }
    Err(Failure::new("the function does not take this command; it takes plan, apply, prove, restore, status"))
}

/// A configuration that was not applied may say otherwise what is retained, and not where: the function's credentials go to no
/// endpoint, and its proofs to no bucket, that was not applied. What `writes` may not change the repository's settings either.
pub(super) fn same_place(
    applied: &Config,
    sent: &Config,
    state: &StateLocation,
    writes: bool,
) -> Result<(), Failure> {
    let place = |config: &Config| {
        let (domain, repository) = (&config.domain, &config.repository);
        [
            ("account", config.account.clone()),
            ("region", config.region.clone()),
            ("domain", domain.endpoint.to_string()),
            // Names of variables, and no secret.
            ("domain's credentials", format!("{:?}", domain.auth)),
            ("domain's authority", format!("{:?}", domain.ca_file)),
            ("repository", repository.name.to_string()),
            ("snapshot bucket", repository.bucket.to_string()),
            ("snapshots' path", repository.base_path.clone()),
            ("state", format!("s3://{}/{}", config.state.bucket, config.state.name)),
        ]
    };
    let here = format!("s3://{}/{}", state.bucket, state.name);
    let [.., (_, sent_state)] = place(sent);
    let state_differs = (sent_state != here).then_some(("state", here, sent_state));
    let differing = place(applied).into_iter().zip(place(sent)).find(|(one, other)| one != other);
    let differing = differing.map(|((what, one), (_, other))| (what, one, other)).or(state_differs);
    if let Some((what, one, other)) = differing {
        return Err(Failure::new(format!(
            "the function goes nowhere that was not applied: its {what} is {one}, and this configuration says {other}"
        ))
        .help("apply the configuration first: es2s3 apply --only infra"));
    }
    if writes && applied.repository != sent.repository {
        return Err(Failure::new(
            "the settings of the repository are not those of the configuration that was applied",
        )
        .help("apply the configuration first: es2s3 apply --only infra"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Starter, parse, template};

    fn config(change: impl Fn(String) -> String) -> Config {
        let file = change(template(&Starter::default()));
        parse("app-config.yml", file.as_bytes()).expect("a valid configuration").config
    }

    #[test]
    fn another_place_is_refused_and_other_days_are_not() {
        let applied = config(|file| file);
        let judged = |sent: &Config, writes| {
            same_place(&applied, sent, &applied.state, writes).map_err(|failure| failure.message)
        };
        let days = config(|file| {
            file.lines()
                .map(|line| if line.starts_with("index_retention:") { "index_retention: 7" } else { line })
                .collect::<Vec<_>>()
                .join("\n")
        });
        assert_ne!(applied, days, "something differs");
        assert_eq!(judged(&days, true), Ok(()));
        type Change = fn(&mut Config);
        let plain: [(&str, Change); 7] = [
            ("account", |config| config.account = "999988887777".into()),
            ("its domain is", |config| {
                config.domain.endpoint = "https://evil.example.com".parse().expect("a URL")
            }),
            ("credentials", |config| {
                config.domain.auth = crate::config::Auth::ApiKey {
                    key: crate::config::SecretPlace::Environment("AWS_SECRET_ACCESS_KEY".into()),
                };
            }),
            ("repository", |config| config.repository.name = "other".into()),
            ("snapshot bucket", |config| config.repository.bucket = "other-bucket".into()),
            ("path", |config| config.repository.base_path = "elsewhere".into()),
            ("state", |config| config.state.name = "other".into()),
        ];
        for (what, change) in plain {
            let mut sent = applied.clone();
            change(&mut sent);
            for writes in [false, true] {
                let said = judged(&sent, writes).expect_err(what);
                assert!(said.contains(what), "{what}: {said}");
            }
        }
        let mut settings = applied.clone();
        settings.repository.settings.insert("endpoint".into(), "s3.example.com".into());
        assert_eq!(judged(&settings, false), Ok(()), "a plan shows it");
        assert!(judged(&settings, true).is_err());
    }

    #[test]
    fn each_command_has_its_steps() {
        use crate::cli::args::Cli;
        use clap::Parser as _;
        let carry_out = || Step::CarryOut { plan: String::new() };
        let approved = || Step::Approved { shown: String::new() };
        for (line, step, taken) in [
            ("plan", Step::Whole, true),
            ("plan", Step::Plan, true),
            ("plan", carry_out(), false),
            ("apply --auto-approve", Step::Whole, true),
            ("apply", carry_out(), true),
            ("apply", Step::Ask, false),
            ("restore a", Step::Ask, true),
            ("restore a", approved(), true),
            ("prove a", approved(), false),
            ("status", Step::Whole, true),
            ("state unlock R", Step::Whole, false),
            ("state forget role/a", Step::Whole, false),
            ("hold a", Step::Whole, false),
            ("bootstrap", Step::Whole, false),
            ("run", Step::Whole, false),
        ] {
            let words = std::iter::once("es2s3").chain(line.split(' '));
            let command = Cli::try_parse_from(words).expect(line).command;
            assert_eq!(confined(&command, &step).is_ok(), taken, "{line} {step:?}");
        }
    }
}
