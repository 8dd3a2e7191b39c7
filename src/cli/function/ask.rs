//! What an event asks for. Parsing only.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Failure;
use crate::reconcile::Given;
use crate::state::exchange::is_name;

/// An event. Everything that is not understood is refused: an event of a newer es2s3 must not be taken for less than it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Version of this form: 1.
    pub es2s3: u32,
    #[serde(rename = "do")]
    pub asked: Do,
    /// For `command`: the command line behind `es2s3`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// The caller's terminal.
    #[serde(default)]
    pub color: bool,
    #[serde(default = "default_width")]
    pub width: usize,
    /// For `command`: who calls from elsewhere, and what the command line does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<Call>>,
    /// For `command`: the whole event is in the state bucket, under `asks/` and this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
}

/// A command of a caller who cannot reach the domain (`access: lambda`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Of the caller's es2s3; another one than the function's is refused.
    pub version: String,
    /// How the caller names the configuration.
    pub file: String,
    pub by: Who,
    pub config: Sent,
    /// Under this name in `answers/` what is longer than `limit` bytes is left.
    pub answer: String,
    pub limit: usize,
    pub step: Step,
    /// The AWS side, which is the caller's to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Box<Given>>,
    /// Requests that the caller has sent for it.
    #[serde(default)]
    pub requests: u64,
}

/// Which configuration counts. Another one than the applied is taken only for the same place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Its text; for what reads.
    Text(String),
    /// Its hash, under which the state has it; for what writes.
    Hash(String),
}

/// How much of the command is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Whole,
    /// Not what the command does: the plan that it would begin with, as a file.
    Plan,
    /// This saved plan, which somebody said yes to.
    CarryOut {
        plan: String,
    },
    /// Up to its question.
    Ask,
    /// Through its question, if what was shown before it is still this, by its SHA-256.
    Approved {
        shown: String,
    },
}

/// Who a run is done for, in journals, holds and locks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    pub user: String,
    pub host: String,
    /// The commit that a CI run works from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Do {
    /// The schedule: plan and apply what is due.
    Apply,
    /// Every quarter of an hour: go on with a run that waits, if there is one.
    CarryOn,
    Plan,
    Status,
    /// A command line from elsewhere (`access: lambda`).
    Command,
}

/// Version of the form of events.
const FORM: u32 = 1;

impl Call {
    fn is_of_this_version(&self) -> Result<(), Failure> {
        if self.version == env!("CARGO_PKG_VERSION") {
            Ok(())
        } else {
            Err(other_version(&self.version, env!("CARGO_PKG_VERSION")))
        }
    }
}

/// What a plan says, and what an apply does, belongs to one version.
pub fn other_version(caller: &str, function: &str) -> Failure {
    Failure::new(format!("this is es2s3 {caller}, and the function is es2s3 {function}"))
        .help("bring the function up to date: es2s3 apply --only infra")
}

fn default_width() -> usize {
    120
}

impl Ask {
    /// # Errors
    ///
    /// When it is no event of es2s3, or says more than is understood.
    pub fn read(payload: Value) -> Result<Self, Failure> {
        let help = r#"send {"es2s3": 1, "do": "apply"}; also: carry_on, plan, status, command"#;
        let ask: Self = serde_json::from_value(payload)
            .map_err(|error| Failure::new(format!("the event is not understood: {error}")).help(help))?;
        if ask.es2s3 != FORM {
            return Err(Failure::new(format!(
                "the event is of version {}, this function reads {FORM}",
                ask.es2s3
            ))
            .help("bring the function up to date: es2s3 apply --only infra"));
        }
        let more = !ask.arguments.is_empty() || ask.call.is_some() || ask.stored.is_some();
        if ask.asked != Do::Command && more {
            return Err(Failure::new("arguments are for `command` alone").help(help));
        }
        if ask.stored.is_some() && (!ask.arguments.is_empty() || ask.call.is_some()) {
            return Err(Failure::new("an event that is stored says nothing else").help(help));
        }
        let names = ask.stored.iter().chain(ask.call.iter().map(|call| &call.answer));
        if let Some(name) = names.into_iter().find(|name| !is_name(name)) {
            return Err(Failure::new(format!("`{name}` is no name of an ask or an answer")));
        }
        ask.call.as_deref().map_or(Ok(()), Call::is_of_this_version)?;
        Ok(ask)
    }

