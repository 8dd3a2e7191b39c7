//! Settings of indices, read and written; blocks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::query::{SELECTION, TIMEOUTS};
use super::reply::{Ask, Decided, acknowledged};
use crate::world::refusal::Refusal;
use crate::world::selection::Options;
use crate::world::state::setting_text;

pub(super) fn get(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS, &["flat_settings", "include_defaults", "local"]])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN_AND_CLOSED))?;
    let flat = ask.query.flag("flat_settings", false);
    let of = |name: &String| {
        let settings = ask.state.indices.get(name)?.all_settings(&ask.state.engine);
        Some((name.clone(), json!({"settings": shown(settings, flat)})))
    };
    Ok(Value::Object(names.iter().filter_map(of).collect()))
}

/// Settings as they are, or as a tree.
pub(super) fn shown(settings: BTreeMap<String, String>, flat: bool) -> Value {
    if flat {
        return json!(settings);
    }
    let mut root = Map::new();
    for (key, value) in settings {
        insert(&mut root, &key, value);
    }
    root.into()
}

fn insert(at: &mut Map<String, Value>, key: &str, value: String) {
    let Some((first, rest)) = key.split_once('.') else {
        at.insert(key.to_owned(), value.into());
        return;
    };
    let below = at.entry(first.to_owned()).or_insert_with(|| json!({}));
    match below {
        Value::Object(map) => insert(map, rest, value),
        _ => drop(at.insert(key.to_owned(), value.into())),
    }
}

pub(super) fn put(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS, &["flat_settings", "preserve_existing"]])?;
    let body = ask.json()?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN_AND_CLOSED))?;
    let settings = flattened(&body);
    for name in &names {
        if let Some(index) = ask.state.indices.get_mut(name) {
            settings.iter().for_each(|(key, value)| index.set(key, value.clone()));
        }
    }
    Ok(acknowledged())
}

/// Dotted keys, each beginning with `index.`, however the body nests them. `None` takes a setting away.
pub(super) fn flattened(body: &Value) -> BTreeMap<String, Option<String>> {
    let body = body.get("settings").unwrap_or(body);
    let mut flat = BTreeMap::new();
    flatten("", body, &mut flat);
    flat
}

fn flatten(path: &str, value: &Value, flat: &mut BTreeMap<String, Option<String>>) {
    let Value::Object(map) = value else {
        let key = if path.starts_with("index.") { path.to_owned() } else { format!("index.{path}") };
        flat.insert(key, setting_text(value));
        return;
    };
    for (key, value) in map {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        flatten(&below, value, flat);
    }
}

/// An index that has the block already is not listed: an empty list is no failure.
pub(super) fn block(ask: &mut Ask<'_>, pattern: &str, block: &str) -> Decided {
    ask.allow(&[SELECTION, TIMEOUTS])?;
    let names = ask.state.select(pattern, ask.query.options(Options::OPEN))?;
    let setting = format!("index.blocks.{block}");
    let mut blocked = Vec::new();
    for name in &names {
        let Some(index) = ask.state.indices.get_mut(name) else { continue };
        if index.is_mounted() {
            let block = "FORBIDDEN/13/remote index is read-only";
            return Err(Refusal::Blocked { index: name.clone(), block });
        }
        if !index.is_set(&setting) {
            index.set(&setting, Some("true".to_owned()));
            blocked.push(json!({"name": name, "blocked": true}));
        }
    }
    Ok(json!({"acknowledged": true, "shards_acknowledged": !blocked.is_empty(), "indices": blocked}))
}
