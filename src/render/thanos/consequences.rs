//! What comes of a plan's marks: blocks and dates by stream, samples that will be lost, money, files that are behind.

use super::super::Style;
use super::super::text::counted;
use super::future::lost_line;
use crate::model::Live;
use crate::model::thanos::{Compactor, RenderedTo, Resolution};
use crate::plan::Amount;
use crate::plan::thanos::{Effect, ThanosPlan};

/// Streams that are named of one resolution, unless each is wanted.
const STREAMS: usize = 5;

pub(in super::super) fn consequences(plan: &ThanosPlan, style: &Style) -> String {
    let mut text = String::new();
    for resolution in Resolution::ALL {
        let effects: Vec<&Effect> =
            plan.effects.iter().filter(|effect| effect.resolution == resolution).collect();
        text.push_str(&marked(plan, resolution, &effects, style));
    }
    for lost in &plan.never {
        text.push_str(&lost_line(lost, style));
    }
    text.push_str(&money(plan));
    text.push_str(&rendered(plan, style));
    text
}

/// One resolution: the sum, when its bytes are freed, and the streams with the most bytes.
fn marked(plan: &ThanosPlan, resolution: Resolution, effects: &[&Effect], style: &Style) -> String {
    let mut effects: Vec<&&Effect> = effects.iter().filter(|effect| !effect.marked.is_nothing()).collect();
    let Some(first) = effects.first() else { return String::new() };
    let day = jiff::Timestamp::from_second(first.freed_from)
        .map_or_else(|_| String::new(), |at| at.strftime(" from %Y-%m-%d %H:%M UTC on").to_string());
    let who = match plan.spec.compactor {
        Compactor::Thanos => "the Compactor deletes them",
        Compactor::None => "es2s3 deletes them",
    };
    let mut sum = Amount::default();
    for effect in &effects {
        sum.count += effect.marked.count;
        sum.bytes += effect.marked.bytes;
    }
    let mut text = format!("  {}: {} marked now; {who}{day}.\n", resolution.word(), amount(&sum));
    effects.sort_by_key(|effect| std::cmp::Reverse(effect.marked.bytes));
    let shown = if style.verbose { effects.len() } else { STREAMS };
    for effect in effects.iter().take(shown) {
        text.push_str(&format!("    {}: {}\n", effect.stream, amount(&effect.marked)));
    }
    if effects.len() > shown {
        let rest = counted((effects.len() - shown) as u64, "stream", "streams");
        text.push_str(&format!("    and {rest} more, named with --verbose\n"));
    }
    text
}

fn amount(amount: &Amount) -> String {
    format!("{} of {}", counted(amount.count, "block", "blocks"), amount.bytes)
}

/// Files that start the components: named, and with `--verbose` line by line.
fn rendered(plan: &ThanosPlan, style: &Style) -> String {
    let Some(RenderedTo { target, folder }) = &plan.spec.rendered else { return String::new() };
    let drifted = match &plan.rendered {
        Live::Absent => return String::new(),
        Live::Unknown(unknown) => {
            return format!("  Rendered files could not be compared: {}.\n", unknown.why);
        }
        Live::Present(drifted) if drifted.is_empty() => return String::new(),
        Live::Present(drifted) => drifted,
    };
    let names: Vec<String> =
        drifted.iter().map(|one| format!("{} ({})", one.name, one.change.word())).collect();
    let mut text = format!(
        "  Rendered for {} in {folder}, and different now: {}.\n  es2s3 thanos render --target {} --out {folder} writes them.\n",
        target.word(),
        names.join(", "),
        target.word()
    );
    if style.verbose {
        drifted.iter().for_each(|one| text.push_str(&one.diff));
    }
    text
}

fn money(plan: &ThanosPlan) -> String {
    let cost = &plan.cost;
    let (before, after) = (cost.storage_before, cost.storage_after);
    if (before - after).abs() < 0.005 {
        return String::new();
    }
    format!(
        "  Storage about ${before:.2} a month now, ${after:.2} once all marked blocks are gone; requests of an idle \
         Compactor ${:.2}, then ${:.2}.\n",
        cost.requests_before, cost.requests_after
    )
}
