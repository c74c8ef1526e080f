//! A case as a clerk reads it: its answers page by page, and which of them can be asked for again.

use onehall_forms::{Filling, Kind};
use onehall_protocol::cases::CaseView;
use onehall_protocol::drafts::Answers;
use onehall_protocol::files::FileView;
use onehall_protocol::{Language, Text};

use crate::citizen::apply::LoadedForm;
use crate::citizen::questions::shown::{self, ShownAnswer, ShownLine, ShownPage};
use crate::texts::{Words, console};

/// A case's answers as they are read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::console) struct Reading {
    /// Page by page.
    pub pages: Vec<ShownPage>,
    /// What can be asked for again, page by page.
    pub askable: Vec<AskablePage>,
}

/// The questions of a page that can be asked for again.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::console) struct AskablePage {
    /// The page.
    pub title: Text,
    /// Its questions.
    pub questions: Vec<Askable>,
}

/// A question that can be asked for again.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::console) struct Askable {
    /// Where its answer stands.
    pub path: String,
    /// What it asks, and of which row.
    pub label: Text,
    /// What was answered; blank for nothing.
    pub answer: Text,
}

/// A file with the question that it answers.
#[derive(Clone)]
pub(in crate::console) struct NamedFile {
    /// What it is of.
    pub label: Words,
    /// The file.
    pub file: FileView,
}

impl PartialEq for NamedFile {
    fn eq(&self, other: &NamedFile) -> bool {
        self.file == other.file
    }
}

impl Reading {
    /// The answers as they were evaluated on the day of the submission, on the city's clock.
    pub fn of(form: &LoadedForm, case: &CaseView, utc_offset: i32) -> Reading {
        let filling = evaluated(form, case, case.answers.clone(), utc_offset);
        let pages = shown::pages(&filling);
        let askable = pages
            .iter()
            .map(|page| askable(page, &filling))
            .filter(|page| !page.questions.is_empty());
        let askable = askable.collect();
        Reading { pages, askable }
    }

    /// Answers of the case as they were before a supplement. Nothing can be asked for of them.
    pub fn earlier(form: &LoadedForm, case: &CaseView, answers: Answers, utc_offset: i32) -> Reading {
        Reading {
            pages: shown::pages(&evaluated(form, case, answers, utc_offset)),
            askable: Vec::new(),
        }
    }

    /// The number in the answers of which this one is what may be shown to everybody.
    pub fn in_full(&self, masked: &str) -> Option<&str> {
        let fits = |number: &&str| {
            let mut signs = number.chars().zip(masked.chars());
            number.len() == masked.len() && signs.all(|(sign, shown)| shown == '*' || shown == sign)
        };
        let mut lines = self.pages.iter().flat_map(|page| &page.lines);
        lines.find_map(|line| match line {
            ShownLine::Answer(answer) => {
                let mut words = answer.value.zh_cn.split(|sign: char| !sign.is_ascii_alphanumeric());
                words.find(fits)
            }
            ShownLine::Heading(_) => None,
        })
    }

    /// The question at a path in words; the path itself where it is not shown any more.
    pub fn label_of(&self, path: &str) -> Words {
        let mut questions = self.askable.iter().flat_map(|page| &page.questions);
        let found = questions.find(|question| question.path == path);
        found.map_or_else(|| Words::from(path), |question| Words::from(&question.label))
    }

    /// Every file of the answers, in their order.
    pub fn files(&self) -> Vec<NamedFile> {
        let lines = self.pages.iter().flat_map(|page| &page.lines);
        let answers = lines.filter_map(|line| match line {
            ShownLine::Answer(answer) => Some(answer),
            ShownLine::Heading(_) => None,
        });
        let named = |answer: &ShownAnswer| {
            let label = Words::from(&answer.label);
            let files = answer.files.clone();
            files.into_iter().map(move |file| NamedFile {
                label: label.clone(),
                file,
            })
        };
        answers.flat_map(named).collect()
    }
}

fn evaluated(form: &LoadedForm, case: &CaseView, answers: Answers, utc_offset: i32) -> Filling {
    let (submitted, _, _) = case.summary.submitted_at.at_offset(utc_offset);
    let as_of = case.evaluated.as_ref().map_or(submitted, |with| with.as_of);
    form.filling(answers, as_of)
}

fn askable(page: &ShownPage, filling: &Filling) -> AskablePage {
    let mut row: Option<&Text> = None;
    let mut questions = Vec::new();
    for line in &page.lines {
        let answer = match line {
            ShownLine::Heading(heading) => {
                if heading.of_row {
                    row = Some(&heading.title);
                }
                continue;
            }
            ShownLine::Answer(answer) => answer,
        };
        // The answers of a row stand under its path; the next question beside the group ends it.
        row = row.filter(|_| answer.path.contains('/'));
        let can_be_answered = filling.question(&answer.path).is_some_and(|question| {
            !matches!(
                question.question.kind,
                Kind::Computed { .. } | Kind::Note { .. } | Kind::Section { .. }
            )
        });
        if can_be_answered {
            questions.push(Askable {
                path: answer.path.clone(),
                label: row.map_or_else(|| answer.label.clone(), |row| in_row(row, &answer.label)),
                answer: said(answer),
            });
        }
    }
    AskablePage {
        title: page.title.clone(),
        questions,
    }
}

fn in_row(row: &Text, label: &Text) -> Text {
    let joined = |language| {
        console::IN_ROW
            .with([Words::from(row), Words::from(label)])
            .get(language)
    };
    Text::new(joined(Language::ZhCn), joined(Language::En))
}

