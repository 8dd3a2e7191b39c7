//! The screen of `es2s3 doctor`: a line a check, under each failure what to do.

use super::Style;
use super::text::{Tint, minute, tinted, wrapped};
use crate::doctor::{Check, Outcome, Report};

/// Columns before the text of a check.
const INDENT: usize = 28;

/// The screen, and its sums.
pub fn doctor(report: &Report, style: &Style) -> String {
    let mut text = format!("es2s3 {} · doctor · {}\n\n", report.es2s3, minute(report.now));
    for check in &report.checks {
        text.push_str(&line(check, style));
    }
    text.push_str(&format!(
        "\n{} ok, {} failed, {} could not be checked\n",
        report.count(Outcome::Ok),
        report.count(Outcome::Failed),
        report.count(Outcome::Unchecked)
    ));
    text
}

fn line(check: &Check, style: &Style) -> String {
    let (label, tint) = match check.outcome {
        Outcome::Ok => ("ok", Tint::Add),
        Outcome::Failed => ("failed", Tint::Remove),
        Outcome::Unchecked => ("unchecked", Tint::Attention),
    };
    let label = tinted(&format!("{label:<9}"), tint, style.color);
    let below = format!("\n{}", " ".repeat(INDENT));
    let said = |text: &str| wrapped(text, style.width.saturating_sub(INDENT).max(40)).join(&below);
    let mut text = format!("  {label}  {:<14} {}\n", check.check, said(&check.text));
    if let Some(fix) = &check.fix {
        text.push_str(&format!("{}fix: {}\n", " ".repeat(INDENT), said(fix)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_label_and_a_failure_its_fix() {
        let checks = vec![
            Check::ok("clock", "0 s beside the domain's"),
            Check::failed("state", "s3://b/logs/state.json does not exist", "es2s3 bootstrap"),
            Check::unchecked("security group", "the groups of the domain are not known"),
        ];
        let now = "2026-11-23T05:00:00Z".parse().expect("a time");
        let text = doctor(&Report::new(now, checks), &Style::PLAIN);
        let (_, body) = text.split_once("\n\n").expect("a header");
        assert_eq!(
            body,
            "  ok         clock          0 s beside the domain's\n\
             \x20 failed     state          s3://b/logs/state.json does not exist\n\
             \x20                           fix: es2s3 bootstrap\n\
             \x20 unchecked  security group the groups of the domain are not known\n\
             \n1 ok, 1 failed, 1 could not be checked\n"
        );
    }
}
