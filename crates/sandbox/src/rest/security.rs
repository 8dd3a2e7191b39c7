//! Roles and role mappings of the security plug-in: GET, PUT, PATCH and DELETE of one by name.
//!
//! By OpenSearch's documents, "Role APIs" and "Role mapping APIs": no real server with the plug-in was at hand to hold this to.

use serde_json::{Map, Value, json};

use super::reply::{Ask, Decided};
use crate::world::refusal::{Outcome, Refusal};

/// What a path and a method ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) things: Things,
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Things {
    Roles,
    Mappings,
}

impl Things {
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "roles" => Some(Self::Roles),
            "rolesmapping" => Some(Self::Mappings),
            _ => None,
        }
    }
}

pub(crate) fn decide(ask: &mut Ask<'_>, asked: &Asked) -> Decided {
    let body = ask.json()?;
    let security = &mut ask.state.security;
    if security.closed {
        let why =
            "No permission to access REST API: the caller does not have any role privileged for admin access";
        return Err(said(403, "FORBIDDEN", why.to_owned()));
    }
    let kept = match asked.things {
        Things::Roles => &mut security.roles,
        Things::Mappings => &mut security.mappings,
    };
    let name = &asked.name;
    let missing = || said(404, "NOT_FOUND", format!("Resource '{name}' not found."));
    let done = |word: &str| Ok(json!({"status": "OK", "message": format!("'{name}' {word}.")}));
    match asked.method.as_str() {
        "PUT" => {
            kept.insert(name.clone(), body);
            done("updated")
        }
        "PATCH" => {
            let changed = patched(kept.get(name).ok_or_else(missing)?.clone(), &body)?;
            kept.insert(name.clone(), changed);
            done("updated")
        }
        "DELETE" => kept.remove(name).ok_or_else(missing).and_then(|_| done("deleted")),
        _ => {
            let mut found = kept.get(name).ok_or_else(missing)?.clone();
            found["reserved"] = false.into();
            found["hidden"] = false.into();
            Ok(Value::Object(Map::from_iter([(name.clone(), found)])))
        }
    }
}

/// The steps of a JSON patch on lists of texts: all of them or none.
fn patched(mut thing: Value, steps: &Value) -> Outcome<Value> {
    let wrong = |step: &Value| said(400, "BAD_REQUEST", format!("the step cannot be taken: {step}"));
    for step in steps.as_array().into_iter().flatten() {
        let path = step["path"].as_str().ok_or_else(|| wrong(step))?;
        let (list, place) = path.rsplit_once('/').ok_or_else(|| wrong(step))?;
        let list = thing.pointer_mut(list).and_then(Value::as_array_mut).ok_or_else(|| wrong(step))?;
        let at = place.parse::<usize>().ok().filter(|at| *at < list.len());
        match (step["op"].as_str(), at) {
            (Some("add"), None) if place == "-" => list.push(step["value"].clone()),
            (Some("test"), Some(at)) if list.get(at) == Some(&step["value"]) => {}
            (Some("remove"), Some(at)) => drop(list.remove(at)),
            _ => return Err(wrong(step)),
        }
    }
    Ok(thing)
}

fn said(status: u16, word: &'static str, message: String) -> Refusal {
    Refusal::Security { status, word, message }
}
