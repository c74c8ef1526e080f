//! Fills a form with examples: what a citizen might answer, so that its author sees pages and sums without typing.
//!
//! An example is one that the engine takes: each is tried, and where none of those that are known fits, the question stays
//! unanswered.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_forms::{Context, DateBound, Filling, Form, IdType, Kind, QuestionView, mask_example, whole_label};
use onehall_protocol::drafts::Answers;
use onehall_protocol::files::FileType;
use onehall_protocol::{CitizenId, Date, ListCode, Text, Timestamp};
use serde_json::{Value, json};

use super::core::pretended_file;
use super::pattern;

/// How often an example may show further questions, which are then filled, too.
const ROUNDS: usize = 60;

/// The answers with an example for every shown question that has none. What is answered stays.
pub fn filled(form: &Arc<Form>, context: Context, answers: Answers) -> Answers {
    let mut filling = Filling::new(Arc::clone(form), answers, context);
    let mut tried = BTreeSet::new();
    for _ in 0..ROUNDS {
        let open = open(&filling, &tried);
        if open.is_empty() {
            break;
        }
        for path in open {
            answer(&mut filling, &path, tried.len() as u64);
            tried.insert(path);
        }
    }
    // What was answered later may ask another example of an earlier question.
    let wrong: Vec<String> = filling.errors().into_iter().map(|error| error.path).collect();
    for path in wrong.into_iter().filter(|path| tried.contains(path)) {
        answer(&mut filling, &path, tried.len() as u64);
    }
    filling.answers()
}

/// The questions that are shown, have no answer and were not tried.
fn open(filling: &Filling, tried: &BTreeSet<String>) -> Vec<String> {
    fn collect(question: &QuestionView<'_>, tried: &BTreeSet<String>, open: &mut Vec<String>) {
        let unanswered = match question.question.kind {
            Kind::Group { min_rows, .. } => question.rows.len() < min_rows.max(1) as usize,
            _ => question.question.kind.is_answered() && question.value.is_none(),
        };
        if unanswered && !tried.contains(&question.path) {
            open.push(question.path.clone());
        }
        let in_rows = question.rows.iter().flat_map(|row| &row.questions);
        for inner in question.questions.iter().chain(in_rows) {
            collect(inner, tried, open);
        }
    }
    let mut open = Vec::new();
    for page in filling.pages().into_iter().filter_map(|id| filling.page(id)) {
        for question in &page.questions {
            collect(question, tried, &mut open);
        }
    }
    open
}

/// Gives a question the first example that the engine takes.
fn answer(filling: &mut Filling, path: &str, number: u64) {
    // What was answered before it may have hidden it.
    let Some(question) = filling.question(path) else { return };
    if let Kind::Group { min_rows, .. } = question.question.kind {
        let there = question.rows.len();
        for number in there..min_rows.max(1) as usize {
            filling.add_row(path, &format!("example{}", number + 1));
        }
        return;
    }
    for candidate in candidates(&question, filling.context(), number) {
        filling.set(path, candidate);
        if filling.question(path).is_none_or(|question| question.errors.is_empty()) {
            return;
        }
    }
    filling.set(path, Value::Null);
}

