//! What one reads between the questions: computed values and notes.

use leptos::prelude::*;
use onehall_forms::NoteTone;

use super::{Answering, Asked};
use crate::design::notice::{Notice, Tone};
use crate::texts::{Words, fill, language};
use crate::view::{memo, view};

/// A value that follows from the answers. Read out when it changes.
pub(super) fn computed(answering: Answering, asked: &Asked) -> AnyView {
    let (path, page_language) = (asked.path.clone(), language());
    let value = memo(move |_| {
        let language = page_language.get();
        answering.filling.with(|filling| {
            let question = filling.question(&path);
            question.map_or_else(String::new, |question| question.display(language))
        })
    });
    let shown = move || {
        let value = value.get();
        if value.is_empty() {
            fill::COMPUTED_UNKNOWN.get(page_language.get()).to_owned()
        } else {
            value
        }
    };
    view! {
        <div class="computed" id=asked.id.clone()>
            <p class="computed-label">{asked.label()}</p>
            <output class="computed-value" class:is-unknown=move || value.with(String::is_empty)>{shown}</output>
            {asked.question.help.clone().map(|help| view! { <p class="field-hint">{Words::from(help)}</p> })}
        </div>
    }
    .into_any()
}

/// A text to read.
pub(super) fn note(asked: &Asked, tone: NoteTone) -> AnyView {
    let help = asked
        .question
        .help
        .clone()
        .map(|help| view! { <p>{Words::from(help)}</p> });
    let label = asked.label();
    let tone = match tone {
        NoteTone::Plain => {
            return view! { <div class="note-plain"><p>{label}</p>{help}</div> }.into_any();
        }
        NoteTone::Info => Tone::Info,
        NoteTone::Warning => Tone::Attention,
    };
    view! { <div class="question-note"><Notice tone=tone><p>{label}</p>{help}</Notice></div> }.into_any()
}
