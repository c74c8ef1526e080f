//! From links between pages to rules that say when a page is on the path.
//!
//! A page is reached where some page before it is reached and the link between them is taken. Written out for each page
//! on its own this grows with the number of paths; what pages have in common is therefore taken out: a page that every
//! path from an earlier branch comes through is reached whenever the branch is, and a rule that gets long is computed
//! once, by a hidden question.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::rules::{self, all, any};

/// The most values in a rule before it is computed once.
const LONG: usize = 60;
const DEEP: usize = 8;
/// The most pages of a form with circles that is looked at for where they lead back to, and how often each is.
const MOST_PAGES: usize = 10_000;
const ROUNDS: usize = 20;

/// Pages by number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn none(size: usize) -> Set {
        Set(vec![0; size.div_ceil(64)])
    }
    fn every(size: usize) -> Set {
        Set(vec![u64::MAX; size.div_ceil(64)])
    }
    fn add(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }
    fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }
    fn keep(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }
    fn join(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

/// The links between pages: no circles, and only what the start leads to.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Of each page, where its links lead; none is the end of the form, and so is a link that would close a circle.
    targets: Vec<Vec<Option<usize>>>,
    /// The pages that the start leads to, each before those that it leads to.
    pub(crate) order: Vec<usize>,
    /// Links that would close a circle: page and number of the link.
    pub(crate) circles: Vec<(usize, usize)>,
    /// Those of them that lead to a page that every way comes through to the page of the link: who takes one was there.
    pub(crate) returns: BTreeSet<(usize, usize)>,
    /// Of each page, the pages that may come before it.
    before: Vec<Set>,
}

impl Graph {
    /// The graph of pages whose links lead to `targets`.
    pub(crate) fn new(start: usize, targets: Vec<Vec<Option<usize>>>) -> Graph {
        let count = targets.len();
        let whole = targets.clone();
        let mut graph = Graph {
            targets,
            order: Vec::new(),
            circles: Vec::new(),
            returns: BTreeSet::new(),
            before: vec![Set::none(count); count],
        };
        graph.walk(start);
        graph.order.reverse();
        graph.returns = graph.returning(&whole);
        for at in graph.order.clone() {
            let mut known = graph.before.get(at).cloned().unwrap_or_else(|| Set::none(count));
            known.add(at);
            for to in graph.leads_to(at).into_iter().flatten() {
                if let Some(set) = graph.before.get_mut(to) {
                    set.join(&known);
                }
            }
        }
        graph
    }

    /// Depth first, the last link first, so that what the first link leads to comes first in the reversed order.
    fn walk(&mut self, start: usize) {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks = vec![Mark::New; self.targets.len()];
        let Some(mark) = marks.get_mut(start) else { return };
        *mark = Mark::Open;
        let mut stack = vec![(start, self.leads_to(start).len())];
        while let Some((at, left)) = stack.last_mut() {
            let at = *at;
            let Some(link) = left.checked_sub(1) else {
                stack.pop();
                if let Some(mark) = marks.get_mut(at) {
                    *mark = Mark::Done;
                }
                self.order.push(at);
                continue;
            };
            *left = link;
            let Some(slot) = self.targets.get_mut(at).and_then(|links| links.get_mut(link)) else {
                continue;
            };
            let Some(to) = *slot else { continue };
            match marks.get(to) {
                Some(Mark::Open) => {
                    *slot = None;
                    self.circles.push((at, link));
                }
                Some(Mark::New) => {
                    if let Some(mark) = marks.get_mut(to) {
                        *mark = Mark::Open;
                    }
                    stack.push((to, self.targets.get(to).map_or(0, Vec::len)));
                }
                Some(Mark::Done) => {}
                None => *slot = None,
            }
        }
    }

    /// Of the links that would close a circle, those that lead to a page that every way comes through to theirs; none where
    /// that cannot be told. `whole` has these links too: a way may lead over one of them.
    fn returning(&self, whole: &[Vec<Option<usize>>]) -> BTreeSet<(usize, usize)> {
        let count = whole.len();
        if self.circles.is_empty() || count > MOST_PAGES {
            return BTreeSet::new();
        }
        let mut from: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
        for at in self.order.iter().copied() {
            for to in whole.get(at).into_iter().flatten().copied().flatten() {
                if let Some(from) = from.get_mut(to) {
                    from.insert(at);
                }
            }
        }
        let mut through = vec![Set::every(count); count];
        for _ in 0..ROUNDS {
            let mut is_settled = true;
            for (place, at) in self.order.iter().copied().enumerate() {
                let mut own = if place == 0 {
                    Set::none(count)
                } else {
                    Set::every(count)
                };
                for set in from.get(at).into_iter().flatten().filter_map(|from| through.get(*from)) {
                    own.keep(set);
                }
                own.add(at);
                if let Some(slot) = through.get_mut(at).filter(|slot| **slot != own) {
                    *slot = own;
                    is_settled = false;
                }
            }
            if is_settled {
                let comes_through = |(at, link): &(usize, usize)| {
                    let to = whole.get(*at).and_then(|links| links.get(*link)).copied().flatten();
                    to.is_some_and(|to| through.get(*at).is_some_and(|set| set.has(to)))
                };
                return self.circles.iter().copied().filter(comes_through).collect();
            }
        }
        BTreeSet::new()
    }