/// An answer in a line; files by their names.
fn said(answer: &ShownAnswer) -> Text {
    if answer.files.is_empty() {
        return answer.value.clone();
    }
    let names: Vec<&str> = answer.files.iter().map(|file| file.name.as_str()).collect();
    Text::new(names.join("、"), names.join(", "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_forms::{Form, Inputs};
    use onehall_protocol::Timestamp;
    use serde_json::json;

    use super::*;

    fn case(submitted_at: &str) -> CaseView {
        let json = json!({
            "id": "01935a00-0000-7000-8000-000000000001", "number": "LC-1", "item": "a",
            "item_name": {"zh-CN": "一", "en": "one"}, "authority": "public-security",
            "principal": {"id": "01935a00-0000-7000-8000-000000000002", "kind": "citizen", "name": "张敏"},
            "status": {"state": "submitted", "step": "submitted", "step_name": {"zh-CN": "一", "en": "one"},
                "waits_for": "authority", "next": {"zh-CN": "一", "en": "one"}, "clock_paused": false},
            "submitted_at": submitted_at, "updated_at": submitted_at, "version": 1,
            "form": {"code": "a", "version": 1},
            "answers": {"name": "张敏", "people": ["r1", "r2"], "people/r1/who": "李雷", "people/r2/who": "韩梅梅"},
            "history": [], "can": []
        });
        serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}"))
    }

    fn form() -> LoadedForm {
        let text = |text: &str| json!({"zh-CN": text, "en": text});
        let form = json!({"schema": "onehall-form/1", "code": "a", "version": 1, "title": text("t"), "pages": [
            {"id": "all", "title": text("all"), "questions": [
                {"id": "people", "kind": "group", "label": text("people"), "row_label": text("person"),
                 "row_title": "who", "questions": [{"id": "who", "kind": "text", "label": text("who"), "required": true}]},
                {"id": "name", "kind": "text", "label": text("name"), "required": true},
                {"id": "year", "kind": "computed", "label": text("year"),
                 "value": {"var": "name"}}]}]});
        loaded(&form)
    }

    fn loaded(form: &serde_json::Value) -> LoadedForm {
        let form = Form::from_value(form).unwrap_or_else(|findings| panic!("{findings:?}"));
        LoadedForm {
            form: Arc::new(form),
            inputs: Inputs::none(),
        }
    }

    #[test]
    fn a_question_of_a_row_names_its_row_and_one_beside_the_group_does_not() {
        let reading = Reading::of(&form(), &case("2026-11-20T01:00:00.000Z"), 480);
        let asked: Vec<_> = reading.askable.iter().flat_map(|page| &page.questions).collect();
        let said: Vec<_> = asked
            .iter()
            .map(|question| (question.path.as_str(), question.label.en.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("people/r1/who", "Person 1: 李雷 · who"),
                ("people/r2/who", "Person 2: 韩梅梅 · who"),
                ("name", "name")
            ]
        );
        assert_eq!(
            reading.label_of("people/r2/who").get(Language::ZhCn),
            "Person 2：韩梅梅 · who"
        );
        assert_eq!(reading.label_of("gone").get(Language::En), "gone");
    }

    #[test]
    fn a_number_that_stands_in_the_answers_is_known_by_what_everybody_may_see_of_it() {
        let text = |text: &str| json!({"zh-CN": text, "en": text});
        let form = json!({"schema": "onehall-form/1", "code": "a", "version": 1, "title": text("t"), "pages": [
            {"id": "all", "title": text("all"), "questions": [
                {"id": "agent", "kind": "person", "label": text("agent")},
                {"id": "number", "kind": "citizen_id", "label": text("number")}]}]});
        let mut case = case("2026-11-20T01:00:00.000Z");
        let agent = json!({"name": "王磊", "id_type": "citizen_id", "id_number": "620102198805143827"});
        case.answers = [
            ("agent".to_owned(), agent),
            ("number".to_owned(), json!("11010519491231002X")),
        ]
        .into();
        let reading = Reading::of(&loaded(&form), &case, 480);
        assert_eq!(reading.in_full("110***********002X"), Some("11010519491231002X"));
        assert_eq!(reading.in_full("620***********3827"), Some("620102198805143827"));
        assert_eq!(
            reading.in_full("110***********0021"),
            None,
            "somebody else's is not taken for it"
        );
    }

    #[test]
    fn the_answers_are_read_as_of_the_day_in_the_city() {
        let text = |text: &str| json!({"zh-CN": text, "en": text});
        let form = json!({"schema": "onehall-form/1", "code": "a", "version": 1, "title": text("t"), "pages": [
            {"id": "all", "title": text("all"), "questions": [
                {"id": "name", "kind": "text", "label": text("name"), "visible_when": {"==": [{"today": []}, "2026-11-24"]}}]}]});
        let form = loaded(&form);
        let late: Timestamp = "2026-11-23T17:00:00.000Z"
            .parse()
            .unwrap_or_else(|error| panic!("{error}"));
        let case = case(&late.to_string());
        assert_eq!(
            Reading::of(&form, &case, 480).pages.len(),
            1,
            "it is the 24th in the city"
        );
        assert_eq!(Reading::of(&form, &case, 0).pages.len(), 0, "and the 23rd in Greenwich");
        let mut checked_before = case;
        checked_before.evaluated = serde_json::from_value(json!({"engine": 1, "as_of": "2026-11-23"})).ok();
        assert_eq!(
            Reading::of(&form, &checked_before, 480).pages.len(),
            0,
            "the day as of which it was checked counts"
        );
    }
}
