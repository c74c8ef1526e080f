//! A few things in their order.
//!
//! The sorts of the standard library are made for many: of each kind of thing that is sorted by them, or collected into a map or a set,
//! a page carries 4 KB.

use std::cmp::Ordering;

/// Puts things in their order; what is alike stays as it was. For some dozens: each may be compared with all before it.
pub(crate) fn sort_few<T>(few: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    for end in 1..few.len() {
        let mut at = end;
        while at > 0 && order(&few[at - 1], &few[at]) == Ordering::Greater {
            few.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort_few;

    #[test]
    fn they_stand_as_a_sort_that_keeps_what_is_alike_leaves_them() {
        // All ways in which five things can stand of which some are alike.
        for number in 0..5_usize.pow(5) {
            let mut few: Vec<(usize, usize)> = (0..5)
                .map(|at| (number / 5_usize.pow(at) % 5 / 2, at as usize))
                .collect();
            let mut sorted = few.clone();
            sorted.sort_by_key(|(key, _)| *key);
            sort_few(&mut few, |one, other| one.0.cmp(&other.0));
            assert_eq!(few, sorted);
        }
        sort_few::<u8>(&mut [], Ord::cmp);
    }
}
