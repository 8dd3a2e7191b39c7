//! `access: auto`: whether the domain answers from here.

use std::time::Duration;

use crate::cli::output::Output;
use crate::clients::engine::{Credentials, EngineError, Reader, Transport};
use crate::clients::retry::Patience;
use crate::config::Domain;
use crate::error::Failure;
use crate::event::Events;

/// A domain that can be reached answers sooner; one behind a closed security group never does.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(5);

/// One request without credentials. Any answer is one, a refusal as well: what is wrong with it is then told by the command itself.
pub(in crate::cli) async fn answers(domain: &Domain, output: &Output) -> Result<bool, Failure> {
    let (connect_timeout, timeout) = (domain.connect_timeout.min(CONNECT), domain.timeout.min(ANSWER));
    let quick = Domain { connect_timeout, timeout, ..domain.clone() };
    let transport = Transport::new(&quick, Credentials::None, Events::silent())
        .map_err(|error| Failure::new(format!("domain {}: {error}", domain.endpoint)))?;
    let once = Patience { tries: 1, ..Patience::default() };
    let asked = Reader::new(transport.with_patience(once)).root().await;
    let reached = asked.as_ref().map_or_else(is_an_answer, |_| true);
    if let Err(error) = asked
        && !reached
    {
        output.remark(&format!("the domain is not reached from here ({error}): asking the function"));
    }
    Ok(reached)
}

fn is_an_answer(error: &EngineError) -> bool {
    !matches!(error, EngineError::Unreachable { .. } | EngineError::TimedOut { .. })
}
