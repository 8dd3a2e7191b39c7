//! The parameters of a request, each known or refused.

use std::collections::BTreeMap;

use crate::world::refusal::{Outcome, Refusal};
use crate::world::selection::Options;

/// What stands behind the `?`, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    values: BTreeMap<String, String>,
}

/// Parameters that every request may have.
const EVERYWHERE: &[&str] = &["filter_path", "pretty", "human", "error_trace", "format"];
/// What goes with an expression of indices.
pub(crate) const SELECTION: &[&str] = &["ignore_unavailable", "allow_no_indices", "expand_wildcards"];
pub(crate) const TIMEOUTS: &[&str] = &["timeout", "master_timeout", "cluster_manager_timeout"];

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key, true), decoded(value, true))
        };
        Self { values: text.split('&').filter(|one| !one.is_empty()).map(pair).collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A parameter without a value counts as true.
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, |value| value != "false")
    }

    /// # Errors
    /// A parameter that none of the lists has.
    pub(crate) fn allow(&self, path: &str, lists: &[&[&str]]) -> Outcome<()> {
        let known = |name: &&String| {
            EVERYWHERE.contains(&name.as_str()) || lists.iter().any(|list| list.contains(&name.as_str()))
        };
        let unknown: Vec<String> =
            self.values.keys().filter(|name| !known(name)).map(|name| format!("[{name}]")).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let word = if unknown.len() == 1 { "parameter" } else { "parameters" };
        let list = unknown.join(", ");
        Err(Refusal::IllegalArgument(format!("request [{path}] contains unrecognized {word}: {list}")))
    }

    /// The options of a selection, as far as the request says any.
    pub(crate) fn options(&self, default: Options) -> Options {
        let mut options = default;
        if let Some(words) = self.get("expand_wildcards") {
            options = options.expanding(words);
        }
        options.ignore_unavailable = self.flag("ignore_unavailable", default.ignore_unavailable);
        options.allow_none = self.flag("allow_no_indices", default.allow_none);
        options
    }
}

/// Percent-decoding; `+` is a space in a query only.
pub(crate) fn decoded(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' if plus => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digits = [ahead.next(), ahead.next()];
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(digits[0]), digit(digits[1])) {
                    (Some(high), Some(low)) => {
                        bytes.push((high * 16 + low) as u8);
                        rest = ahead;
                    }
                    _ => bytes.push(byte),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