    fn leads_to(&self, at: usize) -> Vec<Option<usize>> {
        self.targets.get(at).cloned().unwrap_or_default()
    }

    /// Whether the start leads to the page.
    pub(crate) fn is_reached(&self, at: usize) -> bool {
        self.order.contains(&at)
    }

    /// Whether page `a` may have been seen when page `b` is left.
    pub(crate) fn is_known_at(&self, a: usize, b: usize) -> bool {
        a == b || self.before.get(b).is_some_and(|set| set.has(a))
    }

    /// When each page is on the path. `conditions` says of each link of each page when it is taken; `compute` gives a
    /// long rule a name and returns what reads it.
    pub(crate) fn reached(
        &self,
        conditions: &[Vec<Value>],
        compute: &mut dyn FnMut(usize, Value) -> Value,
    ) -> BTreeMap<usize, Value> {
        let count = self.targets.len();
        let links: Vec<Vec<(usize, Value)>> = self.links_into(conditions);
        let (dominators, behind) = (self.dominators(&links), self.behind());
        let place: BTreeMap<usize, usize> = self.order.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        let above = |at: usize| -> Option<usize> {
            let own = dominators.get(at)?;
            self.order
                .iter()
                .take(place.get(&at).copied().unwrap_or(0))
                .rev()
                .find(|page| own.has(**page))
                .copied()
        };
        let mut parents: Vec<Option<usize>> = vec![None; count];
        let mut own: Vec<Value> = vec![Value::Bool(true); count];
        let mut whole: BTreeMap<usize, Value> = BTreeMap::new();
        for at in self.order.iter().copied() {
            let Some(parent) = above(at) else {
                whole.insert(at, Value::Bool(true));
                continue;
            };
            if let Some(slot) = parents.get_mut(at) {
                *slot = Some(parent);
            }
            let always = behind.get(parent).is_some_and(|set| set.has(at));
            let step = if always {
                Value::Bool(true)
            } else {
                let ways = links.get(at).map(Vec::as_slice).unwrap_or_default();
                any(ways.iter().map(|(from, condition)| {
                    let way = way(*from, parent, &parents, &own, &whole);
                    all([way, condition.clone()])
                }))
            };
            let step = short(at, step, compute);
            if let Some(slot) = own.get_mut(at) {
                slot.clone_from(&step);
            }
            let before = whole.get(&parent).cloned().unwrap_or(Value::Bool(true));
            let rule = all([before, step]);
            whole.insert(at, short(at, rule, compute));
        }
        whole
    }

    fn links_into(&self, conditions: &[Vec<Value>]) -> Vec<Vec<(usize, Value)>> {
        let mut links: Vec<Vec<(usize, Value)>> = vec![Vec::new(); self.targets.len()];
        for at in self.order.iter().copied() {
            for (link, to) in self.leads_to(at).into_iter().enumerate() {
                let condition = conditions
                    .get(at)
                    .and_then(|own| own.get(link))
                    .cloned()
                    .unwrap_or(Value::Bool(true));
                if let Some(into) = to.and_then(|to| links.get_mut(to)) {
                    match into.iter_mut().find(|(from, _)| *from == at) {
                        Some((_, before)) => *before = any([before.take(), condition]),
                        None => into.push((at, condition)),
                    }
                }
            }
        }
        links
    }

    /// Of each page, the pages that every way to it comes through.
    fn dominators(&self, links: &[Vec<(usize, Value)>]) -> Vec<Set> {
        let count = self.targets.len();
        let mut sets = vec![Set::none(count); count];
        for (place, at) in self.order.iter().copied().enumerate() {
            let mut own = if place == 0 {
                Set::none(count)
            } else {
                Set::every(count)
            };
            for (from, _) in links.get(at).map(Vec::as_slice).unwrap_or_default() {
                if let Some(set) = sets.get(*from) {
                    own.keep(set);
                }
            }
            own.add(at);
            if let Some(slot) = sets.get_mut(at) {
                *slot = own;
            }
        }
        sets
    }

    /// Of each page, the pages that every way from it to the end comes through.
    fn behind(&self) -> Vec<Set> {
        let count = self.targets.len();
        let mut sets = vec![Set::none(count); count];
        for at in self.order.iter().rev().copied() {
            let links = self.leads_to(at);
            let mut own = if links.is_empty() {
                Set::none(count)
            } else {
                Set::every(count)
            };
            for to in links {
                match to.and_then(|to| sets.get(to)) {
                    Some(set) => own.keep(set),
                    None => own = Set::none(count),
                }
            }
            own.add(at);
            if let Some(slot) = sets.get_mut(at) {
                *slot = own;
            }
        }
        sets
    }
}

