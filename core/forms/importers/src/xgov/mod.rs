//! XGov and DEFRA digital form builder: pages with links, named conditions, lists, sections, repeating pages.
//!
//! Its versions are read alike: lists beside the components or values in them, conditions as structures or expressions,
//! pages with links (`next`) or, in DEFRA's second engine, pages in a row that have a condition each.

mod components;
mod conditions;
mod expression;

use std::collections::BTreeMap;

use onehall_forms::{Kind, Page, Question};
use onehall_protocol::Text;
use serde_json::{Value, json};

use components::{Sheet, Wait, Waiting};
use conditions::{Conditions, Field, Place};

use crate::draft::{self, Draft, MOST_PAGES, too_many_pages};
use crate::finding::{ImportFinding, refused};
use crate::json::At;
use crate::known::{Answer, Compare, Known, compare};
use crate::names::Names;
use crate::routing::Graph;
use crate::rules::{self, all, any, fails, holds};

/// A form while it is read.
struct Form<'a> {
    lists: BTreeMap<String, At<'a>>,
    fields: Vec<(String, Field)>,
    waiting: Vec<Waiting>,
}

/// A page of the source.
struct Node<'a> {
    at: At<'a>,
    role: Role,
    links: Vec<Link>,
    /// The condition of a page that has its own; only where pages come in a row.
    only_if: Option<(String, String)>,
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It asks or tells something.
    Page,
    /// It shows the answers before they are sent, or what happens then: the hall does that by itself.
    Summary,
    /// It shows the rows of a part that repeats.
    Rows,
    /// Who comes here cannot go on.
    Exit,
}

/// A way from a page to another.
struct Link {
    /// None is the end of the form.
    to: Option<usize>,
    condition: Option<(String, String)>,
    path: String,
}

pub(crate) fn import(root: &At<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let pages = root.get("pages").items();
    if pages.is_empty() {
        return Err(refused("/pages", "no_pages", "there are no pages in it"));
    }
    if pages.len() > MOST_PAGES {
        return Err(too_many_pages());
    }
    draft.title = draft.texts.label(&root.any(&["name", "title", "serviceName"]));
    let mut nodes = nodes(root, &pages, draft);
    let start = start(root, &nodes, draft);
    let targets = nodes
        .iter()
        .map(|node| node.links.iter().map(|link| link.to).collect())
        .collect();
    let graph = Graph::new(start, targets);
    tell_of_links(&nodes, &graph, draft);
    exits(&mut nodes, &graph);

    let mut lists = BTreeMap::new();
    for list in root.get("lists").items() {
        for name in ["name", "id"] {
            if let Some(name) = list.get(name).word() {
                lists.insert(name.to_owned(), list.clone());
            }
        }
    }
    let mut form = Form {
        lists,
        fields: Vec::new(),
        waiting: Vec::new(),
    };
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut repeats = Vec::new();
    for at in &graph.order {
        let Some(node) = nodes.get(*at) else { continue };
        if let Some(page) = form.page(*at, node, draft.pages.len(), &mut repeats, draft)? {
            places.insert(*at, draft.pages.len());
            draft.pages.push(page);
        }
    }
    let mut conditions = Conditions::new(root, &graph);
    for (name, field) in &form.fields {
        conditions.add(name, field);
    }
    let reached = route(&nodes, &graph, &conditions, &places, draft)?;
    for waiting in &form.waiting {
        put(waiting, &conditions, draft);
    }
    for (steps, field, node) in repeats {
        count_rows(&steps, &field, node, &conditions, draft);
    }
    stop_at_exits(&nodes, &reached, &places, draft);
    declaration(root, &nodes, &reached, draft)?;
    what_is_lost(root, draft);
    Ok(())
}

/// An address of a page without what does not tell pages apart.
fn address(text: &str) -> &str {
    text.trim().trim_matches('/')
}

fn nodes<'a>(root: &At<'a>, pages: &[At<'a>], draft: &mut Draft) -> Vec<Node<'a>> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        if let Some(path) = page.get("path").text()
            && numbers.insert(address(path), at).is_some()
        {
            let message = "two pages have this address: links lead to the last one";
            draft.report.differs(&page.get("path").path, "duplicate_page", message);
        }
    }
    let in_a_row = is_second_engine(root) || pages.iter().all(|page| page.get("next").items().is_empty());
    let summary = pages.iter().position(|page| role(page) == Role::Summary);
    let mut nodes: Vec<Node<'a>> = Vec::with_capacity(pages.len());
    for (at, page) in pages.iter().enumerate() {
        let links = if in_a_row {
            Vec::new()
        } else {
            links(page, pages, &numbers, summary.filter(|summary| *summary != at), draft)
        };
        nodes.push(Node {
            at: page.clone(),
            role: role(page),
            links,
            only_if: None,
        });
    }
    if in_a_row {
        link_in_a_row(root, &mut nodes, draft);
    }
    nodes
}

