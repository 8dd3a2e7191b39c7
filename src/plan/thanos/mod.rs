//! What a bucket of Thanos blocks is judged by, and what would be done with it. Pure.
//!
//! Called by `plan::plan` and by the audit. Knows the rules of Thanos's Compactor; never looks at a bucket and never reads a clock.

mod audit;
mod compactor;
mod copies;
mod decide;
mod effect;
mod finding;
mod future;
mod never;
mod play;
mod ranges;
mod spans;
mod streams;
mod types;
mod view;

pub use decide::{OWN_DETAILS, is_by_retention, is_in_time};
pub use finding::{Check, Finding, Level};
pub use future::{Future, Lost, NowAndThen, future};
pub use spans::{Span, Spans};
pub use types::{Action, Cost, Effect, Item, Seen, Stream, ThanosPlan, Withheld};

use super::age::CLOCK_TOLERANCE;
use crate::model::thanos::{Observed, ThanosSpec};
use crate::model::{Live, Prices};

/// What is wanted of the bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedThanos {
    pub spec: ThanosSpec,
    /// Whether the bucket's lifecycle rules are es2s3's to set.
    pub lifecycle: bool,
}

/// The whole half but for its sums. `now` in seconds since 1970, UTC.
pub fn plan(wanted: &WantedThanos, seen: &Observed, now: i64) -> ThanosPlan {
    let spec = &wanted.spec;
    let inventory = match &seen.bucket {
        Live::Present(inventory) => inventory,
        Live::Absent => return nothing(spec, Live::Absent),
        Live::Unknown(unknown) => return nothing(spec, Live::Unknown(unknown.clone())),
    };
    let view = view::View::of(inventory);
    let mut items = decide::items(spec, inventory, &view, now, wanted.lifecycle);
    let streams = play::streamed(&view, spec);
    let never = never::never(spec, &streams, now);
    let (view, streams, running) = (&view, &streams, &seen.running);
    let scene = audit::Scene { spec, inventory, view, streams, items: &items, never: &never, running, now };
    let mut findings = audit::audit(&scene);
    if let Some(finding) = clock(seen) {
        items = decide::without_a_clock(items);
        findings.insert(0, finding);
    }
    ThanosPlan {
        spec: spec.clone(),
        seen: Live::Present(streams::seen(inventory)),
        streams: streams::streams(view, spec),
        findings,
        effects: Vec::new(),
        never,
        cost: Cost::default(),
        rendered: Live::Absent,
        items,
    }
}

/// What the selected lines come to.
pub fn sum_up(plan: &mut ThanosPlan, seen: &Observed, prices: &Prices, now: i64) {
    let Live::Present(inventory) = &seen.bucket else { return };
    plan.effects = effect::effects(&plan.spec, &plan.items, now);
    plan.cost = effect::cost(&plan.spec, inventory, &plan.items, prices);
}

/// Ages are of no use by a clock that is wrong.
fn clock(seen: &Observed) -> Option<Finding> {
    let seconds = seen.clock_skew_seconds?;
    let text = format!("this clock and the store's differ by {seconds} s");
    let wrong = seconds.unsigned_abs() > CLOCK_TOLERANCE.as_secs().unsigned_abs();
    wrong.then(|| Finding::new(Check::ClockSkew, text))
}

fn nothing(spec: &ThanosSpec, seen: Live<Seen>) -> ThanosPlan {
    ThanosPlan {
        spec: spec.clone(),
        seen,
        streams: Vec::new(),
        findings: Vec::new(),
        items: Vec::new(),
        effects: Vec::new(),
        never: Vec::new(),
        cost: Cost::default(),
        rendered: Live::Absent,
    }
}