/// What might answer a question, the likeliest first.
fn candidates(question: &QuestionView<'_>, context: &Context, number: u64) -> Vec<Value> {
    let as_of = context.as_of;
    match &question.question.kind {
        Kind::Text {
            max_length,
            min_length,
            pattern,
            mask,
        } => {
            let least = min_length.unwrap_or(0) as usize;
            let most = max_length.unwrap_or(100) as usize;
            let mut texts: Vec<String> = Vec::new();
            texts.extend(mask.as_deref().map(mask_example));
            let patterns = pattern
                .iter()
                .flat_map(|pattern| [1, 4, 8, 16, 32].map(|times| pattern::example(pattern, times)));
            texts.extend(patterns.flatten());
            if mask.is_none() && pattern.is_none() {
                texts.push(sized(named(question.question.prefill.as_deref()), least, most));
            }
            texts.into_iter().map(Value::from).collect()
        }
        Kind::LongText { max_length } => {
            let most = max_length.unwrap_or(1_000) as usize;
            vec![sized("这是一段示例文字。", 0, most).into()]
        }
        Kind::Number { min, max, .. } => {
            let (least, most) = (min.unwrap_or(f64::MIN), max.unwrap_or(f64::MAX));
            let mut numbers = vec![1.0_f64.max(least).min(most), 10.0, 100.0];
            numbers.extend(min.iter().chain(max));
            numbers.extend([5.0, 50.0, 500.0, 1_000.0, 10_000.0, 0.0]);
            numbers.into_iter().map(number_value).collect()
        }
        Kind::Money { min, max } => {
            let bounds = min.iter().chain(max).map(ToString::to_string);
            let texts = ["100.00", "10000.00", "1.00"]
                .into_iter()
                .map(str::to_owned)
                .chain(bounds);
            texts.map(Value::from).collect()
        }
        Kind::Date { min, max } => {
            let texts = days(as_of, *min, *max).into_iter().map(|day| day.to_string());
            texts.map(Value::from).collect()
        }
        Kind::Time { min, max, .. } => {
            let bounds = min.iter().chain(max).map(ToString::to_string);
            let texts = ["09:00", "14:30", "00:00"].into_iter().map(str::to_owned).chain(bounds);
            texts.map(Value::from).collect()
        }
        Kind::DateRange {
            min,
            max,
            min_days,
            max_days,
        } => {
            let days_long = i64::from(min_days.unwrap_or(3).min(max_days.unwrap_or(u32::MAX)).max(1)) - 1;
            let mut ranges = Vec::new();
            for day in days(as_of, *min, *max) {
                ranges.push(json!({"from": day, "to": day.plus_days(days_long)}));
                ranges.push(json!({"from": day.plus_days(-days_long), "to": day}));
            }
            ranges
        }
        Kind::Phone {} => vec!["13800138000".into()],
        Kind::Email {} => vec!["lilei@example.cn".into()],
        Kind::CitizenId {} => citizen_ids().map(Value::from).collect(),
        Kind::OrganisationCode {} => vec!["91350100M000100Y43".into()],
        Kind::BankCard {} => vec!["6222021234567890128".into(), "4111111111111111".into()],
        Kind::YesNo {} => vec![true.into(), false.into()],
        Kind::Choice { .. } => question
            .options
            .iter()
            .map(|option| option.value.clone().into())
            .collect(),
        Kind::Choices { min, .. } => {
            let all = question.options.len();
            let least = (min.unwrap_or(1).max(1) as usize).min(all);
            let chosen = |count| {
                question.options[..count]
                    .iter()
                    .map(|option| option.value.clone())
                    .collect()
            };
            (least..=all)
                .map(chosen)
                .map(|chosen: Vec<String>| chosen.into())
                .collect()
        }
        Kind::Address {} => vec![json!({"region": "云岭省兰川市河东区", "detail": "示例路 1 号"})],
        Kind::Material { .. } => {
            let at = Timestamp::from_unix_millis(0);
            let limits = question.question.kind.file_limits().unwrap_or_default();
            let of = limits.types.first().copied().unwrap_or(FileType::Pdf);
            let name = format!("示例.{}", of.endings()[0]);
            let size = limits.bytes.min(20_480);
            vec![json!([pretended_file(
                number,
                name,
                of.media_type().to_owned(),
                size,
                at
            )])]
        }
        Kind::Declaration { .. } => vec![true.into()],
        Kind::ListChoice { list } => vec![listed(context, list, None)],
        Kind::Region { list, depth } => vec![listed(context, list, Some(*depth))],
        Kind::Person { id_types, phone } => persons(id_types, *phone),
        Kind::Signature {} => vec![json!({"typed": "李雷"})],
        Kind::Computed { .. } | Kind::Note { .. } | Kind::Section { .. } | Kind::Group { .. } => Vec::new(),
    }
}

/// What a text is like that is prefilled from here.
fn named(prefill: Option<&str>) -> &'static str {
    match prefill.map(|key| key.rsplit('.').next().unwrap_or(key)) {
        Some("name") if prefill.is_some_and(|key| key.starts_with("organisation")) => "兰川示例有限公司",
        Some("name") => "李雷",
        _ => "示例文字",
    }
}

/// The text, repeated until it has `least` characters and cut after `most`.
fn sized(text: &str, least: usize, most: usize) -> String {
    let length = text.chars().count().max(least).min(most);
    text.chars().cycle().take(length).collect()
}

