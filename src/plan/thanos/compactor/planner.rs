//! Which blocks of a group the Compactor merges next. Thanos 0.42, `pkg/compact/planner.go`.
//!
//! Not played: the limit of 64 GiB for an index, and the rewriting of blocks with many tombstones, which no shipped block has.

use super::Piece;

/// What is merged next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merge {
    /// Numbers of the blocks, in the order of their time.
    pub members: Vec<usize>,
    /// They hold the same time: without `--compact.enable-vertical-compaction` the Compactor halts.
    pub overlapping: bool,
}

/// `group`: numbers of the blocks of one stream and resolution, in the order of their time; `ranges`: the widths of the windows in
/// milliseconds, the narrowest first.
pub(super) fn merge(pieces: &[Piece], group: &[usize], ranges: &[i64]) -> Option<Merge> {
    let open: Vec<usize> = group.iter().copied().filter(|at| !pieces[*at].no_compact).collect();
    if let Some(chain) = chains(pieces, &open).next() {
        return Some(Merge { members: chain.to_vec(), overlapping: true });
    }
    // The newest is left out, so that there is time for maintenance after an upload.
    let (_, older) = group.split_last()?;
    let members = aligned(pieces, older, ranges)?;
    Some(Merge { members, overlapping: false })
}

/// Whether any two blocks hold the same time, left out of merging or not: a Compactor that does not merge such looks at all of them.
pub(super) fn share_time(pieces: &[Piece], group: &[usize]) -> bool {
    chains(pieces, group).next().is_some()
}

/// Blocks that hang together by shared time, two or more.
pub(super) fn chains<'a>(pieces: &[Piece], group: &'a [usize]) -> impl Iterator<Item = &'a [usize]> {
    let mut left = group;
    std::iter::from_fn(move || {
        while let Some(first) = left.first() {
            let mut reach = pieces[*first].max_time;
            let mut hangs = |at: &&usize| {
                let piece = &pieces[**at];
                let hangs = piece.min_time < reach;
                reach = reach.max(piece.max_time);
                hangs
            };
            let length = 1 + left[1..].iter().take_while(|at| hangs(at)).count();
            let (chain, rest) = left.split_at(length);
            left = rest;
            if length > 1 {
                return Some(chain);
            }
        }
        None
    })
}

/// The first window, narrow before wide, that is full or will not fill any more.
fn aligned(pieces: &[Piece], group: &[usize], ranges: &[i64]) -> Option<Vec<usize>> {
    let (_, wider) = ranges.split_first()?;
    wider.iter().find_map(|range| waiting(pieces, group, *range).next()).map(<[usize]>::to_vec)
}

/// What is merged in windows of this width that are full or will not fill any more. A block that must not be merged parts its window, so
/// that none is merged across it.
pub(super) fn waiting<'a>(
    pieces: &[Piece],
    group: &'a [usize],
    range: i64,
) -> impl Iterator<Item = &'a [usize]> {
    let newest = group.last().map_or(i64::MIN, |at| pieces[*at].min_time);
    let is_due = move |window: &&[usize]| {
        let [first, .., last] = window else { return false };
        let (from, to) = (pieces[*first].min_time, pieces[*last].max_time);
        let is_full = to.saturating_sub(from) == range;
        (is_full || to <= newest) && !window.iter().any(|at| pieces[*at].failed)
    };
    let parts = |window: &'a [usize]| window.split(|at| pieces[*at].no_compact);
    windows(pieces, group, range).filter(is_due).flat_map(parts).filter(|part| part.len() > 1)
}

