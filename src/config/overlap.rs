//! Whether two prefixes lay hands on the same names.
//!
//! Called by [`super::policies`]. A policy owns exactly *prefix + date (+ `-` + digits)*. So equal prefixes clash, and
//! `app-` clashes with `app-2026.` because names that start with the second can belong to the first: its own part,
//! `2026.`, begins a date. It does not clash with `app-web-`, since no date begins with `web-`.

const SEPARATORS: [&str; 4] = [".", "-", "_", ""];

/// A name of the shorter prefix that starts with the longer one, or `None` when there is none.
pub(super) fn shared(one: &str, two: &str) -> Option<String> {
    let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let rest = long.strip_prefix(short)?;
    let date = dates().find_map(|date| continue_as(rest, &date))?;
    Some(format!("{short}{date}"))
}

/// A date of the given form that starts with `rest`, written out.
fn continue_as(rest: &str, form: &str) -> Option<String> {
    let (head, tail) = match rest.char_indices().nth(form.chars().count()) {
        Some((at, _)) => rest.split_at(at),
        None => (rest, ""),
    };
    let fits =
        |(c, pattern): (char, char)| if pattern.is_ascii_digit() { c.is_ascii_digit() } else { c == pattern };
    if !head.chars().zip(form.chars()).all(fits) {
        return None;
    }
    let suffix = tail.is_empty()
        || tail.strip_prefix('-').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let written: String = head.chars().chain(form.chars().skip(head.chars().count())).collect();
    suffix.then(|| format!("{written}{tail}"))
}

/// One date of every form that index names carry: day, week, month, year and hour, each with every separator.
fn dates() -> impl Iterator<Item = String> {
    let with = |separator: &str| {
        let s = separator;
        let mut forms = vec![
            format!("2026{s}01{s}31"),
            format!("2026{s}01{s}31{s}05"),
            format!("2026{s}01{s}31-05"),
            format!("2026{s}01{s}31t05"),
            format!("2026{s}01"),
            format!("2026{s}w05"),
            "2026".to_owned(),
        ];
        forms.dedup();
        forms
    };
    SEPARATORS.iter().flat_map(move |separator| with(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_clash_only_when_the_rest_can_be_a_date() {
        for (one, two, clash) in [
            ("app-", "app-", true),
            ("app-", "app-2026", true),
            ("app-", "app-2026.", true),
            ("app-2026-01-", "app-", true),
            ("app-", "app-2", true),
            ("app-", "app-2026.01.31-000", true),
            ("app-", "app-2026-w", true),
            ("app-", "app-web-", false),
            ("app-", "app-v2-", false),
            ("app-", "app-1-", false),
            ("app-", "app-2026x", false),
            ("app-", "web-", false),
            ("app", "app-", false),
        ] {
            assert_eq!(shared(one, two).is_some(), clash, "{one} {two}");
        }
    }

    #[test]
    fn the_name_shown_is_the_shorter_prefix_and_a_date() {
        assert_eq!(shared("app-2026.", "app-").as_deref(), Some("app-2026.01.31"));
    }
}
