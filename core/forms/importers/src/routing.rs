//! From links between pages to rules that say when a page is on the path.
//!
//! A page is reached where some page before it is reached and the link between them is taken. Written out for each page
//! on its own this grows with the number of paths; what pages have in common is therefore taken out: a page that every
//! path from an earlier branch comes through is reached whenever the branch is, and a rule that gets long is computed
//! once, by a hidden question.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::rules::{self, all, any};

/// The most values in a rule before it is computed once.
const LONG: usize = 60;
const DEEP: usize = 8;
/// The most pages of a form with circles that is looked at for where they lead back to, and how often each is.
const MOST_PAGES: usize = 10_000;
const ROUNDS: usize = 20;
/// The most links in the circles of a form that are tried one by one, to see which of them closes one.
const MOST_LINKS: usize = 3_000;

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

/// Where a way of the source ends before its end: who comes there cannot submit.
#[derive(Debug, Default)]
pub(crate) struct Exits {
    /// Pages that turn somebody away, or may by what stands on them: their links back need not be kept.
    pub(crate) pages: BTreeSet<usize>,
    /// Links out of the form, by page and number.
    pub(crate) links: BTreeSet<(usize, usize)>,
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
    /// Those of them by which nobody comes to an end: who takes one was at the page that it leads to, since every way to it
    /// comes through that page, or comes round to such a page again.
    pub(crate) returns: BTreeSet<(usize, usize)>,
    /// Of each page, the pages that may come before it.
    before: Vec<Set>,
}

impl Graph {
    /// The graph of pages whose links lead to `targets`.
    pub(crate) fn new(start: usize, targets: Vec<Vec<Option<usize>>>) -> Graph {
        Graph::with_exits(start, targets, &Exits::default())
    }

    /// As [`Graph::new`], where not every way that ends comes to the end of the form.
    pub(crate) fn with_exits(start: usize, targets: Vec<Vec<Option<usize>>>, exits: &Exits) -> Graph {
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
        if let Some(through) = graph.through(&whole) {
            graph.returns = graph.returning(&whole, &through);
            if graph.circles.iter().any(|circle| !graph.returns.contains(circle)) {
                graph.cut(whole, &through, exits);
                graph.walk(start);
                graph.order.reverse();
            }
        }
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

    /// Of each page, the pages that every way to it comes through; none without circles, and where that cannot be told.
    /// `whole` has the links too that would close a circle: a way may lead over one of them.
    fn through(&self, whole: &[Vec<Option<usize>>]) -> Option<Vec<Set>> {
        let count = whole.len();
        if self.circles.is_empty() || count > MOST_PAGES {
            return None;
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
                return Some(through);
            }
        }
        None
    }

    /// Of the links that would close a circle, those that lead to a page that every way comes through to theirs.
    fn returning(&self, whole: &[Vec<Option<usize>>], through: &[Set]) -> BTreeSet<(usize, usize)> {
        let comes_through = |(at, link): &(usize, usize)| {
            let to = whole.get(*at).and_then(|links| links.get(*link)).copied().flatten();
            to.is_some_and(|to| through.get(*at).is_some_and(|set| set.has(to)))
        };
        self.circles.iter().copied().filter(comes_through).collect()
    }

    /// Of each page that the start leads to, a number that it has in common with those that lead to each other in a circle.
    fn round(&self, whole: &[Vec<Option<usize>>]) -> Vec<Option<usize>> {
        let mut from: Vec<Vec<usize>> = vec![Vec::new(); whole.len()];
        for at in self.order.iter().copied() {
            for to in whole.get(at).into_iter().flatten().copied().flatten() {
                if let Some(from) = from.get_mut(to) {
                    from.push(at);
                }
            }
        }
        let mut round = vec![None; whole.len()];
        for (number, first) in self.order.iter().copied().enumerate() {
            let mut left = vec![first];
            while let Some(at) = left.pop() {
                let Some(slot) = round.get_mut(at).filter(|slot| slot.is_none()) else {
                    continue;
                };
                *slot = Some(number);
                left.extend(from.get(at).into_iter().flatten());
            }
        }
        round
    }

