//! The questions of a form, numbered: what rules, answers and the dependency graph refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onehall_protocol::Date;
use regex_lite::Regex;

use super::finding::Finding;
use super::routing::Routing;
use super::wrong::Wrong;
use crate::definition::{Choice, Definition, Kind, Options, Page, Question};
use crate::filling::parts;
use crate::rules::{Expr, Names, Target, Val};
use crate::time_of_day::TimeOfDay;

/// How many groups may stand inside each other.
pub(super) const GROUP_DEPTH: usize = 4;

/// How many sections may stand inside each other on a page or in a row. Below the page's own heading they are the second
/// to the fourth level; of more nobody keeps in mind, or hears, which belongs to which.
pub(super) const SECTION_DEPTH: usize = 3;

/// What is evaluated of a question, section or page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// Whether it is shown.
    Shown = 0,
    /// What rules read.
    Value = 1,
    /// Whether an answer is required, and what is wrong.
    State = 2,
}

/// What a change of a question reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) node: u32,
    pub(crate) aspect: Aspect,
    /// In the row of the first so many groups around the changed question.
    pub(crate) shared: u8,
}

/// A page, a section or a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) id: Box<str>,
    /// Page, question, question in the group …: where it stands in the definition.
    pub(crate) steps: Vec<u32>,
    /// The page, by its node.
    pub(crate) page: u32,
    /// The groups around it, outermost first.
    pub(crate) chain: Vec<u32>,
    /// The innermost section around it on its page or in its row.
    pub(crate) section: Option<u32>,
    /// Whether it is a section itself.
    pub(crate) is_section: bool,
    /// Its place among all that stands in a row; for what stands in no group, among all such.
    pub(crate) slot: u32,
    /// What stands directly in a page, a section or the rows of a group.
    pub(crate) children: Vec<u32>,
    /// Everything in a row of a group, by its slot: sections and what stands in them too.
    pub(crate) members: Vec<u32>,
    /// The same by id.
    pub(crate) by_id: BTreeMap<Box<str>, u32>,
    pub(crate) visible_when: Option<Expr>,
    pub(crate) required_when: Option<Expr>,
    pub(crate) computed: Option<Expr>,
    pub(crate) checks: Vec<Expr>,
    pub(crate) options: Option<OptionSet>,
    pub(crate) pattern: Option<Regex>,
    /// Of a page that jumps, or that may be jumped over.
    pub(crate) routing: Option<Box<Routing>>,
    /// Who reads whether it is shown.
    pub(crate) shown_readers: Vec<Reader>,
    /// Who reads its value.
    pub(crate) value_readers: Vec<Reader>,
    /// Where each aspect stands in the order of evaluation.
    pub(crate) ranks: [u32; 3],
}

impl Node {
    /// In how many groups it stands.
    pub(crate) fn depth(&self) -> u8 {
        self.chain.len() as u8
    }
}

/// The options of a question.
#[derive(Debug, Clone)]
pub(crate) struct OptionSet {
    /// Places by value; one index for all questions with the same code table.
    pub(crate) index: Arc<BTreeMap<Box<str>, u32>>,
    /// The rules of the options that have one, by place.
    pub(crate) rules: BTreeMap<u32, Expr>,
}

/// Where questions stand that are numbered together.
struct Place {
    /// The page, by its node.
    page: u32,
    /// The groups around them, outermost first.
    chain: Vec<u32>,
}

/// All nodes: pages first, then what stands outside groups, a section before what it holds, then what stands inside.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) list: Vec<Node>,
    pub(super) top: BTreeMap<Box<str>, u32>,
    /// The ids that are malformed or stand twice. What rules say of them may be right once they are mended, so nothing is
    /// found there before.
    in_doubt: BTreeSet<Box<str>>,
}

