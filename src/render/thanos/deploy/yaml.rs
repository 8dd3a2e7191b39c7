//! JSON values as YAML in block style, in the order of their keys.
//!
//! By hand, and not by a library's writer: its next version may quote or fold otherwise, and what is rendered is compared with files
//! on disk.

use serde_json::Value;

/// Words that some reader of YAML takes for something else than text.
const NOT_TEXT: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// One document. The value must be an object that is not empty.
pub(super) fn document(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, value, 0);
    text
}

/// Several, each after its own `---` but the first.
pub(super) fn documents(values: &[Value]) -> String {
    values.iter().map(document).collect::<Vec<_>>().join("---\n")
}

fn block(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                text.push_str(&format!("{}{}:", indent(depth), scalar_text(key)));
                after(text, value, depth);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                // An item's first line stands behind its dash.
                let mut inner = String::new();
                block(&mut inner, item, depth + 1);
                text.push_str(&format!("{}- {}", indent(depth), inner.trim_start_matches(' ')));
            }
        }
        one => text.push_str(&format!("{}{}\n", indent(depth), inline(one))),
    }
}

/// What follows a key.
fn after(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            block(text, value, depth + 1);
        }
        // The items of a list stand under their key.
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            block(text, value, depth);
        }
        Value::String(words) if is_literal(words) => {
            text.push_str(" |\n");
            for line in words.lines() {
                let line =
                    if line.is_empty() { "\n".into() } else { format!("{}{line}\n", indent(depth + 1)) };
                text.push_str(&line);
            }
        }
        one => text.push_str(&format!(" {}\n", inline(one))),
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(words) => scalar_text(words),
        other => other.to_string(),
    }
}

/// Lines of printable text, the last one ended and not empty, the first one not indented.
fn is_literal(words: &str) -> bool {
    let printable =
        |c: char| c == '\n' || (!c.is_control() && c != '\u{feff}' && c != '\u{2028}' && c != '\u{2029}');
    words.len() > 1
        && words.ends_with('\n')
        && !words.ends_with("\n\n")
        && !words.starts_with([' ', '\n'])
        && words.chars().all(printable)
}

/// In quotes, unless no reader can take it for anything but this text.
fn scalar_text(words: &str) -> String {
    let begins = words.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/')
        || words.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./=:,+@-".contains(c);
    let reserved = NOT_TEXT.iter().any(|word| word.eq_ignore_ascii_case(words));
    if begins && !reserved && words.chars().all(plain) && !words.ends_with(':') {
        words.to_owned()
    } else {
        Value::from(words).to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_reads_as_people_write_it() {
        let value = json!({
            "name": "thanos",
            "args": ["--wait", "--data-dir=/data", "a b", "10:20", "no"],
            "list": [{"name": "x", "ports": [{"at": 1}]}, [1, [2]], {}],
            "none": {},
            "text": "one:\n\n  two\n",
            "8080": true,
        });
        let expected = "\
name: thanos
args:
- --wait
- --data-dir=/data
- \"a b\"
- \"10:20\"
- \"no\"
list:
- name: x
  ports:
  - at: 1
- - 1
  - - 2
- {}
none: {}
text: |
  one:

    two
\"8080\": true
";
        assert_eq!(document(&value), expected);
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[ -~]{0,12}", "[a-z=:,#' -]{1,8}", "([a-z :#-]{0,6}\n){0,4}"];
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[ -~]{1,8}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in values()) {
            let value = json!({ "value": value });
            let text = document(&value);
            let read: Value = serde_saphyr::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(read, value, "{}", text);
        }
    }
}
