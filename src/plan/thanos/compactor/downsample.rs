//! Which blocks are made coarser. Thanos 0.42, `cmd/thanos/downsample.go`.

use super::sources::Sources;
use super::{HOUR_MS, Piece};
use crate::model::thanos::Resolution;

/// The narrowest block that is made coarser: 40 hours to 5m, 10 days to 1h. By its width, whatever its age.
pub(in super::super) fn narrowest_ms(resolution: Resolution) -> Option<i64> {
    match resolution {
        Resolution::Raw => Some(40 * HOUR_MS),
        Resolution::FiveMinutes => Some(10 * 24 * HOUR_MS),
        Resolution::OneHour => None,
    }
}

pub(super) fn coarser(resolution: Resolution) -> Option<Resolution> {
    match resolution {
        Resolution::Raw => Some(Resolution::FiveMinutes),
        Resolution::FiveMinutes => Some(Resolution::OneHour),
        Resolution::OneHour => None,
    }
}

/// Those of `seen` that are wide enough, and of which the coarser blocks that are seen lack something. One pass; the Compactor makes two.
pub(super) fn due(pieces: &[Piece], seen: &[usize]) -> Vec<usize> {
    let visible = || seen.iter().filter(|at| !pieces[**at].no_downsample);
    let made = |resolution: Resolution| {
        let coarse = visible().filter(|at| pieces[**at].resolution == resolution);
        Sources::union(coarse.map(|at| &pieces[*at].sources))
    };
    let (five_minutes, one_hour) = (made(Resolution::FiveMinutes), made(Resolution::OneHour));
    let is_due = |piece: &Piece| {
        let Some(narrowest) = narrowest_ms(piece.resolution) else { return false };
        let made = if piece.resolution == Resolution::Raw { &five_minutes } else { &one_hour };
        piece.width() >= narrowest && !made.contains(&piece.sources)
    };
    visible().copied().filter(|at| is_due(&pieces[*at])).collect()
}
