//! When each page is on the path, and what stops who is turned away.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use serde_json::Value;

use super::conditions::{Conditions, Place};
use super::pages::{self, Node, Role};
use crate::draft::Draft;
use crate::exit::{self, Spot};
use crate::finding::ImportFinding;
use crate::routing::Graph;
use crate::rules::{self, all, any, fails, holds};

/// When pages are on the path.
pub(super) struct Reached {
    pub(super) when: BTreeMap<usize, Value>,
    /// The pages that a condition leads to that cannot be said: who has no business there may see them too.
    open: BTreeSet<usize>,
    /// Of each page, when each of its links is taken.
    taken: Vec<Vec<Value>>,
    /// Links by page and number: those that lead back, and those that refuse who takes them.
    circles: BTreeSet<(usize, usize)>,
    refusing: BTreeSet<(usize, usize)>,
}

/// The condition of a link: none where it has none, and none inside where it cannot be said.
type Condition = Option<Option<Value>>;

/// When each page is on the path; put on the pages, and given back for what else hangs on it.
pub(super) fn route(
    nodes: &[Node<'_>],
    graph: &Graph,
    conditions: &Conditions<'_>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) -> Result<Reached, ImportFinding> {
    let circles: BTreeSet<(usize, usize)> = graph.circles.iter().copied().collect();
    let mut open = BTreeSet::new();
    let mut said: Vec<Vec<Condition>> = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        said.push(if graph.is_reached(at) {
            conditions_of(at, node, conditions, draft)
        } else {
            Vec::new()
        });
    }
    for (at, (node, own)) in nodes.iter().zip(&said).enumerate() {
        for (number, (link, condition)) in node.links.iter().zip(own).enumerate() {
            if *condition == Some(None) && !circles.contains(&(at, number)) {
                open.extend(link.to);
            }
        }
    }
    let refusing = refusing(nodes, graph, &circles, &said, &open);
    let mut taken: Vec<Vec<Value>> = Vec::with_capacity(nodes.len());
    for (at, (node, own)) in nodes.iter().zip(&said).enumerate() {
        // Who cannot be refused goes on: a link that leads back takes no other page away then.
        let is_open = |number: usize| circles.contains(&(at, number)) && !refusing.contains(&(at, number));
        taken.push(when_taken(node, own, &is_open, draft)?);
    }
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
        if node.only_if.is_some() && own.is_none() {
            open.insert(at);
        }
        *rule = all([rule.take()].into_iter().chain(own).chain(gone_on.iter().cloned()));
        if node.role == Role::Exit && !node.links.is_empty() && !open.contains(&at) {
            gone_on.push(fails(rule.clone()));
        }
    }
    for (at, rule) in &reached {
        draft.count_rule(rule, "/pages")?;
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
    Ok(Reached {
        when: reached,
        open,
        taken,
        circles,
        refusing,
    })
}

/// The conditions of a page's links.
fn conditions_of(at: usize, node: &Node<'_>, conditions: &Conditions<'_>, draft: &mut Draft) -> Vec<Condition> {
    let place = Place { page: at, groups: &[] };
    let said = node.links.iter().map(|link| {
        let (name, path) = link.condition.as_ref()?;
        Some(conditions.rule(name, path, place, &mut draft.report).map(holds))
    });
    said.collect()
}

