//! Routes: which answer leads where, and when each step is on the path.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use serde_json::Value;

use super::asked;
use super::questions::NONE_OF_THE_ABOVE;
use crate::draft::Draft;
use crate::exit::{Spot, stop, turn_back};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::known::{Answer, Compare, Known, compare};
use crate::routing::Graph;
use crate::rules::{self, all, any, fails, holds};

/// A route that leads away from a step.
pub(super) struct Route<'a> {
    pub(super) at: At<'a>,
    /// None is the end of the form.
    pub(super) to: Option<usize>,
    /// The answer that takes it; none takes everybody.
    pub(super) answer: Option<String>,
    /// The step whose answer it is.
    pub(super) asks: usize,
}

/// The step after this one.
pub(super) fn next(at: usize, step: &At<'_>, steps: &[At<'_>], numbers: &BTreeMap<String, usize>) -> Option<usize> {
    let named = step.any(&["next_step_id", "next_page"]);
    match named.scalar() {
        Some(id) => numbers.get(&id).copied(),
        // Without any such field the row itself says what follows.
        None => {
            let written = steps
                .iter()
                .any(|step| step.has("next_step_id") || step.has("next_page"));
            (!written && at + 1 < steps.len()).then_some(at + 1)
        }
    }
}

pub(super) fn read_routes<'a>(
    at: usize,
    step: &At<'a>,
    steps: &[At<'a>],
    numbers: &BTreeMap<String, usize>,
    routes: &mut [Vec<Route<'a>>],
    exits: &mut Vec<At<'a>>,
    draft: &mut Draft,
) {
    let own = step.get("routing_conditions");
    let listed = if own.is_there() {
        own
    } else {
        asked(step).get("routing_conditions")
    };
    if listed.is_there() && !listed.is_list() {
        let message = "routes are a list: what stands here is none";
        draft.report.lost(&listed.path, "condition_not_carried", message);
    }
    for condition in listed.items() {
        let named = |names: [&str; 2]| {
            let given = condition.any(&names);
            given.scalar().map(|id| numbers.get(&id).copied().ok_or(given.path))
        };
        let (from, asks) = match (
            named(["routing_page_id", "routing_step_id"]).transpose(),
            named(["check_page_id", "check_step_id"]).transpose(),
        ) {
            (Ok(from), Ok(asks)) => (from.unwrap_or(at), asks),
            (Err(path), _) | (_, Err(path)) => {
                let message = "the route hangs on a step that is not in the form: it is never taken";
                draft.report.lost(&path, "unknown_page", message);
                continue;
            }
        };
        let is_exit = ["exit_page_markdown", "exit_page_heading"]
            .iter()
            .any(|name| condition.get(name).word().is_some());
        let goto = condition.any(&["goto_page_id", "goto_step_id"]);
        let to = if is_exit {
            exits.push(condition.clone());
            Some(steps.len() + exits.len() - 1)
        } else {
            match goto.scalar() {
                Some(id) => match numbers.get(&id) {
                    Some(to) => Some(*to),
                    None => {
                        draft
                            .report
                            .lost(&goto.path, "unknown_page", "the route leads to no step of the form");
                        continue;
                    }
                },
                None if condition.get("skip_to_end").is_true() => None,
                None => {
                    draft
                        .report
                        .lost(&condition.path, "unknown_page", "the route leads nowhere");
                    continue;
                }
            }
        };
        let route = Route {
            answer: condition.get("answer_value").word().map(str::to_owned),
            to,
            asks: asks.unwrap_or(from),
            at: condition,
        };
        if let Some(list) = routes.get_mut(from) {
            list.push(route);
        }
    }
}

/// The ways between steps.
pub(super) struct Ways<'f, 'a> {
    pub(super) steps: &'f [At<'a>],
    /// The pages on which somebody is turned away: they come after the steps.
    pub(super) exits: &'f [At<'a>],
    pub(super) routes: &'f [Vec<Route<'a>>],
    /// Of each step, where its routes lead, and last where it goes on without; none is the end of the form.
    pub(super) targets: &'f [Vec<Option<usize>>],
    pub(super) graph: &'f Graph,
}

impl Ways<'_, '_> {
    /// The routes that lead back to a step before theirs and refuse who takes them: nobody comes to the end of the source by
    /// them. None where nobody comes there at all.
    fn refusing(&self) -> BTreeSet<(usize, usize)> {
        let steps = self.graph.order.iter().filter(|at| **at < self.steps.len());
        let mut ends = steps.filter_map(|at| self.targets.get(*at));
        if !ends.any(|targets| targets.contains(&None)) {
            return BTreeSet::new();
        }
        // One that leads back and refuses nobody may be the one that is taken, before those behind it.
        let returns = &self.graph.returns;
        let mut unsure: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, link) in self.graph.circles.iter().filter(|circle| !returns.contains(circle)) {
            let first = unsure.entry(*at).or_insert(*link);
            *first = (*first).min(*link);
        }
        let is_sure = |(at, link): &(usize, usize)| unsure.get(at).is_none_or(|first| link < first);
        returns.iter().copied().filter(is_sure).collect()
    }
}

