//! Where it goes on after a page: `next`.
//!
//! A page with `next` has a value, the page that it jumps to, and hands on the jump that came over it where it makes none
//! of its own. A page that may be jumped over reads the value of the last such page before it. So a jump is an edge of the
//! dependency graph like any other, and there are no more of them than pages.

use super::finding::Finding;
use super::nodes::{Aspect, Node, pointer};
use super::wrong::Wrong;
use crate::definition::{Definition, Page};
use crate::rules::{Expr, Read};

/// A page's part in the jumps of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routing {
    /// The last page before it that has `next`, where one may jump over this page.
    pub(crate) before: Option<u32>,
    /// Its own jumps: the first whose rule is true decides.
    pub(crate) jumps: Vec<Jump>,
}

/// A jump.
#[derive(Debug, Clone)]
pub(crate) struct Jump {
    /// When; always where there is no rule.
    pub(crate) when: Option<Expr>,
    /// Whether it is always or never taken, whatever is answered.
    pub(crate) constant: Option<bool>,
    /// The node of the page.
    pub(crate) page: u32,
}

/// The page that a jump names, if it is one further down. Of pages that share a name (which is a fault of theirs) it is
/// one that can be meant.
pub(super) fn target(
    definition: &Definition,
    from: usize,
    to: &str,
    path: &str,
    findings: &mut Vec<Finding>,
) -> Option<u32> {
    let named = |page: &Page| page.id == to;
    let further_down = definition.pages.iter().skip(from + 1).position(named);
    if let Some(at) = further_down {
        return Some((from + 1 + at) as u32);
    }
    let page = to.to_owned();
    let wrong = if definition.pages.iter().any(named) {
        Wrong::JumpsBack { page }
    } else {
        Wrong::NoPage { page }
    };
    findings.push(Finding::new(format!("{path}/page"), wrong));
    None
}

/// Tells each page who may jump over it, and the graph that it reads it.
pub(super) fn lay(nodes: &mut [Node], pages: usize, reads: &mut Vec<(u32, Aspect, Read)>) {
    let (mut last, mut furthest) = (None, 0);
    for at in 0..pages as u32 {
        let node = &mut nodes[at as usize];
        let jumps = node
            .routing
            .as_ref()
            .map_or(&[][..], |routing| routing.jumps.as_slice());
        let jumps_to = jumps.iter().map(|jump| jump.page).max();
        if let Some(before) = last.filter(|_| furthest > at) {
            node.routing.get_or_insert_default().before = Some(before);
            let read = Read {
                node: before,
                shared: 0,
            };
            reads.push((at, Aspect::Shown, read));
            if jumps_to.is_some() {
                reads.push((at, Aspect::Value, read));
            }
        }
        if let Some(to) = jumps_to {
            (last, furthest) = (Some(at), furthest.max(to));
        }
    }
}

/// Finds the pages that every way jumps over, and the jumps that are never come to. `shown` says of each page whether it is
/// always or never shown, whatever is answered.
pub(super) fn check(nodes: &[Node], shown: &[Option<bool>], findings: &mut Vec<Finding>) {
    let mut reached = vec![false; shown.len() + 1];
    reached[0] = true;
    for (at, shown) in shown.iter().enumerate() {
        let routing = nodes[at].routing.as_ref();
        let mut goes_on = true;
        for (which, jump) in routing.iter().flat_map(|routing| &routing.jumps).enumerate() {
            if !goes_on {
                let path = format!("{}/next/{which}", pointer(&[at as u32]));
                findings.push(Finding::new(path, Wrong::NeverJumped));
            } else if reached[at] && *shown != Some(false) && jump.constant != Some(false) {
                reached[jump.page as usize] = true;
            }
            goes_on &= jump.constant != Some(true);
        }
        if reached[at] && (goes_on || *shown != Some(true)) {
            reached[at + 1] = true;
        }
        if !reached[at] {
            findings.push(Finding::new(pointer(&[at as u32]), Wrong::JumpedOver));
        }
    }
}
