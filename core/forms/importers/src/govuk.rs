//! GOV.UK Forms: steps with one question each, in a row, and routes that leave some of them out.

use std::collections::BTreeMap;

use onehall_forms::{Choice, Kind, NoteTone, Page, Question};
use onehall_protocol::Text;
use serde_json::{Value, json};

use crate::draft::{self, Draft, MOST_PAGES, too_many_pages};
use crate::finding::{ImportFinding, refused};
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::known::{Answer, Compare, Known, compare};
use crate::names::Names;
use crate::routing::Graph;
use crate::rules::{self, all, any, fails, holds};
use crate::xgov::stop;

/// What the source writes for the option that it adds by itself.
const NONE_OF_THE_ABOVE: &str = "none_of_the_above";

/// A route that leads away from a step.
struct Route<'a> {
    at: At<'a>,
    /// None is the end of the form.
    to: Option<usize>,
    /// The answer that takes it; none takes everybody.
    answer: Option<String>,
    /// The step whose answer it is.
    asks: usize,
}

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
    let graph = Graph::new(first, targets);
    for (at, link) in &graph.circles {
        let route = routes
            .get(*at)
            .and_then(|routes| routes.get(*link))
            .map(|route| route.at.path.clone());
        let path = route
            .or_else(|| steps.get(*at).map(|step| step.path.clone()))
            .unwrap_or_default();
        draft
            .report
            .lost(&path, "loop", "the route leads back to a step before it");
    }

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
    route(&steps, &exits, &routes, &graph, &known, &places, draft)?;
    declaration(root, draft)?;
    what_is_lost(root, draft);
    Ok(())
}

/// What a step asks: beside it in older files, in `data` in newer ones.
fn asked<'a>(step: &At<'a>) -> At<'a> {
    let data = step.get("data");
    if data.is_map() { data } else { step.clone() }
}