#[allow(clippy::cast_possible_truncation)] // Whole numbers of that size are exact.
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        (number as i64).into()
    } else {
        number.into()
    }
}

/// Days that might be meant: today, the bounds, and what people are asked for.
fn days(as_of: Date, min: Option<DateBound>, max: Option<DateBound>) -> Vec<Date> {
    let bound = |bound: DateBound| match bound {
        DateBound::Day(day) => day,
        DateBound::FromToday { today_plus_days } => as_of.plus_days(i64::from(today_plus_days)),
    };
    let mut days = vec![as_of.plus_days(30), as_of, as_of.plus_days(-30)];
    days.extend(min.into_iter().chain(max).map(bound));
    days.extend([-365, -365 * 5, -365 * 30, -365 * 65, 365].map(|later| as_of.plus_days(later)));
    days
}

/// Identity numbers of grown-ups, of a child, of somebody old.
fn citizen_ids() -> impl Iterator<Item = String> {
    let first_17 = [
        "11010519900307001",
        "11010520180609002",
        "11010519491231002",
        "11010520050102001",
    ];
    first_17
        .into_iter()
        .filter_map(|digits| Some(format!("{digits}{}", CitizenId::check_character(digits)?)))
}

fn persons(id_types: &[IdType], phone: bool) -> Vec<Value> {
    let mut persons = Vec::new();
    for id_type in id_types {
        let numbers: Vec<String> = match id_type {
            IdType::CitizenId => citizen_ids().collect(),
            IdType::Passport => vec!["E12345678".to_owned()],
            IdType::HkMacaoPermit => vec!["H12345678".to_owned(), "H1234567890".to_owned()],
            IdType::TaiwanPermit => vec!["12345678".to_owned()],
            IdType::ForeignPermanent => vec!["USA110019700112".to_owned(), "911111199003070018".to_owned()],
        };
        for number in numbers {
            let mut person = json!({"name": "李雷", "id_type": id_type, "id_number": number});
            if phone {
                person["phone"] = "13800138000".into();
            }
            persons.push(person);
        }
    }
    persons
}