impl Nodes {
    /// Numbers everything; ids that are malformed or taken are findings.
    pub(super) fn of(definition: &Definition, findings: &mut Vec<Finding>) -> Nodes {
        let mut nodes = Nodes::default();
        let mut pages = BTreeMap::new();
        for (at, page) in definition.pages.iter().enumerate() {
            let path = format!("/pages/{at}/id");
            check_id(&page.id, &path, findings);
            if pages.insert(page.id.as_str(), at).is_some() {
                let id = page.id.clone();
                findings.push(Finding::new(path, Wrong::PageTwice { id }));
            }
            let at = at as u32;
            nodes.list.push(Node {
                id: page.id.as_str().into(),
                steps: vec![at],
                page: at,
                slot: at,
                ..Node::default()
            });
        }
        let mut groups = Vec::new();
        for (at, page) in definition.pages.iter().enumerate() {
            let place = Place {
                page: at as u32,
                chain: Vec::new(),
            };
            nodes.take_in(at as u32, &page.questions, &place, 0, &mut groups, findings);
        }
        while let Some((group, questions)) = groups.pop() {
            let (page, mut chain) = {
                let node = &nodes.list[group as usize];
                (node.page, node.chain.clone())
            };
            if chain.len() == GROUP_DEPTH {
                let wrong = Wrong::GroupsTooDeep { most: GROUP_DEPTH };
                findings.push(Finding::new(pointer(&nodes.list[group as usize].steps), wrong));
                continue;
            }
            chain.push(group);
            let place = Place { page, chain };
            nodes.take_in(group, questions, &place, 0, &mut groups, findings);
        }
        nodes
    }

    /// Numbers what stands in a page, a row or a section, `sections` deep in sections. The rows of groups come later.
    fn take_in<'a>(
        &mut self,
        around: u32,
        questions: &'a [Question],
        place: &Place,
        sections: usize,
        groups: &mut Vec<(u32, &'a [Question])>,
        findings: &mut Vec<Finding>,
    ) {
        for (at, question) in questions.iter().enumerate() {
            let mut steps = self.list[around as usize].steps.clone();
            steps.push(at as u32);
            let path = format!("{}/id", pointer(&steps));
            self.check_id(&question.id, &path, findings);
            let node = self.list.len() as u32;
            let (slot, taken) = match place.chain.last() {
                None => (node, self.top.insert(question.id.as_str().into(), node)),
                Some(group) => {
                    let group = &mut self.list[*group as usize];
                    group.members.push(node);
                    let taken = group.by_id.insert(question.id.as_str().into(), node);
                    (group.members.len() as u32 - 1, taken)
                }
            };
            if taken.is_some() {
                let id = question.id.clone();
                self.in_doubt.insert(id.as_str().into());
                let wrong = match place.chain.is_empty() {
                    true => Wrong::QuestionTwice { id },
                    false => Wrong::QuestionTwiceInGroup { id },
                };
                findings.push(Finding::new(path, wrong));
            }
            self.list[around as usize].children.push(node);
            self.list.push(Node {
                id: question.id.as_str().into(),
                steps,
                page: place.page,
                chain: place.chain.clone(),
                section: (sections > 0).then_some(around),
                is_section: matches!(question.kind, Kind::Section { .. }),
                slot,
                ..Node::default()
            });
            match &question.kind {
                Kind::Group { questions, .. } => groups.push((node, questions.as_slice())),
                Kind::Section { .. } if sections == SECTION_DEPTH => {
                    let wrong = Wrong::SectionsTooDeep { most: SECTION_DEPTH };
                    findings.push(Finding::new(pointer(&self.list[node as usize].steps), wrong));
                }
                Kind::Section { questions } => self.take_in(node, questions, place, sections + 1, groups, findings),
                _ => {}
            }
        }
    }

    /// Checks the id of a question.
    fn check_id(&mut self, id: &str, path: &str, findings: &mut Vec<Finding>) {
        let before = findings.len();
        check_id(id, path, findings);
        if findings.len() > before {
            self.in_doubt.insert(id.into());
        }
    }

    /// Whether the first name of a path (`share.from`, without the `row.` before it) is an id in doubt. A malformed one may
    /// have points in it.
    fn is_in_doubt(&self, steps: &[&str]) -> bool {
        !self.in_doubt.is_empty()
            && (1..=steps.len()).any(|count| self.in_doubt.contains(steps[..count].join(".").as_str()))
    }
}

