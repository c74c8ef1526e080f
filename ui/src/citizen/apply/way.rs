//! The way through a form: which page comes next, which came before, where one goes on.

/// The last part of the address of the check. No page can have this id: ids have no hyphens.
pub const CHECK: &str = "check-answers";

/// Where a page stands on the way: its place from 1, and how many steps there are with the check as the last one.
#[must_use]
pub fn step(pages: &[String], current: &str) -> Option<(usize, usize)> {
    let steps = pages.len() + 1;
    if current == CHECK {
        return Some((steps, steps));
    }
    let at = pages.iter().position(|page| page == current)?;
    Some((at + 1, steps))
}

/// What comes after a page: the next page on the way, or the check.
#[must_use]
pub fn after<'a>(pages: &'a [String], current: &str) -> &'a str {
    match pages.iter().position(|page| page == current) {
        Some(at) => pages.get(at + 1).map_or(CHECK, String::as_str),
        None => pages.first().map_or(CHECK, String::as_str),
    }
}

/// What came before a page, or before the check; none before the first.
#[must_use]
pub fn before<'a>(pages: &'a [String], current: &str) -> Option<&'a str> {
    if current == CHECK {
        return pages.last().map(String::as_str);
    }
    let at = pages.iter().position(|page| page == current)?;
    pages.get(at.checked_sub(1)?).map(String::as_str)
}

/// The page on which a draft goes on: where one was, if that is still on the way, else the first.
#[must_use]
pub fn resume<'a>(pages: &'a [String], kept: Option<&'a str>) -> &'a str {
    match kept {
        Some(CHECK) => CHECK,
        Some(kept) if pages.iter().any(|page| page == kept) => kept,
        _ => pages.first().map_or(CHECK, String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Vec<String> {
        ["person", "reason", "materials"].map(str::to_owned).to_vec()
    }

    #[test]
    fn the_way_goes_page_by_page_to_the_check_and_back() {
        let pages = pages();
        let mut way = vec![pages[0].as_str()];
        while way.last() != Some(&CHECK) {
            way.push(after(&pages, way[way.len() - 1]));
        }
        assert_eq!(way, ["person", "reason", "materials", CHECK]);
        let mut back = vec![CHECK];
        while let Some(page) = before(&pages, back[back.len() - 1]) {
            back.push(page);
        }
        way.reverse();
        assert_eq!(back, way);
    }

    #[test]
    fn the_check_is_the_last_step() {
        assert_eq!(step(&pages(), "person"), Some((1, 4)));
        assert_eq!(step(&pages(), CHECK), Some((4, 4)));
        assert_eq!(step(&pages(), "gone"), None);
    }

    #[test]
    fn one_goes_on_where_one_was_while_that_page_is_on_the_way() {
        assert_eq!(resume(&pages(), Some("reason")), "reason");
        assert_eq!(resume(&pages(), Some("gone")), "person");
        assert_eq!(resume(&pages(), Some(CHECK)), CHECK);
        assert_eq!(resume(&pages(), None), "person");
    }
}
