//! `/api/v1/stores`: whom a Querier asks, by kind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::thanos::{Labels, StoreSeen};

/// `data` of the page: stores by `sidecar`, `store`, `query` and so on.
pub(super) type Page = BTreeMap<String, Vec<RawStore>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawStore {
    name: String,
    #[serde(default)]
    last_error: Option<serde_json::Value>,
    #[serde(default)]
    label_sets: Option<Vec<RawLabels>>,
    min_time: i64,
    max_time: i64,
}

/// A plain map by now; once a list of pairs. What is neither says nothing, and costs nothing else of the page.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawLabels {
    Pairs { labels: Vec<RawLabel> },
    Map(Labels),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct RawLabel {
    name: String,
    value: String,
}

/// In the order of kinds and addresses.
pub(super) fn seen(page: Page) -> Vec<StoreSeen> {
    let of_a_kind = |(kind, stores): (String, Vec<RawStore>)| {
        stores.into_iter().map(move |store| store.seen(kind.clone())).collect::<Vec<_>>()
    };
    page.into_iter().flat_map(of_a_kind).collect()
}

impl RawStore {
    fn seen(self, kind: String) -> StoreSeen {
        let label_sets = self.label_sets.unwrap_or_default().into_iter().map(RawLabels::labels);
        StoreSeen {
            kind,
            address: self.name,
            error: self.last_error.and_then(text),
            label_sets: label_sets.collect::<Option<_>>().unwrap_or_default(),
            min_time: self.min_time,
            max_time: self.max_time,
        }
    }
}

impl RawLabels {
    fn labels(self) -> Option<Labels> {
        match self {
            RawLabels::Pairs { labels } => {
                Some(labels.into_iter().map(|label| (label.name, label.value)).collect())
            }
            RawLabels::Map(labels) => Some(labels),
            RawLabels::Other(_) => None,
        }
    }
}

/// An error is a text; whatever else stands there is shown as it is.
fn text(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Vec<StoreSeen> {
        seen(serde_json::from_str(text).expect("a page"))
    }

    /// As a Querier of 0.42 writes it, with a Sidecar that it cannot reach any more and a Store whose bucket is empty.
    #[test]
    fn each_store_tells_its_kind_its_labels_its_time_and_its_error() {
        let found = page(
            r#"{"sidecar":[{"name":"10.1.2.3:10901","lastCheck":"2026-11-23T10:39:23.062552074Z",
                    "lastError":"rpc error: code = Unavailable desc = connection refused",
                    "labelSets":[{"cluster":"eu","replica":"a"}],"minTime":1795190400000,"maxTime":9223372036854775807}],
                "store":[{"name":"10.1.2.4:10901","lastCheck":"2026-11-23T10:39:23.062552074Z","lastError":null,
                    "labelSets":[],"minTime":9223372036854775807,"maxTime":-9223372036854775808}]}"#,
        );
        let labels = |pairs: &[(&str, &str)]| -> Labels {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let sidecar = StoreSeen {
            kind: "sidecar".into(),
            address: "10.1.2.3:10901".into(),
            error: Some("rpc error: code = Unavailable desc = connection refused".into()),
            label_sets: vec![labels(&[("cluster", "eu"), ("replica", "a")])],
            min_time: 1_795_190_400_000,
            max_time: i64::MAX,
        };
        let store = StoreSeen {
            kind: "store".into(),
            address: "10.1.2.4:10901".into(),
            error: None,
            label_sets: Vec::new(),
            min_time: i64::MAX,
            max_time: i64::MIN,
        };
        assert_eq!(found, [sidecar, store]);
    }

    #[test]
    fn labels_are_read_in_both_forms_and_nothing_is_made_of_another() {
        for (told, expected) in [
            (r#""labelSets":[{"cluster":"eu"},{"cluster":"us"}],"#, "cluster=eu cluster=us"),
            (r#""labelSets":[{"labels":[{"name":"cluster","value":"eu"}]}],"#, "cluster=eu"),
            (r#""labelSets":[{"labels":"a name like any other"}],"#, "labels=a name like any other"),
            (r#""labelSets":[{"cluster":"eu"},{"cluster":7}],"#, ""),
            (r#""labelSets":["cluster"],"#, ""),
            (r#""labelSets":null,"#, ""),
            ("", ""),
        ] {
            let found = page(&format!(r#"{{"sidecar":[{{"name":"a:1",{told}"minTime":1,"maxTime":2}}]}}"#));
            let pairs = found.iter().flat_map(|store| &store.label_sets).flatten();
            let words: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(words.join(" "), expected, "{told}");
        }
    }
}