    /// Cuts circles that one may come into at several pages, where which link leads on and which one back is not said by
    /// the ways alone: what leads back in the order of the pages is cut first, from the last page on, and last what leads
    /// away from a page that may only tell something. No page is left without a way to it, and none that had one without
    /// a way to an end.
    fn cut(&mut self, whole: Vec<Vec<Option<usize>>>, through: &[Set], exits: &Exits) {
        let start = self.order.first().copied().unwrap_or(0);
        // Where nothing else is an end, it is one to be turned away.
        let none = Exits::default();
        let mut ways = Ways {
            whole: &whole,
            exits,
            gone: BTreeSet::new(),
        };
        if !ways.reach(start, None).1 {
            ways.exits = &none;
        }
        let exits = ways.exits;
        ways.gone = self.returns.clone();
        let round = self.round(&whole);
        let mut links: Vec<(usize, usize, usize)> = Vec::new();
        for at in self.order.iter().copied() {
            for (link, to) in whole.get(at).into_iter().flatten().enumerate() {
                links.extend(to.filter(|to| round.get(*to) == round.get(at)).map(|to| (at, link, to)));
            }
        }
        links.sort_unstable_by_key(|(at, link, to)| (to > at, exits.pages.contains(at), Reverse(*at), *link));
        if links.len() > MOST_LINKS {
            links.clear();
        }
        for (at, link, to) in links.iter().copied() {
            if !ways.is_in_circle(at, link, to) {
                continue;
            }
            let ended = ways.reach(at, None).1;
            ways.gone.insert((at, link));
            let is_left = !ended || exits.pages.contains(&at) || ways.reach(at, None).1;
            if is_left && ways.reach(start, None).0.has(to) {
                if !ended {
                    self.returns.insert((at, link));
                }
            } else {
                ways.gone.remove(&(at, link));
            }
        }
        // What is left can only be cut where a way ends by it: where nobody comes to an end on that way in any case.
        for (at, link, to) in links {
            if !ways.is_in_circle(at, link, to) {
                continue;
            }
            let source = Ways {
                whole: &whole,
                exits,
                gone: self.returns.clone(),
            };
            if source.reach(to, through.get(at)).1 {
                continue;
            }
            ways.gone.insert((at, link));
            if ways.reach(start, None).0.has(to) {
                self.returns.insert((at, link));
            } else {
                ways.gone.remove(&(at, link));
            }
        }
        let gone = ways.gone;
        self.order.clear();
        self.targets = whole;
        for (at, link) in &gone {
            if let Some(slot) = self.targets.get_mut(*at).and_then(|links| links.get_mut(*link)) {
                *slot = None;
            }
        }
        self.circles = gone.into_iter().collect();
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

/// The links between pages without those that are gone.
struct Ways<'a> {
    whole: &'a [Vec<Option<usize>>],
    exits: &'a Exits,
    gone: BTreeSet<(usize, usize)>,
}

impl Ways<'_> {
    /// The pages that `page` leads to, with itself, and whether any way from it leads to an end that is no exit; not over
    /// pages to avoid.
    fn reach(&self, page: usize, avoid: Option<&Set>) -> (Set, bool) {
        let (mut seen, mut ends) = (Set::none(self.whole.len()), false);
        let mut left = vec![page];
        while let Some(at) = left.pop() {
            if seen.has(at) || avoid.is_some_and(|avoid| avoid.has(at)) {
                continue;
            }
            seen.add(at);
            let links = self.whole.get(at).map(Vec::as_slice).unwrap_or_default();
            for (link, to) in links.iter().enumerate() {
                if self.gone.contains(&(at, link)) {
                    continue;
                }
                match to {
                    Some(to) => left.push(*to),
                    None => ends |= !self.exits.links.contains(&(at, link)),
                }
            }
            ends |= links.is_empty() && !self.exits.pages.contains(&at);
        }
        (seen, ends)
    }

    /// Whether a link is there and leads to a page that leads back to it.
    fn is_in_circle(&self, at: usize, link: usize, to: usize) -> bool {
        !self.gone.contains(&(at, link)) && self.reach(to, None).0.has(at)
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
    fn a_circle_with_two_ways_in_is_cut_at_the_link_back_however_many_pages_come_after_it() {
        for straight in [1, 4_000] {
            let mut targets = vec![vec![Some(1), Some(2)], vec![Some(2)], vec![Some(1), Some(3)]];
            targets.extend((4..3 + straight).map(|next| vec![Some(next)]));
            targets.push(vec![]);
            let graph = Graph::new(0, targets);
            assert_eq!(graph.circles, [(2, 0)], "{straight}");
            assert_eq!(graph.order.len(), 3 + straight);
        }
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

    type Links = Vec<(usize, usize)>;

    /// The links that are cut, and those of them that refuse who takes them.
    fn cut(targets: &[&[Option<usize>]]) -> (Links, Links) {
        let count = targets.len();
        let graph = Graph::new(0, targets.iter().map(|links| links.to_vec()).collect());
        assert_eq!(graph.order.len(), count, "{targets:?}: what was reached is reached");
        let place = |page: usize| graph.order.iter().position(|at| *at == page);
        for (at, links) in graph.targets.iter().enumerate() {
            for to in links.iter().copied().flatten() {
                assert!(place(at) < place(to), "{targets:?}: {at} comes before {to}");
            }
        }
        (graph.circles, Vec::from_iter(graph.returns))
    }

    #[test]
    fn of_a_circle_with_two_ways_in_the_link_back_is_cut() {
        let on = |to: usize| Some(to);
        // Both orders of the links that lead into the circle of 1 and 2.
        assert_eq!(cut(&[&[on(1), on(2)], &[on(2)], &[on(1), on(3)], &[]]).0, [(2, 0)]);
        assert_eq!(cut(&[&[on(2), on(1)], &[on(2)], &[on(3), on(1)], &[]]).0, [(2, 1)]);
        // Two branches that meet on a page that leads back to both.
        assert_eq!(
            cut(&[
                &[on(1), on(2), on(4)],
                &[on(3)],
                &[on(3)],
                &[on(1), on(2), on(4)],
                &[None]
            ])
            .0,
            [(3, 0), (3, 1)]
        );
        // The only way on of a page is kept, also where it leads back in the order of the pages.
        assert_eq!(
            cut(&[&[on(1), on(2), on(3)], &[on(0), on(3)], &[on(1)], &[on(2), None]]),
            (vec![(1, 0), (3, 0)], vec![(1, 0)])
        );
        assert_eq!(cut(&[&[on(1), on(2)], &[on(2), on(3)], &[on(1)], &[]]).0, [(1, 0)]);
    }

    #[test]
    fn a_circle_that_is_no_way_to_an_end_refuses_who_comes_into_it() {
        let on = |to: usize| Some(to);
        // Nothing leads out of the circle of 1 and 2.
        let ends = cut(&[&[on(1), on(2), on(3)], &[on(2)], &[on(1)], &[]]);
        assert_eq!(ends, (vec![(2, 0)], vec![(2, 0)]));
        // Page 1 is only a way from 3, and round to it again: it is still seen.
        let round = cut(&[&[on(2), on(3)], &[on(2)], &[on(3)], &[on(1), None]]);
        assert_eq!(round, (vec![(1, 0)], vec![(1, 0)]));
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
