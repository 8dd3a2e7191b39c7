//! What differs between two servers, or between two days, written as a mark: so that one transcript fits all stages.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Rewrites dates as days before today, and names, sizes and counts that belong to one server as marks.
pub fn normalize(text: &str, today: Date, marks: &[(String, &str)]) -> String {
    let mut text = text.to_owned();
    for (literal, mark) in marks {
        text = text.replace(literal.as_str(), mark);
    }
    // Which settings a bucket can have is each store's own affair; other guests of a real domain come and go.
    let own = |line: &&str| {
        !line.starts_with("settings of the bucket: ")
            && !line.contains(" bucket/")
            && !line.contains(" came or went while ")
    };
    let lines = text.lines().filter(own);
    let lines: Vec<String> = lines.map(|line| one_line(line, today)).collect();
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn one_line(line: &str, today: Date) -> String {
    let line = dates(line, today);
    let line = amounts(&line);
    let line = domain(&line);
    squeeze(&line)
}

/// `domain logs (OpenSearch 3.6.0, green)`: the server's own name, engine and, in company, health.
fn domain(line: &str) -> String {
    let Some((before, rest)) = line.split_once("domain ") else { return line.to_owned() };
    match rest.split_once(')') {
        Some((told, after)) if told.contains(" (") => format!("{before}domain <name> (<engine>){after}"),
        _ => line.to_owned(),
    }
}

/// `2026.10.24` becomes `<D-30>`; `s20261123-0a1b2c3d`, the tail of a snapshot's name, becomes `s<D-0>-<hash>`.
fn dates(line: &str, today: Date) -> String {
    let characters: Vec<char> = line.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < characters.len() {
        if let Some((length, date)) = date_at(&characters[at..]) {
            let days = today.since(date).map(|span| span.get_days()).unwrap_or_default();
            out.push_str(&if days >= 0 { format!("<D-{days}>") } else { format!("<D+{}>", -days) });
            at += length;
            if characters.get(at) == Some(&'-') && is_hash(&characters[at + 1..]) {
                out.push_str("-<hash>");
                at += 9;
            }
        } else if let Some(length) = run_id(&characters[at..]) {
            out.push_str("<run>");
            at += length;
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

fn date_at(text: &[char]) -> Option<(usize, Date)> {
    for (length, separated) in [(10, true), (8, false)] {
        let head: String = text.get(..length)?.iter().collect();
        let followed_by_digit = text.get(length).is_some_and(char::is_ascii_digit);
        let digits: String = head.chars().filter(char::is_ascii_digit).collect();
        let shaped = if separated {
            let separators = (text[4], text[7]);
            digits.len() == 8 && (separators == ('.', '.') || separators == ('-', '-'))
        } else {
            digits.len() == 8
        };
        if shaped && !followed_by_digit {
            let date: Option<Date> =
                format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]).parse().ok();
            if let Some(date) = date.filter(|date| (2000..2200).contains(&date.year())) {
                return Some((length, date));
            }
        }
    }
    None
}

fn is_hash(text: &[char]) -> bool {
    text.len() >= 8
        && text[..8].iter().all(char::is_ascii_hexdigit)
        && !text.get(8).is_some_and(|c| c.is_ascii_alphanumeric())
}

/// A ULID: 26 characters of Crockford's alphabet that start with a digit.
fn run_id(text: &[char]) -> Option<usize> {
    let whole = text.len() >= 26
        && text[0] == '0'
        && text[..26].iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && !text.get(26).is_some_and(|c| c.is_ascii_alphanumeric());
    whole.then_some(26)
}

/// `133.9 GiB`, `212 blobs`, `31 requests`, `$71.40`: a server's own amounts.
fn amounts(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let bare = |word: &str| word.trim_matches(|c: char| ".,;:()+−".contains(c)).to_owned();
        let number = bare(words[at]).replace(',', "").parse::<f64>().is_ok();
        let unit = words.get(at + 1).map(|word| bare(word)).unwrap_or_default();
        let counted = ["blob", "blobs", "request", "requests", "s"].contains(&unit.as_str());
        if number && ["B", "KiB", "MiB", "GiB", "TiB"].contains(&unit.as_str()) {
            out.push(
                words[at].replace(&bare(words[at]), "<size>")
                    + words[at + 1].strip_prefix(unit.as_str()).unwrap_or(""),
            );
            at += 2;
        } else if number && counted {
            out.push(words[at].replace(&bare(words[at]), "<n>"));
            at += 1;
        } else if at > 0 && words[at - 1] == "read" && number {
            // What else lives in the domain is not the scenario's business.
            out.push("<n>".into());
            at += 1;
        } else if bare(words[at]).len() == 32 && bare(words[at]).chars().all(|c| c.is_ascii_hexdigit()) {
            out.push(words[at].replace(&bare(words[at]), "<commit>"));
            at += 1;
        } else if is_uuid(&bare(words[at])) {
            out.push(words[at].replace(&bare(words[at]), "<uuid>"));
            at += 1;
        } else if words[at].starts_with('$') {
            out.push("<money>".into());
            at += 1;
        } else {
            out.push(words[at].to_owned());
            at += 1;
        }
    }
    out.join(" ")
}

/// 22 characters of url-safe base64, as engines name indices and snapshots.
fn is_uuid(word: &str) -> bool {
    word.len() == 22
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && word.chars().any(|c| c.is_ascii_uppercase())
        && word.chars().any(|c| c.is_ascii_lowercase())
}

/// Runs of spaces inside a line become two: columns are as wide as a server's own sizes.
fn squeeze(line: &str) -> String {
    // Deeper is a reason that goes on under its own column.
    let indent = (line.len() - line.trim_start().len()).min(8);
    let mut out = " ".repeat(indent);
    let mut blanks = 0;
    for character in line.trim().chars() {
        if character == ' ' {
            blanks += 1;
        } else {
            out.push_str(if blanks > 1 {
                "  "
            } else if blanks == 1 {
                " "
            } else {
                ""
            });
            blanks = 0;
            out.push(character);
        }
    }
    out
}

/// The date `days` before today, as index names write it.
pub fn days_before(today: Date, days: i64) -> Date {
    today.checked_sub(days.days()).expect("a date in range")
}

#[test]
fn what_belongs_to_a_day_or_a_server_is_marked() {
    let today = Date::constant(2026, 11, 23);
    for (line, marked) in [
        (
            "  > archive   3 indices   app-2026.10.21 … 2026.10.23   412.7 GiB   past",
            "  > archive  3 indices  app-<D-33> … <D-31>  <size>  past",
        ),
        (
            "snapshot app-2026.10.21-s20261123-0a1b2c3d, 5 shards, 212 blobs",
            "snapshot app-<D-33>-s<D-0>-<hash>, 5 shards, <n> blobs",
        ),
        ("run 01K9ABCDEFGHJKMNPQRSTVWXYZ ended", "run <run> ended"),
        (
            "S3 +412.7 GiB −251.0 GiB at most; about $71.40 a month less.",
            "S3 +<size> −<size> at most; about <money> a month less.",
        ),
    ] {
        assert_eq!(normalize(line, today, &[]).trim_end(), marked);
    }
}
