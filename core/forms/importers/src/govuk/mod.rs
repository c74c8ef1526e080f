//! GOV.UK Forms: steps with one question each, in a row, and routes that leave some of them out.

mod questions;
mod routes;

use std::collections::BTreeMap;

use onehall_forms::{NoteTone, Page};
use onehall_protocol::Text;

use routes::{Route, Ways, next, read_routes, route};

use crate::draft::{Draft, MOST_PAGES, too_many_pages};
use crate::finding::{ImportFinding, refused};
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::known::Known;
use crate::routing::Graph;

pub(crate) fn import(root: &At<'_>, language_given: bool, draft: &mut Draft) -> Result<(), ImportFinding> {
    let listed = root.any(&["steps", "pages"]);
    let mut steps = listed.items();
    if steps.is_empty() {
        return Err(refused(&listed.path, "no_pages", "there are no steps in it"));
    }
    if steps.len() > MOST_PAGES / 2 {
        return Err(too_many_pages());
    }
    if let Some(language) = root.get("language").word().filter(|_| !language_given) {
        draft.texts.set_language(language);
    }
    // The steps of a form are in their order, but nothing says that a file has them so.
    if steps.iter().all(|step| step.get("position").number().is_some()) {
        steps.sort_by(|a, b| {
            a.get("position")
                .number()
                .unwrap_or(0.0)
                .total_cmp(&b.get("position").number().unwrap_or(0.0))
        });
    }
    draft.title = draft.texts.label(&root.get("name"));
    draft.code = root.get("form_slug").word().map(str::to_owned);

    // Steps first, then the pages on which somebody is turned away.
    let numbers: BTreeMap<String, usize> = steps
        .iter()
        .enumerate()
        .filter_map(|(at, step)| Some((step.get("id").scalar()?, at)))
        .collect();
    let mut routes: Vec<Vec<Route<'_>>> = steps.iter().map(|_| Vec::new()).collect();
    let mut exits: Vec<At<'_>> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let follows = step.any(&["next_step_id", "next_page"]);
        if follows.is_there() && follows.scalar().is_none_or(|id| !numbers.contains_key(&id)) {
            let message = "what follows is no step of the form: the form ends here";
            draft.report.lost(&follows.path, "unknown_page", message);
        }
        read_routes(at, step, &steps, &numbers, &mut routes, &mut exits, draft);
    }
    for own in &mut routes {
        // A route for everybody else comes after those for an answer, wherever it is written.
        own.sort_by_key(|route| route.answer.is_none());
    }
    let targets: Vec<Vec<Option<usize>>> = (0..steps.len() + exits.len())
        .map(|at| {
            let Some(step) = steps.get(at) else { return Vec::new() };
            let own = routes.get(at).map(Vec::as_slice).unwrap_or_default();
            own.iter()
                .map(|route| route.to)
                .chain([next(at, step, &steps, &numbers)])
                .collect()
        })
        .collect();
    let first = root
        .get("start_page")
        .scalar()
        .and_then(|start| numbers.get(&start).copied())
        .unwrap_or(0);
    let graph = Graph::new(first, targets.clone());

    let mut known: BTreeMap<usize, Known> = BTreeMap::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for at in &graph.order {
        let page = match steps.get(*at) {
            Some(step) => step_page(*at, step, &mut known, draft)?,
            None => match exits.get(at - steps.len()) {
                Some(exit) => Some(exit_page(exit, draft)?),
                None => None,
            },
        };
        if let Some(page) = page {
            places.insert(*at, draft.pages.len());
            draft.pages.push(page);
        }
    }
    for (_, step) in steps.iter().enumerate().filter(|(at, _)| !graph.is_reached(*at)) {
        draft.report.lost(
            &step.path,
            "unreachable_page",
            "nothing leads to this step: it is left out",
        );
    }
    let ways = Ways {
        steps: &steps,
        exits: &exits,
        routes: &routes,
        targets: &targets,
        graph: &graph,
    };
    route(&ways, &known, &places, draft)?;
    declaration(root, draft)?;
    what_is_lost(root, draft);
    Ok(())
}

