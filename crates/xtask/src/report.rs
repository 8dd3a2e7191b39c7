//! What the chores say. The only place of this program that writes to the terminal.

use std::io::{self, Write};
use std::time::Duration;

use crate::failure::Failure;

/// Opens a stage: a line that stands out between the output of other programs.
pub(crate) fn headline(text: &str) {
    line(&format!("\n=== {text} ==="));
}

/// One plain line on standard output. A closed pipe is not worth a failure.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// The reason for exit 1, on standard error.
pub(crate) fn failure(failure: &Failure) {
    let _ = writeln!(io::stderr().lock(), "error: {failure}");
}

/// `0.8 s`, `47.2 s`, `3 min 07 s`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

/// Rows under a head, as a Markdown table with columns of even width.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..head.len()).map(|column| width(head, rows, column)).collect();
    let cells = |row: &[String]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        format!("|{}|\n", padded.collect::<Vec<_>>().join("|"))
    };
    let titles: Vec<String> = head.iter().map(ToString::to_string).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    [cells(&titles), cells(&rule)].into_iter().chain(rows.iter().map(|row| cells(row))).collect()
}

fn width(head: &[&str], rows: &[Vec<String>], column: usize) -> usize {
    let title = head.get(column).map_or(0, |title| title.chars().count());
    rows.iter()
        .filter_map(|row| row.get(column))
        .map(|cell| cell.chars().count())
        .fold(title.max(3), usize::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_like_a_person_would_say_it() {
        for (milliseconds, text) in [(840, "0.8 s"), (59_900, "59.9 s"), (187_000, "3 min 07 s")] {
            assert_eq!(span(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn a_table_is_as_wide_as_its_widest_cell() {
        let rows = vec![vec!["fmt".to_owned(), "0.8 s".to_owned()]];
        assert_eq!(
            table(&["stage", "t"], &rows),
            "| stage | t     |\n| ----- | ----- |\n| fmt   | 0.8 s |\n"
        );
    }
}
