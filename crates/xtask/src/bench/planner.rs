//! The planner alone, without any I/O: how its time grows with the number of indices.

use std::process::Command;

use super::{Bench, Table};
use crate::failure::Failure;
use crate::run;

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(bench.layout.checkout()).args(["test", "--release", "--package", "es2s3"]);
    cargo.args(["--test", "plan_props", "--", "--ignored", "--nocapture", "plan_scales"]);
    let said = run::captured(&mut cargo)?;
    let rows: Vec<Vec<String>> = said.lines().filter_map(row).collect();
    if rows.is_empty() {
        return Err(Failure::new(format!("the planner's times are not in what the test said:\n{said}")));
    }
    Ok(Table {
        how: "The planner as a pure function, the best of 3: what is to be proven (shortlist), then the plan. A hundred \
              policies; each hundredth index is due and half of these are proven."
            .to_owned(),
        head: vec!["indices", "shortlist", "plan"],
        rows,
    })
}

/// `  1000 indices: shortlist 1.2ms (5 to prove), plan 3.4ms (…)`.
fn row(line: &str) -> Option<Vec<String>> {
    let (indices, rest) = line.split_once(" indices: shortlist ")?;
    let (shortlist, rest) = rest.split_once(" (")?;
    let (_, rest) = rest.split_once("plan ")?;
    let (plan, _) = rest.split_once(" (")?;
    Some([indices, shortlist, plan].map(|cell| cell.trim().to_owned()).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_test_becomes_a_row() {
        let line = "     1000 indices: shortlist   405.3µs (5 to prove), plan     1.1ms (5 archived, 5 deleted, 990 kept)";
        assert_eq!(row(line), Some(vec!["1000".to_owned(), "405.3µs".to_owned(), "1.1ms".to_owned()]));
        assert_eq!(row("test plan_scales ... ok"), None);
    }
}
