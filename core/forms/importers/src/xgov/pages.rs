//! The pages of the source, what they are for, and the links between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::draft::Draft;
use crate::json::At;
use crate::routing::{Exits, Graph};

/// A page of the source.
pub(super) struct Node<'a> {
    pub(super) at: At<'a>,
    pub(super) role: Role,
    pub(super) links: Vec<Link>,
    /// The condition of a page that has its own; only where pages come in a row.
    pub(super) only_if: Option<(String, String)>,
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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
pub(super) struct Link {
    /// None is the end of the form.
    pub(super) to: Option<usize>,
    /// The address out of the form that this end is; else it is the summary that the runner has by itself, where answers
    /// are sent.
    pub(super) redirect: Option<String>,
    pub(super) condition: Option<(String, String)>,
    pub(super) path: String,
}

impl Link {
    /// Whether answers are sent where it leads.
    pub(super) fn sends(&self) -> bool {
        self.to.is_none() && self.redirect.is_none()
    }
}

/// An address of a page without what does not tell pages apart.
fn address(text: &str) -> &str {
    text.trim().trim_matches('/')
}

pub(super) fn nodes<'a>(root: &At<'a>, pages: &[At<'a>], draft: &mut Draft) -> Vec<Node<'a>> {
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
pub(super) fn is_second_engine(root: &At<'_>) -> bool {
    root.get("engine")
        .word()
        .is_some_and(|engine| engine.eq_ignore_ascii_case("v2"))
}

/// Whether a page of DEFRA's is there to hand in files.
pub(super) fn is_for_files(node: &Node<'_>) -> bool {
    let controller = node.at.get("controller").text().unwrap_or_default();
    controller.ends_with("FileUploadPageController")
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
        tell_of_condition(&condition, draft);
        node.only_if = condition.word().map(|name| (name.to_owned(), condition.path.clone()));
        if at + 1 < count {
            node.links.push(Link {
                to: Some(at + 1),
                redirect: None,
                condition: None,
                path: node.at.path.clone(),
            });
        }
    }
}

/// Tells of a condition that is no name of one: nothing is known of its sort.
fn tell_of_condition(condition: &At<'_>, draft: &mut Draft) {
    if condition.is_map() || !condition.items().is_empty() {
        let message = "this is no name of a condition: what hangs on it is for everybody";
        draft.report.lost(&condition.path, "condition_not_carried", message);
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
        let redirect = next.get("redirect").word();
        if redirect.is_some() {
            let message = "the link leads out of the form: the form ends there";
            draft.report.lost(&next.path, "link_outside", message);
        }
        let to = match next.get("path").text().map(address).and_then(|path| numbers.get(path)) {
            Some(to) => Some(*to),
            None if redirect.is_some() => None,
            // Pages that the runner adds by itself at the end of every form.
            None if next
                .get("path")
                .text()
                .map(address)
                .is_some_and(|path| matches!(path, "summary" | "status")) =>
            {
                None
            }
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
        tell_of_condition(&condition, draft);
        links.push(Link {
            to,
            redirect: redirect.filter(|_| to.is_none()).map(str::to_owned),
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
            redirect: None,
            condition: None,
            path: page.get("next").path,
        });
    }
    links
}

/// Whether what a summary tells is read before the answers are sent; else after that.
pub(super) fn is_before_sending(node: &Node<'_>) -> bool {
    let name = controller(&node.at);
    name.contains("summary") || !(is_receipt(&name) || name.starts_with("status"))
}

/// The name of a page's controller, without its folder.
fn controller(page: &At<'_>) -> String {
    let controller = page.get("controller").text().unwrap_or_default().to_ascii_lowercase();
    controller.rsplit('/').next().unwrap_or_default().to_owned()
}

fn is_receipt(controller: &str) -> bool {
    ["confirmation", "applicationcomplete"]
        .iter()
        .any(|part| controller.contains(part))
}

fn role(page: &At<'_>) -> Role {
    let name = controller(page);
    let ends = is_receipt(&name);
    let summary = name.contains("summary") && !name.starts_with("mini");
    let bare = name.is_empty() && page.get("components").items().is_empty();
    let called_so = bare && page.get("path").text().map(address) == Some("summary");
    if name.starts_with("repeatingsectionsummary") {
        Role::Rows
    } else if name.starts_with("terminal") {
        Role::Exit
    } else if summary || ends || name.starts_with("status") || called_so {
        Role::Summary
    } else {
        Role::Page
    }
}

pub(super) fn start(root: &At<'_>, nodes: &[Node<'_>], draft: &mut Draft) -> usize {
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

pub(super) fn tell_of_unreached(nodes: &[Node<'_>], graph: &Graph, draft: &mut Draft) {
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

/// The summaries that the start leads to.
pub(super) fn summaries(nodes: &[Node<'_>], graph: &Graph) -> Vec<usize> {
    let is_summary = |at: &usize| nodes.get(*at).is_some_and(|node| node.role == Role::Summary);
    graph.order.iter().copied().filter(is_summary).collect()
}

/// The pages before a summary that tell something, ask nothing, and lead only to pages that are written before them, or
/// out of the form; and all links out of it.
pub(super) fn that_may_turn_away(nodes: &[Node<'_>]) -> Exits {
    let summaries = nodes.iter().filter(|node| node.role == Role::Summary);
    let behind: BTreeSet<usize> = summaries
        .flat_map(|node| &node.links)
        .filter_map(|link| link.to)
        .collect();
    let leads_back = |at: usize, link: &Link| link.redirect.is_some() || link.to.is_some_and(|to| to <= at);
    let may = |at: usize, node: &Node<'_>| match node.role {
        Role::Page => only_tells(node) && node.links.iter().all(|link| leads_back(at, link)),
        Role::Exit => node.links.is_empty(),
        Role::Summary | Role::Rows => false,
    };
    let mut exits = Exits::default();
    for (at, node) in nodes.iter().enumerate() {
        if may(at, node) && !behind.contains(&at) {
            exits.pages.insert(at);
        }
        let numbered = node.links.iter().enumerate();
        let out = numbered.filter(|(_, link)| link.redirect.is_some());
        exits.links.extend(out.map(|(number, _)| (at, number)));
    }
    exits
}

/// Whether a page tells something, and asks nothing.
fn only_tells(node: &Node<'_>) -> bool {
    let components = node.at.get("components").items();
    !components.is_empty() && !components.iter().any(is_field)
}

/// A page that asks nothing and leads nowhere but back or out of the form, before the summary of a form that has one, is
/// where the source turns somebody away.
pub(super) fn exits(nodes: &mut [Node<'_>], graph: &Graph, draft: &mut Draft) {
    let summaries = summaries(nodes, graph);
    let mut reached = nodes.iter().enumerate().filter(|(at, _)| graph.is_reached(*at));
    let has_end = !summaries.is_empty() || reached.any(|(_, node)| node.links.iter().any(Link::sends));
    for (at, node) in nodes.iter_mut().enumerate() {
        let before_the_end = has_end && !summaries.iter().any(|summary| graph.is_known_at(*summary, at));
        let goes_on = node
            .links
            .iter()
            .enumerate()
            .any(|(number, link)| link.redirect.is_none() && !graph.circles.contains(&(at, number)));
        if node.role == Role::Page && !goes_on && only_tells(node) && before_the_end && graph.is_reached(at) {
            node.role = Role::Exit;
            for link in node.links.drain(..).filter(|link| link.to.is_some()) {
                let message = "the link leads back to a page before it: a citizen goes back by the page's own button";
                draft.report.differs(&link.path, "loop", message);
            }
        }
    }
}

/// Whether a component asks something.
pub(super) fn is_field(component: &At<'_>) -> bool {
    component.get("type").text().is_some_and(|kind| kind.ends_with("Field"))
}