fn check_id(id: &str, path: &str, findings: &mut Vec<Finding>) {
    let bytes = id.as_bytes();
    let shape = bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.len() <= 64
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_');
    if !shape {
        findings.push(Finding::new(path, Wrong::BadId));
    }
    if matches!(id, "row" | "outer_row") {
        let id = id.to_owned();
        findings.push(Finding::new(path, Wrong::ReservedId { id }));
    }
}

/// The JSON pointer of a page (one step) or question.
pub(super) fn pointer(steps: &[u32]) -> String {
    let mut path = String::new();
    for (depth, step) in steps.iter().enumerate() {
        path.push_str(if depth == 0 { "/pages/" } else { "/questions/" });
        path.push_str(&step.to_string());
    }
    path
}

/// The question at these steps; none for a page.
pub(crate) fn question_at<'a>(definition: &'a Definition, steps: &[u32]) -> Option<&'a Question> {
    let (page, rest) = steps.split_first()?;
    let (first, inner) = rest.split_first()?;
    let page: &Page = definition.pages.get(*page as usize)?;
    let mut question = page.questions.get(*first as usize)?;
    for step in inner {
        let (Kind::Group { questions, .. } | Kind::Section { questions }) = &question.kind else {
            return None;
        };
        question = questions.get(*step as usize)?;
    }
    Some(question)
}

/// The options of a kind that has some.
pub(crate) fn options_of(kind: &Kind) -> Option<&Options> {
    match kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => Some(options),
        _ => None,
    }
}

/// The options themselves, wherever they are written.
pub(crate) fn choices<'a>(definition: &'a Definition, options: &'a Options) -> &'a [Choice] {
    match &options.code_table {
        Some(table) => definition.code_tables.get(table).map_or(&[], Vec::as_slice),
        None => &options.options,
    }
}

/// The names that a rule sees from inside these groups.
pub(super) struct Around<'a> {
    pub(super) definition: &'a Definition,
    pub(super) nodes: &'a Nodes,
    pub(super) chain: &'a [u32],
}

impl Around<'_> {
    /// What a rule that stands here reads by `path`, whose steps in its group or the form are `steps`; without a question of
    /// that name, `instead` says what is wrong.
    fn target(
        &self,
        node: Option<u32>,
        path: &str,
        steps: &[&str],
        instead: impl FnOnce() -> Wrong,
    ) -> Result<Target, Option<Wrong>> {
        if self.nodes.is_in_doubt(steps) {
            return Err(None);
        }
        let node = node.and_then(|at| Some((at, question_at(self.definition, &self.nodes.list[at as usize].steps)?)));
        let Some((at, question)) = node else {
            return Err(Some(instead()));
        };
        let rest = steps.get(1..).unwrap_or_default();
        let node = &self.nodes.list[at as usize];
        let kind = &question.kind;
        let wrong = |wrong: fn(String) -> Wrong| Err(Some(wrong(path.to_owned())));
        match (kind, rest) {
            (Kind::Note { .. }, _) => return wrong(|path| Wrong::NoteHasNone { path }),
            (Kind::Section { .. }, _) => return wrong(|path| Wrong::SectionHasNone { path }),
            (_, []) => {}
            (kind, [part]) if parts(kind).contains(part) => {}
            (Kind::Group { .. }, _) => return wrong(|path| Wrong::IntoGroup { path }),
            _ => return wrong(|path| Wrong::NoPart { path }),
        }
        Ok(Target {
            node: at,
            depth: node.depth(),
            rest: rest.iter().map(|step| (*step).into()).collect(),
            group: matches!(kind, Kind::Group { .. }),
        })
    }

    /// What is wrong with a path by which there is no question: one of this name may be in a row around the rule, or outside
    /// of groups.
    fn no_question(&self, path: &str, id: &str) -> Wrong {
        let rows = self.chain.iter().rev().zip(["row", "outer_row"]);
        let mut around = rows.filter(|(group, _)| self.nodes.list[**group as usize].by_id.contains_key(id));
        let other = around
            .next()
            .map(|(_, row)| format!("{row}.{id}"))
            .or_else(|| self.nodes.top.contains_key(id).then(|| id.to_owned()));
        let path = path.to_owned();
        match other {
            Some(other) => Wrong::NoQuestionBut { path, other },
            None => Wrong::NoQuestion { path },
        }
    }

    fn in_group(
        &self,
        group: Option<&u32>,
        path: &str,
        steps: &[&str],
        instead: impl FnOnce(&str) -> Wrong,
    ) -> Result<Target, Option<Wrong>> {
        let Some(group) = group else {
            let path = path.to_owned();
            return Err(Some(Wrong::NoRow { path }));
        };
        let id = steps.first().copied().unwrap_or_default();
        let node = self.nodes.list[*group as usize].by_id.get(id).copied();
        self.target(node, path, steps, || instead(id))
    }
}

