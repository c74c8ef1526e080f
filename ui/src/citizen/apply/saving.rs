//! Where the saving of a draft stands, told honestly; and what other terminals did to it.

use leptos::prelude::*;
use onehall_client::SaveState;
use onehall_protocol::{Language, Timestamp};

use super::Application;
use super::form_change::form_change_notice;
use crate::citizen::questions::elsewhere::{late_notes, lost_at_questions};
use crate::design::icon::Icon;
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::texts::{Phrase, Words, counted, elsewhere, fill};
use crate::view::{memo, view};

/// One line: saved at, saving, waiting for the network, refused. Read out only where it is bad news, or where
/// that is over: not at every keystroke.
pub(super) fn save_line(application: Application) -> AnyView {
    let (offset, may_be_cleared) = (application.ui.utc_offset, application.ui.may_be_cleared);
    let (saving, kind) = (
        application.saving,
        memo(move |_| Standing::of(&application.saving.get())),
    );
    let words = Words::made(move |language| match saving.get() {
        SaveState::Saved { at } => clock_words(fill::SAVED_AT, at, offset.get(), language),
        SaveState::Saving => fill::SAVING.get(language).to_owned(),
        SaveState::Waiting { kept: true } if may_be_cleared.get() => fill::WAITING_CLEARABLE.get(language).to_owned(),
        SaveState::Waiting { kept: true } => fill::WAITING_KEPT.get(language).to_owned(),
        SaveState::Waiting { kept: false } => fill::WAITING.get(language).to_owned(),
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
            SaveState::Refused { .. } => Standing::Stuck,
        }
    }
}

/// A phrase with the time of day on the city's clock.
pub(super) fn clock_words(phrase: Phrase, at: Timestamp, offset: i32, language: Language) -> String {
    let (_, hour, minute) = at.at_offset(offset);
    phrase.with([format!("{hour:02}:{minute:02}").into()]).get(language)
}

/// What has to be known before one goes on: a newer version of the form, answers that came from other terminals, and those
/// that did not stand against later ones. All of it is said politely, once; where it belongs to a question on this page, it
/// stands there.
pub(super) fn save_notices(application: Application) -> AnyView {
    let (merged, change) = (application.merged, application.form_change);
    let answering = application.answering;
    let lost = memo(move |_| lost_at_questions(answering));
    let news = application.answering.news_words();
    view! {
        <div role="status">
            {move || change.with(|change| change.as_ref().map(form_change_notice))}
            {move || (merged.get() > 0).then(|| view! {
                <Notice tone=Tone::Info>
                    <p>{counted(merged.get(), fill::MERGED_ONE, fill::MERGED)}</p>
                </Notice>
            })}
            {move || (lost.get() > 0).then(|| view! {
                <Notice tone=Tone::Info>
                    <p>{counted(lost.get(), elsewhere::LOST_ONE, elsewhere::LOST_SOME)}</p>
                </Notice>
            })}
        </div>
        {late_notes(answering)}
        <p class="visually-hidden" role="status">{news}</p>
    }
    .into_any()
}
