//! Which of several things have changed their places.

use std::collections::BTreeMap;

/// The names in `new` that stand at another place among those that both lists have: as few as explain the new order.
pub(super) fn moved<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<&'a str> {
    let places: BTreeMap<&str, usize> = old.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let both: Vec<(&str, usize)> = new
        .iter()
        .filter_map(|name| Some((*name, *places.get(name)?)))
        .collect();
    let stayed = longest_rise(&both);
    let mut stayed = stayed.into_iter().peekable();
    let mut moved = Vec::new();
    for (at, (name, _)) in both.iter().enumerate() {
        if stayed.next_if_eq(&at).is_none() {
            moved.push(*name);
        }
    }
    moved
}

/// The places in `list` of a longest run of names whose old places rise.
fn longest_rise(list: &[(&str, usize)]) -> Vec<usize> {
    // ends[n]: where the run of n + 1 names ends that ends lowest; before[at]: what stands before `at` in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(list.len());
    for (at, (_, place)) in list.iter().enumerate() {
        let length = ends.partition_point(|end| list[*end].1 < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.push(at);
        next = before[at];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn only_what_was_carried_elsewhere_counts_as_moved() {
        assert_eq!(moved(&["a", "b", "c"], &["a", "b", "c"]), [""; 0]);
        assert_eq!(moved(&["a", "b", "c", "d"], &["d", "a", "b", "c"]), ["d"]);
        assert_eq!(moved(&["a", "b", "c", "d"], &["b", "c", "a", "d"]), ["a"]);
        assert_eq!(moved(&["a", "b"], &["x", "b", "y", "a"]), ["b"]);
        assert_eq!(moved(&["a", "gone", "b"], &["a", "new", "b"]), [""; 0]);
    }
}