/// Whether pages come in a row, from the first one on, whatever links and start page say.
fn is_second_engine(root: &At<'_>) -> bool {
    root.get("engine")
        .word()
        .is_some_and(|engine| engine.eq_ignore_ascii_case("v2"))
}

/// Pages without links come one after the other; a page with a condition is left out where it does not hold.
fn link_in_a_row(root: &At<'_>, nodes: &mut [Node<'_>], draft: &mut Draft) {
    if nodes.len() > 1 && !root.has("engine") {
        let message = "no page links to another: they come in the order in which they are written";
        draft.report.differs("/pages", "order_assumed", message);
    }
    let count = nodes.len();
    for (at, node) in nodes.iter_mut().enumerate() {
        let condition = node.at.get("condition");
        node.only_if = condition.word().map(|name| (name.to_owned(), condition.path.clone()));
        if at + 1 < count {
            node.links.push(Link {
                to: Some(at + 1),
                condition: None,
                path: node.at.path.clone(),
            });
        }
    }
}

fn links(
    page: &At<'_>,
    pages: &[At<'_>],
    numbers: &BTreeMap<&str, usize>,
    summary: Option<usize>,
    draft: &mut Draft,
) -> Vec<Link> {
    let mut links = Vec::new();
    for next in page.get("next").items() {
        if next.get("redirect").word().is_some() {
            let message = "the link leads out of the form: the form ends there";
            draft.report.lost(&next.path, "link_outside", message);
        }
        let to = match next.get("path").text().map(address).and_then(|path| numbers.get(path)) {
            Some(to) => Some(*to),
            None if next.get("redirect").word().is_some() => None,
            None => {
                draft
                    .report
                    .lost(&next.path, "unknown_page", "the link leads to no page of the form");
                continue;
            }
        };
        let mut condition = next.any(&["condition", "if"]);
        // In the oldest forms the condition stands at the page that the link leads to.
        if condition.word().is_none()
            && let Some(target) = to.and_then(|to| pages.get(to))
        {
            condition = target.get("condition");
        }
        links.push(Link {
            to,
            condition: condition.word().map(|name| (name.to_owned(), condition.path.clone())),
            path: next.path.clone(),
        });
    }
    // Of several links without a condition the source takes the last.
    let last = links.iter().rposition(|link| link.condition.is_none());
    let mut at = 0;
    links.retain(|link| {
        let kept = link.condition.is_some() || Some(at) == last;
        if !kept {
            let message = "a later link without a condition stands beside it, so it is never taken";
            draft.report.differs(&link.path, "link_never_taken", message);
        }
        at += 1;
        kept
    });
    if !links.is_empty() && last.is_none() {
        // Where no link is taken the source goes to its summary.
        links.push(Link {
            to: summary,
            condition: None,
            path: page.get("next").path,
        });
    }
    links
}

fn role(page: &At<'_>) -> Role {
    let controller = page.get("controller").text().unwrap_or_default().to_ascii_lowercase();
    let name = controller.rsplit('/').next().unwrap_or_default();
    if name.starts_with("repeatingsectionsummary") {
        Role::Rows
    } else if name.starts_with("terminal") {
        Role::Exit
    } else if name.contains("summary") && !name.starts_with("mini")
        || name.contains("confirmation")
        || name.contains("applicationcomplete")
        || name.starts_with("status")
    {
        Role::Summary
    } else {
        Role::Page
    }
}

fn start(root: &At<'_>, nodes: &[Node<'_>], draft: &mut Draft) -> usize {
    if is_second_engine(root) {
        return 0;
    }
    let given = root.get("startPage");
    let named = given.text().map(address).filter(|path| !path.is_empty());
    let found = named.and_then(|path| {
        nodes
            .iter()
            .position(|node| node.at.get("path").text().map(address) == Some(path))
    });
    if let (Some(_), None) = (named, found) {
        draft.report.differs(
            &given.path,
            "unknown_start",
            "the start page is no page of the form: the first one is taken",
        );
    }
    // A summary that is written first starts nothing.
    found
        .or_else(|| nodes.iter().position(|node| node.role == Role::Page))
        .unwrap_or(0)
}

