//! What the engine says of a form and its answers, as lines for the author.

use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, Kind, Progress, Question, QuestionView, UnknownRule};
use onehall_protocol::drafts::Answers;
use onehall_protocol::{FieldError, Language, Text};
use serde_json::Value;

/// Everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How far the answers are.
    pub progress: Progress,
    /// The pages, all of them.
    pub pages: Vec<PageLine>,
    /// What is wrong.
    pub errors: Vec<ErrorLine>,
    /// What was computed, by path; null where it is not known.
    pub computed: Vec<(String, Value)>,
    /// Rules of which it is not known whether they hold.
    pub unknown: Vec<UnknownRule>,
    /// Answers of questions that are not shown.
    pub kept: Vec<(String, Value)>,
    /// The canonical document, for people.
    pub document: String,
    /// Its SHA-256.
    pub transcript: String,
    /// Lists of the form that are not at hand.
    pub no_lists: Vec<String>,
    /// Whether rules count working days and there is no calendar.
    pub no_calendar: bool,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Whether it is on the path.
    pub on_path: bool,
    /// Whether nothing on it is wrong.
    pub complete: bool,
    /// Its questions, in every row.
    pub questions: Vec<QuestionLine>,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionLine {
    /// Its answer path; of one in a group without a row, its id behind the group's.
    pub path: String,
    /// What is asked.
    pub label: Text,
    /// Whether it is shown.
    pub shown: bool,
    /// Whether an answer is required; none where it is never answered.
    pub required: Option<bool>,
    /// What is wrong with its answer.
    pub error: Option<String>,
}

/// Something that is wrong with the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorLine {
    /// The answer path.
    pub path: String,
    /// The stable code.
    pub code: String,
    /// What the citizen reads.
    pub message: Text,
    /// The page on which it is put right.
    pub page: Option<String>,
}

