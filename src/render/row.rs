//! Rows of a plan: symbol, verb, amount, names, bytes, reason; aligned per block, reasons wrapped under their column.

use super::Style;
use super::text::{Tint, tinted, wrapped};

/// One line of the plan before it is laid out. An empty cell is left blank.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) symbol: char,
    pub(super) verb: &'static str,
    pub(super) amount: String,
    pub(super) names: String,
    pub(super) bytes: String,
    /// Each starts on a line of its own.
    pub(super) reasons: Vec<String>,
}

const SYMBOL_AND_VERB: usize = 12;
/// A reason never gets narrower than this, whatever the terminal.
const NARROWEST: usize = 30;

/// Lays the rows out as one block.
pub(super) fn block(rows: &[Row], style: &Style) -> String {
    let amount = widest(rows, |row| &row.amount);
    let names = widest(rows, |row| &row.names);
    let bytes = widest(rows, |row| &row.bytes);
    let mut margin = 2 + SYMBOL_AND_VERB;
    for width in [amount, names, bytes] {
        margin += if width == 0 { 0 } else { width + 3 };
    }
    let room = style.width.saturating_sub(margin).max(NARROWEST);
    let mut text = String::new();
    for row in rows {
        let head = format!("{} {:<width$}", row.symbol, row.verb, width = SYMBOL_AND_VERB - 2);
        text.push_str("  ");
        text.push_str(&tinted(&head, tint(row.symbol), style.color));
        push_cell(&mut text, &row.amount, amount, false);
        push_cell(&mut text, &row.names, names, false);
        push_cell(&mut text, &row.bytes, bytes, true);
        let lines = row.reasons.iter().flat_map(|reason| wrapped(reason, room));
        for (at, line) in lines.enumerate() {
            if at > 0 {
                text.push('\n');
                text.push_str(&" ".repeat(margin));
            }
            text.push_str(&line);
        }
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
    }
    text
}

fn push_cell(text: &mut String, cell: &str, width: usize, right: bool) {
    if width == 0 {
        return;
    }
    let blank = " ".repeat(width - cell.chars().count());
    if right {
        text.push_str(&blank);
    }
    text.push_str(cell);
    if !right {
        text.push_str(&blank);
    }
    text.push_str("   ");
}

fn widest(rows: &[Row], cell: impl Fn(&Row) -> &String) -> usize {
    rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0)
}

fn tint(symbol: char) -> Tint {
    match symbol {
        '+' => Tint::Add,
        '~' | '>' => Tint::Change,
        '-' | 'x' => Tint::Remove,
        '!' | '?' => Tint::Attention,
        'h' => Tint::Strong,
        _ => Tint::Quiet,
    }
}
