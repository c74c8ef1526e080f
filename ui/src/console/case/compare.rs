//! The answers of a case beside those before a supplement: what was changed, added and taken away.

use std::collections::BTreeMap;

use onehall_protocol::{Language, Text};

use crate::citizen::questions::shown::{ShownAnswer, ShownHeading, ShownLine, ShownPage};
use crate::texts::{Phrase, Words, console};

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// There was another answer before.
    Changed,
    /// There was none before.
    Added,
    /// There is none any more.
    Removed,
}

impl Change {
    /// In a word: never told by colour alone.
    pub fn word(self) -> Phrase {
        match self {
            Change::Changed => console::COMPARE_CHANGED,
            Change::Added => console::COMPARE_ADDED,
            Change::Removed => console::COMPARE_REMOVED,
        }
    }
}

/// An answer that is not as it was: both, where there are both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared {
    /// What became of it.
    pub change: Change,
    /// As it was.
    pub before: Option<ShownAnswer>,
    /// As it is.
    pub now: Option<ShownAnswer>,
}

/// Two readings of the same form side by side.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Comparison {
    /// The pages with the lines of both, in the order of the form.
    pub pages: Vec<ShownPage>,
    /// What is not as it was, by path.
    pub changes: BTreeMap<String, Compared>,
}

impl Comparison {
    /// Puts two readings side by side.
    pub fn of(before: &[ShownPage], now: &[ShownPage]) -> Comparison {
        let mut comparison = Comparison::default();
        for (was, is) in merged(before, now, |page| page.id.as_str()) {
            let lines = |page: Option<&ShownPage>| page.map(|page| page.lines.clone()).unwrap_or_default();
            let (was_lines, is_lines) = (lines(was), lines(is));
            let both = merged(&was_lines, &is_lines, path_of).into_iter();
            let lines = both.filter_map(|(was, is)| comparison.line(was, is)).collect();
            let lines = over_something(lines);
            if let Some(page) = is.or(was).filter(|_| !lines.is_empty()) {
                comparison.pages.push(ShownPage {
                    id: page.id.clone(),
                    title: page.title.clone(),
                    lines,
                });
            }
        }
        comparison
    }

    /// How many answers became what.
    pub fn count(&self, change: Change) -> usize {
        self.changes
            .values()
            .filter(|compared| compared.change == change)
            .count()
    }

    /// A line of both; none for a question that was not answered and is not asked any more.
    fn line(&mut self, was: Option<&ShownLine>, is: Option<&ShownLine>) -> Option<ShownLine> {
        let (was_answer, is_answer) = (was.and_then(answer_of), is.and_then(answer_of));
        if was_answer.is_none() && is_answer.is_none() {
            return heading(was, is);
        }
        let given = |answer: Option<&ShownAnswer>| answer.filter(|answer| is_given(answer)).cloned();
        let (before, now) = (given(was_answer), given(is_answer));
        let change = match (&before, &now) {
            (Some(before), Some(now)) if same(before, now) => None,
            (Some(_), Some(_)) => Some(Change::Changed),
            (None, Some(_)) => Some(Change::Added),
            (Some(_), None) => Some(Change::Removed),
            (None, None) if is_answer.is_none() => return None,
            (None, None) => None,
        };
        let shown = is_answer.or(was_answer)?.clone();
        if let Some(change) = change {
            let compared = Compared { change, before, now };
            self.changes.insert(shown.path.clone(), compared);
        }
        Some(ShownLine::Answer(shown))
    }
}

/// A heading: a row that is new or gone says so. Of a section its answers say it.
fn heading(was: Option<&ShownLine>, is: Option<&ShownLine>) -> Option<ShownLine> {
    let ShownLine::Heading(heading) = is.or(was)? else {
        return None;
    };
    let word = match (was, is) {
        _ if !heading.of_row => None,
        (None, _) => Some(Change::Added),
        (_, None) => Some(Change::Removed),
        _ => None,
    };
    let title = &heading.title;
    let title = match word {
        None => title.clone(),
        Some(change) => {
            let named = console::COMPARE_ROW.with([Words::from(title), change.word().into()]);
            Text::new(named.get(Language::ZhCn), named.get(Language::En))
        }
    };
    Some(ShownLine::Heading(ShownHeading {
        title,
        ..heading.clone()
    }))
}

