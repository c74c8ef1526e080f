//! What a step asks: mostly one question, of a name or a selection sometimes several.

use std::collections::BTreeMap;

use onehall_forms::{Choice, DateBound, Kind, NoteTone, Question};
use onehall_protocol::Text;
use serde_json::{Value, json};

use crate::draft::{self, Draft, Heading};
use crate::files::{ANY_FILE, FileRules};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::known::{Answer, Compare, Known, compare};
use crate::names::Names;
use crate::rules::{self, any};

/// What the source writes for the option that it adds by itself.
pub(super) const NONE_OF_THE_ABOVE: &str = "none_of_the_above";

/// The questions of a step.
pub(super) fn questions(
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
        let asked = answer(data, &label, std::slice::from_ref(&id), &mut inner, None, draft)?;
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
    let kind = data.get("answer_type");
    let kind = match kind.word() {
        Some(kind) => kind.to_owned(),
        // What is no name is none of the types.
        None if kind.is_there() && kind.text().is_none() => kind.scalar().unwrap_or_else(|| "?".to_owned()),
        None => "text".to_owned(),
    };
    let in_parts = input.is_there() && input.word() != Some("full_name");
    if kind == "name" && (in_parts || settings.get("title_needed").is_true()) {
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
        "date" => Wanted::Date {
            min: None,
            // Nobody is born after today.
            max: (input.word() == Some("date_of_birth")).then_some(DateBound::FromToday { today_plus_days: 0 }),
        },
        "phone_number" => Wanted::Phone,
        "national_insurance_number" => Wanted::Line {
            min: None,
            max: Some(20),
            // Two letters, six digits, a letter; spaces where people write them.
            pattern: Some("(?i) *[a-z] *[a-z] *([0-9] *){6}[a-d] *".to_owned()),
        },
        "file" => {
            draft.report.differs(&data.path, "file_rule", ANY_FILE);
            Wanted::Files {
                name: id.clone(),
                most: Some(1),
                rules: FileRules::default(),
            }
        }
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
    let hint = draft.texts.content(&data.get("hint_text"));
    let text = match (draft.texts.label(&texts), hint) {
        (Some(title), help) => {
            let name = "name";
            Some(Heading { name, title, help }.in_one())
        }
        (None, hint) => hint,
    };
    if let Some(text) = text {
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