/// The step after this one.
fn next(at: usize, step: &At<'_>, steps: &[At<'_>], numbers: &BTreeMap<String, usize>) -> Option<usize> {
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

fn read_routes<'a>(
    at: usize,
    step: &At<'a>,
    steps: &[At<'a>],
    numbers: &BTreeMap<String, usize>,
    routes: &mut [Vec<Route<'a>>],
    exits: &mut Vec<At<'a>>,
    draft: &mut Draft,
) {
    let own = step.get("routing_conditions");
    let listed = if own.is_list() {
        own
    } else {
        asked(step).get("routing_conditions")
    };
    for condition in listed.items() {
        let named = |name: &str| condition.get(name).scalar().map(|id| numbers.get(&id).copied());
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
        let from = named("routing_page_id")
            .or_else(|| named("routing_step_id"))
            .flatten()
            .unwrap_or(at);
        let asks = named("check_page_id")
            .or_else(|| named("check_step_id"))
            .flatten()
            .unwrap_or(from);
        let route = Route {
            answer: condition.get("answer_value").word().map(str::to_owned),
            to,
            asks,
            at: condition,
        };
        if let Some(list) = routes.get_mut(from) {
            list.push(route);
        }
    }
}

fn route(
    steps: &[At<'_>],
    exits: &[At<'_>],
    routes: &[Vec<Route<'_>>],
    graph: &Graph,
    known: &BTreeMap<usize, Known>,
    places: &BTreeMap<usize, usize>,
    draft: &mut Draft,
) -> Result<(), ImportFinding> {
    let mut taken: Vec<Vec<Value>> = Vec::new();
    for (at, own) in routes.iter().enumerate() {
        let mut before = Vec::new();
        let mut rules = Vec::new();
        for route in own {
            let rule = match (&route.answer, graph.is_reached(at)) {
                (None, _) | (_, false) => Value::Bool(true),
                (Some(answer), true) => answered_with(route, answer, at, graph, known, draft),
            };
            rules.push(all([fails(any(before.clone())), rule.clone()]));
            before.push(rule);
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
        if let Some(rule) = reached.get(&at) {
            stop(draft, rule, title, &exit.path);
        }
    }
    Ok(())
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
    let made = questions(at, &data, label, &mut names, known, draft);
    draft.question_names = names;
    page.questions = made?;
    Ok(Some(page))
}

fn questions(
    at: usize,
    data: &At<'_>,
    label: Text,
    names: &mut Names,
    known: &mut BTreeMap<usize, Known>,
    draft: &mut Draft,
) -> Result<Vec<Question>, ImportFinding> {
    let mut questions = Vec::new();
    let guidance = data.any(&["guidance_markdown", "additional_guidance_markdown"]);
    if let Some(text) = draft.texts.markdown(&guidance) {
        questions.push(draft.note(names, &[], text, NoteTone::Plain, &guidance.path)?);
    }
    let optional = data.get("is_optional").is_true();
    if data.get("is_repeatable").is_true() {
        let id = names.take(&label.en, "answers");
        let mut inner = Names::default();
        let asked = answer(data, &label, &[id.clone()], &mut inner, None, draft)?;
        let kind = draft::group(asked, u32::from(!optional), None, label.clone());
        questions.push(draft.question(id, &[], label, kind, &data.path)?);
    } else {
        let mut own = None;
        questions.extend(answer(data, &label, &[], names, Some(&mut own), draft)?);
        if let Some(own) = own {
            known.insert(at, own);
        }
    }
    Ok(questions)
}

/// What one step asks: mostly one question, of a name or a selection sometimes several.
fn answer(
    data: &At<'_>,
    label: &Text,
    groups: &[String],
    names: &mut Names,
    known: Option<&mut Option<Known>>,
    draft: &mut Draft,
) -> Result<Vec<Question>, ImportFinding> {
    let settings = data.get("answer_settings");
    let input = settings.get("input_type");
    let optional = data.get("is_optional").is_true();
    let kind = data.get("answer_type").word().unwrap_or("text").to_owned();
    if kind == "name"
        && input.word() != Some("full_name")
        && (input.is_there() || settings.get("title_needed").is_true())
    {
        return parts_of_a_name(data, &settings, groups, names, draft);
    }
    let id = names.take(&label.en, "question");
    let mut required = !optional;
    let mut extra = None;
    let line = |max: u32| Wanted::Line {
        min: None,
        max: Some(max),
        pattern: None,
    };
    let wanted = match kind.as_str() {
        "text" if input.word() == Some("long_text") => Wanted::Lines { max: Some(4_999) },
        "long_text" => Wanted::Lines { max: Some(4_999) },
        "text" | "single_line" | "organisation_name" | "name" => line(499),
        "number" => Wanted::Number {
            min: Some(0.0),
            max: None,
            decimals: 10,
            unit: None,
        },
        "address" => Wanted::Address,
        "email" => Wanted::Email,
        "date" => Wanted::Date { min: None, max: None },
        "phone_number" => Wanted::Phone,
        "national_insurance_number" => Wanted::Line {
            min: None,
            max: Some(20),
            // Two letters, six digits, a letter; spaces where people write them.
            pattern: Some("(?i) *[a-z] *[a-z] *([0-9] *){6}[a-d] *".to_owned()),
        },
        "file" => Wanted::Files {
            name: id.clone(),
            most: Some(1),
        },
        "selection" => {
            let (options, several) = selection(&settings, optional, draft)?;
            if optional && !options.is_empty() {
                // Who has nothing to choose says so: that is an answer.
                required = true;
                extra = none_of_the_above(&settings);
            }
            if several {
                Wanted::Choices {
                    options,
                    min: None,
                    max: None,
                }
            } else {
                Wanted::Choice(options)
            }
        }
        other => Wanted::Foreign(other.to_owned()),
    };
    let made = kinds::kind(wanted, &data.path, &mut draft.report);
    let mut question = draft.question(id.clone(), groups, label.clone(), made, &data.path)?;
    question.required = required;
    question.help = draft.texts.content(&data.get("hint_text"));
    let own = Known {
        id,
        groups: groups.to_vec(),
        answer: Answer::of(&question.kind),
        required,
        starts_false: false,
    };
    if matches!(question.kind, Kind::Choices { .. }) && optional {
        let reference = own.reference(groups).unwrap_or_default();
        let none = json!({"in": [NONE_OF_THE_ABOVE, rules::var(&reference)]});
        let alone = json!({"==": [{"length": rules::var(&reference)}, 1]});
        let message = Text::new(
            "选择“以上都不是”时不能再选其他选项。",
            "Choose either none of the above or other options.",
        );
        question
            .valid_when
            .push(draft::check(any([json!({"!": [none]}), alone]), message));
    }
    let mut questions = vec![question];
    if let Some(more) = extra {
        let rule = compare(&own, groups, Compare::Is, &Value::String(NONE_OF_THE_ABOVE.to_owned()));
        let text = draft.texts.first(&[more.get("question_text")], "Other");
        let id = names.take(&text.en, "other");
        let kind = kinds::kind(line(499), &more.path, &mut draft.report);
        let mut question = draft.question(id, groups, text, kind, &more.path)?;
        question.required = !more.get("is_optional").is_true();
        question.visible_when = rule.ok();
        questions.push(question);
    }
    if let Some(slot) = known {
        *slot = Some(own);
    }
    Ok(questions)
}

fn selection(settings: &At<'_>, optional: bool, draft: &mut Draft) -> Result<(Vec<Choice>, bool), ImportFinding> {
    let listed = settings.get("selection_options");
    let several = !settings.get("only_one_option").is_true();
    let items = listed.items();
    draft.count_options(items.len(), &listed.path)?;
    let mut options: Vec<Choice> = Vec::with_capacity(items.len() + 1);
    for item in items {
        let text = if item.is_map() {
            item.any(&["name", "label", "text"])
        } else {
            item.clone()
        };
        let Some(label) = draft.texts.label(&text) else {
            continue;
        };
        let value = item.get("value").scalar().filter(|value| !value.trim().is_empty());
        options.push(draft::choice(value.unwrap_or_else(|| label.en.clone()), label));
    }
    if optional && !options.is_empty() {
        options.push(draft::choice(
            NONE_OF_THE_ABOVE.to_owned(),
            Text::new("以上都不是", "None of the above"),
        ));
    }
    Ok((options, several))
}

/// The question that is asked of who chose none of the options.
fn none_of_the_above<'a>(settings: &At<'a>) -> Option<At<'a>> {
    let more = settings.get("none_of_the_above_question");
    more.get("question_text").word().is_some().then_some(more)
}

fn parts_of_a_name(
    data: &At<'_>,
    settings: &At<'_>,
    groups: &[String],
    names: &mut Names,
    draft: &mut Draft,
) -> Result<Vec<Question>, ImportFinding> {
    let optional = data.get("is_optional").is_true();
    let title = settings.get("title_needed").is_true();
    let parts: &[(&str, &str, &str, bool)] = match settings.get("input_type").word() {
        Some("first_and_last_name") => &[
            ("first_name", "名", "First name", true),
            ("last_name", "姓", "Last name", true),
        ],
        Some("first_middle_and_last_name") => &[
            ("first_name", "名", "First name", true),
            ("middle_names", "中间名", "Middle names", false),
            ("last_name", "姓", "Last name", true),
        ],
        _ => &[("full_name", "姓名", "Full name", true)],
    };
    let prefix = [("title", "称谓", "Title", false)];
    let mut questions = Vec::new();
    let texts = data.get("question_text");
    if let Some(text) = draft.texts.label(&texts) {
        questions.push(draft.note(names, groups, text, NoteTone::Plain, &texts.path)?);
    }
    for (id, zh, en, needed) in prefix.iter().filter(|_| title).chain(parts) {
        let id = names.take(id, "name");
        let wanted = Wanted::Line {
            min: None,
            max: Some(499),
            pattern: None,
        };
        let kind = kinds::kind(wanted, &data.path, &mut draft.report);
        let mut question = draft.question(id, groups, Text::new(*zh, *en), kind, &data.path)?;
        question.required = *needed && !optional;
        questions.push(question);
    }
    draft.report.differs(
        &data.path,
        "name_parts",
        "the parts of a name are questions of their own",
    );
    Ok(questions)
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
    ];
    for (name, code, message) in told {
        let given = root.get(name);
        if given.word().is_some() {
            draft.report.lost(&given.path, code, message);
        }
    }
}
