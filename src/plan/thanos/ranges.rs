//! Half-open ranges of anything that has an order: what `spans` (times) and the Compactor's `sources` (numbers) both do with them.

/// What is in the first and not in the second. Of both: in order, none empty, none touching the next; so is the answer.
pub(super) fn without<T: Copy + Ord>(ranges: &[(T, T)], mut others: &[(T, T)]) -> Vec<(T, T)> {
    let mut left = Vec::new();
    for (mut from, to) in ranges.iter().copied() {
        while let [(_, end), rest @ ..] = others
            && *end <= from
        {
            others = rest;
        }
        for (start, end) in others.iter().take_while(|(start, _)| *start < to) {
            if from < *start {
                left.push((from, *start));
            }
            from = from.max(*end);
        }
        if from < to {
            left.push((from, to));
        }
    }
    left
}
