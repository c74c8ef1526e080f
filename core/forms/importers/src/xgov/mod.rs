//! XGov and DEFRA digital form builder: pages with links, named conditions, lists, sections, repeating pages.
//!
//! Its versions are read alike: lists beside the components or values in them, conditions as structures or expressions,
//! pages with links (`next`) or, in DEFRA's second engine, pages in a row that have a condition each.

mod components;
mod conditions;
mod coordinates;
mod evaluated;
mod expression;
mod fields;
mod pages;
mod routes;
mod sheets;

use std::collections::BTreeMap;

use onehall_forms::Kind;
use onehall_protocol::Text;
use serde_json::Value;

use components::{Wait, Waiting};
use conditions::{Conditions, Field, Place};
use pages::{Node, Role};

use crate::draft::{Draft, MOST_PAGES, question_at, too_many_pages};
use crate::finding::{ImportFinding, refused};
use crate::json::{At, Json};
use crate::known::{Compare, compare};
use crate::routing::Graph;
use crate::rules::{all, any};

/// A form while it is read.
struct Form<'a> {
    lists: BTreeMap<String, At<'a>>,
    /// Sections by name: their titles stand over the questions of their pages.
    sections: BTreeMap<String, At<'a>>,
    /// Whether conditions name a field without its section.
    flat: bool,
    /// Whether a field for files takes any number of them where it says nothing: that of DEFRA does.
    many_files: bool,
    fields: Vec<(String, Field)>,
    waiting: Vec<Waiting>,
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
    let mut nodes = pages::nodes(root, &pages, draft);
    let start = pages::start(root, &nodes, draft);
    let targets = nodes
        .iter()
        .map(|node| node.links.iter().map(|link| link.to).collect())
        .collect();
    let graph = Graph::with_exits(start, targets, &pages::that_may_turn_away(&nodes));
    pages::tell_of_unreached(&nodes, &graph, draft);
    pages::exits(&mut nodes, &graph, draft);

    let mut lists = BTreeMap::new();
    for list in root.get("lists").items() {
        for name in ["name", "id"] {
            if let Some(name) = list.get(name).word() {
                lists.insert(name.to_owned(), list.clone());
            }
        }
    }
    let mut sections = BTreeMap::new();
    for section in root.get("sections").items() {
        for name in ["name", "id"] {
            if let Some(name) = section.get(name).word() {
                sections.insert(name.to_owned(), section.clone());
            }
        }
    }
    let mut form = Form {
        lists,
        sections,
        flat: pages::is_second_engine(root),
        many_files: pages::is_second_engine(root) || nodes.iter().any(pages::is_for_files),
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
    let mut conditions = Conditions::new(root, &graph, form.flat);
    for (name, field) in &form.fields {
        conditions.add(name, field);
    }
    let reached = routes::route(&nodes, &graph, &conditions, &places, draft)?;
    for waiting in &form.waiting {
        put(waiting, &conditions, draft)?;
    }
    for (steps, field, node) in repeats {
        sheets::count_rows(&steps, &field, node, &conditions, draft);
    }
    routes::stop_at_exits(&nodes, &reached, &places, draft);
    routes::refuse_by_links(&nodes, &graph, &reached, &places, draft);
    declaration(root, &nodes, &reached.when, draft)?;
    what_is_lost(root, draft);
    Ok(())
}

fn put(waiting: &Waiting, conditions: &Conditions<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let place = Place {
        page: waiting.node,
        groups: &waiting.groups,
    };
    let rule = match &waiting.condition {
        Wait::Named(name, path) => conditions.hiding(name, path, place, &mut draft.report),
        Wait::Chosen(known, value) => compare(known, &waiting.groups, Compare::Is, &Value::String(value.clone())).ok(),
    };
    let Some(rule) = rule else { return Ok(()) };
    draft.count_rule(&rule, "/pages")?;
    let Some(question) = question_at(&mut draft.pages, &waiting.steps) else {
        return Ok(());
    };
    let slot = match (&waiting.option, &mut question.kind) {
        (None, _) => &mut question.visible_when,
        (Some(value), Kind::Choice { options } | Kind::Choices { options, .. }) => {
            match options.options.iter_mut().find(|option| option.value == *value) {
                Some(option) => &mut option.visible_when,
                None => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    *slot = Some(all(slot.take().into_iter().chain([rule])));
    Ok(())
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

const FEES: &str = "fees are a matter of the service item, not of a form";
const PAYMENT: &str = "a payment is part of a case here, not of a form";
const OUTPUT: &str = "where the source sends answers is a matter of the service item's workflow";
const SETTINGS: &str = "settings of the source's own runner";

fn what_is_lost(root: &At<'_>, draft: &mut Draft) {
    let told = [
        ("fees", "fees", FEES),
        ("outputs", "output", OUTPUT),
        ("output", "output", OUTPUT),
        ("specialPages", "special_pages", "the receipt is the hall's own"),
        ("feeOptions", "fees", FEES),
        ("payApiKey", "payment", PAYMENT),
        ("paymentReferenceFormat", "payment", PAYMENT),
        ("webhooks", "output", OUTPUT),
        ("feedback", "feedback", "how people rate it is asked by the hall"),
        ("authentication", "settings", SETTINGS),
        ("allowedPages", "settings", SETTINGS),
        ("exitOptions", "settings", SETTINGS),
        ("toggle", "settings", SETTINGS),
        ("analytics", "settings", SETTINGS),
        ("fullStartPage", "settings", SETTINGS),
    ];
    for (name, code, message) in told {
        let given = root.get(name);
        let says = match given.value {
            Json::Null | Json::Bool(false) => false,
            Json::Text(text) => !text.trim().is_empty(),
            Json::List(items) => !items.is_empty(),
            Json::Map(fields) => !fields.is_empty(),
            Json::Bool(true) | Json::Number(_) => true,
        };
        if says {
            draft.report.lost(&given.path, code, message);
        }
    }
}
