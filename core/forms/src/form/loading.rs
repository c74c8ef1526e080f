//! From a definition to a form: each rule compiled, each thing checked, the dependency graph laid.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_protocol::ListCode;
use serde_json::Value;

use super::finding::{Finding, is_full};
use super::nodes::{Around, Aspect, Node, Nodes, OptionSet, Reader, choices, options_of, pointer, question_at};
use super::routing::{self, Jump};
use super::wrong::Wrong;
use super::{Form, check, order, shape};
use crate::definition::{Definition, Kind};
use crate::rules::{Compiled, Evaluator, Expr, Fault, Read, compile};

/// The most rules of a form: a code table is compiled for each question that uses it, and ten thousand times ten thousand
/// are more than any memory holds.
const MOST_RULES: usize = 500_000;

/// Checks a definition and prepares it.
pub(super) fn load(definition: Definition) -> Result<Form, Vec<Finding>> {
    let mut findings = Vec::new();
    check::definition(&definition, &mut findings);
    let nodes = Nodes::of(&definition, &mut findings);
    let mut loading = Loading {
        definition: &definition,
        nodes: &nodes,
        findings,
        reads: Vec::new(),
        rules: 0,
        calendar: false,
        pages_shown: vec![None; definition.pages.len()],
        lists: Vec::new(),
    };
    let compiled = loading.all();
    let Loading {
        mut findings,
        mut reads,
        calendar,
        pages_shown,
        lists,
        ..
    } = loading;
    let Nodes {
        list: mut nodes, top, ..
    } = nodes;
    for (node, rules) in nodes.iter_mut().zip(compiled) {
        rules.put_into(node);
    }
    routing::lay(&mut nodes, pages_shown.len(), &mut reads);
    routing::check(&nodes, &pages_shown, &mut findings);
    connect(&mut nodes, reads);
    let order = order::arrange(&mut nodes, &mut findings);
    if findings.is_empty() {
        Ok(Form {
            definition,
            nodes,
            top,
            order,
            calendar,
            lists,
        })
    } else {
        Err(findings)
    }
}

/// The compiled rules of one node.
#[derive(Default)]
struct Rules {
    visible_when: Option<Expr>,
    required_when: Option<Expr>,
    computed: Option<Expr>,
    checks: Vec<Expr>,
    options: Option<OptionSet>,
    pattern: Option<regex_lite::Regex>,
    jumps: Vec<Jump>,
}

impl Rules {
    fn put_into(self, node: &mut Node) {
        node.visible_when = self.visible_when;
        node.required_when = self.required_when;
        node.computed = self.computed;
        node.checks = self.checks;
        node.options = self.options;
        node.pattern = self.pattern;
        if !self.jumps.is_empty() {
            node.routing.get_or_insert_default().jumps = self.jumps;
        }
    }
}

/// A definition while it is loaded.
struct Loading<'a> {
    definition: &'a Definition,
    nodes: &'a Nodes,
    findings: Vec<Finding>,
    reads: Vec<(u32, Aspect, Read)>,
    /// How many rules were compiled.
    rules: usize,
    /// Whether a rule reads the city's calendar.
    calendar: bool,
    /// Of each page whether it is always or never shown, whatever is answered.
    pages_shown: Vec<Option<bool>>,
    lists: Vec<ListCode>,
}

