//! What changes because the hall goes by another version of the rules, the calendar or a list than this page: said in plain
//! words, with the old and the new, and confirmed by the citizen.

use std::collections::BTreeSet;

use leptos::prelude::*;
use onehall_forms::{ComputedFormat, Filling, Kind, display};
use onehall_protocol::drafts::{ChangeKind, ChangesToConfirm, EvaluationChange};
use onehall_protocol::{Language, Text};
use serde_json::Value;

use crate::citizen::questions::named;
use crate::design::choices::Checkbox;
use crate::design::content::{Fact, Facts};
use crate::design::notice::{Notice, Tone};
use crate::texts::{Words, changes as words};
use crate::view::view;

/// The id of the notice.
pub const CHANGES: &str = "changes";

/// The id of the box by which one agrees.
pub const AGREE: &str = "confirm-changes";

/// What waits for the citizen to confirm it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToConfirm {
    /// The evaluation that is confirmed.
    pub transcript: String,
    /// The answers that are concerned, by path.
    pub paths: BTreeSet<String>,
    lines: Vec<Line>,
}

/// What a change is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Page,
    Answered,
    Computed,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    name: Text,
    subject: Subject,
    what: ChangeKind,
    before: Text,
    now: Text,
}

impl ToConfirm {
    /// What the backend says that changed. `before` is what was checked here; `now` is the same answers evaluated here with
    /// what the city has now, which counts where it comes to the backend's result.
    #[must_use]
    pub fn of(told: ChangesToConfirm, before: &Filling, now: &Filling) -> ToConfirm {
        let now = Some(now).filter(|now| now.transcript() == told.transcript);
        let mut lines = Vec::new();
        for change in &told.changes {
            if let Some(line) = line(change, &told.changes, before, now) {
                lines.push(line);
            }
        }
        let mut paths = BTreeSet::new();
        paths.extend(told.changes.into_iter().map(|change| change.path));
        ToConfirm {
            transcript: told.transcript,
            paths,
            lines,
        }
    }
}

fn line(change: &EvaluationChange, all: &[EvaluationChange], before: &Filling, now: Option<&Filling>) -> Option<Line> {
    let form = before.form();
    if let Some(id) = change.path.strip_prefix('#') {
        // What is said of its questions says it of the page.
        let said = all.iter().any(|other| before.page_of(&other.path) == Some(id));
        return form.page(id).filter(|_| !said).map(|page| Line {
            name: page.title.clone(),
            subject: Subject::Page,
            what: change.what,
            before: Text::default(),
            now: Text::default(),
        });
    }
    let question = form.question(&change.path)?;
    if matches!(
        question.kind,
        Kind::Computed {
            format: ComputedFormat::Hidden,
            ..
        }
    ) {
        return None;
    }
    let subject = match question.kind {
        Kind::Computed { .. } => Subject::Computed,
        _ => Subject::Answered,
    };
    let of = |filling: &Filling, language| {
        let view = filling.question(&change.path);
        view.map_or_else(String::new, |view| view.display(language))
    };
    let told = |language| match (&change.value, now, before.answer(&change.path)) {
        (_, Some(now), _) => of(now, language),
        (Some(value), None, _) | (None, None, Some(value)) => {
            display(question, form.options_of(question), value, language)
        }
        (None, None, None) => String::new(),
    };
    let in_both = |say: &dyn Fn(Language) -> String| Text::new(say(Language::ZhCn), say(Language::En));
    Some(Line {
        name: in_both(&|language| named(before, &change.path, language)),
        subject,
        what: change.what,
        before: in_both(&|language| of(before, language)),
        now: in_both(&told),
    })
}

impl Line {
    fn said(&self) -> Words {
        let (before, now) = (Words::from(&self.before), Words::from(&self.now));
        let (had, has) = (!self.before.zh_cn.is_empty(), !self.now.zh_cn.is_empty());
        let page = self.subject == Subject::Page;
        match (self.what, had, has) {
            (ChangeKind::Shown, ..) if page => words::PAGE_ASKED.into(),
            (ChangeKind::Hidden, ..) if page => words::PAGE_NOT_ASKED.into(),
            (ChangeKind::Shown, ..) if self.subject == Subject::Computed => words::NOW.with([now]),
            (ChangeKind::Hidden, ..) if self.subject == Subject::Computed => words::NOT_COMPUTED.into(),
            (ChangeKind::Shown, _, true) => words::ASKED_ANSWERED.with([now]),
            (ChangeKind::Shown, _, false) => words::ASKED.into(),
            (ChangeKind::Hidden, true, _) => words::NOT_ASKED_ANSWERED.with([before]),
            (ChangeKind::Hidden, false, _) => words::NOT_ASKED.into(),
            (ChangeKind::Value, true, true) => words::FROM_TO.with([before, now]),
            (ChangeKind::Value, true, false) => words::UNKNOWN_NOW.with([before]),
            (ChangeKind::Value, false, _) => words::NOW.with([now]),
            (ChangeKind::Error, ..) => words::CHECKED_OTHERWISE.into(),
        }
    }

