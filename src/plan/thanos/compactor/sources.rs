//! Sets of level-1 blocks, as runs of their numbers.
//!
//! A stream's level-1 blocks are numbered in the order of their making, so that what the Compactor merges is one run or a few, and a
//! set of hundreds costs eight bytes.

use super::super::ranges::without;

/// In order, half open, none empty, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Sources(Vec<(u32, u32)>);

impl Sources {
    pub(super) fn one(number: u32) -> Self {
        Self(vec![(number, number + 1)])
    }

    /// Of numbers in any order.
    pub(in super::super) fn of(mut numbers: Vec<u32>) -> Self {
        numbers.sort_unstable();
        let mut sources = Self::default();
        numbers.into_iter().for_each(|number| sources.push((number, number + 1)));
        sources
    }

    /// The union of sets.
    pub(super) fn union<'a>(sets: impl IntoIterator<Item = &'a Sources>) -> Self {
        let mut runs: Vec<(u32, u32)> = sets.into_iter().flat_map(|set| set.0.iter().copied()).collect();
        runs.sort_unstable();
        let mut union = Self::default();
        runs.into_iter().for_each(|run| union.push(run));
        union
    }

    /// A run that begins no earlier than the last one.
    fn push(&mut self, (from, to): (u32, u32)) {
        match self.0.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => self.0.push((from, to)),
        }
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(from, to)| u64::from(to - from)).sum()
    }

    /// The smallest number, and one more than the largest.
    pub(super) fn bounds(&self) -> (u32, u32) {
        (self.0.first().map_or(0, |run| run.0), self.0.last().map_or(0, |run| run.1))
    }

    /// Whether all of the other's are in it. An empty set is in any, as Thanos has it.
    pub(super) fn contains(&self, other: &Sources) -> bool {
        let mut own = self.0.iter();
        let mut run = own.next();
        other.0.iter().all(|(from, to)| {
            while run.is_some_and(|(_, end)| end <= from) {
                run = own.next();
            }
            run.is_some_and(|(start, end)| start <= from && to <= end)
        })
    }

    /// What is in this and not in the other.
    pub(super) fn without(&self, other: &Sources) -> Self {
        Self(without(&self.0, &other.0))
    }

    pub(in super::super) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|(from, to)| *from..*to)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_are_one_run() {
        assert_eq!(Sources::of(vec![3, 1, 2, 7]).0, [(1, 4), (7, 8)]);
        assert_eq!(Sources::union([&Sources::of(vec![1, 2]), &Sources::one(3)]).0, [(1, 4)]);
    }

    proptest! {
        #[test]
        fn they_behave_like_sets(a in prop::collection::btree_set(0_u32..40, 0..20), b in prop::collection::btree_set(0_u32..40, 0..20)) {
            let of = |set: &BTreeSet<u32>| Sources::of(set.iter().copied().collect());
            let (left, right) = (of(&a), of(&b));
            prop_assert_eq!(left.contains(&right), b.is_subset(&a));
            prop_assert_eq!(left.without(&right), of(&a.difference(&b).copied().collect()));
            prop_assert_eq!(Sources::union([&left, &right]), of(&a.union(&b).copied().collect()));
            prop_assert_eq!(left.count() as usize, a.len());
            prop_assert_eq!(left.numbers().collect::<BTreeSet<u32>>(), a);
        }
    }
}