/// The links by which nobody comes to the end of the source, so that who takes them is refused: those that lead back to a
/// page before them, and those that lead out of the form, on the way to an end that others come to.
fn refusing(
    nodes: &[Node<'_>],
    graph: &Graph,
    circles: &BTreeSet<(usize, usize)>,
    said: &[Vec<Condition>],
    open: &BTreeSet<usize>,
) -> BTreeSet<(usize, usize)> {
    let mut refusing = BTreeSet::new();
    if !comes_to_an_end(nodes, graph, circles, said) {
        return refusing;
    }
    let summaries = pages::summaries(nodes, graph);
    for at in graph.order.iter().copied().filter(|at| !open.contains(at)) {
        let (Some(node), Some(own)) = (nodes.get(at), said.get(at)) else {
            continue;
        };
        if summaries.iter().any(|summary| graph.is_known_at(*summary, at)) {
            continue;
        }
        // A link that cannot be said, or leads back and refuses nobody, may be the one that is taken, before those behind it and
        // those without a condition.
        let mut links = own.iter().enumerate();
        let unsure = links.position(|(number, condition)| {
            let link = (at, number);
            *condition == Some(None) || (circles.contains(&link) && !graph.returns.contains(&link))
        });
        for (number, (link, condition)) in node.links.iter().zip(own).enumerate() {
            let is_sure = unsure.is_none_or(|unsure| condition.is_some() && number < unsure);
            if is_sure && (graph.returns.contains(&(at, number)) || link.redirect.is_some()) {
                refusing.insert((at, number));
            }
        }
    }
    refusing
}

/// Whether any way leads to where answers are sent.
fn comes_to_an_end(
    nodes: &[Node<'_>],
    graph: &Graph,
    circles: &BTreeSet<(usize, usize)>,
    said: &[Vec<Condition>],
) -> bool {
    let mut left: Vec<usize> = graph.order.first().copied().into_iter().collect();
    let mut seen: BTreeSet<usize> = left.iter().copied().collect();
    while let Some(at) = left.pop() {
        let (Some(node), Some(own)) = (nodes.get(at), said.get(at)) else {
            continue;
        };
        if node.role == Role::Summary || (node.links.is_empty() && node.role != Role::Exit) {
            return true;
        }
        for (number, (link, condition)) in node.links.iter().zip(own).enumerate() {
            if circles.contains(&(at, number)) || *condition == Some(Some(Value::Bool(false))) {
                continue;
            }
            match link.to {
                Some(to) if seen.insert(to) => left.push(to),
                None if link.sends() => return true,
                _ => {}
            }
        }
    }
    false
}

/// Of each link of a page, when it is taken: its own condition holds and none before it did. The condition of a link that
/// is open takes no other page away.
fn when_taken(
    node: &Node<'_>,
    own: &[Condition],
    is_open: &dyn Fn(usize) -> bool,
    draft: &mut Draft,
) -> Result<Vec<Value>, ImportFinding> {
    // Each link takes the opposites of all before it.
    let weight: usize = own.iter().flatten().flatten().map(rules::size).sum();
    draft.count_size(weight * node.links.len(), &node.at.path)?;
    let mut before: Vec<Value> = Vec::new();
    let mut taken = Vec::new();
    for (number, (link, condition)) in node.links.iter().zip(own).enumerate() {
        match condition {
            Some(Some(rule)) => {
                taken.push(all([fails(any(before.clone())), rule.clone()]));
                if !is_open(number) {
                    before.push(rule.clone());
                }
            }
            // A condition that cannot be said shows its page to everybody, and takes no other page away.
            Some(None) => taken.push(Value::Bool(true)),
            None => {
                let conditional = node.links.iter().zip(own).enumerate();
                // Conditions that lead to the same page make no difference to the last resort.
                let elsewhere = conditional
                    .filter(|(other, (conditional, _))| {
                        (conditional.to, &conditional.redirect) != (link.to, &link.redirect) && !is_open(*other)
                    })
                    .filter_map(|(_, (_, rule))| rule.clone().flatten());
                taken.push(fails(any(elsewhere)));
            }
        }
    }
    Ok(taken)
}

/// Who takes a link that leads back, or out of the form, cannot submit before the answers are others.
pub(super) fn refuse_by_links(
    nodes: &[Node<'_>],
    graph: &Graph,
    reached: &Reached,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) {
    let summaries = pages::summaries(nodes, graph);
    for at in graph.order.iter().copied() {
        let (Some(node), Some(own)) = (nodes.get(at), reached.taken.get(at)) else {
            continue;
        };
        let when = reached.when.get(&at).cloned().unwrap_or(Value::Bool(false));
        let spot = Spot {
            page: places.get(&at).copied(),
            path: &node.at.path,
        };
        for (number, (link, here)) in node.links.iter().zip(own).enumerate() {
            let is_circle = reached.circles.contains(&(at, number));
            if !is_circle && link.redirect.is_none() {
                continue;
            }
            let refuses = reached.refusing.contains(&(at, number));
            let rule = all([when.clone(), here.clone()]);
            let is_never = rule == Value::Bool(false);
            match &link.redirect {
                Some(_) if is_never => {}
                Some(address) => {
                    let address = draft.texts.made(address).en;
                    if refuses && exit::send_elsewhere(draft, &rule, here, &address, spot) {
                        let message = "who takes the link cannot submit, and is told the address that it leads to";
                        draft.report.differs(&link.path, "exit_page", message);
                    } else if !summaries.iter().any(|summary| graph.is_known_at(*summary, at)) {
                        exit::leave_open(draft, &link.path);
                    }
                }
                None if is_never => {
                    let message = "the link leads back to a page before it, and is never taken";
                    draft.report.differs(&link.path, "loop", message);
                }
                None => {
                    let to = link
                        .to
                        .filter(|to| *to != at)
                        .and_then(|to| title(to, nodes, places, draft));
                    if refuses && exit::turn_back(draft, &rule, here, to, spot) {
                        let message = "the link leads back to a page before it: who takes it cannot submit before the answers are others";
                        draft.report.differs(&link.path, "loop", message);
                    } else {
                        let back = if graph.returns.contains(&(at, number)) {
                            "leads back to a page before it"
                        } else {
                            "closes a circle that one comes into at several pages"
                        };
                        let is_carried = |other: usize| {
                            !reached.circles.contains(&(at, other)) || reached.refusing.contains(&(at, other))
                        };
                        // Who would take it takes what is for everybody else.
                        let mut others = node.links.iter().enumerate();
                        let then = if others.any(|(other, link)| link.condition.is_none() && is_carried(other)) {
                            "the form goes on without it"
                        } else {
                            "the form ends on this page, without what comes after it in the source"
                        };
                        let message = format!("the link {back}, and is not carried: {then}");
                        draft.report.lost(&link.path, "loop", message);
                    }
                }
            }
        }
    }
}

/// The title of a page as citizens see it.
fn title(at: usize, nodes: &[Node<'_>], places: &BTreeMap<usize, usize>, draft: &mut Draft) -> Option<Text> {
    match places.get(&at).and_then(|place| draft.pages.get(*place)) {
        Some(page) => Some(page.title.clone()),
        None => draft.texts.label(&nodes.get(at)?.at.get("title")),
    }
}

/// Who reaches a page where the source ends without a submission cannot submit here either.
pub(super) fn stop_at_exits(nodes: &[Node<'_>], reached: &Reached, places: &BTreeMap<usize, usize>, draft: &mut Draft) {
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Exit) {
        let Some(rule) = reached.when.get(&at) else { continue };
        if reached.open.contains(&at) {
            exit::leave_open(draft, &node.at.path);
            continue;
        }
        let title = title(at, nodes, places, draft);
        let spot = Spot {
            page: places.get(&at).copied(),
            path: &node.at.path,
        };
        exit::stop(draft, rule, title, spot);
    }
}
