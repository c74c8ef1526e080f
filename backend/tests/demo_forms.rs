//! The demo city's forms, filled as people fill them.
//!
//! `demo-answers/<form>.json` holds complete answers by people of the demo city (`complete`), answers with something wrong
//! in them (`wrong`: what is changed in the complete answers number `of`, and every error that this gives) and a page that
//! somebody skips. Days are written from the day of the filling on, so that the files never grow old: `{"$day": -12}` is
//! twelve days ago, `{"$weekday": 6}` the first Saturday from tomorrow on (1 is Monday), `{"$working": 9}` the ninth working
//! day from tomorrow on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use onehall_backend::city::CityContent;
use onehall_forms::{Evaluation, Filling, Form, Kind, Question, QuestionView, asked, evaluate};
use onehall_protocol::drafts::Answers;
use onehall_protocol::identity::PREFILL_KEYS;
use onehall_protocol::{Date, FieldError};
use serde::Deserialize;
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Tried<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    form: String,
    version: u32,
    complete: Vec<Complete>,
    wrong: Vec<Wrong>,
    skipped_page: SkippedPage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Complete {
    title: String,
    /// Who fills it: a key of people.toml.
    citizen: String,
    /// For which legal person, where it is one: a key of people.toml.
    principal: Option<String>,
    answers: Answers,
    /// What the form has to compute of them.
    #[serde(default)]
    computed: Answers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    title: String,
    of: usize,
    /// Null takes an answer away.
    changes: BTreeMap<String, Value>,
    errors: Vec<FieldError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkippedPage {
    page: String,
    of: usize,
}

impl Wrong {
    /// The complete answers with the slip in them.
    fn answers(&self, sample: &Sample, today: Date) -> Answers {
        let mut answers = filled(&sample.complete[self.of].answers, today);
        for (path, value) in &self.changes {
            match value {
                Value::Null => answers.remove(path),
                value => answers.insert(path.clone(), on_day(value, today)),
            };
        }
        answers
    }
}

fn backend() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Tried<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn form(code: &str, version: u32) -> Tried<Arc<Form>> {
    let path = backend().join(format!("demo-city/forms/{code}.v{version}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Arc::new(
        Form::parse(&text).map_err(|findings| format!("{}: {findings:#?}", path.display()))?,
    ))
}

/// Every file of answers with its form.
fn samples() -> Tried<Vec<(Sample, Arc<Form>)>> {
    let mut samples = Vec::new();
    for path in files(&backend().join("tests/demo-answers"), ".json")? {
        let text = std::fs::read_to_string(&path)?;
        let sample: Sample = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let form = form(&sample.form, sample.version)?;
        samples.push((sample, form));
    }
    assert!(samples.len() >= 13, "the answers of some forms are missing");
    Ok(samples)
}

/// Days on which the forms are filled: the first day of the demo city, a leap day, and a Saturday at the end of a year.
fn days() -> Tried<Vec<Date>> {
    Ok(vec![
        "2026-11-23".parse()?,
        "2028-02-29".parse()?,
        "2027-12-25".parse()?,
    ])
}

/// The value with its days filled in.
fn on_day(value: &Value, today: Date) -> Value {
    let marked = |name: &str| {
        let fields = value.as_object().filter(|fields| fields.len() == 1)?;
        fields.get(name)?.as_i64()
    };
    if let Some(days) = marked("$day") {
        return Value::String(today.plus_days(days).to_string());
    }
    if let Some(weekday) = marked("$weekday") {
        let found = (1..=7)
            .map(|days| today.plus_days(days))
            .find(|day| i64::from(day.calendar().weekday().number_from_monday()) == weekday);
        return found.map_or(Value::Null, |day| Value::String(day.to_string()));
    }
    if let Some(count) = marked("$working") {
        let count = i32::try_from(count).unwrap_or_default();
        return Value::String(city().calendar.days.plus_working_days(today, count).to_string());
    }
    match value {
        Value::Object(parts) => parts
            .iter()
            .map(|(name, part)| (name.clone(), on_day(part, today)))
            .collect(),
        other => other.clone(),
    }
}

fn filled(answers: &Answers, today: Date) -> Answers {
    answers
        .iter()
        .map(|(path, value)| (path.clone(), on_day(value, today)))
        .collect()
}

fn evaluated(form: &Arc<Form>, answers: Answers, today: Date) -> Evaluation {
    evaluate(form, answers, city().context(form, today))
}

/// The demo city: its forms count its working days and choose from its lists.
fn city() -> &'static CityContent {
    static CITY: LazyLock<CityContent> = LazyLock::new(|| {
        let folder = backend().join("demo-city");
        onehall_backend::city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}"))
    });
    &CITY
}