fn tell_of_links(nodes: &[Node<'_>], graph: &Graph, draft: &mut Draft) {
    for (at, link) in &graph.circles {
        if let Some(link) = nodes.get(*at).and_then(|node| node.links.get(*link)) {
            let message = "the link leads back to a page before it: a citizen goes back by the page's own button";
            draft.report.lost(&link.path, "loop", message);
        }
    }
    for (at, node) in nodes.iter().enumerate() {
        if graph.is_reached(at) || node.role == Role::Summary {
            continue;
        }
        let controller = node
            .at
            .get("controller")
            .text()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if controller.contains("start") {
            let message = "the form has another start page, and nothing leads from there to this one: it is left out";
            draft.report.lost(&node.at.path, "other_start_page", message);
        } else {
            let message = "nothing leads from the start page to this one: it is left out";
            draft.report.lost(&node.at.path, "unreachable_page", message);
        }
    }
}

/// A page that asks nothing and leads nowhere, in a form that has a summary, is where the source turns somebody away.
fn exits(nodes: &mut [Node<'_>], graph: &Graph) {
    let has_summary = nodes
        .iter()
        .enumerate()
        .any(|(at, node)| node.role == Role::Summary && graph.is_reached(at));
    for (at, node) in nodes.iter_mut().enumerate() {
        let asks = node
            .at
            .get("components")
            .items()
            .iter()
            .any(|component| component.get("type").text().is_some_and(|kind| kind.ends_with("Field")));
        if has_summary && node.role == Role::Page && node.links.is_empty() && !asks && graph.is_reached(at) {
            node.role = Role::Exit;
        }
    }
}

/// A group that repeats as often as an answer says: its place, the field with the number, the page.
type Repeat = (Vec<usize>, NamedField, usize);

/// Name and path of a field that is named.
struct NamedField {
    name: String,
    path: String,
}

impl<'a> Form<'a> {
    fn page(
        &mut self,
        at: usize,
        node: &Node<'a>,
        place: usize,
        repeats: &mut Vec<Repeat>,
        draft: &mut Draft,
    ) -> Result<Option<Page>, ImportFinding> {
        let components = node.at.get("components");
        if node.role == Role::Summary {
            let asks = components
                .items()
                .iter()
                .any(|one| one.get("type").text().is_some_and(|kind| kind.ends_with("Field")));
            if !asks {
                let message = "the hall shows the answers before they are sent, and the receipt, by itself";
                draft.report.differs(&node.at.path, "summary_page", message);
                return Ok(None);
            }
        }
        if node.role == Role::Rows {
            draft
                .report
                .differs(&node.at.path, "rows_page", "the rows are shown where they are asked");
            return Ok(None);
        }
        let address = node.at.get("path").text().unwrap_or_default();
        let asked = components.items().first().map(|one| one.get("title"));
        let title: Vec<At<'_>> = [node.at.get("title")].into_iter().chain(asked).collect();
        let title = draft.texts.first(&title, address);
        let section = node.at.get("section").word().map(str::to_owned);
        let mut page = draft.page(address, title.clone(), &node.at.path);
        let mut names = std::mem::take(&mut draft.question_names);
        let mut sheet = Sheet {
            node: at,
            section,
            groups: Vec::new(),
            steps: vec![place],
            names: &mut names,
            questions: Vec::new(),
        };
        let read = match self.repeats(node) {
            Some(rows) => self.rows(node, &rows, title, &mut sheet, repeats, draft),
            None => self.components(&components.items(), &mut sheet, draft),
        };
        page.questions = sheet.questions;
        draft.question_names = names;
        read?;
        if page.questions.is_empty() {
            if !components.items().is_empty() || node.role == Role::Exit {
                draft.report.differs(
                    &node.at.path,
                    "empty_page",
                    "there is nothing on the page: it is left out",
                );
            }
            return Ok(None);
        }
        if node.role == Role::Page && node.at.has("events") {
            draft.report.lost(
                &node.at.get("events").path,
                "event",
                "the page calls another system: that is not carried",
            );
        }
        Ok(Some(page))
    }

    fn repeats(&self, node: &Node<'a>) -> Option<Rows> {
        let controller = node.at.get("controller").text().unwrap_or_default();
        let field = node.at.get("repeatField");
        let repeat = node.at.get("repeat");
        let names = [
            "RepeatPageController",
            "RepeatingFieldPageController",
            "RepeatingSectionPageController",
        ];
        let by_controller = names.iter().any(|name| controller.ends_with(name));
        (by_controller || field.word().is_some() || repeat.get("options").is_map()).then(|| {
            let schema = if repeat.get("schema").is_map() {
                repeat.get("schema")
            } else {
                node.at.get("schema")
            };
            Rows {
                name: repeat.get("options").get("name").word().map(str::to_owned),
                title: repeat.get("options").get("title").word().map(str::to_owned),
                min: schema.get("min").count(),
                max: schema.get("max").count(),
                count: field.word().map(|name| NamedField {
                    name: name.to_owned(),
                    path: field.path.clone(),
                }),
            }
        })
    }

    /// A page that is asked again and again: its fields are the rows of a group.
    fn rows(
        &mut self,
        node: &Node<'a>,
        rows: &Rows,
        title: Text,
        sheet: &mut Sheet<'_>,
        repeats: &mut Vec<Repeat>,
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let components = node.at.get("components").items();
        // What is only read is read once, before the rows.
        let is_field = |one: &&At<'a>| one.get("type").text().is_some_and(|kind| kind.ends_with("Field"));
        let content: Vec<At<'a>> = components.iter().filter(|one| !is_field(one)).cloned().collect();
        let fields: Vec<At<'a>> = components.iter().filter(is_field).cloned().collect();
        self.components(&content, sheet, draft)?;
        if fields.is_empty() {
            return Ok(());
        }
        let address = node.at.get("path").text().unwrap_or_default();
        let wanted = rows
            .name
            .clone()
            .or_else(|| sheet.section.clone().filter(|_| rows.count.is_some()));
        let id = sheet
            .names
            .take(&wanted.unwrap_or_else(|| format!("{address} rows")), "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            node: sheet.node,
            section: sheet.section.clone(),
            groups: vec![id.clone()],
            steps: steps.clone(),
            names: &mut names,
            questions: Vec::new(),
        };
        self.components(&fields, &mut inner, draft)?;
        let questions = inner.questions;
        if questions.is_empty() {
            return Ok(());
        }
        let row_label = rows
            .title
            .as_ref()
            .map_or_else(|| title.clone(), |row| draft.texts.made(row));
        let min = if rows.count.is_some() { 0 } else { rows.min.unwrap_or(1) };
        let kind = draft::group(
            questions,
            min,
            rows.max.or(rows.count.as_ref().map(|_| 1_000)),
            row_label,
        );
        let question = draft.question(id, &[], title, kind, &node.at.path)?;
        if let Some(count) = &rows.count {
            let named = NamedField {
                name: count.name.clone(),
                path: count.path.clone(),
            };
            repeats.push((steps, named, sheet.node));
        }
        sheet.questions.push(question);
        Ok(())
    }
}

/// How a page repeats.
struct Rows {
    name: Option<String>,
    title: Option<String>,
    min: Option<u32>,
    max: Option<u32>,
    count: Option<NamedField>,
}

/// When each page is on the path; put on the pages, and given back for what else hangs on it.
fn route(
    nodes: &[Node<'_>],
    graph: &Graph,
    conditions: &Conditions<'_>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) -> Result<BTreeMap<usize, Value>, ImportFinding> {
    let taken: Vec<Vec<Value>> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            if graph.is_reached(at) {
                when_taken(at, node, conditions, draft)
            } else {
                Vec::new()
            }
        })
        .collect();
    // Rules that get long are computed once, on a page that everybody sees.
    let mut computed: Vec<(String, usize, Value)> = Vec::new();
    let mut names = std::mem::take(&mut draft.question_names);
    let mut reached = graph.reached(&taken, &mut |at, rule| {
        let address = nodes
            .get(at)
            .and_then(|node| node.at.get("path").text())
            .unwrap_or_default();
        let id = names.take(&format!("reached {}", crate::names::snake(address)), "reached");
        let read = rules::var(&id);
        computed.push((id, at, holds(rule)));
        read
    });
    draft.question_names = names;
    // Where pages come in a row, each has its own condition, and nothing comes after one that ends the form.
    let mut gone_on: Vec<Value> = Vec::new();
    for at in graph.order.iter().copied() {
        let (Some(node), Some(rule)) = (nodes.get(at), reached.get_mut(&at)) else {
            continue;
        };
        let own = node.only_if.as_ref().and_then(|(name, path)| {
            let place = Place { page: at, groups: &[] };
            conditions.rule(name, path, place, &mut draft.report)
        });
        *rule = all([rule.take()].into_iter().chain(own).chain(gone_on.iter().cloned()));
        if node.role == Role::Exit && !node.links.is_empty() {
            gone_on.push(fails(rule.clone()));
        }
    }
    for (at, rule) in &reached {
        if let Some(page) = places.get(at).and_then(|place| draft.pages.get_mut(*place))
            && *rule != Value::Bool(true)
        {
            page.visible_when = Some(rule.clone());
        }
    }
    let mut made = Vec::new();
    for (id, at, rule) in computed {
        let path = nodes.get(at).map(|node| node.at.path.clone()).unwrap_or_default();
        made.push(draft.hidden(id, &[], Text::new("路径", "Path"), rule, &path)?);
    }
    draft.put_hidden(made, "/pages");
    Ok(reached)
}

/// Of each link of a page, when it is taken: its own condition holds and none before it did.
fn when_taken(at: usize, node: &Node<'_>, conditions: &Conditions<'_>, draft: &mut Draft) -> Vec<Value> {
    let place = Place { page: at, groups: &[] };
    let own: Vec<Option<Option<Value>>> = node
        .links
        .iter()
        .map(|link| {
            let (name, path) = link.condition.as_ref()?;
            Some(conditions.rule(name, path, place, &mut draft.report).map(holds))
        })
        .collect();
    let mut before: Vec<Value> = Vec::new();
    let mut taken = Vec::new();
    for (link, condition) in node.links.iter().zip(&own) {
        match condition {
            Some(Some(rule)) => {
                taken.push(all([fails(any(before.clone())), rule.clone()]));
                before.push(rule.clone());
            }
            // A condition that cannot be said shows its page to everybody, and takes no other page away.
            Some(None) => taken.push(Value::Bool(true)),
            None => {
                let conditional = node.links.iter().zip(&own);
                // Conditions that lead to the same page make no difference to the last resort.
                let elsewhere = conditional
                    .filter(|(other, _)| other.to != link.to)
                    .filter_map(|(_, rule)| rule.clone().flatten());
                taken.push(fails(any(elsewhere)));
            }
        }
    }
    taken
}

fn question_at<'q>(pages: &'q mut [Page], steps: &[usize]) -> Option<&'q mut Question> {
    let (page, rest) = steps.split_first()?;
    let (first, inner) = rest.split_first()?;
    let mut question = pages.get_mut(*page)?.questions.get_mut(*first)?;
    for step in inner {
        let Kind::Group { questions, .. } = &mut question.kind else {
            return None;
        };
        question = questions.get_mut(*step)?;
    }
    Some(question)
}