    /// An event of this program, for `arguments` as they were typed.
    pub fn command(arguments: Vec<String>, color: bool, width: usize, call: Call) -> Self {
        let (call, stored) = (Some(Box::new(call)), None);
        Self { es2s3: FORM, asked: Do::Command, arguments, color, width, call, stored }
    }

    /// In place of an event that is too long for a call.
    pub fn stored(name: &str) -> Self {
        let (arguments, width, stored) = (Vec::new(), default_width(), Some(name.to_owned()));
        Self { es2s3: FORM, asked: Do::Command, arguments, color: false, width, call: None, stored }
    }

    /// Whether a rule sent it, so that an error has to alarm.
    pub fn is_scheduled(&self) -> bool {
        matches!(self.asked, Do::Apply | Do::CarryOn)
    }

    /// As it would be typed.
    pub fn command_line(&self) -> Vec<String> {
        let fixed: &[&str] = match self.asked {
            Do::Apply | Do::CarryOn => &["apply", "--only", "data", "--auto-approve", "--format", "json"],
            Do::Plan => &["plan", "--only", "data"],
            Do::Status => &["status"],
            Do::Command => &[],
        };
        let words = fixed.iter().map(|word| (*word).to_owned()).chain(self.arguments.iter().cloned());
        std::iter::once("es2s3".to_owned()).chain(words).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NAME: &str = "0123456789abcdef0123456789abcdef";
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    fn call(version: &str, answer: &str) -> Call {
        Call {
            version: version.into(),
            file: "app-config.yml".into(),
            by: Who { user: "alice".into(), host: "ci".into(), commit: None },
            config: Sent::Hash("00".into()),
            answer: answer.into(),
            limit: 1,
            step: Step::Whole,
            given: None,
            requests: 0,
        }
    }

    #[test]
    fn what_is_sent_is_what_is_read() {
        for step in [
            Step::Whole,
            Step::Plan,
            Step::CarryOut { plan: "{}".into() },
            Step::Approved { shown: "0".into() },
        ] {
            let call = Call { step, ..call(VERSION, NAME) };
            let ask = Ask::command(vec!["plan".into()], true, 80, call);
            let sent = serde_json::to_value(&ask).expect("JSON");
            assert_eq!(Ask::read(sent).expect("read"), ask);
        }
        let stored = Ask::stored(NAME);
        assert_eq!(Ask::read(serde_json::to_value(&stored).expect("JSON")).expect("read"), stored);
    }

    #[test]
    fn only_what_is_understood_is_taken() {
        let line =
            |payload| Ask::read(payload).map(|ask| ask.command_line().join(" ")).map_err(|f| f.message);
        assert_eq!(
            line(json!({"es2s3": 1, "do": "apply"})),
            Ok("es2s3 apply --only data --auto-approve --format json".into())
        );
        assert_eq!(
            line(json!({"es2s3": 1, "do": "command", "arguments": ["prove", "app-2026.10.20"]})),
            Ok("es2s3 prove app-2026.10.20".into())
        );
        for (payload, why) in [
            (json!({}), "missing field `es2s3`"),
            (json!(null), "not understood"),
            (json!({"es2s3": 2, "do": "apply"}), "version 2"),
            (json!({"es2s3": 1, "do": "destroy"}), "unknown variant `destroy`"),
            (json!({"es2s3": 1, "do": "apply", "force": true}), "unknown field `force`"),
            (json!({"es2s3": 1, "do": "apply", "arguments": ["--exclude", "x"]}), "for `command` alone"),
            // A configuration of the caller's own would be worth all that the role may do.
            (json!({"es2s3": 1, "do": "plan", "config": "account: 1"}), "unknown field `config`"),
            (json!({"es2s3": 1, "do": "plan", "stored": "00"}), "for `command` alone"),
            (json!({"es2s3": 1, "do": "command", "stored": "../state.json"}), "is no name"),
            (
                json!({"es2s3": 1, "do": "command", "stored": "0123456789abcdef0123456789abcdef", "arguments": ["plan"]}),
                "says nothing else",
            ),
            (
                json!({"es2s3": 1, "do": "command", "arguments": ["plan"], "call": call("0.0.0", NAME)}),
                "the function is es2s3",
            ),
            (
                json!({"es2s3": 1, "do": "command", "arguments": ["plan"], "call": call(VERSION, "state.json")}),
                "is no name",
            ),
            // What EventBridge sends without an input of its own.
            (
                json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.events"}),
                "not understood",
            ),
        ] {
            let said = line(payload.clone()).expect_err("refused");
            assert!(said.contains(why), "{payload}: {said}");
        }
    }
}
