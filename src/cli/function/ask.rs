//! What an event asks for. Parsing only.

use serde::Deserialize;
use serde_json::Value;

use crate::error::Failure;

/// An event. Everything that is not understood is refused: an event of a newer es2s3 must not be taken for less than it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Version of this form: 1.
    es2s3: u32,
    #[serde(rename = "do")]
    pub asked: Do,
    /// For `command`: the command line behind `es2s3`.
    #[serde(default)]
    arguments: Vec<String>,
    /// The caller's terminal.
    #[serde(default)]
    pub color: bool,
    #[serde(default = "default_width")]
    pub width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
        if ask.es2s3 != 1 {
            return Err(Failure::new(format!(
                "the event is of version {}, this function reads 1",
                ask.es2s3
            ))
            .help("bring the function up to date: es2s3 apply --only infra"));
        }
        if ask.asked != Do::Command && !ask.arguments.is_empty() {
            return Err(Failure::new("arguments are for `command` alone").help(help));
        }
        Ok(ask)
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