fn is_blank(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// The school form is of one school year: its days do not move.
fn is_of_one_year(sample: &Sample) -> bool {
    sample.form == "school-enrolment"
}

#[test]
fn every_form_of_the_demo_city_loads_without_findings_and_has_answers() -> Outcome {
    let sampled = samples()?.into_iter().map(|(sample, _)| (sample.form, sample.version));
    let sampled: BTreeSet<(String, u32)> = sampled.collect();
    for path in files(&backend().join("demo-city/forms"), ".json")? {
        let form = Form::parse(&std::fs::read_to_string(&path)?)
            .map_err(|findings| format!("{}: {findings:#?}", path.display()))?;
        let definition = form.definition();
        let name = format!("{}.v{}.json", definition.code, definition.version);
        assert_eq!(path.file_name().and_then(|name| name.to_str()), Some(name.as_str()));
        assert!(
            sampled.contains(&(definition.code.to_string(), definition.version)),
            "{name} has no answers in tests/demo-answers"
        );
    }
    Ok(())
}

#[test]
fn complete_answers_are_taken_whole_on_any_day() -> Outcome {
    for (sample, form) in samples()? {
        for today in days()?.into_iter().take(if is_of_one_year(&sample) { 1 } else { 3 }) {
            for complete in &sample.complete {
                let title = format!("{}, on {today}: {}", sample.form, complete.title);
                let answers = filled(&complete.answers, today);
                let evaluation = evaluated(&form, answers.clone(), today);
                assert_eq!(evaluation.errors, [], "{title}");
                let given: Answers = answers.into_iter().filter(|(_, value)| !is_blank(value)).collect();
                assert_eq!(
                    evaluation.submitted, given,
                    "{title}: everything that was answered was asked"
                );
                for (path, value) in &complete.computed {
                    assert_eq!(evaluation.computed.get(path), Some(value), "{title}: {path}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn each_slip_is_told_by_its_place_and_its_code_and_nothing_else_is() -> Outcome {
    for (sample, form) in samples()? {
        assert!(sample.wrong.len() >= 2, "{}", sample.form);
        for today in days()?.into_iter().take(if is_of_one_year(&sample) { 1 } else { 3 }) {
            for wrong in &sample.wrong {
                let errors = evaluated(&form, wrong.answers(&sample, today), today).errors;
                assert_eq!(errors, wrong.errors, "{}, on {today}: {}", sample.form, wrong.title);
            }
        }
    }
    Ok(())
}

/// A check that no slip trips is one that might hold whatever is answered.
#[test]
fn each_check_of_each_form_fails_for_some_slip() -> Outcome {
    let today = days()?[0];
    for (sample, form) in samples()? {
        let mut tripped = BTreeSet::new();
        for wrong in &sample.wrong {
            let filling = Filling::new(
                Arc::clone(&form),
                wrong.answers(&sample, today),
                city().context(&form, today),
            );
            for question in filling
                .errors()
                .iter()
                .filter_map(|error| filling.question(&error.path))
            {
                let checks = question.errors.iter().filter_map(|fault| fault.check);
                tripped.extend(checks.map(|check| (question.question.id.clone(), check)));
            }
        }
        let written: BTreeSet<(String, usize)> = questions(&form)
            .iter()
            .flat_map(|question| (0..question.valid_when.len()).map(|check| (question.id.clone(), check)))
            .collect();
        let untried: Vec<_> = written.difference(&tripped).collect();
        assert!(untried.is_empty(), "{}: {untried:?}", sample.form);
    }
    Ok(())
}

#[test]
fn a_skipped_page_asks_for_all_that_it_needs() -> Outcome {
    let today = days()?[0];
    for (sample, form) in samples()? {
        let SkippedPage { page, of } = &sample.skipped_page;
        let mut answers = filled(&sample.complete[*of].answers, today);
        let filling = Filling::new(Arc::clone(&form), answers.clone(), city().context(&form, today));
        let on_page: BTreeSet<String> = answers
            .keys()
            .filter(|path| filling.page_of(path) == Some(page.as_str()))
            .cloned()
            .collect();
        assert!(!on_page.is_empty(), "{}: nothing is answered on {page}", sample.form);
        answers.retain(|path, _| !on_page.contains(path));
        let errors = evaluated(&form, answers.clone(), today).errors;
        let skipped = Filling::new(Arc::clone(&form), answers, city().context(&form, today));
        let first = skipped
            .page(page)
            .and_then(|page| Some(page.asked().find(|it| is_needed(it))?.path.clone()));
        let missing: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(
            missing.first().copied(),
            first.as_deref(),
            "{}: {page} gave {errors:?}",
            sample.form
        );
        assert!(
            errors
                .iter()
                .all(|error| matches!(error.code.as_str(), "required" | "too_few_rows")),
            "{}: {errors:?}",
            sample.form
        );
        assert_eq!(
            skipped.first_incomplete_page(),
            Some(page.as_str()),
            "{}: the citizen is sent to the page",
            sample.form
        );
    }
    Ok(())
}

fn is_needed(question: &QuestionView<'_>) -> bool {
    question.required || matches!(question.question.kind, Kind::Group { min_rows: 1.., .. })
}

/// A page that no example reaches is one that nobody has tried.
#[test]
fn some_citizen_comes_to_every_page() -> Outcome {
    let today = days()?[0];
    for (sample, form) in samples()? {
        let mut reached = BTreeSet::new();
        for complete in &sample.complete {
            reached.extend(evaluated(&form, filled(&complete.answers, today), today).pages);
        }
        let pages: BTreeSet<String> = form.definition().pages.iter().map(|page| page.id.clone()).collect();
        let untried: Vec<&String> = pages.difference(&reached).collect();
        assert_eq!(
            untried,
            Vec::<&String>::new(),
            "{}: pages that no answers reach",
            sample.form
        );
    }
    Ok(())
}

#[test]
fn answers_are_given_by_people_of_the_demo_city() -> Outcome {
    let people: toml::Table = toml::from_str(&std::fs::read_to_string(backend().join("demo-city/people.toml"))?)?;
    let find = |list: &str, key: &str| -> Tried<toml::Value> {
        let list = people
            .get(list)
            .and_then(toml::Value::as_array)
            .ok_or("people.toml has no such list")?;
        let found = list
            .iter()
            .find(|person| person.get("key").and_then(toml::Value::as_str) == Some(key));
        Ok(found.ok_or_else(|| format!("people.toml knows no {key}"))?.clone())
    };
    for (sample, form) in samples()? {
        for complete in &sample.complete {
            let citizen = find("citizen", &complete.citizen)?;
            let organisation = complete
                .principal
                .as_deref()
                .map(|key| find("legal_person", key))
                .transpose()?;
            for question in form.definition().asked() {
                let (Some(key), Some(answer)) = (&question.prefill, complete.answers.get(&question.id)) else {
                    continue;
                };
                // The other names are those of data that only the forms themselves ask for.
                if !PREFILL_KEYS.contains(&key.as_str()) {
                    continue;
                }
                let known = match key.split_once('.') {
                    Some(("person", "address")) => continue,
                    Some(("person", field)) => citizen.get(field).cloned(),
                    Some(("organisation", "name")) => organisation.as_ref().and_then(|it| it.get("name").cloned()),
                    Some(("organisation", "code")) => organisation
                        .as_ref()
                        .and_then(|it| it.get("organisation_code").cloned()),
                    _ => return Err(format!("{}: unknown prefill key {key}", sample.form).into()),
                };
                let known = known.as_ref().and_then(toml::Value::as_str).map(str::to_owned);
                assert_eq!(
                    known.as_deref(),
                    answer.as_str(),
                    "{}: {}: {}",
                    sample.form,
                    complete.title,
                    question.id
                );
            }
        }
    }
    Ok(())
}

/// What a form asks for is what its guide announces: the same materials, and always those that are always needed.
#[test]
fn a_form_asks_for_the_materials_of_its_guide() -> Outcome {
    for path in files(&backend().join("demo-city/items"), ".toml")? {
        let item: toml::Table = toml::from_str(&std::fs::read_to_string(&path)?)?;
        let Some(reference) = item.get("form") else { continue };
        let code = reference
            .get("code")
            .and_then(toml::Value::as_str)
            .ok_or("a form reference without a code")?;
        let version = reference.get("version").and_then(toml::Value::as_integer);
        let form = form(
            code,
            version.and_then(|version| version.try_into().ok()).unwrap_or_default(),
        )?;
        let mut asked = BTreeMap::new();
        for question in form.definition().asked() {
            if let Kind::Material { material, .. } = &question.kind {
                asked.insert(material.as_str().to_owned(), is_always_asked(&form, question));
            }
        }
        let mut announced = BTreeMap::new();
        for material in item
            .get("materials")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            let code = material
                .get("code")
                .and_then(toml::Value::as_str)
                .ok_or("a material without a code")?;
            let required = material
                .get("required")
                .and_then(toml::Value::as_bool)
                .unwrap_or_default();
            announced.insert(code.to_owned(), required);
        }
        assert_eq!(
            asked, announced,
            "{code}: material and whether it is always needed, form against guide"
        );
    }
    Ok(())
}

/// Every question of a form, those in groups included.
fn questions(form: &Form) -> Vec<&Question> {
    let mut found: Vec<&Question> = form.definition().asked().collect();
    let mut at = 0;
    while let Some(question) = found.get(at).copied() {
        if let Kind::Group { questions, .. } = &question.kind {
            found.extend(asked(questions));
        }
        at += 1;
    }
    found
}

fn is_always_asked(form: &Form, question: &Question) -> bool {
    let mut pages = form.definition().pages.iter();
    question.required && pages.any(|page| page.visible_when.is_none() && is_always_shown(&page.questions, question))
}

/// Whether it stands among these, and nothing around it or of its own hides it.
fn is_always_shown(questions: &[Question], wanted: &Question) -> bool {
    questions.iter().any(|question| {
        question.visible_when.is_none()
            && match &question.kind {
                Kind::Section { questions } => is_always_shown(questions, wanted),
                _ => question.id == wanted.id,
            }
    })
}