/// When each step is on the path, and who cannot submit.
pub(super) fn route(
    ways: &Ways<'_, '_>,
    known: &BTreeMap<usize, Known>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) -> Result<(), ImportFinding> {
    let Ways {
        steps,
        exits,
        routes,
        graph,
        ..
    } = *ways;
    let circles: BTreeSet<(usize, usize)> = graph.circles.iter().copied().collect();
    let refusing = ways.refusing();
    let mut taken: Vec<Vec<Value>> = Vec::new();
    for (at, own) in routes.iter().enumerate() {
        // Each route takes the opposites of all before it.
        draft.count_size(own.len() * own.len() * 8, "/steps")?;
        let mut before = Vec::new();
        let mut rules = Vec::new();
        for (link, route) in own.iter().enumerate() {
            let rule = match (&route.answer, graph.is_reached(at)) {
                (None, _) | (_, false) => Value::Bool(true),
                (Some(answer), true) => answered_with(route, answer, at, graph, known, draft),
            };
            rules.push(all([fails(any(before.clone())), rule.clone()]));
            // Who cannot be refused goes on: a route that leads back takes no other step away then.
            if !circles.contains(&(at, link)) || refusing.contains(&(at, link)) {
                before.push(rule);
            }
        }
        rules.push(fails(any(before)));
        taken.push(rules);
    }
    let mut computed: Vec<(String, usize, Value)> = Vec::new();
    let mut names = std::mem::take(&mut draft.question_names);
    let reached = graph.reached(&taken, &mut |at, rule| {
        let id = names.take(&format!("reached_{}", at + 1), "reached");
        let read = rules::var(&id);
        computed.push((id, at, holds(rule)));
        read
    });
    draft.question_names = names;
    for (at, place) in places {
        if let (Some(page), Some(rule)) = (draft.pages.get_mut(*place), reached.get(at)) {
            page.visible_when = (*rule != Value::Bool(true)).then(|| rule.clone());
        }
    }
    let mut made = Vec::new();
    for (id, at, rule) in computed {
        let path = steps.get(at).map(|step| step.path.clone()).unwrap_or_default();
        made.push(draft.hidden(id, &[], Text::new("路径", "Path"), rule, &path)?);
    }
    draft.put_hidden(made, "/steps");
    for (number, exit) in exits.iter().enumerate() {
        let at = steps.len() + number;
        let title = places
            .get(&at)
            .and_then(|place| draft.pages.get(*place))
            .map(|page| page.title.clone());
        let spot = Spot {
            page: places.get(&at).copied(),
            path: &exit.path,
        };
        if let Some(rule) = reached.get(&at) {
            stop(draft, rule, title, spot);
        }
    }
    for (at, link) in graph.circles.iter().copied() {
        let when = reached.get(&at).zip(taken.get(at).and_then(|own| own.get(link)));
        if let Some((when, here)) = when {
            let rule = all([when.clone(), here.clone()]);
            let refuses = refusing.contains(&(at, link));
            lead_back(ways, (at, link), (&rule, here), refuses, places, draft);
        }
    }
    Ok(())
}

/// Refuses who takes a link that leads back, or tells that it is not carried. `rule` says of everybody when it is taken,
/// `here` of who sees its step.
fn lead_back(
    ways: &Ways<'_, '_>,
    (at, link): (usize, usize),
    (rule, here): (&Value, &Value),
    refuses: bool,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) {
    let Some(step) = ways.steps.get(at) else { return };
    let route = ways.routes.get(at).and_then(|own| own.get(link));
    let path = route.map_or(&step.path, |route| &route.at.path);
    if *rule == Value::Bool(false) {
        let message = "the route leads back to a step before it, and is never taken";
        draft.report.differs(path, "loop", message);
        return;
    }
    let to = ways.targets.get(at).and_then(|own| *own.get(link)?);
    let title = to
        .filter(|to| *to != at)
        .and_then(|to| draft.pages.get(*places.get(&to)?))
        .map(|page| page.title.clone());
    let spot = Spot {
        page: places.get(&at).copied(),
        path: &step.path,
    };
    if refuses && turn_back(draft, rule, here, title, spot) {
        let message =
            "the route leads back to a step before it: who takes it cannot submit before the answers are others";
        draft.report.differs(path, "loop", message);
    } else {
        let message = if ways.graph.returns.contains(&(at, link)) {
            "the route leads back to a step before it, and is not carried: the form goes on, or ends, without it"
        } else {
            "the route closes a circle that one comes into at several steps, and is not carried: the form goes on without it"
        };
        draft.report.lost(path, "loop", message);
    }
}

fn answered_with(
    route: &Route<'_>,
    answer: &str,
    at: usize,
    graph: &Graph,
    known: &BTreeMap<usize, Known>,
    draft: &mut Draft,
) -> Value {
    let path = route.at.get("answer_value").path;
    let Some(asked) = known.get(&route.asks).filter(|_| graph.is_known_at(route.asks, at)) else {
        draft.report.lost(
            &path,
            "asked_later",
            "the route hangs on an answer that is not there yet: it is never taken",
        );
        return Value::Bool(false);
    };
    // Older files name the option that the source adds by what people read.
    let offers_none = matches!(&asked.answer, Answer::Choice(options) | Answer::Choices(options)
        if options.iter().any(|option| option == NONE_OF_THE_ABOVE));
    let answer = match answer {
        "None of the above" if offers_none => NONE_OF_THE_ABOVE,
        answer => answer,
    };
    match compare(asked, &[], Compare::Is, &Value::String(answer.to_owned())) {
        Ok(Value::Bool(_)) => {
            draft.report.lost(
                &path,
                "unknown_option",
                "the answer is no option of the step: the route is never taken",
            );
            Value::Bool(false)
        }
        Ok(rule) => holds(rule),
        Err(unable) => {
            draft.report.lost(
                &path,
                "condition_not_carried",
                format!("{}: the route is never taken", unable.message),
            );
            Value::Bool(false)
        }
    }
}
