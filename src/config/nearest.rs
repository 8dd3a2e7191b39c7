//! The nearest known word to a misspelt one.
//!
//! Called wherever a word must be one of a list. Case and `-` against `_` do not count as a difference.

/// The nearest of the known words when it is near enough to be what was meant.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Nothing known is that long, and the distance costs the product of the lengths.
    if word.len() > 64 {
        return None;
    }
    let folded = fold(word);
    known
        .map(|name| (strsim::osa_distance(&folded, &fold(name)), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .min_by_key(|(distance, name)| (*distance, strsim::osa_distance(word, name)))
        .map(|(_, name)| name)
}

fn fold(word: &str) -> String {
    word.trim().to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["bucket-name", "ES_ENDPOINT", "snapshot_retention", "index_retention", "tags"];
        for (word, expected) in [
            ("bucket_name", Some("bucket-name")),
            ("es_endpoint", Some("ES_ENDPOINT")),
            ("snapshot_retentoin", Some("snapshot_retention")),
            ("indexretention", Some("index_retention")),
            ("tgas", Some("tags")),
            ("thanos", None),
            ("function", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        }
    }
}
