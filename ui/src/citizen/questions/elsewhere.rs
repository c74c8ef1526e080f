//! What other terminals did to an answer: that it just changed there, and which other answer did not stand.
//!
//! Nothing here takes an answer out from under a hand: one that comes while its field is being filled waits beside it, and is
//! told of.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use onehall_forms::display;
use onehall_protocol::Timestamp;
use onehall_protocol::drafts::{GivenAnswer, LostAnswer};
use onehall_protocol::identity::TerminalKind;
use serde_json::Value;

use super::answering::named;
use super::{Answering, control_id};
use crate::design::button::{Button, Weight};
use crate::design::icon::Icon;
use crate::shell::document;
use crate::texts::{Words, elsewhere, fill, format};
use crate::view::{live, memo, view};

/// How long it is said that an answer just changed.
const SAID: Duration = Duration::from_secs(20);

/// What is known of other terminals. Cheap to copy.
#[derive(Clone, Copy, Default)]
pub struct Elsewhere {
    /// Answers that did not stand against later ones.
    pub lost: RwSignal<Vec<LostAnswer>>,
    /// Answers that just changed, by path.
    news: RwSignal<BTreeMap<String, News>>,
    /// Forgets one that did not stand, by its number; none where nothing can be lost.
    dismiss: StoredValue<Option<Callback<u32>>>,
}

#[derive(Debug, Clone, PartialEq)]
struct News {
    terminal: TerminalKind,
    at: Timestamp,
    /// The answer, while it waits for the field to be left.
    waits: Option<Value>,
}

/// What a terminal is called.
#[must_use]
pub fn terminal_words(terminal: TerminalKind) -> Words {
    match terminal {
        TerminalKind::Browser => fill::TERMINAL_BROWSER,
        TerminalKind::Desktop => fill::TERMINAL_DESKTOP,
        TerminalKind::Mobile => fill::TERMINAL_MOBILE,
        TerminalKind::Kiosk => fill::TERMINAL_KIOSK,
        TerminalKind::MiniApp => fill::TERMINAL_MINI_APP,
        TerminalKind::Console => fill::TERMINAL_CONSOLE,
        TerminalKind::System => fill::TERMINAL_SYSTEM,
    }
    .into()
}

/// Whether one is in the field of an answer right now. In a row of a group one is not in the field of its list, unless the
/// row is to go.
fn is_being_filled(answering: Answering, path: &str, value: &Value) -> bool {
    let Some(focused) = document::focused_id() else {
        return false;
    };
    let id = control_id(path);
    let Some(below) = focused
        .strip_prefix(&id)
        .filter(|rest| rest.is_empty() || rest.starts_with('.'))
    else {
        return false;
    };
    let is_group = answering.filling.with_untracked(|filling| {
        let question = filling.question(path);
        question.is_some_and(|question| matches!(question.question.kind, onehall_forms::Kind::Group { .. }))
    });
    if !is_group {
        return true;
    }
    let row = below.trim_start_matches('.').split('.').next().unwrap_or_default();
    let names = |list: &Value| list.as_array().is_some_and(|rows| rows.iter().any(|id| id == row));
    answering.answer_now(path).is_some_and(|here| names(&here)) && !names(value)
}

impl Answering {
    /// Takes answers in that another terminal gave; one to a field that is being filled waits until it is left.
    pub fn take_from_elsewhere(self, answers: Vec<GivenAnswer>) {
        let mut taken = onehall_protocol::drafts::Answers::new();
        let mut news = BTreeMap::new();
        for GivenAnswer {
            path,
            value,
            terminal,
            at,
        } in answers
        {
            let waits = is_being_filled(self, &path, &value);
            let told = News {
                terminal,
                at,
                waits: waits.then(|| value.clone()),
            };
            if !waits {
                taken.insert(path.clone(), value);
            }
            news.insert(path, told);
        }
        if !taken.is_empty() {
            self.merge(taken);
        }
        let said = news.clone();
        self.elsewhere.news.update(|all| all.extend(news));
        let over = move || {
            let _ = self.elsewhere.news.try_update(|all| {
                all.retain(|path, news| news.waits.is_some() || said.get(path) != Some(news));
            });
        };
        set_timeout(over, SAID);
    }