fn put(waiting: &Waiting, conditions: &Conditions<'_>, draft: &mut Draft) {
    let place = Place {
        page: waiting.node,
        groups: &waiting.groups,
    };
    let rule = match &waiting.condition {
        Wait::Named(name, path) => conditions.rule(name, path, place, &mut draft.report),
        Wait::Chosen(known, value) => compare(known, &waiting.groups, Compare::Is, &Value::String(value.clone())).ok(),
    };
    let (Some(rule), Some(question)) = (rule, question_at(&mut draft.pages, &waiting.steps)) else {
        return;
    };
    let slot = match (&waiting.option, &mut question.kind) {
        (None, _) => &mut question.visible_when,
        (Some(value), Kind::Choice { options } | Kind::Choices { options, .. }) => {
            match options.options.iter_mut().find(|option| option.value == *value) {
                Some(option) => &mut option.visible_when,
                None => return,
            }
        }
        _ => return,
    };
    *slot = Some(all(slot.take().into_iter().chain([rule])));
}

/// The group has as many rows as the answer says.
fn count_rows(steps: &[usize], named: &NamedField, node: usize, conditions: &Conditions<'_>, draft: &mut Draft) {
    let place = Place {
        page: node,
        groups: &[],
    };
    let known = match conditions.fields(&named.name, place) {
        Ok(known) => known,
        Err(unable) => {
            draft.report.lost(&named.path, unable.code, unable.message);
            return;
        }
    };
    let Some(Known { id, answer, groups, .. }) = known.first() else {
        return;
    };
    if !groups.is_empty() || !matches!(answer, Answer::Number | Answer::Choice(_) | Answer::Text) {
        draft.report.lost(
            &named.path,
            "odd_count",
            "the field that says how many rows there are is no number",
        );
        return;
    }
    let count = rules::var(id);
    let Some(group) = question_at(&mut draft.pages, steps) else {
        return;
    };
    let rule = json!({"==": [{"count": rules::var(&group.id)}, {"+": [count]}]});
    let message = Text::new(
        "行数与前面填写的数量不一致。",
        "There are not as many rows as you said before.",
    );
    group.valid_when.push(draft::check(rule, message));
    draft.report.differs(
        &named.path,
        "count_checked",
        "rows are added by the citizen and counted against the number",
    );
}