/// The first entry of a list that may be chosen; where its entries are not at hand, one that says what it is. `level` is
/// given for regions, of which a level is chosen.
fn listed(context: &Context, list: &ListCode, level: Option<Option<u8>>) -> Value {
    let entries = context.lists.get(list.as_str()).and_then(|list| list.entries.as_ref());
    let chosen = entries.and_then(|entries| {
        let entry = entries.all().iter().find(|entry| match level {
            Some(Some(depth)) => entries.way(&entry.code).len() == usize::from(depth),
            _ => entries.is_leaf(&entry.code),
        })?;
        let label = match level {
            Some(_) => whole_label(entries.way(&entry.code).into_iter().map(|entry| &entry.label)),
            None => entry.label.clone(),
        };
        Some((entry.code.clone(), label))
    });
    let (code, label) = chosen.unwrap_or_else(|| ("example".to_owned(), Text::new("示例", "Example")));
    json!({"code": code, "label": label})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(questions: &Value) -> Arc<Form> {
        let text = json!({"zh-CN": "示", "en": "e"});
        let mut questions = questions.clone();
        fn label(questions: &mut Value, text: &Value) {
            for question in questions.as_array_mut().into_iter().flatten() {
                question["label"] = text.clone();
                label(&mut question["questions"], text);
                if question["questions"].is_null() {
                    question.as_object_mut().map(|question| question.remove("questions"));
                }
            }
        }
        label(&mut questions, &text);
        let form = json!({"schema": "onehall-form/1", "code": "demo", "version": 1, "title": text,
            "pages": [{"id": "page", "title": text, "questions": questions}]});
        Arc::new(Form::from_value(&form).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn context() -> Context {
        Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")))
    }

    fn complete(questions: &Value) -> Answers {
        let form = form(questions);
        let answers = filled(&form, context(), Answers::new());
        let filling = Filling::new(form, answers.clone(), context());
        assert_eq!(filling.errors(), [], "{answers:?}");
        answers
    }

    #[test]
    fn every_kind_has_an_example_that_the_engine_takes() {
        let text = json!({"zh-CN": "示", "en": "e"});
        let option = |value: &str| json!({"value": value, "label": text});
        let kinds = json!([
            {"kind": "text"}, {"kind": "text", "min_length": 30}, {"kind": "text", "max_length": 2},
            {"kind": "text", "pattern": "[A-Z]{2}\\d{4}"}, {"kind": "text", "pattern": "[a-z]+", "min_length": 9},
            {"kind": "text", "mask": "99-A*\\9"}, {"kind": "long_text", "max_length": 5},
            {"kind": "number"}, {"kind": "number", "min": 50, "max": 60}, {"kind": "number", "max": -5},
            {"kind": "money"}, {"kind": "money", "min": "50000.00"},
            {"kind": "date"}, {"kind": "date", "max": {"today_plus_days": -6574}},
            {"kind": "date", "min": "2030-01-01"}, {"kind": "date", "min": {"today_plus_days": 1}},
            {"kind": "time"}, {"kind": "time", "min": "16:10", "step_minutes": 20},
            {"kind": "date_range"}, {"kind": "date_range", "min_days": 40, "max": {"today_plus_days": -1}},
            {"kind": "phone"}, {"kind": "email"}, {"kind": "citizen_id"}, {"kind": "organisation_code"},
            {"kind": "bank_card"}, {"kind": "yes_no"}, {"kind": "choice", "options": [option("a"), option("b")]},
            {"kind": "choices", "min": 2, "options": [option("a"), option("b"), option("c")]},
            {"kind": "address"}, {"kind": "material", "material": "proof"},
            {"kind": "material", "material": "photo", "accept": ["image/png"], "max_kilobytes": 5},
            {"kind": "declaration", "statement": text}, {"kind": "list_choice", "list": "jobs"}, {"kind": "region"},
            {"kind": "person", "phone": true}, {"kind": "person", "id_types": ["passport"]},
            {"kind": "person", "id_types": ["hk_macao_permit"]}, {"kind": "person", "id_types": ["taiwan_permit"]},
            {"kind": "person", "id_types": ["foreign_permanent"]}, {"kind": "signature"}
        ]);
        for kind in kinds.as_array().into_iter().flatten() {
            let mut question = kind.clone();
            (question["id"], question["required"]) = ("it".into(), true.into());
            let answers = complete(&json!([question]));
            assert!(answers.contains_key("it"), "{kind}");
        }
    }

    #[test]
    fn what_an_example_shows_is_filled_too_and_what_is_answered_stays() {
        let questions = json!([
            {"id": "married", "kind": "yes_no", "required": true},
            {"id": "spouse", "kind": "text", "required": true, "visible_when": {"var": "married"}},
            {"id": "children", "kind": "group", "min_rows": 2, "row_label": {"zh-CN": "示", "en": "e"}, "questions": [
                {"id": "name", "kind": "text", "required": true},
                {"id": "age", "kind": "number", "required": true, "min": 3}]}
        ]);
        let answers = complete(&questions);
        assert_eq!(answers["children"], json!(["example1", "example2"]));
        assert_eq!(answers["children/example2/age"], json!(3));
        assert!(answers.contains_key("spouse"));
        let mine: Answers = [("married".to_owned(), json!(false))].into();
        let kept = filled(&form(&questions), context(), mine);
        assert_eq!((&kept["married"], kept.get("spouse")), (&json!(false), None));
    }

    #[test]
    fn an_earlier_example_gives_way_to_what_a_later_one_asks() {
        let text = json!({"zh-CN": "示", "en": "e"});
        let large = json!([{"message": text, "rule": {"or": [
            {"!": [{"answered": {"var": "kind"}}]}, {">": [{"var": "area"}, 500]}]}}]);
        let answers = complete(&json!([
            {"id": "area", "kind": "number", "required": true, "valid_when": large},
            {"id": "kind", "kind": "text", "required": true}]));
        assert_eq!(answers["area"], json!(1000));
    }

    #[test]
    fn where_nothing_fits_nothing_is_answered() {
        let questions = json!([{"id": "odd", "kind": "number", "required": true,
            "valid_when": [{"rule": {"==": [{"var": "odd"}, 7_777]}, "message": {"zh-CN": "示", "en": "e"}}]}]);
        assert_eq!(filled(&form(&questions), context(), Answers::new()), Answers::new());
    }
}
