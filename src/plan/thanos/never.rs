//! What of today's samples will never be there at a coarser resolution, because the retentions take them before a copy is made.
//!
//! Found by playing the Compactor, and only over streams in which it can come to pass: all of them where the retentions are too short
//! for it, else those with samples whose coarser copy is late.

use super::compactor::run;
use super::copies::Copies;
use super::decide::coarser;
use super::future::Lost;
use super::play::{Streamed, never as lost, rules};
use super::view::{Known, is_visible};
use crate::model::thanos::{Floor, Resolution, ThanosSpec, broken};

const DAY: i64 = 24 * 3_600;
/// Blocks of two days are made coarser two days after their end, those of a fortnight four: what is older and was not is late.
const LATE: [(Resolution, i64); 2] = [(Resolution::Raw, 4 * DAY), (Resolution::FiveMinutes, 18 * DAY)];
/// Within it the merge of a fortnight heals what can be healed.
const HEALED: i64 = 18 * DAY;
/// All that is late or short has its fate by then.
const HORIZON: i64 = 45 * DAY;

pub(super) fn never(spec: &ThanosSpec, streams: &[Streamed<'_>], now: i64) -> Vec<Lost> {
    let short = broken(&spec.retention, spec.delete_delay).into_iter().any(Floor::loses_data);
    let at_risk = streams.iter().filter(|stream| short || is_late(spec, stream, now));
    at_risk.flat_map(|stream| of(spec, stream, now)).collect()
}

/// Whether the coarser copy of a block should have been made by now.
pub(super) fn is_late_for_a_copy(known: &Known<'_>, now: i64) -> bool {
    let age = now.saturating_sub(known.meta.max_time / 1_000);
    LATE.iter().any(|(fine, late)| known.resolution == *fine && age > *late)
}

/// Whether a block without a coarser copy is late for it, and goes before a merge of a fortnight is sure to heal that.
fn is_late(spec: &ThanosSpec, stream: &Streamed<'_>, now: i64) -> bool {
    LATE.into_iter().any(|(fine, _)| {
        let Some(coarse) = coarser(spec, fine) else { return false };
        let seen = || stream.blocks(now).filter(|known| is_visible(known, spec, now));
        let kept = spec.retention.of(fine).seconds();
        let is_late = |known: &&Known<'_>| {
            let end = known.meta.max_time / 1_000;
            known.resolution == fine
                && is_late_for_a_copy(known, now)
                && end.saturating_add_unsigned(kept) <= now.saturating_add(HEALED)
        };
        let copies = Copies::among(seen().filter(|known| known.resolution == coarse));
        seen().filter(is_late).any(|known| !copies.hold(known))
    })
}

fn of(spec: &ThanosSpec, stream: &Streamed<'_>, now: i64) -> Vec<Lost> {
    let (rules, until) = (rules(spec), now.saturating_add(HORIZON));
    let mut played = stream.begin(now);
    let of_today = played.numbered;
    run(&mut played, &rules, now, until);
    let lost = |resolution: Resolution| {
        let (coarser, spans) = lost(&played, spec, (resolution, until), of_today)?;
        Some(Lost { labels: stream.labels.clone(), resolution, coarser, spans })
    };
    [Resolution::Raw, Resolution::FiveMinutes].into_iter().filter_map(lost).collect()
}
