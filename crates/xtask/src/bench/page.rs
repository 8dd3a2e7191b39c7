//! `docs/benchmarks.md`: each part's table stands between two comment lines, and only that is replaced.

use std::fs;
use std::io::ErrorKind;

use crate::failure::{Context, Failure};
use crate::layout::{self, Layout};

/// Puts a table in its place; a part that has none yet is added at the end.
pub(super) fn keep(layout: &Layout, part: &str, table: &str) -> Result<(), Failure> {
    let page = layout.checkout().join("docs/benchmarks.md");
    let text = match fs::read_to_string(&page) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => "# Benchmarks\n".to_owned(),
        Err(error) => return Err(error).context(format!("cannot read {}", page.display())),
    };
    layout::write_file(&page, &replaced(&text, part, table))
}

fn replaced(page: &str, part: &str, table: &str) -> String {
    let (start, end) = (format!("<!-- bench {part} -->\n"), format!("<!-- end {part} -->\n"));
    let block = format!("{start}{}\n{end}", table.trim_end());
    match (page.find(&start), page.find(&end)) {
        (Some(from), Some(to)) if from < to => {
            let (before, after) = (page.get(..from), page.get(to + end.len()..));
            format!("{}{block}{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        _ => format!("{}\n\n{block}", page.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parts_own_table_is_replaced() {
        let page = replaced(&replaced("# Benchmarks\n", "a", "one"), "b", "two");
        let again = replaced(&page, "a", "three\n");
        assert_eq!(
            again,
            "# Benchmarks\n\n<!-- bench a -->\nthree\n<!-- end a -->\n\n<!-- bench b -->\ntwo\n<!-- end b -->\n"
        );
        assert_eq!(replaced(&again, "a", "three"), again);
    }
}
