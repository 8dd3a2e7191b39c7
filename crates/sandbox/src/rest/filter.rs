//! `filter_path`: a comma list of paths with `*` and `**`, and `-` before those that are left out.

use serde_json::{Map, Value};

use crate::glob;

/// A parsed `filter_path`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    include: Vec<Vec<String>>,
    exclude: Vec<Vec<String>>,
}

impl Filter {
    pub(crate) fn parse(text: &str) -> Self {
        let mut filter = Self::default();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            match path.strip_prefix('-') {
                Some(path) => filter.exclude.push(parts(path)),
                None => filter.include.push(parts(path)),
            }
        }
        filter
    }

    /// What is left of `value`; containers that are left empty go too, but for the whole reply.
    pub(crate) fn apply(&self, value: Value) -> Value {
        let empty = if value.is_array() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
        let paths = |all: &[Vec<String>]| -> Vec<Vec<String>> { all.to_vec() };
        let mut left = Some(value);
        if !self.include.is_empty() {
            let include = paths(&self.include);
            left = left.and_then(|value| included(value, &slices(&include)));
        }
        if !self.exclude.is_empty() {
            let exclude = paths(&self.exclude);
            left = left.and_then(|value| excluded(value, &slices(&exclude)));
        }
        left.unwrap_or(empty)
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

fn slices(paths: &[Vec<String>]) -> Vec<&[String]> {
    paths.iter().map(Vec::as_slice).collect()
}

/// What is still to match below `key`; a path that is used up matches everything there.
fn below<'a>(paths: &[&'a [String]], key: &str) -> Vec<&'a [String]> {
    let mut next = Vec::new();
    for path in paths {
        match path.split_first() {
            Some((part, rest)) if part == "**" => {
                next.push(*path);
                next.extend(below(&[rest], key));
            }
            Some((part, rest)) if glob::matches(part, key) => next.push(rest),
            _ => {}
        }
    }
    next
}

fn included(value: Value, paths: &[&[String]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty() || matches!(path, [only] if only == "**")) {
        return Some(value);
    }
    match value {
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .into_iter()
                .filter_map(|(key, value)| {
                    let next = below(paths, &key);
                    if next.is_empty() { None } else { Some((key, included(value, &next)?)) }
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(list) => {
            let kept: Vec<Value> = list.into_iter().filter_map(|one| included(one, paths)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

fn excluded(value: Value, paths: &[&[String]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return None;
    }
    match value {
        Value::Object(map) => {
            let before = map.len();
            let kept: Map<String, Value> = map
                .into_iter()
                .filter_map(|(key, value)| {
                    let next = below(paths, &key);
                    Some((key, excluded(value, &next)?))
                })
                .collect();
            (before == 0 || !kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(list) => {
            let before = list.len();
            let kept: Vec<Value> = list.into_iter().filter_map(|one| excluded(one, paths)).collect();
            (before == 0 || !kept.is_empty()).then_some(Value::Array(kept))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_choose_and_leave_out() {
        let value =
            json!({"a": {"b": 1, "c": {"b": 2, "d": null}}, "x.y": 3, "l": [{"b": 4}, {"e": 5}], "z": {}});
        for (path, left) in [
            ("a.b", json!({"a": {"b": 1}})),
            ("*.b", json!({"a": {"b": 1}, "l": [{"b": 4}]})),
            ("**.b", json!({"a": {"b": 1, "c": {"b": 2}}, "l": [{"b": 4}]})),
            ("a.c", json!({"a": {"c": {"b": 2, "d": null}}})),
            ("a.c.d,l.e", json!({"a": {"c": {"d": null}}, "l": [{"e": 5}]})),
            ("x.y", json!({})),
            ("none", json!({})),
            ("z", json!({"z": {}})),
            ("-a,-l", json!({"x.y": 3, "z": {}})),
            ("a,-a.c", json!({"a": {"b": 1}})),
            ("-**.b,-x*,-z", json!({"a": {"c": {"d": null}}, "l": [{"e": 5}]})),
        ] {
            assert_eq!(Filter::parse(path).apply(value.clone()), left, "{path}");
        }
    }

    #[test]
    fn rows_of_a_list_are_filtered_each() {
        let rows = json!([{"index": "a", "uuid": "1"}, {"index": "b", "uuid": "2"}]);
        assert_eq!(Filter::parse("index").apply(rows.clone()), json!([{"index": "a"}, {"index": "b"}]));
        assert_eq!(Filter::parse("none").apply(rows), json!([]));
    }
}