/// Who reaches a page where the source ends without a submission cannot submit here either: what led there is wrong.
fn stop_at_exits(
    nodes: &[Node<'_>],
    reached: &BTreeMap<usize, Value>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) {
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Exit) {
        let Some(rule) = reached.get(&at) else { continue };
        let title = places
            .get(&at)
            .and_then(|place| draft.pages.get(*place))
            .map(|page| page.title.clone());
        stop(draft, rule, title, &node.at.path);
    }
}

/// Adds to the question that a rule reads last a check that fails where the rule holds.
pub(crate) fn stop(draft: &mut Draft, rule: &Value, title: Option<Text>, path: &str) {
    let question = deciding(draft, rule, 0).and_then(|id| {
        let mut all = draft.pages.iter_mut().flat_map(|page| page.questions.iter_mut());
        all.find(|question| question.id == id)
    });
    let Some(question) = question else {
        draft.report.lost(
            path,
            "exit_page",
            "the source ends here without a submission; here the form can still be sent",
        );
        return;
    };
    let message = title.unwrap_or_else(|| Text::new("不能继续。", "You cannot go on."));
    question.valid_when.push(draft::check(fails(rule.clone()), message));
    let message =
        "the source ends here without a submission: the answer that leads here is refused with the page's title";
    draft.report.differs(path, "exit_page", message);
}

