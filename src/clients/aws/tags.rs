//! Tags as maps.

use std::collections::BTreeMap;

/// Pairs of an SDK's own tag type, by what reads them.
pub(super) fn map<T>(
    tags: &[T],
    key: impl Fn(&T) -> &str,
    value: impl Fn(&T) -> &str,
) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (key(tag).to_owned(), value(tag).to_owned())).collect()
}