impl Report {
    /// Evaluates the answers and reports.
    pub fn of(form: &Arc<Form>, answers: Answers, context: Context) -> Report {
        let filling = Filling::new(Arc::clone(form), answers, context);
        let submitted = filling.submitted_answers();
        let mut kept: Vec<(String, Value)> = filling.answers().into_iter().collect();
        kept.retain(|(path, value)| !submitted.contains_key(path) && !is_nothing(value));
        let document: Value = serde_json::from_str(&filling.canonical()).unwrap_or_default();
        let context = filling.context();
        let missing = form
            .lists()
            .into_iter()
            .filter(|list| context.lists.get(list).is_none());
        Report {
            progress: filling.progress(),
            pages: pages(&filling),
            errors: filling
                .errors()
                .into_iter()
                .map(|error| error_line(&filling, error))
                .collect(),
            computed: filling.computed_values().into_iter().collect(),
            unknown: filling.unknown_rules(),
            kept,
            document: serde_json::to_string_pretty(&document).unwrap_or_default(),
            transcript: filling.transcript(),
            no_lists: missing.map(str::to_owned).collect(),
            no_calendar: form.uses_calendar() && context.calendar.is_none(),
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn error_line(filling: &Filling, error: FieldError) -> ErrorLine {
    ErrorLine {
        message: Text::new(
            filling.message(&error, Language::ZhCn),
            filling.message(&error, Language::En),
        ),
        page: filling.page_of(&error.path).map(str::to_owned),
        path: error.path,
        code: error.code,
    }
}

fn pages(filling: &Filling) -> Vec<PageLine> {
    let line = |page: &onehall_forms::Page| {
        let view = filling.page(&page.id);
        let mut questions = Vec::new();
        match &view {
            Some(view) => lines(&page.questions, &view.questions, "", &mut questions),
            None => lines(&page.questions, &[], "", &mut questions),
        }
        PageLine {
            id: page.id.clone(),
            title: page.title.clone(),
            on_path: view.is_some(),
            complete: view.is_some_and(|view| view.complete),
            questions,
        }
    };
    filling.form().definition().pages.iter().map(line).collect()
}

/// The questions of a page, a row or a section, shown or not, each with those of its rows behind it.
fn lines(all: &[Question], shown: &[QuestionView<'_>], around: &str, lines_of: &mut Vec<QuestionLine>) {
    for question in all {
        let view = shown.iter().find(|view| view.question.id == question.id);
        let path = match view {
            Some(view) => view.path.clone(),
            None if around.is_empty() => question.id.clone(),
            None => format!("{around}/{}", question.id),
        };
        lines_of.push(QuestionLine {
            path: path.clone(),
            label: question.label.clone(),
            shown: view.is_some(),
            required: question
                .kind
                .is_answered()
                .then(|| view.is_some_and(|view| view.required)),
            error: view.and_then(|view| Some(view.errors.first()?.code.as_str().to_owned())),
        });
        match &question.kind {
            Kind::Group { questions, .. } => {
                for row in view.iter().flat_map(|view| &view.rows) {
                    lines(questions, &row.questions, &row.path, lines_of);
                }
            }
            Kind::Section { questions } => {
                let inside = view.map_or(&[][..], |view| view.questions.as_slice());
                lines(questions, inside, around, lines_of);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(answers: Value) -> Report {
        let text = json!({"zh-CN": "示", "en": "e"});
        let form = json!({"schema": "onehall-form/1", "code": "demo", "version": 1, "title": text, "pages": [
            {"id": "first", "title": text, "questions": [
                {"id": "married", "kind": "yes_no", "label": text, "required": true},
                {"id": "spouse", "kind": "text", "label": text, "required": true, "visible_when": {"var": "married"}},
                {"id": "people", "kind": "group", "label": text, "row_label": text, "questions": [
                    {"id": "age", "kind": "number", "label": text},
                    {"id": "school", "kind": "text", "label": text, "visible_when": {"<": [{"var": "row.age"}, 18]}}]},
                {"id": "double", "kind": "computed", "label": text, "value": {"*": [{"var": "income"}, 2]},
                 "format": "hidden"}]},
            {"id": "second", "title": text, "visible_when": {"var": "married"}, "questions": [
                {"id": "work", "kind": "section", "label": text, "visible_when": {"var": "married"}, "questions": [
                    {"id": "income", "kind": "number", "label": text}]},
                {"id": "job", "kind": "list_choice", "list": "jobs", "label": text}]}]});
        let form = Form::from_value(&form).unwrap_or_else(|findings| panic!("{findings:?}"));
        let answers = serde_json::from_value(answers).unwrap_or_else(|error| panic!("{error}"));
        let as_of = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
        Report::of(&Arc::new(form), answers, Context::on(as_of))
    }

    #[test]
    fn hidden_answers_are_named_and_so_is_what_is_not_on_the_path() {
        let report = report(json!({"married": false, "spouse": "李雷", "income": 7, "people": []}));
        assert_eq!(
            report.kept,
            [("income".to_owned(), json!(7)), ("spouse".to_owned(), json!("李雷"))]
        );
        assert_eq!(report.errors, []);
        let pages: Vec<_> = report
            .pages
            .iter()
            .map(|page| (page.id.as_str(), page.on_path, page.complete))
            .collect();
        assert_eq!(pages, [("first", true, true), ("second", false, false)]);
        assert_eq!(report.computed, [("double".to_owned(), Value::Null)]);
        assert_eq!(report.no_lists, ["jobs"]);
        assert!(
            !report.document.contains("李雷"),
            "what is hidden is in no document: {}",
            report.document
        );
        assert_eq!(report.transcript.len(), 64);
    }

    #[test]
    fn each_row_has_its_questions_and_each_error_its_page() {
        let answers = json!({"married": true, "people": ["r1"], "people/r1/age": 30, "ghost": 1});
        let report = report(answers);
        let first: Vec<_> = report.pages[0]
            .questions
            .iter()
            .map(|line| (line.path.as_str(), line.shown, line.required, line.error.as_deref()))
            .collect();
        assert_eq!(
            first,
            [
                ("married", true, Some(true), None),
                ("spouse", true, Some(true), Some("required")),
                ("people", true, Some(false), None),
                ("people/r1/age", true, Some(false), None),
                ("people/r1/school", false, Some(false), None),
                ("double", false, None, None),
            ]
        );
        let second: Vec<_> = report.pages[1]
            .questions
            .iter()
            .map(|line| (line.path.as_str(), line.shown, line.required))
            .collect();
        assert_eq!(
            second,
            [
                ("work", true, None),
                ("income", true, Some(false)),
                ("job", true, Some(false))
            ],
            "a section, then what stands in it"
        );
        let errors: Vec<_> = report
            .errors
            .iter()
            .map(|error| (error.path.as_str(), error.code.as_str(), error.page.as_deref()))
            .collect();
        assert_eq!(
            errors,
            [("spouse", "required", Some("first")), ("ghost", "unknown_path", None)]
        );
    }
}