/// Without the headings of sections of which nothing is left.
fn over_something(lines: Vec<ShownLine>) -> Vec<ShownLine> {
    let mut kept: Vec<ShownLine> = Vec::with_capacity(lines.len());
    for line in lines.into_iter().rev() {
        let stands = match &line {
            ShownLine::Heading(heading) if !heading.of_row => match kept.last() {
                Some(ShownLine::Answer(answer)) => answer.under == heading.path,
                Some(ShownLine::Heading(inner)) => inner.depth > heading.depth,
                None => false,
            },
            _ => true,
        };
        if stands {
            kept.push(line);
        }
    }
    kept.reverse();
    kept
}

fn answer_of(line: &ShownLine) -> Option<&ShownAnswer> {
    match line {
        ShownLine::Answer(answer) => Some(answer),
        ShownLine::Heading(_) => None,
    }
}

fn path_of(line: &ShownLine) -> &str {
    match line {
        ShownLine::Answer(answer) => &answer.path,
        ShownLine::Heading(heading) => &heading.path,
    }
}

fn is_given(answer: &ShownAnswer) -> bool {
    !answer.value.zh_cn.is_empty() || !answer.files.is_empty() || !answer.strokes.is_empty()
}

fn same(before: &ShownAnswer, now: &ShownAnswer) -> bool {
    (&before.value, &before.files, &before.strokes) == (&now.value, &now.files, &now.strokes)
}

/// The things of two lists, each once, in the order of `now`; what is only in `before` stands behind what it stood behind
/// there.
fn merged<'a, T>(before: &'a [T], now: &'a [T], key: impl Fn(&T) -> &str) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let at = |list: &[T], wanted: &str| list.iter().position(|one| key(one) == wanted);
    let mut both = Vec::new();
    let mut next = 0;
    for is in now {
        let was = at(before, key(is));
        if let Some(was) = was {
            both.extend(gone(before, next, was, |one| at(now, key(one)).is_none()));
            next = next.max(was + 1);
        }
        both.push((was.map(|was| &before[was]), Some(is)));
    }
    both.extend(gone(before, next, before.len(), |one| at(now, key(one)).is_none()));
    both
}

