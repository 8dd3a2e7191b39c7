//! What `bootstrap` makes and `destroy` removes: the lines, and of roles every statement before it is granted.

use super::Style;
use super::infra;
use super::reports::left;
use super::row::{Row, block};
use super::text::{Tint, counted, tinted};
use crate::apply::Outcome;
use crate::model::infra::{Document, Spec};
use crate::plan::infra::{ObjectChange, ObjectItem};
use crate::state::bootstrap::Report;

/// The plan of a bootstrap. `makes_state`: there is none yet at `place`.
pub fn foundation(items: &[ObjectItem], place: &str, makes_state: bool, style: &Style) -> String {
    let mut rows = infra::rows(items, true);
    let (symbol, verb, reason) =
        if makes_state { ('+', "create", "the first state") } else { ('=', "keep", "as it is") };
    rows.push(Row {
        symbol,
        verb,
        names: place.to_owned(),
        reasons: vec![reason.to_owned()],
        ..Row::default()
    });
    let mut text = block(&rows, style) + &infra::diffs(items);
    for item in items {
        if let ObjectChange::Create { spec } = &item.change
            && let Spec::Role(role) = &**spec
        {
            text.push_str(&format!(
                "\n{} will trust\n{}",
                tinted(&item.address.to_string(), Tint::Strong, style.color),
                statements(&role.trust)
            ));
            for (name, policy) in &role.policies {
                text.push_str(&format!("and be granted, as policy {name}\n{}", statements(policy)));
            }
        }
    }
    text
}

/// One statement a paragraph: what, on what, when.
fn statements(document: &Document) -> String {
    let mut text = String::new();
    for statement in document.statements() {
        let id = statement["Sid"].as_str().unwrap_or_default();
        text.push_str(&format!("  {id}\n"));
        for (label, field) in
            [("who", "Principal"), ("may", "Action"), ("on", "Resource"), ("when", "Condition")]
        {
            for (nth, value) in values(&statement[field]).into_iter().enumerate() {
                let label = if nth == 0 { label } else { "" };
                text.push_str(&format!("    {label:<5} {value}\n"));
            }
        }
    }
    text
}

/// The texts in it; of an object as `key value`, of a condition as `operator key value`.
fn values(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Null => Vec::new(),
        serde_json::Value::Array(many) => many.iter().flat_map(values).collect(),
        serde_json::Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| values(value).into_iter().map(move |value| format!("{key} {value}")))
            .collect(),
        serde_json::Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// What bootstrap made and tried. `settings` is what became of the bucket's.
pub fn bootstrap(report: &Report, settings: &str, ci: &Outcome, style: &Style) -> String {
    let state = if report.state_made { "made" } else { "there already" };
    let mut text =
        format!("settings of the bucket: {settings}\nstate {state}\ntried, and honoured by the store:\n");
    for condition in &report.honoured {
        text.push_str(&format!("  {condition}\n"));
    }
    if ci.done > 0 {
        text.push_str(&format!("for CI: {} made or changed\n", counted(ci.done, "object", "objects")));
    }
    text.push_str(&withheld(ci, style));
    text + "ready: es2s3 apply\n"
}

/// The plan of a destroy, and what stays with the reason.
pub fn destruction(items: &[ObjectItem], stays: &[(String, String)], style: &Style) -> String {
    let mut rows = infra::rows(items, true);
    for row in rows.iter_mut().filter(|row| row.verb == "remove") {
        row.reasons.clear();
    }
    rows.extend(stays.iter().map(|(names, why)| Row {
        symbol: '=',
        verb: "keep",
        names: names.clone(),
        reasons: vec![why.clone()],
        ..Row::default()
    }));
    let removals = items.iter().filter(|item| item.change.writes()).count() as u64;
    let told = match removals {
        0 => "nothing to remove".to_owned(),
        many => format!("{} to remove", counted(many, "object", "objects")),
    };
    block(&rows, style) + &format!("\nPlan: {told}. Nothing was removed.\n")
}

/// The last lines of a destroy.
pub fn destroyed(outcome: &Outcome, style: &Style) -> String {
    let removed = counted(outcome.done, "object", "objects");
    format!("Removed: {removed}. {}\n{}", left(outcome), withheld(outcome, style))
}

fn withheld(outcome: &Outcome, style: &Style) -> String {
    let mut text = String::new();
    for (address, why) in &outcome.withheld {
        text.push_str(&format!("  {} {address}: {why}\n", tinted("!", Tint::Attention, style.color)));
    }
    text
}
