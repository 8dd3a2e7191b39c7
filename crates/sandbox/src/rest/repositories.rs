//! Repositories: registered, shown, verified, forgotten.

use serde_json::{Map, Value, json};

use super::query::TIMEOUTS;
use super::reply::{Ask, Decided, acknowledged};
use crate::glob;
use crate::world::archive::Repository;
use crate::world::refusal::Refusal;
use crate::world::state::setting_text;

pub(super) fn list(ask: &mut Ask<'_>, names: Option<&str>) -> Decided {
    ask.allow(&[TIMEOUTS, &["local"]])?;
    let mut shown = Map::new();
    for pattern in names.unwrap_or("*").split(',') {
        let found = ask.state.repositories.iter().filter(|(name, _)| glob::matches(pattern, name));
        let before = shown.len();
        shown.extend(found.map(|(name, repository)| (name.clone(), of(repository))));
        if shown.len() == before && !pattern.contains('*') {
            return Err(Refusal::RepositoryMissing(pattern.to_owned()));
        }
    }
    Ok(shown.into())
}

fn of(repository: &Repository) -> Value {
    json!({"type": repository.kind, "settings": repository.settings})
}

pub(super) fn put(ask: &mut Ask<'_>, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["verify"]])?;
    let body = ask.json()?;
    let settings = body.get("settings").and_then(Value::as_object).cloned().unwrap_or_default();
    let as_text = |(key, value): (String, Value)| Some((key, setting_text(&value)?.into()));
    let repository = Repository {
        kind: body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
        settings: settings.into_iter().filter_map(as_text).collect(),
    };
    match ask.state.register(name, repository) {
        // The repository is registered all the same.
        Err(Refusal::NotVerified { .. }) if !ask.query.flag("verify", true) => Ok(acknowledged()),
        Err(refusal) => Err(refusal),
        Ok(()) => Ok(acknowledged()),
    }
}

pub(super) fn delete(ask: &mut Ask<'_>, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS])?;
    ask.state.unregister(name)?;
    Ok(acknowledged())
}

pub(super) fn verify(ask: &mut Ask<'_>, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS])?;
    ask.state.verify(name)?;
    Ok(json!({"nodes": {ask.state.node_id.clone(): {"name": ask.state.engine.name()}}}))
}

/// Nothing is ever left behind here.
pub(super) fn clean(ask: &mut Ask<'_>, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS])?;
    ask.state.archive(name)?;
    Ok(json!({"results": {"deleted_bytes": 0, "deleted_blobs": 0}}))
}
