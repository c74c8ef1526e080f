//! The questions of a form, numbered: what rules, answers and the dependency graph refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_protocol::Date;
use regex_lite::Regex;

use super::finding::Finding;
use super::routing::Routing;
use crate::definition::{Choice, Definition, Kind, Options, Page, Question};
use crate::filling::parts;
use crate::rules::{Expr, Names, Target, Val};
use crate::time_of_day::TimeOfDay;

/// How many groups may stand inside each other.
pub(super) const GROUP_DEPTH: usize = 4;

/// What is evaluated of a question or page.
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

/// A page or a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) id: Box<str>,
    /// Page, question, question in the group …: where it stands in the definition.
    pub(crate) steps: Vec<u32>,
    /// The page, by its node.
    pub(crate) page: u32,
    /// The groups around it, outermost first.
    pub(crate) chain: Vec<u32>,
    /// Its place among the questions of a row; for what stands in no group, among all such.
    pub(crate) slot: u32,
    /// The questions of a page or group.
    pub(crate) children: Vec<u32>,
    /// A group's questions by id.
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

/// All nodes: pages first, then the questions outside groups, then those inside.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) list: Vec<Node>,
    pub(super) top: BTreeMap<Box<str>, u32>,
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
                findings.push(Finding::new(
                    path,
                    "duplicate_id",
                    format!("a page `{}` exists already", page.id),
                ));
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
        for (page_at, page) in definition.pages.iter().enumerate() {
            for (at, question) in page.questions.iter().enumerate() {
                let path = format!("/pages/{page_at}/questions/{at}/id");
                check_id(&question.id, &path, findings);
                let node = nodes.list.len() as u32;
                if nodes.top.insert(question.id.as_str().into(), node).is_some() {
                    let message = format!("a question `{}` exists already", question.id);
                    findings.push(Finding::new(path, "duplicate_id", message));
                }
                nodes.list[page_at].children.push(node);
                nodes.list.push(Node {
                    id: question.id.as_str().into(),
                    steps: vec![page_at as u32, at as u32],
                    page: page_at as u32,
                    slot: node,
                    ..Node::default()
                });
                if let Kind::Group { questions, .. } = &question.kind {
                    groups.push((node, questions));
                }
            }
        }
        while let Some((group, questions)) = groups.pop() {
            let (page, steps, mut chain) = {
                let node = &nodes.list[group as usize];
                (node.page, node.steps.clone(), node.chain.clone())
            };
            if chain.len() == GROUP_DEPTH {
                let message = format!("groups nest more than {GROUP_DEPTH} deep");
                findings.push(Finding::new(pointer(&steps), "groups_too_deep", message));
                continue;
            }
            chain.push(group);
            for (at, question) in questions.iter().enumerate() {
                let mut steps = steps.clone();
                steps.push(at as u32);
                let path = format!("{}/id", pointer(&steps));
                check_id(&question.id, &path, findings);
                let node = nodes.list.len() as u32;
                let parent = &mut nodes.list[group as usize];
                parent.children.push(node);
                if parent.by_id.insert(question.id.as_str().into(), node).is_some() {
                    let message = format!("a question `{}` exists already in the group", question.id);
                    findings.push(Finding::new(path, "duplicate_id", message));
                }
                nodes.list.push(Node {
                    id: question.id.as_str().into(),
                    steps,
                    page,
                    chain: chain.clone(),
                    slot: at as u32,
                    ..Node::default()
                });
                if let Kind::Group { questions, .. } = &question.kind {
                    groups.push((node, questions));
                }
            }
        }
        nodes
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
        let message = "an id is 1 to 64 lower-case letters, digits and underscores, a letter first";
        findings.push(Finding::new(path, "bad_id", message));
    }
    if matches!(id, "row" | "outer_row") {
        findings.push(Finding::new(
            path,
            "reserved_id",
            format!("rules use `{id}` for the row they stand in"),
        ));
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
        let Kind::Group { questions, .. } = &question.kind else {
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
    /// What a rule that stands here reads by `path`; without a question of that name, `hint` says where else there is one.
    fn target(
        &self,
        node: Option<u32>,
        path: &str,
        rest: &[&str],
        hint: impl FnOnce() -> Option<String>,
    ) -> Result<Target, (&'static str, String)> {
        let node = node.and_then(|at| Some((at, question_at(self.definition, &self.nodes.list[at as usize].steps)?)));
        let Some((at, question)) = node else {
            let hint = hint().map_or_else(String::new, |hint| format!(", but {hint}"));
            return Err(("dangling_reference", format!("there is no question `{path}`{hint}")));
        };
        let node = &self.nodes.list[at as usize];
        let kind = &question.kind;
        match (kind, rest) {
            (Kind::Note { .. }, _) => {
                return Err(("dangling_reference", format!("`{path}` is a note and has no answer")));
            }
            (_, []) => {}
            (kind, [part]) if parts(kind).contains(part) => {}
            (Kind::Group { .. }, _) => {
                let message = format!("`{path}`: a group has one answer for each row: use `map`, `sum`, `some` …");
                return Err(("reads_into_group", message));
            }
            _ => return Err(("dangling_reference", format!("`{path}`: the answer has no such part"))),
        }
        Ok(Target {
            node: at,
            depth: node.depth(),
            rest: rest.iter().map(|step| (*step).into()).collect(),
            group: matches!(kind, Kind::Group { .. }),
        })
    }

    /// What a rule that stands here calls a question of this name, in a row around it or outside of groups.
    fn elsewhere(&self, id: &str) -> Option<String> {
        let rows = self.chain.iter().rev().zip(["row", "outer_row"]);
        let mut around = rows.filter(|(group, _)| self.nodes.list[**group as usize].by_id.contains_key(id));
        around
            .next()
            .map(|(_, row)| format!("`{row}.{id}`"))
            .or_else(|| self.nodes.top.contains_key(id).then(|| format!("`{id}`")))
    }

    fn in_group(
        &self,
        group: Option<&u32>,
        path: &str,
        rest: &[&str],
        hint: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Target, (&'static str, String)> {
        let Some(group) = group else {
            let message = format!("`{path}`: there is no such row around the rule");
            return Err(("row_outside_group", message));
        };
        let (id, rest) = rest.split_first().unwrap_or((&"", &[]));
        let node = self.nodes.list[*group as usize].by_id.get(*id).copied();
        self.target(node, path, rest, || hint(id))
    }
}

impl Names for Around<'_> {
    fn answer(&self, path: &str) -> Result<Target, (&'static str, String)> {
        let steps: Vec<&str> = path.split('.').collect();
        match steps.as_slice() {
            ["row", rest @ ..] => self.in_group(self.chain.last(), path, rest, |id| self.elsewhere(id)),
            ["outer_row", rest @ ..] => {
                self.in_group(self.chain.iter().rev().nth(1), path, rest, |id| self.elsewhere(id))
            }
            [id, rest @ ..] => self.target(self.nodes.top.get(*id).copied(), path, rest, || self.elsewhere(id)),
            [] => self.target(None, path, &[], || None),
        }
    }

    fn field(&self, group: u32, path: &str) -> Result<Target, (&'static str, String)> {
        let steps: Vec<&str> = path.split('.').collect();
        self.in_group(Some(&group), path, &steps, |id| {
            let top = self.nodes.top.contains_key(id);
            top.then(|| format!("`{{\"answer\": \"{id}\"}}` outside of these rows"))
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

    fn incomparable(&self, node: u32, value: &Val) -> Option<&'static str> {
        let kind = &question_at(self.definition, &self.nodes.list[node as usize].steps)?.kind;
        let text = match value {
            Val::Text(text) => Some(&**text),
            _ => None,
        };
        let (fits, answers) = match kind {
            Kind::YesNo {} | Kind::Declaration { .. } => (
                matches!(value, Val::Bool(_) | Val::Number(_)) || matches!(text, Some("0" | "1")),
                "`true` or `false`",
            ),
            Kind::Number { .. } | Kind::Money { .. } => (
                matches!(value, Val::Number(_)) || text.is_some_and(|_| value.to_number().is_some()),
                "a number",
            ),
            Kind::Date { .. } => (
                text.is_some_and(|text| text.parse::<Date>().is_ok()),
                "a day, such as `2026-01-31`",
            ),
            Kind::Time { .. } => (
                text.is_some_and(|text| text.parse::<TimeOfDay>().is_ok()),
                "a time, such as `09:30`",
            ),
            Kind::Choices { .. } => (
                matches!(value, Val::List(_)),
                "the list of all that were chosen: `{\"in\": [value, question]}` asks for one of them",
            ),
            _ => return None,
        };
        (!fits).then_some(answers)
    }
}