impl Loading<'_> {
    fn all(&mut self) -> Vec<Rules> {
        let mut tables: BTreeMap<&str, Arc<BTreeMap<Box<str>, u32>>> = BTreeMap::new();
        for (name, table) in &self.definition.code_tables {
            tables.insert(name, Arc::new(check::index(table)));
        }
        (0..self.nodes.list.len() as u32)
            .map(|node| self.node(node, &tables))
            .collect()
    }

    fn node(&mut self, node: u32, tables: &BTreeMap<&str, Arc<BTreeMap<Box<str>, u32>>>) -> Rules {
        let steps = &self.nodes.list[node as usize].steps;
        let path = pointer(steps);
        let Some(question) = question_at(self.definition, steps) else {
            return self.page(node, &path);
        };
        check::question(self.definition, question, &path, &mut self.findings);
        if let Some(list) = question.kind.list().filter(|list| !self.lists.contains(list)) {
            self.lists.push(list.clone());
        }
        let mut rules = Rules {
            visible_when: self.shown(node, question.visible_when.as_ref(), &path, Wrong::NeverShown),
            ..Rules::default()
        };
        if let Some(rule) = &question.required_when {
            rules.required_when = self.decision(node, Aspect::State, rule, &format!("{path}/required_when"));
        }
        for (at, check) in question.valid_when.iter().enumerate() {
            let rule = self.decision(
                node,
                Aspect::State,
                &check.rule,
                &format!("{path}/valid_when/{at}/rule"),
            );
            rules.checks.extend(rule);
        }
        match &question.kind {
            Kind::Computed { value, .. } => {
                rules.computed = self.rule(node, Aspect::Value, value, &format!("{path}/value"));
            }
            Kind::Text {
                pattern: Some(pattern), ..
            } => match check::pattern(pattern) {
                Ok(pattern) => rules.pattern = Some(pattern),
                Err(said) => {
                    let path = format!("{path}/pattern");
                    self.findings.push(Finding::new(path, Wrong::BadPattern { said }));
                }
            },
            _ => {}
        }
        if let Some(options) = options_of(&question.kind) {
            let offered = choices(self.definition, options);
            let index = match &options.code_table {
                Some(table) => tables.get(table.as_str()).cloned().unwrap_or_default(),
                None => Arc::new(check::index(offered)),
            };
            let place = match &options.code_table {
                Some(table) => format!("/code_tables/{}", shape::escaped(table)),
                None => format!("{path}/options"),
            };
            let mut own = BTreeMap::new();
            for (at, choice) in offered.iter().enumerate() {
                if let Some(rule) = &choice.visible_when
                    && let Some(rule) = self.decision(node, Aspect::State, rule, &format!("{place}/{at}/visible_when"))
                {
                    own.insert(at as u32, rule);
                }
            }
            rules.options = Some(OptionSet { index, rules: own });
        }
        rules
    }

    fn page(&mut self, node: u32, path: &str) -> Rules {
        let page = &self.definition.pages[node as usize];
        let visible_when = self.shown(node, page.visible_when.as_ref(), path, Wrong::PageNeverShown);
        let mut jumps = Vec::with_capacity(page.next.len());
        for (at, next) in page.next.iter().enumerate() {
            let path = format!("{path}/next/{at}");
            let target = routing::target(self.definition, node as usize, &next.page, &path, &mut self.findings);
            let (when, constant) = match &next.when {
                None => (None, Some(true)),
                Some(rule) => match self.constant_or_not(node, Aspect::Value, rule, &format!("{path}/when")) {
                    Some((when, constant)) => (Some(when), constant),
                    // What is wrong with the rule was said; the page that it leads to is no worse for it.
                    None => (None, None),
                },
            };
            jumps.extend(target.map(|page| Jump { when, constant, page }));
        }
        Rules {
            visible_when,
            jumps,
            ..Rules::default()
        }
    }

    /// A rule that shows something; one that reads nothing and does not hold hides it for ever.
    fn shown(&mut self, node: u32, rule: Option<&Value>, path: &str, never: Wrong) -> Option<Expr> {
        let path = format!("{path}/visible_when");
        let (expr, constant) = match rule {
            Some(rule) => self.constant_or_not(node, Aspect::Shown, rule, &path)?,
            None => {
                self.always_shown(node, Some(true));
                return None;
            }
        };
        self.always_shown(node, constant);
        if constant == Some(false) {
            self.findings.push(Finding::new(path, never));
        }
        Some(expr)
    }

    fn always_shown(&mut self, node: u32, constant: Option<bool>) {
        if let Some(page) = self.pages_shown.get_mut(node as usize) {
            *page = constant;
        }
    }

    /// A rule, and whether it holds or not whatever is answered, if that is so.
    fn constant_or_not(&mut self, node: u32, aspect: Aspect, rule: &Value, path: &str) -> Option<(Expr, Option<bool>)> {
        let before = self.reads.len();
        let expr = self.decision(node, aspect, rule, path)?;
        let constant = if self.reads.len() == before {
            let run = Evaluator::new(Some(&NoAnswers), None);
            run.eval(&expr, &crate::rules::Val::Null).truth()
        } else {
            None
        };
        Some((expr, constant))
    }

    /// A rule that holds or not. A text or a number is true whatever is answered: it was meant to be an operation.
    fn decision(&mut self, node: u32, aspect: Aspect, rule: &Value, path: &str) -> Option<Expr> {
        if matches!(rule, Value::Object(_) | Value::Bool(_)) {
            return self.rule(node, aspect, rule, path);
        }
        self.findings.push(Finding::new(path, Wrong::NoDecision));
        None
    }

    fn rule(&mut self, node: u32, aspect: Aspect, rule: &Value, path: &str) -> Option<Expr> {
        self.rules += 1;
        if self.rules > MOST_RULES {
            if self.rules == MOST_RULES + 1 {
                self.findings
                    .push(Finding::new("", Wrong::TooManyRules { most: MOST_RULES }));
            }
            return None;
        }
        let chain = &self.nodes.list[node as usize].chain;
        let names = Around {
            definition: self.definition,
            nodes: self.nodes,
            chain,
        };
        match compile(rule, &names) {
            Ok(Compiled { expr, reads, calendar }) => {
                self.calendar |= calendar;
                self.reads.extend(reads.into_iter().map(|read| (node, aspect, read)));
                Some(expr)
            }
            Err(faults) => {
                for Fault { pointer, wrong } in faults {
                    // What hangs on an id that is in doubt is said at the id.
                    let Some(wrong) = wrong else { continue };
                    // A code table's rule is compiled for each question that uses it; its faults are told once.
                    let finding = Finding::new(format!("{path}{pointer}"), wrong);
                    let told = finding.path.starts_with("/code_tables/") && self.findings.contains(&finding);
                    if !is_full(&self.findings) && !told {
                        self.findings.push(finding);
                    }
                }
                None
            }
        }
    }
}

/// No question at all is answered.
struct NoAnswers;

impl crate::rules::Source for NoAnswers {
    fn answer(&self, _node: u32) -> crate::rules::Val {
        crate::rules::Val::Unknown
    }
    fn field(&self, _row: u32, _node: u32) -> crate::rules::Val {
        crate::rules::Val::Unknown
    }
    fn field_named(&self, _row: u32, _name: &str) -> crate::rules::Val {
        crate::rules::Val::Unknown
    }
}

/// Lays the dependency graph: who reads whom, and what stands in what.
fn connect(nodes: &mut [Node], reads: Vec<(u32, Aspect, Read)>) {
    for node in nodes.iter_mut() {
        let shared = node.depth();
        let readers = node.children.iter().map(|child| Reader {
            node: *child,
            aspect: Aspect::Shown,
            shared,
        });
        node.shown_readers = readers.collect();
    }
    for (node, aspect, read) in reads {
        nodes[read.node as usize].value_readers.push(Reader {
            node,
            aspect,
            shared: read.shared,
        });
    }
}
