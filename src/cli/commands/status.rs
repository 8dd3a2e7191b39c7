//! `es2s3 status`: how the domain, the repository and the last runs are, and what is overdue.

use crate::cli::args::{Format, OverrideArgs, SelectionArgs};
use crate::cli::connect::Session;
use crate::config::next_run;
use crate::desired::infra::{Names, alarm_names};
use crate::error::{Exit, Failure};
use crate::model::Live;
use crate::model::infra::AlarmState;
use crate::plan::Plan;
use crate::render::{self, Rule};
use crate::state::{Manifest, RunEnd};

/// Runs whose end is looked for; who has more than that unwell has other worries.
const RUNS_LOOKED_AT: usize = 20;

pub(in crate::cli) async fn run(session: &Session) -> Result<Exit, Failure> {
    let plan = super::plan::make(session, &OverrideArgs::default(), &SelectionArgs::default()).await?;
    let store = &session.world.store;
    let state = store.load().await;
    let lock = store.lock().await.map_err(|error| super::state_failure(&error))?;
    let manifest = match &state {
        Live::Present(_) => {
            Manifest::new(store).read().await.map_err(|error| super::state_failure(&error))?
        }
        Live::Absent | Live::Unknown(_) => Vec::new(),
    };
    let schedule = schedule(session, &plan, state.present().is_some()).await?;
    let state = state.map(|loaded| loaded.state);
    let status = render::Status::of(&plan, state, lock, &manifest, schedule, session.now());
    session.output.result(&match session.output.format {
        Format::Json => super::json(&status)?,
        Format::Human | Format::Markdown => render::status(&status),
    });
    super::plan::readable(&plan)?;
    Ok(Exit::Done)
}

/// When the next run is, whether its rule stands, and how the runs since the last good one ended.
async fn schedule(session: &Session, plan: &Plan, prepared: bool) -> Result<render::Schedule, Failure> {
    let config = session.config();
    Ok(render::Schedule {
        expression: config.schedule.expression.clone(),
        next: next_run(config, session.now()),
        rule: Rule::of(plan, &Names::of(config).run_rule()),
        unwell: if prepared { unwell(session).await? } else { Vec::new() },
        alarms: alarms(session).await,
    })
}

/// Applies that did not end well since the last one that did, newest first. The run at work counts as none.
async fn unwell(session: &Session) -> Result<Vec<RunEnd>, Failure> {
    let store = &session.world.store;
    let failed = |error| super::state_failure(&error);
    let at_work = store.lock().await.map_err(failed)?.map(|lock| lock.run);
    let mut unwell = Vec::new();
    for run in store.runs().await.map_err(failed)?.into_iter().take(RUNS_LOOKED_AT) {
        let end = store.end_of(&run).await.map_err(failed)?;
        if end.operation != "apply" || at_work.as_ref() == Some(&run) {
            continue;
        }
        if end.ended.is_some_and(|(_, exit)| exit == 0) {
            break;
        }
        unwell.push(end);
    }
    Ok(unwell)
}

/// A run that failed before it had the lease is in no journal: the alarms know of it.
async fn alarms(session: &Session) -> Live<Vec<AlarmState>> {
    let Some(cloud) = session.world.cloud.reader() else { return Live::Absent };
    match cloud.alarm_states(&alarm_names(session.config())).await {
        Ok(states) => Live::Present(states),
        Err(error) => Live::Unknown(error.unknown()),
    }
}