    /// A field was left: what waited for that comes in, unless it was answered here since.
    pub fn field_left(self) {
        let waiting = self.elsewhere.news.try_with_untracked(|all| {
            let waiting = all
                .iter()
                .filter_map(|(path, news)| Some((path.clone(), news.waits.clone()?)));
            waiting.collect::<Vec<_>>()
        });
        for (path, value) in waiting.unwrap_or_default() {
            if !is_being_filled(self, &path, &value) {
                self.take_what_waits(&path);
            }
        }
    }

    fn take_what_waits(self, path: &str) {
        let waits = self.elsewhere.news.try_update(|all| all.get_mut(path)?.waits.take());
        if let Some(value) = waits.flatten() {
            self.merge([(path.to_owned(), value)].into());
            self.elsewhere.forget_soon(path.to_owned());
        }
    }

    /// The citizen answers a question: they have read what waited, and do otherwise; and one that is given again is back.
    pub(super) fn answered_here(self, path: &str, value: &Value) {
        let Elsewhere { lost, news, .. } = self.elsewhere;
        if news.try_with_untracked(|all| all.contains_key(path)) == Some(true) {
            news.update(|all| {
                all.remove(path);
            });
        }
        let is_back = |one: &LostAnswer| one.path == path && one.value == *value;
        if lost.try_with_untracked(|all| all.iter().any(is_back)) == Some(true) {
            lost.update(|all| all.retain(|one| !is_back(one)));
        }
    }

    /// What just changed elsewhere, to be read out: the questions, and where.
    #[must_use]
    pub fn news_words(self) -> Words {
        Words::made(move |language| {
            let mut said = Vec::new();
            self.elsewhere.news.with(|all| {
                for (path, news) in all {
                    let name = self.filling.with_untracked(|filling| named(filling, path, language));
                    if !name.is_empty() {
                        let words = elsewhere::CHANGED_OF.with([name.into(), terminal_words(news.terminal)]);
                        said.push(words.get(language));
                    }
                }
            });
            said.join(" ")
        })
    }
}

impl Elsewhere {
    /// With a way to dismiss answers that did not stand.
    #[must_use]
    pub fn new(lost: Vec<LostAnswer>, dismiss: Callback<u32>) -> Elsewhere {
        Elsewhere {
            lost: RwSignal::new(lost),
            news: RwSignal::default(),
            dismiss: StoredValue::new(Some(dismiss)),
        }
    }

    fn forget_soon(self, path: String) {
        let over = move || {
            let _ = self.news.try_update(|all| all.remove(&path));
        };
        set_timeout(over, SAID);
    }
}

/// A question with what other terminals did to its answer.
pub(super) fn noted(answering: Answering, path: &str, question: AnyView) -> AnyView {
    let Elsewhere { lost, news, dismiss } = answering.elsewhere;
    if dismiss.with_value(Option::is_none) {
        return question;
    }
    let path = StoredValue::new(path.to_owned());
    let changed = memo(move |_| news.with(|all| path.with_value(|path| all.get(path).cloned())));
    let others = memo(move |_| {
        let of_it = |one: &&LostAnswer| path.with_value(|path| one.path == *path);
        lost.with(|all| all.iter().filter(of_it).cloned().collect::<Vec<_>>())
    });
    let sign = live(move || changed.get().map(|news| news_view(answering, path.get_value(), news)));
    let notes = live(move || {
        let others = others.get();
        others.into_iter().map(|one| lost_view(answering, one)).collect_view()
    });
    view! {
        <div class="asked">
            {question}
            {sign}
            {notes}
        </div>
    }
    .into_any()
}

/// Whether an answer that did not stand belongs to no question that the form asks any more.
fn is_late(answering: Answering, one: &LostAnswer) -> bool {
    answering
        .filling
        .with_untracked(|filling| filling.form().question(&one.path).is_none())
}

/// How many answers that did not stand are told of at their questions.
#[must_use]
pub fn lost_at_questions(answering: Answering) -> usize {
    let lost = answering.elsewhere.lost;
    lost.with(|all| all.iter().filter(|one| !is_late(answering, one)).count())
}

/// Answers that came too late: their questions went with a newer version of the form. Each with a way to let it go.
#[must_use]
pub fn late_notes(answering: Answering) -> AnyView {
    live(move || {
        let all = answering.elsewhere.lost.get();
        let late = all.into_iter().filter(|one| is_late(answering, one));
        late.map(|one| late_view(answering, one)).collect_view()
    })
}

