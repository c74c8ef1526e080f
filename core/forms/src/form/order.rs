//! The order of evaluation: who is read before who reads. A circle of rules has none and is named.

use std::collections::VecDeque;

use onehall_protocol::{Language, Text};

use super::finding::Finding;
use super::nodes::{Aspect, Node, Reader, pointer};
use super::wrong::Wrong;

const ASPECTS: [Aspect; 3] = [Aspect::Shown, Aspect::Value, Aspect::State];

/// How many circles are named; who has more, mends these first.
const MOST: usize = 20;

/// How many steps of a circle are named.
const MOST_NAMED: usize = 30;

/// Gives each aspect of each node its rank, and the order itself. Every circle becomes a finding.
pub(super) fn arrange(nodes: &mut [Node], findings: &mut Vec<Finding>) -> Vec<(u32, Aspect)> {
    let total = nodes.len() * 3;
    let mut waits: Vec<u32> = vec![0; total];
    for at in 0..total {
        each_reader(nodes, at, |reader| waits[reader] += 1);
    }
    let mut ready: VecDeque<usize> = (0..total).filter(|at| waits[*at] == 0).collect();
    let mut order = Vec::with_capacity(total);
    let mut done = vec![false; total];
    let mut named = 0;
    loop {
        while let Some(at) = ready.pop_front() {
            if std::mem::replace(&mut done[at], true) {
                continue;
            }
            let (node, aspect) = ((at / 3) as u32, ASPECTS[at % 3]);
            nodes[node as usize].ranks[aspect as usize] = order.len() as u32;
            order.push((node, aspect));
            let mut freed = Vec::new();
            each_reader(nodes, at, |reader| {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    freed.push(reader);
                }
            });
            ready.extend(freed);
        }
        let Some(circle) = circle(nodes, &done).filter(|_| named < MOST) else {
            return order;
        };
        named += 1;
        let node = &nodes[circle[0] / 3];
        let names = Text::new(
            names(nodes, &circle, Language::ZhCn),
            names(nodes, &circle, Language::En),
        );
        findings.push(Finding::new(pointer(&node.steps), Wrong::Cycle { names }));
        // Take the circle as settled, to find the next one.
        ready.extend(circle);
    }
}

/// The whole circle, back to where it begins.
fn names(nodes: &[Node], circle: &[usize], language: Language) -> String {
    let around = circle.iter().take(MOST_NAMED).chain(circle.first());
    let mut names: Vec<String> = around.map(|at| name(nodes, *at, language)).collect();
    if circle.len() > MOST_NAMED {
        let more = circle.len() - MOST_NAMED;
        let more = match language {
            Language::ZhCn => format!("另外 {more} 项"),
            Language::En => format!("{more} more"),
        };
        names.insert(MOST_NAMED, more);
    }
    names.join(", ")
}

fn name(nodes: &[Node], at: usize, language: Language) -> String {
    let is_page = nodes[at / 3].steps.len() == 1;
    let (zh, en) = match ASPECTS[at % 3] {
        Aspect::Value if is_page => ("接下来到哪一页", "where it goes on"),
        Aspect::Shown => ("是否显示", "whether it is shown"),
        Aspect::Value => ("值", "its value"),
        Aspect::State => ("校验", "its checks"),
    };
    let what = match language {
        Language::ZhCn => zh,
        Language::En => en,
    };
    let node = &nodes[at / 3];
    let groups: String = node
        .chain
        .iter()
        .map(|group| format!("{}/", nodes[*group as usize].id))
        .collect();
    format!("{groups}{} ({what})", node.id)
}

/// A circle among what is not done yet.
fn circle(nodes: &[Node], done: &[bool]) -> Option<Vec<usize>> {
    let mut before = vec![usize::MAX; done.len()];
    let mut start = None;
    for at in (0..done.len()).filter(|at| !done[*at]) {
        each_reader(nodes, at, |reader| {
            if !done[reader] {
                before[reader] = at;
            }
        });
        start = start.or(Some(at));
    }
    // Who is not done waits for another that is not done: going back long enough ends in a circle.
    let mut seen = vec![false; done.len()];
    let mut at = start?;
    while !seen[at] {
        seen[at] = true;
        at = *before.get(at).filter(|at| **at != usize::MAX)?;
    }
    let mut circle = vec![at];
    let mut next = before[at];
    while next != at {
        circle.push(next);
        next = before[next];
    }
    circle.reverse();
    Some(circle)
}

fn each_reader(nodes: &[Node], at: usize, mut tell: impl FnMut(usize)) {
    let node = &nodes[at / 3];
    let mut all = |readers: &[Reader]| {
        for reader in readers {
            tell(reader.node as usize * 3 + reader.aspect as usize);
        }
    };
    match ASPECTS[at % 3] {
        Aspect::Shown => {
            all(&node.shown_readers);
            tell(at + 1);
            tell(at + 2);
        }
        Aspect::Value => {
            all(&node.value_readers);
            tell(at + 1);
        }
        Aspect::State => {}
    }
}
