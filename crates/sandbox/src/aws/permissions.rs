//! Lambda: the function's own policy, which says who may call it.

use serde_json::{Value, json};

use super::lambda::function;
use super::{Account, Ask, Refusal, Told};

pub(super) fn get_policy(ask: &mut Ask<'_>) -> Told {
    let statements = function(ask)?.statements.clone();
    if statements.is_empty() {
        return Err(no_policy());
    }
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    Ok(json!({ "Policy": policy.to_string(), "RevisionId": "1" }))
}

pub(super) fn add_permission(ask: &mut Ask<'_>) -> Told {
    let id = ask.text("StatementId").to_owned();
    let (principal, source) = (ask.text("Principal").to_owned(), ask.text("SourceArn").to_owned());
    let principal = if principal.ends_with(".amazonaws.com") {
        json!({ "Service": principal })
    } else {
        json!({ "AWS": principal })
    };
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": ask.text("Action"),
    });
    let function = function(ask)?;
    statement["Resource"] = function.fields["FunctionArn"].clone();
    if !source.is_empty() {
        statement["Condition"] = json!({ "ArnLike": { "AWS:SourceArn": source } });
    }
    if function.statements.iter().any(|there| there["Sid"] == *id) {
        let message = format!(
            "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
        );
        return Err(Refusal::new(409, "ResourceConflictException", message));
    }
    function.statements.push(statement.clone());
    Ok(json!({ "$status": 201, "Statement": statement.to_string() }))
}

pub(super) fn remove_permission(ask: &mut Ask<'_>) -> Told {
    let id = ask.text("StatementId").to_owned();
    let function = function(ask)?;
    let before = function.statements.len();
    function.statements.retain(|there| there["Sid"] != *id);
    if function.statements.len() == before { Err(no_policy()) } else { Ok(json!({ "$status": 204 })) }
}

fn no_policy() -> Refusal {
    let message = "No policy is associated with the given resource.";
    Refusal::new(404, "ResourceNotFoundException", message)
}

impl Account {
    /// Whether EventBridge may call the function for this rule.
    pub(super) fn may_be_called(&self, function: &str, rule_arn: &str) -> bool {
        let allows = |statement: &Value| {
            let source = &statement["Condition"]["ArnLike"]["AWS:SourceArn"];
            statement["Principal"]["Service"] == "events.amazonaws.com"
                && statement["Action"] == "lambda:InvokeFunction"
                && (source.is_null() || *source == *rule_arn)
        };
        self.functions.get(function).is_some_and(|function| function.statements.iter().any(allows))
    }
}