fn late_view(answering: Answering, one: LostAnswer) -> AnyView {
    let offset = answering.uploads.ui().utc_offset.get_untracked();
    let mut said = Vec::new();
    leaves(&one.value, &mut said);
    let told = elsewhere::LATE.with([
        terminal_words(one.terminal),
        format::moment_words(one.at, offset),
        said.join(" ").into(),
    ]);
    let dismiss = move |()| {
        // The button is gone then: whoever stood on it goes on at the begin of the page.
        document::focus("main");
        if let Some(dismiss) = answering.elsewhere.dismiss.get_value() {
            dismiss.run(one.n);
        }
    };
    view! {
        <div class="elsewhere-note">
            <p>{told}</p>
            <div class="elsewhere-ways">
                <Button label=elsewhere::DISMISS weight=Weight::Quiet icon="x" on_press=Callback::new(dismiss)/>
            </div>
        </div>
    }
    .into_any()
}

/// The texts and numbers in a value of which nobody knows any more what it answered.
fn leaves(value: &Value, said: &mut Vec<String>) {
    match value {
        Value::String(text) => said.push(text.clone()),
        Value::Number(number) => said.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, said)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, said)),
        Value::Bool(_) | Value::Null => {}
    }
}

/// An answer as its question shows it, never longer than a line of a note.
fn shown(answering: Answering, path: &str, value: &Value) -> Words {
    const LONGEST: usize = 80;
    let (path, value) = (path.to_owned(), value.clone());
    Words::made(move |language| {
        let shown = answering.filling.with_untracked(|filling| {
            let form = filling.form();
            let question = form.question(&path)?;
            Some(display(question, form.options_of(question), &value, language))
        });
        let shown = shown.unwrap_or_default();
        match shown.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None if shown.is_empty() => fill::NOT_ANSWERED.get(language).to_owned(),
            None => shown,
        }
    })
}

/// That an answer just changed elsewhere. Read out by the page, once for all of them.
fn news_view(answering: Answering, path: String, news: News) -> AnyView {
    let on = terminal_words(news.terminal);
    let Some(value) = news.waits else {
        return view! {
            <p class="elsewhere-news"><Icon name="refresh-cw"/><span>{elsewhere::CHANGED.with([on])}</span></p>
        }
        .into_any();
    };
    let told = elsewhere::CHANGED_TO.with([on, shown(answering, &path, &value)]);
    let take = move |()| {
        answering.take_what_waits(&path);
        document::focus(&control_id(&path));
    };
    view! {
        <div class="elsewhere-note">
            <p>{told}</p>
            <div class="elsewhere-ways">
                <Button label=elsewhere::TAKE icon="check" on_press=Callback::new(take)/>
            </div>
        </div>
    }
    .into_any()
}

/// An answer that did not stand, with the button that brings it back and the one that lets it go.
fn lost_view(answering: Answering, one: LostAnswer) -> AnyView {
    let offset = answering.uploads.ui().utc_offset.get_untracked();
    let value = shown(answering, &one.path, &one.value);
    let told = elsewhere::LOST.with([
        terminal_words(one.terminal),
        format::moment_words(one.at, offset),
        value.clone(),
    ]);
    let label = {
        let path = one.path.clone();
        Words::made(move |language| {
            answering
                .filling
                .with_untracked(|filling| named(filling, &path, language))
        })
    };
    let (n, path, answer) = (one.n, one.path.clone(), one.value.clone());
    // The buttons are gone then: whoever stood on one goes on in the field that it spoke of.
    let bring_back = {
        let (path, label) = (path.clone(), label.clone());
        move |()| {
            answering.change(&path, answer.clone());
            answering
                .uploads
                .ui()
                .say(elsewhere::BROUGHT_BACK.with([label.clone()]));
            document::focus(&control_id(&path));
        }
    };
    let dismiss = move |()| {
        document::focus(&control_id(&path));
        if let Some(dismiss) = answering.elsewhere.dismiss.get_value() {
            dismiss.run(n);
        }
    };
    view! {
        <div class="elsewhere-note" role="group" aria-label=label>
            <p>{told}</p>
            <div class="elsewhere-ways">
                <Button label=elsewhere::BRING_BACK.with([value]) icon="undo-2" on_press=Callback::new(bring_back)/>
                <Button label=elsewhere::DISMISS weight=Weight::Quiet icon="x" on_press=Callback::new(dismiss)/>
            </div>
        </div>
    }
    .into_any()
}
