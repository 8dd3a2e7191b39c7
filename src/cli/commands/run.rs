//! `es2s3 run`: the scheduled run, now: call the function, follow its log, end as it ended.

use serde_json::{Value, json};

use super::logs::{self, Tail};
use crate::cli::connect::Session;
use crate::clients::aws::{AwsError, Invoked, Writer};
use crate::desired::infra::Names;
use crate::error::{Exit, Failure};

const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

pub(in crate::cli) async fn run(session: &Session) -> Result<Exit, Failure> {
    let reader = logs::reader(session)?;
    let mut tail = Tail::of(session, session.now().as_millisecond());
    let (name, writer) = (Names::of(session.config()).function, Writer::new(reader.clone()));
    let payload = json!({"es2s3": 1, "do": "apply"});
    session.output.remark(&format!("calling {name}"));
    let call = writer.invoke(&name, &payload);
    tokio::pin!(call);
    let invoked = loop {
        tokio::select! {
            invoked = &mut call => break invoked,
            () = tokio::time::sleep(LOOK_AGAIN) => show(session, &mut tail, &reader).await,
        }
    };
    show(session, &mut tail, &reader).await;
    ended(invoked)
}

/// A log that cannot be read does not end the run: it is at work elsewhere.
async fn show(session: &Session, tail: &mut Tail, reader: &crate::clients::aws::Reader) {
    for line in tail.new_lines(reader).await.unwrap_or_default() {
        logs::print(session, &line);
    }
}

fn ended(invoked: Result<Invoked, AwsError>) -> Result<Exit, Failure> {
    let invoked = invoked.map_err(|error| {
        let failure = Failure::new(&error);
        if error.is_not_found() { failure.help("make it: es2s3 apply --only infra") } else { failure }
    })?;
    if invoked.failed {
        return Err(failure(&invoked.payload));
    }
    let exit = invoked.payload["exit"].as_u64().and_then(Exit::of_code);
    let exit = exit.ok_or_else(|| {
        Failure::new("the function's answer has no exit code")
            .help("it is of another version: es2s3 apply --only infra")
    })?;
    match exit {
        Exit::Done => Ok(exit),
        _ => {
            let why = invoked.payload["stderr"].as_str().unwrap_or_default().trim_end().to_owned();
            Err(Failure::new(if why.is_empty() { "the run ended in part".to_owned() } else { why })
                .exit(exit))
        }
    }
}

/// `exit 3: …`, as the function puts it, or what Lambda itself says: a timeout, a crash.
fn failure(payload: &Value) -> Failure {
    let message = payload["errorMessage"].as_str().unwrap_or("the function ended in an error without a word");
    let code = message.strip_prefix("exit ").and_then(|rest| rest.split(':').next()?.parse().ok());
    Failure::new(message)
        .exit(code.and_then(Exit::of_code).unwrap_or(Exit::Error))
        .help("see more: es2s3 logs --errors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_as_the_function_ended() {
        let ends = |failed, payload| match ended(Ok(Invoked { payload, failed })) {
            Ok(exit) => exit as u8,
            Err(failure) => failure.exit as u8,
        };
        assert_eq!(ends(false, json!({"exit": 0})), 0);
        assert_eq!(ends(false, json!({"exit": 6, "stderr": ""})), 6);
        assert_eq!(ends(true, json!({"errorMessage": "exit 3: a guard refused"})), 3);
        assert_eq!(ends(true, json!({"errorMessage": "Task timed out after 900.00 seconds"})), 1);
        assert_eq!(ends(false, json!({"other": 0})), 1);
    }
}