/// The question that a rule reads last, also by way of what is computed.
fn deciding(draft: &Draft, rule: &Value, depth: usize) -> Option<String> {
    let mut read = Vec::new();
    rules::reads(rule, &mut read);
    for id in read.iter().rev() {
        let mut all = draft.pages.iter().flat_map(|page| page.questions.iter());
        match all.find(|question| question.id == *id).map(|question| &question.kind) {
            Some(Kind::Computed { value, .. }) if depth < 20 => {
                if let Some(found) = deciding(draft, value, depth + 1) {
                    return Some(found);
                }
            }
            Some(Kind::Computed { .. }) | None => {}
            Some(_) => return Some(id.clone()),
        }
    }
    None
}

fn declaration(
    root: &At<'_>,
    nodes: &[Node<'_>],
    reached: &BTreeMap<usize, Value>,
    draft: &mut Draft,
) -> Result<(), ImportFinding> {
    let given = root.get("declaration");
    let Some(statement) = draft.texts.content(&given) else {
        return Ok(());
    };
    let title = Text::new("声明", "Declaration");
    let mut page = draft.page("declaration", title.clone(), &given.path);
    let id = draft.question_names.take("declaration", "declaration");
    let kind = crate::kinds::kind(
        crate::kinds::Wanted::Agreement(statement),
        &given.path,
        &mut draft.report,
    );
    let mut question = draft.question(id, &[], title, kind, &given.path)?;
    question.required = true;
    page.questions.push(question);
    // It stands on the summary, which not everybody may reach.
    let summary = nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Summary);
    let rules: Vec<Value> = summary.filter_map(|(at, _)| reached.get(&at).cloned()).collect();
    let rule = any(rules);
    if !rule.is_boolean() {
        page.visible_when = Some(rule);
    }
    draft.pages.push(page);
    Ok(())
}

fn what_is_lost(root: &At<'_>, draft: &mut Draft) {
    let told = [
        ("fees", "fees", "fees are a matter of the service item, not of a form"),
        (
            "outputs",
            "output",
            "where the source sends answers is a matter of the service item's workflow",
        ),
        (
            "output",
            "output",
            "where the source sends answers is a matter of the service item's workflow",
        ),
        ("specialPages", "special_pages", "the receipt is the hall's own"),
    ];
    for (name, code, message) in told {
        let given = root.get(name);
        if !given.items().is_empty() || !given.fields().is_empty() {
            draft.report.lost(&given.path, code, message);
        }
    }
}
