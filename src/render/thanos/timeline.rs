//! What time each stream has samples of, as cells of a bar.

use crate::plan::thanos::{Span, Spans, Stream};

/// From the first sample of the bucket to the last; none in an empty one.
pub(super) fn whole(streams: &[Stream]) -> Option<Span> {
    let spans = || streams.iter().filter_map(|stream| stream.spans.whole());
    Some((spans().map(|(from, _)| from).min()?, spans().map(|(_, to)| to).max()?))
}

/// One letter a cell: full, in part, nothing.
pub(super) fn bar(spans: &Spans, (from, to): Span, cells: usize) -> String {
    let width = to.saturating_sub(from).max(1);
    let edge = |cell: usize| {
        let offset = i128::from(width) * cell as i128 / cells.max(1) as i128;
        from.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX))
    };
    (0..cells)
        .map(|cell| match spans.share_of((edge(cell), edge(cell + 1))) {
            share if share >= 0.99 => '█',
            share if share > 0.0 => '▒',
            _ => '·',
        })
        .collect()
}

/// `2026-10-01`, UTC.
pub(super) fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}