impl Names for Around<'_> {
    fn answer(&self, path: &str) -> Result<Target, Option<Wrong>> {
        let steps: Vec<&str> = path.split('.').collect();
        // `row` itself may be an id in doubt: it is reserved.
        if self.nodes.is_in_doubt(&steps) {
            return Err(None);
        }
        let instead = |id: &str| self.no_question(path, id);
        match steps.as_slice() {
            ["row", steps @ ..] => self.in_group(self.chain.last(), path, steps, instead),
            ["outer_row", steps @ ..] => self.in_group(self.chain.iter().rev().nth(1), path, steps, instead),
            steps => {
                let id = steps.first().copied().unwrap_or_default();
                self.target(self.nodes.top.get(id).copied(), path, steps, || instead(id))
            }
        }
    }

    fn field(&self, group: u32, path: &str) -> Result<Target, Option<Wrong>> {
        let steps: Vec<&str> = path.split('.').collect();
        self.in_group(Some(&group), path, &steps, |id| {
            let path = path.to_owned();
            if self.nodes.top.contains_key(id) {
                let id = id.to_owned();
                Wrong::NoQuestionInRows { path, id }
            } else {
                Wrong::NoQuestion { path }
            }
        })
    }

    fn fields(&self, group: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut open = vec![group];
        while let Some(group) = open.pop() {
            let children = &self.nodes.list[group as usize].children;
            found.extend(children);
            open.extend(children);
        }
        found
    }

    fn lacks_option(&self, node: u32, value: &str) -> bool {
        let question = question_at(self.definition, &self.nodes.list[node as usize].steps);
        let options = question.and_then(|question| options_of(&question.kind));
        options.is_some_and(|options| {
            let offered = choices(self.definition, options);
            // A code table that there is not is a fault of its own.
            !offered.is_empty() && offered.iter().all(|choice| choice.value != value)
        })
    }

    fn incomparable(&self, node: u32, value: &Val) -> Option<Wrong> {
        let kind = &question_at(self.definition, &self.nodes.list[node as usize].steps)?.kind;
        let text = match value {
            Val::Text(text) => Some(&**text),
            _ => None,
        };
        let (fits, wrong): (bool, fn(String) -> Wrong) = match kind {
            Kind::YesNo {} | Kind::Declaration { .. } => (
                matches!(value, Val::Bool(_) | Val::Number(_)) || matches!(text, Some("0" | "1")),
                |value| Wrong::NeverAFlag { value },
            ),
            Kind::Number { .. } | Kind::Money { .. } => (
                matches!(value, Val::Number(_)) || text.is_some_and(|_| value.to_number().is_some()),
                |value| Wrong::NeverANumber { value },
            ),
            Kind::Date { .. } => (text.is_some_and(|text| text.parse::<Date>().is_ok()), |value| {
                Wrong::NeverADay { value }
            }),
            Kind::Time { .. } => (text.is_some_and(|text| text.parse::<TimeOfDay>().is_ok()), |value| {
                Wrong::NeverATime { value }
            }),
            Kind::Choices { .. } => (matches!(value, Val::List(_)), |value| Wrong::NeverAList { value }),
            _ => return None,
        };
        (!fits).then(|| wrong(value.to_text()))
    }
}
