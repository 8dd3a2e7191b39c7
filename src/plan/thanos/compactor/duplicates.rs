//! Blocks that are wholly in another one. Thanos 0.42, `pkg/block/fetcher.go`, `DefaultDeduplicateFilter`.

use super::Piece;

/// Of `group`, the numbers of one stream and resolution that the Compactor sees: those whose level-1 blocks are all in another. Of two
/// with the same, the one that was made first stays.
pub(super) fn duplicates(pieces: &[Piece], group: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = group.to_vec();
    // Whatever contains a block comes before it.
    order.sort_by_cached_key(|at| {
        let (from, to) = pieces[*at].sources.bounds();
        (from, u32::MAX - to, u64::MAX - pieces[*at].sources.count(), *at)
    });
    let all_hollow = group.iter().all(|at| pieces[*at].sources.is_empty());
    let mut open: Vec<usize> = Vec::new();
    let mut duplicates = Vec::new();
    for at in order.iter().copied() {
        let sources = &pieces[at].sources;
        let (from, _) = sources.bounds();
        open.retain(|earlier| pieces[*earlier].sources.bounds().1 > from);
        // What has no sources is in any other block.
        let hollow = sources.is_empty() && (!all_hollow || at != order[0]);
        if hollow || open.iter().any(|earlier| pieces[*earlier].sources.contains(sources)) {
            duplicates.push(at);
        } else {
            open.push(at);
        }
    }
    duplicates
}

#[cfg(test)]
mod tests {
    use super::super::sources::Sources;
    use super::*;

    /// Thanos's own cases (`TestDeduplicateFilter_Filter`), blocks by their sources.
    #[test]
    fn a_block_goes_when_another_has_all_of_it() {
        for (why, blocks, expected) in [
            ("nothing was merged", vec![vec![1], vec![2], vec![3]], vec![]),
            ("merged, and the sources are still there", vec![vec![1], vec![2], vec![1, 2]], vec![0, 1]),
            ("the same twice: the first stays", vec![vec![1, 2], vec![1, 2]], vec![1]),
            ("they share one", vec![vec![1, 2], vec![2, 3]], vec![]),
            ("level 2 has three", vec![vec![1], vec![2], vec![3], vec![1, 2, 3]], vec![0, 1, 2]),
            (
                "level 3 has three of level 2",
                vec![vec![1, 2], vec![3, 4], vec![5, 6], vec![1, 2, 3, 4, 5, 6]],
                vec![0, 1, 2],
            ),
            ("of unequal length", vec![vec![1, 3], vec![1, 2, 3, 4], vec![5]], vec![0]),
            ("with a hole where the other has something", vec![vec![1, 2, 3], vec![1, 3, 5]], vec![]),
            ("one without sources", vec![vec![], vec![1]], vec![0]),
            ("alone without sources", vec![vec![]], vec![]),
            ("two without sources: the first stays", vec![vec![], vec![]], vec![1]),
        ] {
            let pieces: Vec<Piece> = blocks
                .into_iter()
                .map(|numbers| Piece { sources: Sources::of(numbers), ..Piece::default() })
                .collect();
            let group: Vec<usize> = (0..pieces.len()).collect();
            let mut found = duplicates(&pieces, &group);
            found.sort_unstable();
            assert_eq!(found, expected, "{why}");
        }
    }
}
