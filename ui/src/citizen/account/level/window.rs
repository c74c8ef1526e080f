//! The code that one shows at a window.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{AskHallVisit, GetLevel};
use onehall_protocol::CoreError;
use onehall_protocol::assurance::HallVisit;

use super::Raising;
use crate::citizen::account::assurance_name;
use crate::citizen::routes;
use crate::design::button::{Button, ButtonLink};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::texts::{format, level as words};
use crate::view::view;

/// How often the page looks whether a clerk is done, while a code is shown.
const LOOK_EVERY: Duration = Duration::from_secs(4);

/// Eight digits in two halves, as they are read out.
fn in_halves(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if !second.is_empty() => format!("{first} {second}"),
        _ => code.to_owned(),
    }
}

/// The way through a hall.
pub(super) fn at_the_window(raising: Raising) -> AnyView {
    let visit = RwSignal::new(None::<HallVisit>);
    let failed = RwSignal::new(None::<CoreError>);
    let busy = RwSignal::new(false);
    let ask = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let answer = raising.hall.client.ask(AskHallVisit {}).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(asked) => visit.set(Some(asked)),
                Err(error) => failed.set(Some(error)),
            }
        });
    });
    let looking = set_interval_with_handle(move || look(raising, visit), LOOK_EVERY);
    on_cleanup(move || {
        if let Ok(looking) = looking {
            looking.clear();
        }
    });
    let shown = move || {
        visit.get().map(|visit| {
            let until = format::moment_words(visit.expires_at, raising.ui.utc_offset.get());
            view! {
                <div class="visit-code" role="status">
                    <p class="muted">{words::HALL_YOUR_CODE}</p>
                    <p class="visit-code-digits">{in_halves(&visit.code)}</p>
                    <p class="small">{words::HALL_CODE_UNTIL.with([until])}</p>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <p>{words::HALL_TEXT}</p>
        {shown}
        <div role="alert">
            {move || failed.get().map(|error| view! { <Notice tone=Tone::Bad><p>{error_words(&error)}</p></Notice> })}
        </div>
        <div class="buttons">
            {move || {
                let label = if visit.with(Option::is_some) { words::HALL_CODE_AGAIN } else { words::HALL_CODE };
                view! { <Button label=label icon="ticket" busy=busy on_press=ask/> }
            }}
            <ButtonLink href=routes::HALLS.to_owned() label=words::HALL_FIND icon="map-pin"/>
        </div>
    }
    .into_any()
}

/// Whether a clerk has raised the level meanwhile.
fn look(raising: Raising, visit: RwSignal<Option<HallVisit>>) {
    if visit.try_with_untracked(Option::is_some) != Some(true) {
        return;
    }
    spawn_local(async move {
        let Ok(view) = raising.hall.client.ask(GetLevel {}).await else {
            return;
        };
        let before = raising.level.with_ready(|known| known.level);
        if before.is_some_and(|before| before < view.level) && visit.try_set(None).is_none() {
            raising.ui.say(words::RAISED.with([assurance_name(view.level).into()]));
            let level = view.level;
            raising.level.put(view);
            raising.go_back.run(level);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::in_halves;

    #[test]
    fn a_code_is_read_out_in_halves() {
        assert_eq!(in_halves("12345678"), "1234 5678");
        assert_eq!(in_halves("123"), "123");
    }
}
