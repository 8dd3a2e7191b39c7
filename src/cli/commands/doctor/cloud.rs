//! Facts of the AWS side for `es2s3 doctor`, by readers alone.

use futures_util::future::{join_all, join4};
use serde_json::json;

use super::super::logs::{Tail, is_bad};
use crate::cli::connect::Session;
use crate::clients::aws::{AwsError, DomainFacts, Reader, SecurityGroup, Writer};
use crate::config::domain_name;
use crate::desired::infra::Names;
use crate::doctor::{Cloud, rights};
use crate::error::Exit;
use crate::model::infra::{Found, Kind};
use crate::model::{Address, Caller, Live, Unknown};
use crate::observe::infra::live;
use crate::plan::PlanInput;

const DAY_MS: i64 = 24 * 3600 * 1000;

pub(super) async fn facts(
    session: &Session,
    reader: &Reader,
    input: &PlanInput,
    caller: &Live<Caller>,
) -> Cloud {
    let config = session.config();
    let names = Names::of(config);
    let object = |kind: Kind, name: &str| -> Live<Found> {
        let found = input.observed.objects.get(&Address::Aws(kind, name.to_owned()));
        found.cloned().unwrap_or_else(|| Live::Unknown(Unknown::because("it was not looked for")))
    };
    let function = object(Kind::Function, &names.function);
    let (denied, group, subnets, domain) = join4(
        denied(session, reader, caller),
        reader.security_group(&config.security_group_id),
        reader.subnets(&config.vpc_id),
        domain(session, reader),
    )
    .await;
    let domain_groups = groups_of(reader, &domain).await;
    let queue = names.queue();
    let (state, waiting) = tokio::join!(reader.function_state(&names.function), reader.queue_waiting(&queue));
    let rules = [names.run_rule(), names.carry_on_rule()];
    let ready = function.present().is_some() && state.as_ref().is_ok_and(|state| state.ready);
    Cloud {
        from_function: if ready { from_function(reader, &names.function).await } else { Live::Absent },
        denied,
        function_state: match &function {
            Live::Present(_) => live(state.map(Some)),
            Live::Absent | Live::Unknown(_) => Live::Absent,
        },
        function,
        package: session.world.package.present().map(|package| package.sha256.clone()),
        last_error: last_error(session, reader).await,
        group: live(group),
        domain,
        role: names.role_arn(&names.function_role()),
        domain_groups,
        port: config.domain.endpoint.port_or_known_default().unwrap_or(443),
        subnets: live(subnets.map(Some)),
        rules: rules.into_iter().map(|name| (name.clone(), object(Kind::Rule, &name))).collect(),
        dead_letters: live(waiting),
        function_name: names.function,
    }
}

/// The function makes a plan, which writes nothing. A run that is at work keeps it from answering.
async fn from_function(reader: &Reader, name: &str) -> Live<Option<String>> {
    let plan = json!({ "es2s3": 1, "do": "plan" });
    let invoked = match Writer::new(reader.clone()).invoke(name, &plan).await {
        Ok(invoked) => invoked,
        Err(AwsError::Throttled { .. }) => {
            return Live::Unknown(Unknown::because("it is at work, and runs once at a time"));
        }
        Err(error) => return Live::Unknown(error.unknown()),
    };
    let payload = &invoked.payload;
    let said = payload["stderr"].as_str().unwrap_or_default();
    let error = || said.lines().find_map(|line| line.strip_prefix("error: ")).map(str::to_owned);
    Live::Present(match payload["exit"].as_u64().and_then(Exit::of_code) {
        _ if invoked.failed => {
            Some(payload["errorMessage"].as_str().unwrap_or("it ended in an error").to_owned())
        }
        Some(Exit::Done | Exit::Changes | Exit::Refused) => None,
        Some(_) => Some(error().unwrap_or_else(|| "it could not make a plan".to_owned())),
        None => Some("it is of another version, and its answer has no exit code".to_owned()),
    })
}

/// A domain that AWS runs and whose name is known.
async fn domain(session: &Session, reader: &Reader) -> Live<DomainFacts> {
    match domain_name(session.config()) {
        Some(name) => live(reader.domain(&name).await),
        None => Live::Absent,
    }
}

/// Its groups; none where they are not known or cannot be read.
async fn groups_of(reader: &Reader, domain: &Live<DomainFacts>) -> Vec<SecurityGroup> {
    let names = domain.present().map_or(&[][..], |domain| &domain.security_groups);
    let groups = join_all(names.iter().map(|group| reader.security_group(group))).await;
    groups.into_iter().filter_map(|group| group.ok().flatten()).collect()
}

/// What an apply lacks by IAM's own simulation.
async fn denied(session: &Session, reader: &Reader, caller: &Live<Caller>) -> Live<Vec<String>> {
    let caller = match caller {
        Live::Present(caller) => caller,
        Live::Absent => return Live::Absent,
        Live::Unknown(unknown) => return Live::Unknown(unknown.clone()),
    };
    let principal = match reader.principal(caller).await {
        Ok(Some(principal)) => principal,
        Ok(None) => return Live::Absent,
        Err(error) => return Live::Unknown(error.unknown()),
    };
    let rights = rights(session.config());
    let asked = rights.iter().map(|right| reader.denied(&principal, &right.actions, &right.resource));
    let told: Result<Vec<Vec<String>>, AwsError> = join_all(asked).await.into_iter().collect();
    told.map_or_else(|error| Live::Unknown(error.unknown()), |denied| Live::Present(denied.concat()))
}

/// A function that is yet to be made has no log, and no error in it.
async fn last_error(session: &Session, reader: &Reader) -> Live<String> {
    let mut tail = Tail::of(session, session.now().as_millisecond() - DAY_MS);
    match tail.new_lines(reader).await {
        Ok(lines) => match lines.iter().rev().find(|line| is_bad(line)) {
            Some(line) => Live::Present(line.text.clone()),
            None => Live::Absent,
        },
        Err(failure) => Live::Unknown(Unknown::because(failure.message)),
    }
}
