//! From the command line to a connected session: the configuration, the AWS chain, the domain, the state's store.

use std::sync::Arc;

use jiff::Timestamp;

use super::args::{Command, Global};
use super::function::Who;
use super::memory;
use super::output::Output;
use super::package;
use super::progress;
use super::remote::{self, Remote};
use super::signal;
use crate::apply::Interrupt;
use crate::clients::aws::{self, Aws};
use crate::clients::engine::{Credentials, Password, Reader, Secret, Transport};
use crate::config::{Access, Auth, Config, Domain, SecretPlace};
use crate::desired::desired;
use crate::error::Failure;
use crate::event::Events;
use crate::plan::Plan;
use crate::reconcile::{CloudSide, World};
use crate::state::{Clock, Store};

/// What every connected command works with.
pub struct Session {
    pub world: World,
    pub transport: Transport,
    pub output: Output,
    pub events: Events,
    pub clock: Clock,
    /// When the command began: the `now` of its plan.
    pub began: Timestamp,
    /// Set before the time is over, where there is a limit to it; else Ctrl-C sets one.
    pub stop: Option<Interrupt>,
    /// In whose name journals, holds and locks are written.
    pub who: Who,
    /// A plan that somebody has said yes to elsewhere.
    pub approved: Option<Plan>,
    /// The way to the domain, where it is not a direct one.
    pub remote: Option<Remote>,
    /// The domain is out of reach from here, whether the command needs it or not.
    pub apart: bool,
}

impl Session {
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub fn config(&self) -> &Config {
        &self.world.config
    }

    /// What ends a run between two items.
    pub fn interrupt(&self) -> Interrupt {
        self.stop.clone().unwrap_or_else(|| signal::listen(&self.output))
    }
}

/// Reads the file and connects. Connecting sends no request yet, but for the look whether the domain answers (`access: auto`).
pub async fn connect(
    global: &Global,
    output: &Output,
    command: &Command,
    arguments: &[String],
) -> Result<Session, Failure> {
    let config = super::commands::validate::load(global, output)?;
    let remote = match config.access {
        Access::Direct => None,
        // What is left of it needs no domain, and must not fail for one.
        Access::Lambda => Some(command.needs_the_domain()),
        Access::Auto if command.needs_the_domain() => {
            (!remote::answers(&config.domain, output).await?).then_some(true)
        }
        Access::Auto => Some(false),
    };
    let file = global.config.display().to_string();
    let mut session = session_with(config, file, output, way(global, remote.is_none())).await?;
    if remote == Some(true) {
        session.remote = Some(Remote::new(&session, arguments)?);
    }
    session.apart = remote.is_some();
    Ok(session)
}

/// The same with a configuration at hand; `file` is how the plan's header names it.
pub async fn session(
    config: Config,
    file: String,
    global: &Global,
    output: &Output,
) -> Result<Session, Failure> {
    let direct = config.access == Access::Direct;
    session_with(config, file, output, way(global, direct)).await
}

fn way(global: &Global, direct: bool) -> Way<impl FnOnce(Events) -> Events> {
    Way { listen: |events| events, direct, profile: global.profile.clone() }
}

/// How a session comes about.
pub struct Way<L> {
    /// A further listener to its events.
    pub listen: L,
    /// Whether the domain is spoken to from here, so that its secret must be at hand.
    pub direct: bool,
    /// Of the AWS configuration.
    pub profile: Option<String>,
}

/// The same, some way or other.
pub async fn session_with<L: FnOnce(Events) -> Events>(
    config: Config,
    file: String,
    output: &Output,
    way: Way<L>,
) -> Result<Session, Failure> {
    let events = (way.listen)(progress::subscribe(output));
    let aws = Aws::connect(&config.region, way.profile.as_deref()).await;
    let credentials = match credentials(&config.domain, &config.region, &aws) {
        // Whoever goes through the function needs none, and may have none.
        Err(_) if !way.direct => Credentials::None,
        known => known?,
    };
    let transport = Transport::new(&config.domain, credentials, events.clone())
        .map_err(|error| Failure::new(format!("domain {}: {error}", config.domain.endpoint)))?;
    let (began, clock) = clock(&config.domain)?;
    let cloud = config.infrastructure.then(|| crate::clients::aws::Reader::new(&aws)).transpose();
    let cloud =
        cloud.map_err(Failure::new)?.map_or(CloudSide::Left, |reader| CloudSide::Read(Box::new(reader)));
    let world = World {
        wanted: desired(&config, &file),
        engine: Reader::new(transport.clone()),
        direct: way.direct,
        cloud,
        package: package::at_hand(&config.function),
        store: Store::new(&aws, &config.state),
        aws,
        events: events.clone(),
        memory: config.thanos.as_ref().and_then(memory::of),
        requests_elsewhere: 0,
        config,
    };
    Ok(Session {
        world,
        transport,
        output: output.clone(),
        events,
        clock,
        began,
        stop: None,
        who: who(),
        approved: None,
        remote: None,
        apart: false,
    })
}

