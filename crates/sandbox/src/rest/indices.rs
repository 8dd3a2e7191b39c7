//! Indices themselves: shown, made, removed, closed, opened, named.

use serde_json::{Map, Value, json};

use super::query::{SELECTION, TIMEOUTS};
use super::reply::{Ask, Decided, acknowledged};
use super::settings::{flattened, shown};
use crate::world::index::Index;
use crate::world::refusal::{Outcome, Refusal};
use crate::world::selection::Options;
use crate::world::state::State;

pub(super) fn get(ask: &mut Ask<'_>, pattern: &str) -> Decided {
    if pattern == "_data_stream" && !ask.state.features.data_streams {
        return ask.state.select(pattern, Options::OPEN).map(|_| json!({}));
    }
    ask.allow(&[SELECTION, TIMEOUTS, &["flat_settings", "include_defaults", "local", "include_type_name"]])?;
    let names = ask.state.select(pattern, ask.query.options(Options::OPEN))?;
    let flat = ask.query.flag("flat_settings", false);
    let of = |name: &String| Some((name.clone(), shown_index(ask.state.indices.get(name)?, ask.state, flat)));
    Ok(Value::Object(names.iter().filter_map(of).collect()))
}

fn shown_index(index: &Index, state: &State, flat: bool) -> Value {
    let mut body = Map::new();
    body.insert("aliases".into(), index.aliases_json());
    body.insert("mappings".into(), json!({}));
    body.insert("settings".into(), shown(index.all_settings(&state.engine), flat));
    if let Some(stream) = &index.data_stream {
        body.insert("data_stream".into(), stream.clone().into());
    }
    body.into()
}

pub(super) fn create(ask: &mut Ask<'_>, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["wait_for_active_shards"]])?;
    let body = ask.json()?;
    let mut settings = flattened(body.get("settings").unwrap_or(&json!({})));
    let primaries =
        settings.remove("index.number_of_shards").flatten().and_then(|text| text.parse().ok()).unwrap_or(1);
    let replicas = settings.remove("index.number_of_replicas").flatten().and_then(|text| text.parse().ok());
    let index = ask.state.create_index(name, primaries)?;
    index.replicas = replicas.unwrap_or(1);
    for (key, value) in settings {
        index.set(&key, value);
    }
    index.versions = [1, 1, 1];
    for (alias, said) in body.get("aliases").and_then(Value::as_object).into_iter().flatten() {
        index.aliases.insert(alias.clone(), said.get("is_write_index").and_then(Value::as_bool));
    }
    Ok(json!({"acknowledged": true, "shards_acknowledged": true, "index": name}))
}

pub(super) fn delete(ask: &mut Ask<'_>, pattern: &str) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS])?;
    for name in pattern.split(',') {
        if !ask.state.indices.contains_key(name)
            && ask.state.indices.values().any(|index| index.aliases.contains_key(name))
        {
            let text = format!(
                "The provided expression [{name}] matches an alias, specify the corresponding concrete indices instead."
            );
            return Err(Refusal::IllegalArgument(text));
        }
    }
    let names = ask.state.select(pattern, ask.query.options(Options::CONCRETE))?;
    ask.state.delete_indices(&names)?;
    Ok(acknowledged())
}

pub(super) fn close(ask: &mut Ask<'_>, pattern: &str) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS, &["wait_for_active_shards"]])?;
    let names = ask.state.select(pattern, ask.query.options(Options::OPEN))?;
    ask.state.close(&names)?;
    let closed: Map<String, Value> = names.into_iter().map(|name| (name, json!({"closed": true}))).collect();
    Ok(json!({"acknowledged": true, "shards_acknowledged": true, "indices": closed}))
}

pub(super) fn open(ask: &mut Ask<'_>, pattern: &str) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS, &["wait_for_active_shards"]])?;
    let names = ask.state.select(pattern, ask.query.options(Options::OPEN_AND_CLOSED))?;
    for name in &names {
        if let Some(index) = ask.state.indices.get_mut(name) {
            index.open = true;
        }
    }
    Ok(json!({"acknowledged": true, "shards_acknowledged": true}))
}

pub(super) fn aliases(ask: &mut Ask<'_>) -> Decided {
    ask.allow(&[TIMEOUTS])?;
    let body = ask.json()?;
    let actions = body.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    for action in &actions {
        for (verb, said) in action.as_object().into_iter().flatten() {
            alias(ask.state, verb, said)?;
        }
    }
    Ok(acknowledged())
}

fn alias(state: &mut State, verb: &str, said: &Value) -> Outcome<()> {
    let patterns = words(said, "index", "indices").join(",");
    let names = state.select(&patterns, Options::OPEN_AND_CLOSED)?;
    let aliases = words(said, "alias", "aliases");
    for name in names {
        let Some(index) = state.indices.get_mut(&name) else { continue };
        index.versions[2] += 1;
        for alias in &aliases {
            match verb {
                "add" => {
                    let write = said.get("is_write_index").and_then(Value::as_bool);
                    index.aliases.insert(alias.clone(), write);
                }
                "remove" => drop(index.aliases.remove(alias)),
                other => return Err(Refusal::IllegalArgument(format!("unknown alias action [{other}]"))),
            }
        }
    }
    Ok(())
}

/// One text, or a list of them, under either name.
fn words(said: &Value, one: &str, several: &str) -> Vec<String> {
    [said.get(one), said.get(several)].into_iter().flatten().flat_map(texts).collect()
}

/// A text, a comma list or an array as separate texts.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
