//! A plan as a pull-request comment: under the 65,536 characters that GitHub allows, by construction.

use super::Style;
use super::infra;
use super::plan::{amount, repository_row, summary};
use super::row::Row;
use super::series;
use super::text::minute;
use super::thanos;
use crate::plan::{GuardVerdict, Plan, Severity};

/// Leaves room for the closing lines.
const BUDGET: usize = 60_000;
/// A comment that carries this can be found and replaced by the next run.
const MARKER: &str = "<!-- es2s3 plan -->";

/// The plan in Markdown: summary first, then a table a policy, what destroys in bold.
pub fn plan_markdown(plan: &Plan) -> String {
    let mut text = format!("{MARKER}\n### {}\n\n", summary(plan));
    text.push_str(&format!(
        "`{}` · account {} · {} · {}\n\n",
        plan.header.config_file,
        plan.header.account,
        plan.header.region,
        minute(plan.created)
    ));
    text.push_str(&amounts(plan));
    for line in notes(plan) {
        text.push_str(&format!("> {line}\n"));
    }
    let mut left_out = 0;
    let mut rows = infra::rows(&plan.objects, false);
    rows.push(repository_row(plan));
    push_table(&mut text, "Infrastructure", &rows, &mut left_out);
    push_diffs(&mut text, &infra::diffs(&plan.objects), &mut left_out);
    for one in &plan.series {
        let rows = series::rows(one, plan.created, &Style::PLAIN);
        push_table(&mut text, &format!("`{}`", one.policy.prefix), &rows, &mut left_out);
    }
    // A bucket that could not be read is among the notes.
    if let Some(half) = plan.thanos.as_ref().filter(|half| half.seen.present().is_some()) {
        push_table(&mut text, &thanos::heading(half), &thanos::rows(half, false), &mut left_out);
        push_list(&mut text, &thanos::consequences(half, &Style::PLAIN), &mut left_out);
        push_list(&mut text, &thanos::summary(&half.findings, &Style::PLAIN), &mut left_out);
    }
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} more lines are in `es2s3 plan --format json`.\n"));
    }
    text
}

fn amounts(plan: &Plan) -> String {
    let totals = &plan.totals;
    let mut lines = String::new();
    for (word, sum) in [("archive", totals.archive), ("delete", totals.delete), ("expire", totals.expire)] {
        if sum.count > 0 {
            lines.push_str(&format!(
                "- **{word}** {} · {}\n",
                sum.count,
                amount(sum.bytes, sum.unsized_count)
            ));
        }
    }
    if lines.is_empty() { lines } else { lines + "\n" }
}

fn notes(plan: &Plan) -> Vec<String> {
    let refused =
        plan.guards.iter().filter(|outcome| matches!(outcome.verdict, GuardVerdict::Refused { .. }));
    let mut lines: Vec<String> =
        refused.map(|outcome| format!("**refused**: {}", super::refusal(outcome))).collect();
    lines.extend(
        plan.findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note)
            .map(|finding| finding.text.clone()),
    );
    lines
}

fn push_table(text: &mut String, title: &str, rows: &[Row], left_out: &mut usize) {
    text.push_str(&format!("\n**{title}**\n\n| | | | size | why |\n| --- | --- | --- | ---: | --- |\n"));
    for row in rows {
        let line = format!(
            "| `{}` {} | {} | {} | {} | {} |\n",
            row.symbol,
            row.verb,
            row.amount,
            cell(&row.names),
            row.bytes,
            cell(&row.reasons.join("<br>"))
        );
        if text.len() + line.len() > BUDGET {
            *left_out += 1;
        } else {
            text.push_str(&line);
        }
    }
}

fn push_list(text: &mut String, lines: &str, left_out: &mut usize) {
    for (number, line) in lines.lines().enumerate() {
        let item = format!("{}- {}\n", if number == 0 { "\n" } else { "" }, line.trim());
        if text.len() + item.len() > BUDGET {
            *left_out += 1;
        } else {
            text.push_str(&item);
        }
    }
}

/// Documents line by line, in a fold.
fn push_diffs(text: &mut String, diffs: &str, left_out: &mut usize) {
    if diffs.is_empty() {
        return;
    }
    let block =
        format!("\n<details><summary>Documents that change</summary>\n\n````diff\n{diffs}````\n</details>\n");
    if text.len() + block.len() > BUDGET {
        *left_out += diffs.lines().count();
    } else {
        text.push_str(&block);
    }
}

/// A pipe would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
