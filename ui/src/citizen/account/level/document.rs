//! Name and number, matched with the register.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::MatchDocument;
use onehall_protocol::{CoreError, ErrorCode};

use super::Raising;
use super::outcome::outcome_view;
use crate::citizen::account::person_fields::{Called, Fault, PersonFields};
use crate::design::button::{Button, Weight};
use crate::design::errors::ErrorSummary;
use crate::texts::level as words;
use crate::view::view;

const NAME: Called = Called {
    id: "level-name",
    label: words::NAME,
    hint: words::NAME_HINT,
};
const NUMBER: Called = Called {
    id: "level-number",
    label: words::NUMBER,
    hint: words::NUMBER_HINT,
};
/// Where the answer of a check is read.
const OUTCOME: &str = "level-outcome";

/// What the backend found wrong with a field.
fn refused(error: &CoreError) -> Vec<Fault> {
    let fields = error.fields.iter();
    fields
        .filter_map(|field| match field.path.as_str() {
            "name" => Some((NAME.id, words::NAME_INVALID)),
            "citizen_id" => Some((NUMBER.id, words::NUMBER_INVALID)),
            _ => None,
        })
        .collect()
}

/// The form. What was typed stays until it matched.
pub(super) fn document_form(raising: Raising) -> AnyView {
    let person = PersonFields::new(NAME, NUMBER);
    let failed = RwSignal::new(None::<CoreError>);
    let busy = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let typed = person.typed();
        let faults = person.faults(&typed);
        failed.set(None);
        let wrong = !faults.is_empty();
        person.tell(faults);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ask = MatchDocument {
                name: typed.name,
                citizen_id: typed.citizen_id,
            };
            let answer = raising.hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(session) => raising.done(session),
                Err(error) if error.code == ErrorCode::InvalidBody => person.tell(refused(&error)),
                Err(error) => {
                    failed.set(Some(error));
                    request_animation_frame(|| crate::shell::document::reveal(OUTCOME));
                }
            }
        });
    };
    view! {
        <p>{words::DOCUMENT_TEXT}</p>
        <ErrorSummary errors=person.lines/>
        <div id=OUTCOME role="alert">
            {move || failed.get().map(|error| outcome_view(&error, words::NOT_MATCHED))}
        </div>
        <form class="stack" novalidate on:submit=submit>
            {person.view()}
            <div class="buttons"><Button label=words::CHECK weight=Weight::Primary submit=true busy=busy/></div>
            <p role="status">{move || busy.get().then(|| view! { <span>{words::CHECKING}</span> })}</p>
        </form>
    }
    .into_any()
}