/// What a step asks: beside it in older files, in `data` in newer ones.
fn asked<'a>(step: &At<'a>) -> At<'a> {
    let data = step.get("data");
    if data.is_map() { data } else { step.clone() }
}

fn step_page(
    at: usize,
    step: &At<'_>,
    known: &mut BTreeMap<usize, Known>,
    draft: &mut Draft,
) -> Result<Option<Page>, ImportFinding> {
    let data = asked(step);
    let kind = step.get("type").word().unwrap_or("question");
    if !data.has("answer_type") && !data.has("question_text") {
        if kind.contains("check_your_answers") || kind.contains("end") {
            let message = "the hall shows the answers before they are sent by itself";
            draft.report.differs(&step.path, "summary_page", message);
        } else {
            draft.report.lost(&step.path, "no_question", "the step asks nothing");
        }
        return Ok(None);
    }
    let label = draft
        .texts
        .first(&[data.get("question_text")], &format!("Question {}", at + 1));
    let title = draft
        .texts
        .label(&data.get("page_heading"))
        .unwrap_or_else(|| label.clone());
    let mut page = draft.page(&title.en.clone(), title, &step.path);
    let mut names = std::mem::take(&mut draft.question_names);
    let made = questions::questions(at, &data, label, &mut names, known, draft);
    draft.question_names = names;
    page.questions = made?;
    Ok(Some(page))
}

fn exit_page(condition: &At<'_>, draft: &mut Draft) -> Result<Page, ImportFinding> {
    let heading = condition.get("exit_page_heading");
    let title = draft.texts.first(&[heading], "You cannot use this form");
    let mut page = draft.page(&title.en, title.clone(), &condition.path);
    let body = condition.get("exit_page_markdown");
    let text = draft.texts.markdown(&body).unwrap_or(title);
    let mut names = std::mem::take(&mut draft.question_names);
    let note = draft.note(&mut names, &[], text, NoteTone::Warning, &body.path);
    draft.question_names = names;
    page.questions.push(note?);
    Ok(page)
}

fn declaration(root: &At<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let given = root.any(&["declaration_markdown", "declaration_text"]);
    let Some(statement) = draft.texts.markdown(&given) else {
        return Ok(());
    };
    let title = Text::new("声明", "Declaration");
    let mut page = draft.page("declaration", title.clone(), &given.path);
    let id = draft.question_names.take("declaration", "declaration");
    let kind = kinds::kind(Wanted::Agreement(statement), &given.path, &mut draft.report);
    let mut question = draft.question(id, &[], title, kind, &given.path)?;
    question.required = true;
    page.questions.push(question);
    draft.pages.push(page);
    Ok(())
}

const PRIVACY: &str = "what becomes of personal data is said by the hall and by the guide of the service item";
const CONTACT: &str = "whom to ask stands in the guide of the service item";

fn what_is_lost(root: &At<'_>, draft: &mut Draft) {
    let told = [
        (
            "payment_url",
            "payment",
            "a payment is part of a case here, not of a form",
        ),
        (
            "what_happens_next_markdown",
            "what_happens_next",
            "what happens next stands in the guide of the service item",
        ),
        (
            "submission_email",
            "output",
            "where the source sends answers is a matter of the service item's workflow",
        ),
        ("privacy_policy_url", "privacy_policy", PRIVACY),
        ("support_email", "contact", CONTACT),
        ("support_phone", "contact", CONTACT),
        ("support_url", "contact", CONTACT),
    ];
    let languages = root.get("available_languages");
    if languages.items().len() > 1 {
        let message = "the form exists in other languages: they are in documents of their own";
        draft.report.lost(&languages.path, "other_languages", message);
    }
    for (name, code, message) in told {
        let given = root.get(name);
        if given.word().is_some() {
            draft.report.lost(&given.path, code, message);
        }
    }
}