/// When `from` is reached, given that `top` above it is.
fn way(from: usize, top: usize, parents: &[Option<usize>], own: &[Value], whole: &BTreeMap<usize, Value>) -> Value {
    let mut steps = Vec::new();
    let mut at = from;
    while at != top {
        steps.push(own.get(at).cloned().unwrap_or(Value::Bool(true)));
        if steps.len() > 500 {
            return whole.get(&from).cloned().unwrap_or(Value::Bool(true));
        }
        let Some(parent) = parents.get(at).copied().flatten() else {
            break;
        };
        at = parent;
    }
    steps.reverse();
    all(steps)
}

fn short(at: usize, rule: Value, compute: &mut dyn FnMut(usize, Value) -> Value) -> Value {
    if rules::size(&rule) > LONG || rules::depth(&rule) > DEEP {
        compute(at, rule)
    } else {
        rule
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Graph;

    fn reached(start: usize, links: &[&[(Option<usize>, Value)]]) -> Vec<(usize, Value)> {
        let targets = links
            .iter()
            .map(|links| links.iter().map(|(to, _)| *to).collect())
            .collect();
        let conditions: Vec<Vec<Value>> = links
            .iter()
            .map(|links| links.iter().map(|(_, rule)| rule.clone()).collect())
            .collect();
        let graph = Graph::new(start, targets);
        let rules = graph.reached(&conditions, &mut |at, _| json!({"var": format!("reached_{at}")}));
        graph.order.iter().map(|at| (*at, rules[at].clone())).collect()
    }

    #[test]
    fn branches_that_meet_again_leave_no_trace() {
        let (a, not_a) = (json!({"var": "a"}), json!({"var": "not_a"}));
        let rules = reached(
            0,
            &[
                &[(Some(1), a.clone()), (Some(2), not_a.clone())],
                &[(Some(3), json!(true))],
                &[(Some(3), json!(true))],
                &[],
            ],
        );
        assert_eq!(rules, [(0, json!(true)), (1, a), (2, not_a), (3, json!(true))]);
    }

    #[test]
    fn a_branch_that_ends_leaves_its_condition_behind_it() {
        let (a, not_a) = (json!({"var": "a"}), json!({"var": "not_a"}));
        let rules = reached(
            0,
            &[
                &[(Some(1), a.clone()), (Some(2), not_a.clone())],
                &[],
                &[(Some(3), json!(true))],
                &[],
            ],
        );
        assert_eq!(rules[2..], [(2, not_a.clone()), (3, not_a)]);
    }

    #[test]
    fn a_circle_is_cut_and_named_and_what_nothing_leads_to_is_left_out() {
        let graph = Graph::new(1, vec![vec![Some(1)], vec![Some(2)], vec![Some(1), Some(3)], vec![]]);
        assert_eq!(graph.circles, [(2, 0)]);
        assert_eq!(graph.order, [1, 2, 3]);
        assert!(!graph.is_reached(0) && graph.is_known_at(1, 3) && !graph.is_known_at(3, 1));
    }

    #[test]
    fn a_link_returns_where_every_way_comes_through_the_page_that_it_leads_to() {
        // Back to the start, to itself, and over two links.
        let graph = Graph::new(
            0,
            vec![vec![Some(1)], vec![Some(1), Some(2)], vec![Some(0), Some(3)], vec![]],
        );
        assert_eq!(Vec::from_iter(graph.returns), [(1, 0), (2, 0)]);
        // Two pages that lead to each other, and the start to both: for some who take the link it leads on.
        let graph = Graph::new(
            0,
            vec![vec![Some(1), Some(2)], vec![Some(2)], vec![Some(1), Some(3)], vec![]],
        );
        assert_eq!((graph.circles.len(), graph.returns.len()), (1, 0));
    }

    #[test]
    fn rules_grow_with_the_links_and_not_with_the_paths() {
        // Forty crossings in a row: 2^40 paths, and no page that all of them come through.
        let mut targets = Vec::new();
        let mut conditions = Vec::new();
        for layer in 0..40 {
            for side in 0..2 {
                let next = (layer + 1) * 2;
                targets.push(vec![Some(next), Some(next + 1)]);
                conditions.push(vec![
                    json!({"var": format!("a{layer}_{side}")}),
                    json!({"var": format!("b{layer}_{side}")}),
                ]);
            }
        }
        targets.extend([vec![], vec![]]);
        conditions.extend([vec![], vec![]]);
        let graph = Graph::new(0, targets);
        let mut total = 0;
        let rules = graph.reached(&conditions, &mut |at, rule| {
            total += crate::rules::size(&rule);
            json!({"var": format!("reached_{at}")})
        });
        total += rules.values().map(crate::rules::size).sum::<usize>();
        assert!(total < 10_000, "{total}");
    }
}
