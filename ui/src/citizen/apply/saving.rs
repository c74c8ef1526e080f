//! Where the saving of a draft stands, told honestly; and what is to be decided where two terminals differ.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::SaveState;
use onehall_client::citizen::{Keep, ResolveConflict};
use onehall_forms::display;
use onehall_protocol::drafts::AnswerConflict;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{Language, Timestamp};
use serde_json::Value;

use super::Application;
use super::form_change::form_change_notice;
use crate::design::button::{Button, Weight};
use crate::design::icon::Icon;
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::texts::{Phrase, Words, counted, fill, format};
use crate::view::{memo, view};

/// One line: saved at, saving, waiting for the network, in conflict, refused. Read out only where it is bad news, or where
/// that is over: not at every keystroke.
pub(super) fn save_line(application: Application) -> AnyView {
    let offset = application.ui.utc_offset;
    let (saving, kind) = (
        application.saving,
        memo(move |_| Standing::of(&application.saving.get())),
    );
    let words = Words::made(move |language| match saving.get() {
        SaveState::Saved { at } => clock_words(fill::SAVED_AT, at, offset.get(), language),
        SaveState::Saving => fill::SAVING.get(language).to_owned(),
        SaveState::Waiting { kept: true } => fill::WAITING_KEPT.get(language).to_owned(),
        SaveState::Waiting { kept: false } => fill::WAITING.get(language).to_owned(),
        SaveState::Conflict { conflicts } => counted(conflicts.len(), fill::CONFLICT_ONE, fill::CONFLICT).get(language),
        SaveState::Refused { error } => fill::REFUSED.with([error_words(&error)]).get(language),
    });
    let icon = move || {
        let (name, class) = match kind.get() {
            Standing::Saved => ("circle-check", ""),
            Standing::Saving => ("loader-circle", "icon-spin"),
            Standing::Waiting => ("cloud-off", ""),
            Standing::Stuck => ("triangle-alert", ""),
        };
        view! { <Icon name=name class=class/> }
    };
    let aloud = {
        let words = words.clone();
        let was_bad = StoredValue::new(false);
        Words::made(move |language| {
            let bad = matches!(kind.get(), Standing::Waiting | Standing::Stuck);
            let before = was_bad
                .try_update_value(|was| std::mem::replace(was, bad))
                .unwrap_or(false);
            if bad || (before && kind.get() == Standing::Saved) {
                words.get(language)
            } else {
                String::new()
            }
        })
    };
    view! {
        <p class="save-line" class:is-bad=move || matches!(kind.get(), Standing::Waiting | Standing::Stuck)>
            {icon}
            <span>{words}</span>
        </p>
        <p class="visually-hidden" role="status">{aloud}</p>
    }
    .into_any()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Saved,
    Saving,
    Waiting,
    Stuck,
}

impl Standing {
    fn of(state: &SaveState) -> Standing {
        match state {
            SaveState::Saved { .. } => Standing::Saved,
            SaveState::Saving => Standing::Saving,
            SaveState::Waiting { .. } => Standing::Waiting,
            SaveState::Conflict { .. } | SaveState::Refused { .. } => Standing::Stuck,
        }
    }
}

/// A phrase with the time of day on the city's clock.
fn clock_words(phrase: Phrase, at: Timestamp, offset: i32, language: Language) -> String {
    let (_, hour, minute) = at.at_offset(offset);
    phrase.with([format!("{hour:02}:{minute:02}").into()]).get(language)
}

/// What has to be known or decided before one goes on: refused saves, answers of other terminals, conflicts.
pub(super) fn save_notices(application: Application) -> AnyView {
    let conflicts = memo(move |_| match application.saving.get() {
        SaveState::Conflict { conflicts } => conflicts,
        _ => Vec::new(),
    });
    let (merged, change) = (application.merged, application.form_change);
    view! {
        <div role="status">
            {move || change.with(|change| change.as_ref().map(form_change_notice))}
            {move || (merged.get() > 0).then(|| view! {
                <Notice tone=Tone::Info>
                    <p>{counted(merged.get(), fill::MERGED_ONE, fill::MERGED)}</p>
                </Notice>
            })}
        </div>
        {move || {
            let conflicts = conflicts.get();
            (!conflicts.is_empty()).then(|| conflict_panel(application, conflicts))
        }}
    }
    .into_any()
}

fn conflict_panel(application: Application, conflicts: Vec<AnswerConflict>) -> AnyView {
    let rows = conflicts
        .into_iter()
        .map(|conflict| conflict_row(application, conflict))
        .collect_view();
    view! {
        <Notice tone=Tone::Attention title=fill::CONFLICT_TITLE role="alert">
            <p>{fill::CONFLICT_HELP}</p>
            {rows}
        </Notice>
    }
    .into_any()
}

/// One answer of which two terminals say different things: both, side by side, each with its button.
fn conflict_row(application: Application, conflict: AnswerConflict) -> AnyView {
    let AnswerConflict {
        path,
        value,
        terminal,
        at,
        ..
    } = conflict;
    let offset = application.ui.utc_offset.get_untracked();
    let mine = application.answering.answer_now(&path).unwrap_or_default();
    let (label, mine, theirs) = application.answering.filling.with_untracked(|filling| {
        let question = filling.form().question(&path);
        let label = question.map_or_else(|| path.as_str().into(), |question| Words::from(&question.label));
        let shown = |value: Value| -> Words {
            let Some(question) = question else {
                return value.to_string().into();
            };
            let choices = filling.form().options_of(question);
            let in_language = |language| display(question, choices, &value, language);
            onehall_protocol::Text::new(in_language(Language::ZhCn), in_language(Language::En)).into()
        };
        (label, shown(mine), shown(value))
    });
    let from = fill::CONFLICT_THEIRS.with([terminal_words(terminal), format::moment_words(at, offset)]);
    let decide = move |keep: Keep| {
        let path = path.clone();
        Callback::new(move |()| {
            if keep == Keep::Theirs {
                application.give_up(&path);
            }
            let asked = ResolveConflict {
                id: application.id,
                path: path.clone(),
                keep,
            };
            spawn_local(async move {
                if let Err(error) = application.hall.client.ask(asked).await {
                    application.ui.say_failure(error_words(&error));
                }
            });
        })
    };
    view! {
        <div class="conflict">
            <p class="conflict-label">{label.clone()}</p>
            <div class="conflict-sides">
                <div class="conflict-side">
                    <p class="conflict-from">{fill::CONFLICT_MINE}</p>
                    <p class="conflict-value">{or_nothing(mine)}</p>
                    <Button
                        label=fill::CONFLICT_KEEP.with([fill::KEEP_MINE.into(), label.clone()])
                        weight=Weight::Secondary
                        on_press=decide(Keep::Mine)
                    />
                </div>
                <div class="conflict-side">
                    <p class="conflict-from">{from}</p>
                    <p class="conflict-value">{or_nothing(theirs)}</p>
                    <Button
                        label=fill::CONFLICT_KEEP.with([fill::KEEP_THEIRS.into(), label])
                        weight=Weight::Secondary
                        on_press=decide(Keep::Theirs)
                    />
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn or_nothing(words: Words) -> Words {
    Words::made(move |language| {
        let said = words.get(language);
        if said.is_empty() {
            fill::NOT_ANSWERED.get(language).to_owned()
        } else {
            said
        }
    })
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