/// Blocks that lie within one window counted from 1970. A block that is wider than the window, or lies across its edge, is in none.
fn windows<'a>(pieces: &[Piece], group: &'a [usize], range: i64) -> impl Iterator<Item = &'a [usize]> {
    let mut left = group;
    std::iter::from_fn(move || {
        while let Some(first) = left.first() {
            let end = pieces[*first].min_time.div_euclid(range) * range + range;
            let within = left.iter().take_while(|number| pieces[**number].max_time <= end).count();
            let (window, rest) = left.split_at(within.max(1));
            left = rest;
            if within > 0 {
                return Some(window);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `0-20`, with `!` for one that must not be merged and `x` for one whose compaction failed.
    fn piece(word: &str) -> Piece {
        let span = word.trim_end_matches(['!', 'x']);
        let (from, to) = span.split_once('-').expect("a range");
        let [min_time, max_time] = [from, to].map(|end| end.parse().expect("a number"));
        Piece {
            min_time,
            max_time,
            no_compact: word.contains('!'),
            failed: word.contains('x'),
            ..Piece::default()
        }
    }

    fn merged(words: &str) -> String {
        let mut pieces: Vec<Piece> = words.split_whitespace().map(piece).collect();
        pieces.sort_by_key(|piece| piece.min_time);
        let group: Vec<usize> = (0..pieces.len()).collect();
        let members =
            merge(&pieces, &group, &[20, 60, 180, 540, 1_620]).map_or(Vec::new(), |merge| merge.members);
        let span = |at: &usize| format!("{}-{}", pieces[*at].min_time, pieces[*at].max_time);
        members.iter().map(span).collect::<Vec<_>>().join(" ")
    }

    /// Thanos's own cases (`TestPlanners_Plan_Compatibility` and those of marks and of failed compactions), in its units.
    #[test]
    fn a_window_is_merged_when_it_is_full_or_will_not_fill_any_more() {
        for (why, blocks, expected) in [
            ("none", "", ""),
            ("one block", "0-20", ""),
            ("more may come", "0-20 20-40", ""),
            ("full, but the last one is the newest", "0-20 20-40 40-60", ""),
            ("full, and a newer one is there", "0-20 20-40 40-60 60-80", "0-20 20-40 40-60"),
            ("the next wider window", "0-60 60-120 120-180 180-200 200-220", "0-60 60-120 120-180"),
            ("a gap, and only the newest is beyond", "0-20 20-40 60-80", ""),
            ("a gap, and the window is past", "0-20 20-40 60-80 80-100", "0-20 20-40"),
            ("narrow before wide", "0-20 20-40 40-60 60-120 120-180", "0-20 20-40 40-60"),
            ("wide, with a gap", "0-60 120-180 180-200 200-220", "0-60 120-180"),
            (
                "the first of two",
                "180-200 200-220 220-240 240-260 260-280 280-300 0-60 60-120 120-180 300-320",
                "180-200 200-220 220-240",
            ),
            ("of several widths", "20-40 60-120 960-980 120-180 720-960", "20-40 60-120 120-180"),
            (
                "the newest is so by its time, not by its name",
                "0-360 540-560 360-420 420-540",
                "360-420 420-540",
            ),
            ("a block across the edge of every window", "0-20 50-70 60-80 100-120", "50-70 60-80"),
        ] {
            assert_eq!(merged(blocks), expected, "{why}");
        }
    }

    #[test]
    fn blocks_that_share_time_come_first_and_hang_together() {
        for (why, blocks, expected) in [
            ("two of three", "0-20 19-40 40-60", "0-20 19-40"),
            ("the last two", "0-20 20-40 30-50", "20-40 30-50"),
            ("a chain", "0-20 10-40 30-50", "0-20 10-40 30-50"),
            ("one within another", "0-360 340-560 360-420 420-540", "0-360 340-560 360-420 420-540"),
            ("the first of two sets", "0-10 5-20 30-50 40-60", "0-10 5-20"),
            ("a marked one does not count", "0-20 19-40! 40-60 60-80", ""),
        ] {
            assert_eq!(merged(blocks), expected, "{why}");
        }
    }

    #[test]
    fn a_block_that_must_not_be_merged_parts_its_window() {
        for (why, blocks, expected) in [
            ("all but it", "0-20! 20-40 40-60 60-80", "20-40 40-60"),
            ("what is left is one block", "0-20 20-40! 40-60 60-80", ""),
            ("the middle of five", "0-60 60-120 120-180! 180-360 360-540 540-560", "0-60 60-120"),
            ("all", "0-20! 20-40! 40-60! 60-80", ""),
            ("the newest", "0-20 20-40 40-60 60-80!", "0-20 20-40 40-60"),
            ("a failed one stops its window", "0-20 20-40x 40-60 60-80", ""),
            ("and no other", "0-20 20-40x 40-60 60-80 80-100 100-120 120-140", "60-80 80-100 100-120"),
        ] {
            assert_eq!(merged(blocks), expected, "{why}");
        }
    }
}
