//! When each page is on the path, and what stops who is turned away.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use serde_json::Value;

use super::conditions::{Conditions, Place};
use super::pages::{Node, Role};
use crate::draft::Draft;
use crate::exit;
use crate::finding::ImportFinding;
use crate::routing::Graph;
use crate::rules::{self, all, any, fails, holds};

/// When pages are on the path.
pub(super) struct Reached {
    pub(super) when: BTreeMap<usize, Value>,
    /// The pages that a condition leads to that cannot be said: who has no business there may see them too.
    open: BTreeSet<usize>,
}

/// When each page is on the path; put on the pages, and given back for what else hangs on it.
pub(super) fn route(
    nodes: &[Node<'_>],
    graph: &Graph,
    conditions: &Conditions<'_>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) -> Result<Reached, ImportFinding> {
    let mut open = BTreeSet::new();
    let mut taken: Vec<Vec<Value>> = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        taken.push(if graph.is_reached(at) {
            when_taken(at, node, conditions, &mut open, draft)?
        } else {
            Vec::new()
        });
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
    Ok(Reached { when: reached, open })
}

/// Of each link of a page, when it is taken: its own condition holds and none before it did.
fn when_taken(
    at: usize,
    node: &Node<'_>,
    conditions: &Conditions<'_>,
    open: &mut BTreeSet<usize>,
    draft: &mut Draft,
) -> Result<Vec<Value>, ImportFinding> {
    let place = Place { page: at, groups: &[] };
    let own: Vec<Option<Option<Value>>> = node
        .links
        .iter()
        .map(|link| {
            let (name, path) = link.condition.as_ref()?;
            Some(conditions.rule(name, path, place, &mut draft.report).map(holds))
        })
        .collect();
    // Each link takes the opposites of all before it.
    let weight: usize = own.iter().flatten().flatten().map(rules::size).sum();
    draft.count_size(weight * node.links.len(), &node.at.path)?;
    let mut before: Vec<Value> = Vec::new();
    let mut taken = Vec::new();
    for (link, condition) in node.links.iter().zip(&own) {
        match condition {
            Some(Some(rule)) => {
                taken.push(all([fails(any(before.clone())), rule.clone()]));
                before.push(rule.clone());
            }
            // A condition that cannot be said shows its page to everybody, and takes no other page away.
            Some(None) => {
                open.extend(link.to);
                taken.push(Value::Bool(true));
            }
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
    Ok(taken)
}

/// Who reaches a page where the source ends without a submission cannot submit here either.
pub(super) fn stop_at_exits(nodes: &[Node<'_>], reached: &Reached, places: &BTreeMap<usize, usize>, draft: &mut Draft) {
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Exit) {
        let Some(rule) = reached.when.get(&at) else { continue };
        if reached.open.contains(&at) {
            exit::leave_open(draft, &node.at.path);
            continue;
        }
        let page = places.get(&at).and_then(|place| draft.pages.get(*place));
        let title = match page {
            Some(page) => Some(page.title.clone()),
            None => draft.texts.label(&node.at.get("title")),
        };
        exit::stop(draft, rule, title, &node.at.path);
    }
}