    fn fact(&self) -> Fact {
        let name = Words::from(&self.name);
        let name = if self.subject == Subject::Page {
            words::PAGE.with([name])
        } else {
            name
        };
        Fact::new(name, self.said())
    }
}

/// The changes, and the box by which one agrees to them.
pub fn changes_view(to_confirm: &ToConfirm, agreed: RwSignal<bool>) -> AnyView {
    let facts: Vec<Fact> = to_confirm.lines.iter().map(Line::fact).collect();
    let text = if facts.is_empty() { words::TEXT_ALL } else { words::TEXT };
    view! {
        <div id=CHANGES tabindex="-1">
        <Notice tone=Tone::Attention title=words::TITLE role="alert">
            <p>{text}</p>
            {(!facts.is_empty()).then(|| view! { <Facts facts=facts/> })}
            <Checkbox
                id=AGREE
                label=words::AGREE
                checked=agreed
                on_change=Callback::new(move |yes| agreed.set(yes))
            />
        </Notice>
        </div>
    }
    .into_any()
}

/// What the backend told with the refusal, where it can be read.
#[must_use]
pub fn told(details: &Value) -> Option<ChangesToConfirm> {
    serde_json::from_value(details.clone()).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_forms::calendar::WorkingCalendar;
    use onehall_forms::{Calendar, Context, Form};
    use onehall_protocol::Date;
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn filling(holidays: &[&str]) -> Filling {
        let text = |text: &str| json!({"zh-CN": text, "en": text});
        let form = Form::from_value(&json!({
            "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("demo"),
            "pages": [{"id": "visit", "title": text("visit"), "questions": [
                {"id": "day", "kind": "date", "label": text("day")},
                {"id": "ready", "kind": "computed", "label": text("ready"),
                 "value": {"add_working_days": [{"var": "day"}, 1]}},
                {"id": "why", "kind": "text", "label": text("why"),
                 "visible_when": {"!": [{"is_working_day": [{"var": "day"}]}]}},
            ]}],
        }));
        let form = form.unwrap_or_else(|findings| panic!("{findings:?}"));
        let answers = [
            ("day".to_owned(), json!("2026-11-20")),
            ("why".to_owned(), json!("urgent")),
        ];
        let days = WorkingCalendar::new(
            holidays.iter().map(|text| day(text)),
            [],
            day("2026-01-01"),
            day("2026-12-31"),
        );
        let version = holidays.len().to_string();
        let context = Context {
            calendar: Some(Arc::new(Calendar { version, days })),
            ..Context::on(day("2026-11-20"))
        };
        Filling::new(Arc::new(form), answers.into(), context)
    }

    fn change(path: &str, what: ChangeKind, value: Option<Value>) -> EvaluationChange {
        EvaluationChange {
            path: path.to_owned(),
            what,
            value,
        }
    }

    fn said(told: ChangesToConfirm, now: &Filling) -> Vec<(String, String)> {
        let to_confirm = ToConfirm::of(told, &filling(&[]), now);
        let said = |line: &Line| (line.name.en.clone(), line.said().get(Language::En));
        to_confirm.lines.iter().map(said).collect()
    }

    #[test]
    fn the_old_and_the_new_are_said_in_words() {
        let now = filling(&["2026-11-20", "2026-11-23"]);
        let told = ChangesToConfirm {
            transcript: now.transcript(),
            changes: vec![
                change("ready", ChangeKind::Value, None),
                change("why", ChangeKind::Shown, None),
                change("#visit", ChangeKind::Shown, None),
            ],
        };
        let [ready, why] = <[_; 2]>::try_from(said(told, &now)).unwrap_or_else(|lines| panic!("{lines:?}"));
        assert_eq!(ready.0, "ready");
        assert!(
            ready.1.contains("2026-11-23") && ready.1.contains("2026-11-24"),
            "{}",
            ready.1
        );
        assert!(why.1.contains("“urgent” is submitted"), "{}", why.1);
    }

    #[test]
    fn a_page_that_cannot_evaluate_as_the_hall_does_says_what_the_hall_told() {
        let told = ChangesToConfirm {
            transcript: "of another engine".to_owned(),
            changes: vec![
                change("ready", ChangeKind::Value, Some(json!("2026-12-01"))),
                change("day", ChangeKind::Hidden, None),
                change("#visit", ChangeKind::Hidden, None),
            ],
        };
        let lines = said(told, &filling(&[]));
        assert_eq!(lines.len(), 2, "the page is said by its questions");
        assert!(lines[0].1.contains("2026-12-01"), "{lines:?}");
        assert!(lines[1].1.contains("is not submitted"), "{lines:?}");
    }
}