/// This process's user.
fn who() -> Who {
    Who { user: user(), host: host(), commit: first_set(&["GITHUB_SHA", "CI_COMMIT_SHA"]) }
}

fn user() -> String {
    first_set(&["USER", "LOGNAME", "GITHUB_ACTOR", "GITLAB_USER_LOGIN"]).unwrap_or_else(|| "unknown".into())
}

fn host() -> String {
    first_set(&["HOSTNAME", "HOST"])
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()))
        .unwrap_or_else(|| "unknown".into())
}

fn first_set(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Secrets come from where the configuration says that they are. AWS is asked for one when the domain is spoken to, and not before.
fn credentials(domain: &Domain, region: &str, aws: &Aws) -> Result<Credentials, Failure> {
    Ok(match &domain.auth {
        Auth::None => Credentials::None,
        Auth::Sigv4 => Credentials::Sigv4 {
            provider: aws
                .credentials()
                .ok_or_else(|| Failure::new("the AWS chain has no credentials provider"))?,
            region: region.to_owned(),
        },
        Auth::Basic { username, password } => {
            Credentials::Basic { username: username.clone(), password: secret(password, "password", aws)? }
        }
        Auth::ApiKey { key } => Credentials::ApiKey(secret(key, "key", aws)?),
    })
}

/// `field` is its name in a secret that holds several things.
fn secret(place: &SecretPlace, field: &'static str, aws: &Aws) -> Result<Password, Failure> {
    if let SecretPlace::Environment(variable) = place {
        return variable_s(variable).map(Password::Known);
    }
    let (place, reader) = (place.clone(), aws::Reader::new(aws).map_err(Failure::new)?);
    Ok(Password::kept(Box::new(move || {
        let (place, reader) = (place.clone(), reader.clone());
        Box::pin(async move {
            let found = match &place {
                SecretPlace::SecretsManager(name) => reader.secret(name, field).await,
                SecretPlace::Parameter(name) | SecretPlace::Environment(name) => {
                    reader.parameter(name, field).await
                }
            };
            found.map_err(|error| format!("the domain's secret ({place}) could not be read: {error}"))
        })
    })))
}

fn variable_s(variable: &str) -> Result<Secret, Failure> {
    match std::env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
        _ => Err(Failure::new(format!("the environment variable {variable} is not set"))
            .help(format!("app-config.yml says that the domain's secret is in it: export {variable}=…"))),
    }
}

/// The system's clock; or, against a domain on this machine and without TLS only, the one of `ES2S3_NOW`.
///
/// Tests and the tour move time with it. Against a real domain a wrong clock would delete too early, so there it is refused; one
/// behind a tunnel is on this machine too, and has its certificate.
fn clock(domain: &Domain) -> Result<(Timestamp, Clock), Failure> {
    let Ok(moved) = std::env::var("ES2S3_NOW") else {
        return Ok((Timestamp::now(), Arc::new(Timestamp::now)));
    };
    let loopback = matches!(domain.endpoint.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if !loopback || domain.endpoint.scheme() != "http" {
        return Err(Failure::new("ES2S3_NOW is set, and the domain is not a sandbox on this machine")
            .help("unset ES2S3_NOW: it moves the clock in tests, and a wrong clock deletes too early"));
    }
    let began: Timestamp = moved.parse().map_err(|error| {
        Failure::new(format!("ES2S3_NOW: {error}")).help("write it like 2026-11-23T05:00:00Z")
    })?;
    let start = std::time::Instant::now();
    Ok((began, Arc::new(move || began.saturating_add(start.elapsed()).unwrap_or(Timestamp::MAX))))
}
