//! Lists in an order.

/// The items by their rank, the lowest first; what has the same rank stays as it came. For the few hundred items that a
/// page may have: the sorts of the standard library are made for more, and each type brings four kilobytes of them.
pub fn by_rank<T, R: Ord>(items: impl IntoIterator<Item = T>, rank: impl Fn(&T) -> R) -> Vec<T> {
    let mut ordered: Vec<T> = Vec::new();
    for item in items {
        let mine = rank(&item);
        let at = ordered.partition_point(|before| rank(before) <= mine);
        ordered.insert(at, item);
    }
    ordered
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_lowest_comes_first_and_equals_stay_as_they_came() {
        let items = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let ordered: String = super::by_rank(items, |item| item.0)
            .into_iter()
            .map(|item| item.1)
            .collect();
        assert_eq!(ordered, "dbeac");
    }
}