/// What is only in `before`, of a part of it.
fn gone<T>(before: &[T], from: usize, to: usize, only_there: impl Fn(&T) -> bool) -> Vec<(Option<&T>, Option<&T>)> {
    let part = before.get(from..to).unwrap_or_default().iter();
    part.filter(|one| only_there(one))
        .map(|one| (Some(one), None))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(path: &str, value: &str) -> ShownLine {
        ShownLine::Answer(ShownAnswer {
            path: path.to_owned(),
            under: path.rsplit_once('/').map_or("", |(under, _)| under).to_owned(),
            label: Text::new(path, path),
            value: Text::new(value, value),
            files: Vec::new(),
            strokes: Vec::new(),
            wrong: false,
        })
    }

    fn row(path: &str) -> ShownLine {
        ShownLine::Heading(ShownHeading {
            path: path.to_owned(),
            title: Text::new(path, path),
            depth: 0,
            of_row: true,
        })
    }

    /// A section with answers in it.
    fn section(path: &str, answers: &[(&str, &str)]) -> Vec<ShownLine> {
        let mut lines = vec![ShownLine::Heading(ShownHeading {
            path: path.to_owned(),
            title: Text::new(path, path),
            depth: 0,
            of_row: false,
        })];
        lines.extend(answers.iter().map(|(at, value)| match answer(at, value) {
            ShownLine::Answer(answer) => ShownLine::Answer(ShownAnswer {
                under: path.to_owned(),
                ..answer
            }),
            heading => heading,
        }));
        lines
    }

    fn page(id: &str, lines: Vec<ShownLine>) -> ShownPage {
        ShownPage {
            id: id.to_owned(),
            title: Text::new(id, id),
            lines,
        }
    }

    fn shown(comparison: &Comparison) -> Vec<String> {
        let lines = comparison.pages.iter().flat_map(|page| &page.lines);
        let line = |line: &ShownLine| match line {
            ShownLine::Heading(heading) => heading.title.en.clone(),
            ShownLine::Answer(answer) => match comparison.changes.get(&answer.path) {
                None => answer.path.clone(),
                Some(compared) => {
                    let value = |side: &Option<ShownAnswer>| {
                        side.as_ref().map_or_else(String::new, |side| side.value.en.clone())
                    };
                    format!(
                        "{} {:?} {}>{}",
                        answer.path,
                        compared.change,
                        value(&compared.before),
                        value(&compared.now)
                    )
                }
            },
        };
        lines.map(line).collect()
    }

    #[test]
    fn what_was_changed_added_and_taken_away_is_told_and_the_rest_stays_as_it_is() {
        let before = [page(
            "you",
            vec![
                answer("name", "韩梅梅"),
                answer("phone", "138"),
                answer("job", ""),
                answer("old", "x"),
            ],
        )];
        let now = [page(
            "you",
            vec![
                answer("name", "韩梅"),
                answer("phone", "138"),
                answer("job", "教师"),
                answer("new", ""),
            ],
        )];
        let comparison = Comparison::of(&before, &now);
        assert_eq!(
            shown(&comparison),
            [
                "name Changed 韩梅梅>韩梅",
                "phone",
                "job Added >教师",
                "new",
                "old Removed x>"
            ]
        );
        let counts = [Change::Changed, Change::Added, Change::Removed].map(|change| comparison.count(change));
        assert_eq!(counts, [1, 1, 1]);
    }

    #[test]
    fn what_is_gone_stands_where_it_stood_and_rows_say_whether_they_are_new() {
        let before = [
            page("first", vec![answer("a", "1")]),
            page(
                "people",
                vec![
                    row("people/r1"),
                    answer("people/r1/name", "甲"),
                    row("people/r2"),
                    answer("people/r2/name", "乙"),
                ],
            ),
            page("last", vec![answer("z", "1")]),
        ];
        let now = [
            page(
                "people",
                vec![
                    row("people/r2"),
                    answer("people/r2/name", "乙"),
                    row("people/r3"),
                    answer("people/r3/name", "丙"),
                ],
            ),
            page("last", vec![answer("z", "1")]),
        ];
        let comparison = Comparison::of(&before, &now);
        assert_eq!(
            shown(&comparison),
            [
                "a Removed 1>",
                "people/r1 (removed)",
                "people/r1/name Removed 甲>",
                "people/r2",
                "people/r2/name",
                "people/r3 (added)",
                "people/r3/name Added >丙",
                "z"
            ]
        );
    }

    #[test]
    fn a_section_stands_over_what_is_left_of_it_and_goes_with_the_last() {
        let before = [page(
            "you",
            [
                section("gone", &[("a", "1"), ("b", "")]),
                section("blank", &[("c", "")]),
                section("here", &[("d", "1")]),
            ]
            .concat(),
        )];
        let now = [page("you", section("here", &[("d", "2")]))];
        assert_eq!(
            shown(&Comparison::of(&before, &now)),
            ["gone", "a Removed 1>", "here", "d Changed 1>2"]
        );
    }

    #[test]
    fn a_question_without_an_answer_that_is_not_asked_any_more_is_nothing() {
        let comparison = Comparison::of(&[page("you", vec![answer("spouse", "")])], &[page("you", vec![])]);
        assert_eq!(comparison, Comparison::default());
    }

    #[test]
    fn another_drawing_is_another_signature() {
        let signed = |strokes: Vec<Vec<u16>>| match answer("sign", "已签名") {
            ShownLine::Answer(answer) => vec![page("sign", vec![ShownLine::Answer(ShownAnswer { strokes, ..answer })])],
            row => vec![page("sign", vec![row])],
        };
        let comparison = Comparison::of(&signed(vec![vec![1, 2, 3, 4]]), &signed(vec![vec![9, 9, 8, 8]]));
        assert_eq!(comparison.count(Change::Changed), 1);
    }
}
