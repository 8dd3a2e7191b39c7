//! The bucket at a later time, on a screen.

use super::super::Style;
use super::super::text::{Tint, counted, tinted};
use super::audit::table;
use super::timeline::day;
use crate::model::Live;
use crate::plan::Amount;
use crate::plan::thanos::{Future, Lost};

/// What the retentions will have done.
pub fn future_human(future: &Future, style: &Style) -> String {
    let title = format!(
        "Thanos s3://{}/{} on {}, if Prometheus goes on as it does and the Compactor keeps up",
        future.spec.bucket,
        future.spec.key_prefix(),
        day(future.at.saturating_mul(1_000))
    );
    let mut text = tinted(&title, Tint::Strong, style.color);
    text.push('\n');
    match &future.seen {
        Live::Present(_) => {}
        Live::Absent => text.push_str("there is no such bucket\n"),
        Live::Unknown(unknown) => text.push_str(&format!("could not be read: {}\n", unknown.why)),
    }
    text.push_str(&table(&future.streams, style));
    text.push('\n');
    for both in &future.amounts {
        let blocks =
            |amount: &Amount| format!("{} of {}", counted(amount.count, "block", "blocks"), amount.bytes);
        let (now, then) = (blocks(&both.now), blocks(&both.then));
        text.push_str(&format!("  {}: {now} now, {then} then\n", both.resolution.word()));
    }
    text.push_str(&format!(
        "  storage about ${:.2} a month now, ${:.2} then\n",
        future.storage_now, future.storage_then
    ));
    for labels in &future.halted {
        let word = tinted("halted", Tint::Attention, style.color);
        text.push_str(&format!(
            "  {word}: two blocks of {labels} hold the same time, and the Compactor stops at them\n"
        ));
    }
    for lost in &future.lost {
        text.push_str(&lost_line(lost, style));
    }
    text
}

/// `lost: raw of cluster="eu" will go before a 5m copy is made: 2026-10-01 to 2026-10-03`.
pub(super) fn lost_line(lost: &Lost, style: &Style) -> String {
    format!("  {}: {lost}\n", tinted("lost", Tint::Attention, style.color))
}
