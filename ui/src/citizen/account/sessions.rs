//! The terminals on which one is logged in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{EndOtherSessions, EndSession, ListSessions};
use onehall_protocol::SessionId;
use onehall_protocol::account::SessionView;

use crate::citizen::apply::terminal_words;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::content::{Fact, Facts};
use crate::design::dialog::ConfirmDialog;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Tag, Tone};
use crate::design::states::{SkeletonKind, error_words};
use crate::shell::{PageHeading, load, use_ui};
use crate::texts::{Words, account as words, format, login};
use crate::view::{effect, view};

/// What is to be ended.
#[derive(Clone)]
enum Ending {
    /// This one, with its name.
    One(SessionId, Words),
    /// All but this terminal.
    Others,
}

/// `/account/sessions`.
#[component]
pub fn SessionsPage() -> impl IntoView {
    view! { <LoggedIn>{sessions_view()}</LoggedIn> }.into_any()
}

/// What a session's terminal is called: its kind, and what it says of itself.
fn name(session: &SessionView) -> Words {
    let (kind, name) = (terminal_words(session.terminal), session.name.clone());
    Words::made(move |language| {
        let kind = kind.get(language);
        // Elsewhere it stands within a sentence.
        let (first, rest) = kind.split_at(kind.chars().next().map_or(0, char::len_utf8));
        let kind = first.to_uppercase() + rest;
        match &name {
            Some(name) => format!("{kind} · {name}"),
            None => kind,
        }
    })
}

fn sessions_view() -> AnyView {
    let hall = use_hall();
    let sessions = load(move || hall.client.ask(ListSessions {}));
    let ending = RwSignal::new(None::<Ending>);
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    let list = sessions.view(SkeletonKind::Rows, move |sessions| all(sessions, ending));
    let reload = Callback::new(move |()| sessions.reload());
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::SESSIONS/>
            <p class="lead">{words::SESSIONS_TEXT}</p>
            {list}
            {end_dialog(ending, reload)}
        </Reading>
    }
    .into_any()
}

fn all(sessions: &[SessionView], ending: RwSignal<Option<Ending>>) -> AnyView {
    let several = sessions.len() > 1;
    // The terminal in one's hands first.
    let (here, others): (Vec<_>, Vec<_>) = sessions.iter().partition(|session| session.here);
    let cards: Vec<AnyView> = here
        .into_iter()
        .chain(others)
        .map(|session| card(session, ending))
        .collect();
    let rest = if several {
        let end = Callback::new(move |()| ending.set(Some(Ending::Others)));
        view! {
            <div class="buttons">
                <Button label=words::SESSIONS_END icon="log-out" weight=Weight::Danger on_press=end/>
            </div>
        }
        .into_any()
    } else {
        view! { <p class="muted">{words::SESSION_ONLY}</p> }.into_any()
    };
    view! { <ul class="stack">{cards}</ul>{rest} }.into_any()
}

fn card(session: &SessionView, ending: RwSignal<Option<Ending>>) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let (id, name) = (session.id, name(session));
    let facts = vec![
        Fact::new(words::SESSION_SEEN, format::moment_words(session.seen_at, offset)),
        Fact::new(words::SESSION_BEGAN, format::moment_words(session.began_at, offset)),
    ];
    let end = if session.here {
        view! { <Tag label=words::SESSION_HERE tone=Tone::Good icon="circle-check"/> }.into_any()
    } else {
        let (label, named) = (words::SESSION_END_OF.with([name.clone()]), name.clone());
        let end = Callback::new(move |()| ending.set(Some(Ending::One(id, named.clone()))));
        view! { <div class="buttons"><Button label=label icon="log-out" on_press=end/></div> }.into_any()
    };
    view! {
        <li class="card">
            <p class="card-title">{name}</p>
            <Facts facts=facts/>
            {end}
        </li>
    }
    .into_any()
}

fn end_dialog(ending: RwSignal<Option<Ending>>, reload: Callback<()>) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    effect(move || open.set(ending.with(Option::is_some)));
    effect(move || {
        if !open.get() && ending.with_untracked(Option::is_some) {
            ending.set(None);
        }
    });
    let one = move || ending.with(|ending| matches!(ending, Some(Ending::One(..))));
    let title = Words::made(move |language| {
        let title = if one() {
            words::SESSION_END_ASK
        } else {
            words::SESSIONS_END_ASK
        };
        title.get(language).to_owned()
    });
    let text = Words::made(move |language| {
        ending.with(|ending| match ending {
            Some(Ending::One(_, name)) => words::SESSION_END_TEXT.with([name.clone()]).get(language),
            _ => words::SESSIONS_END_TEXT.get(language).to_owned(),
        })
    });
    let confirm = Words::made(move |language| {
        let confirm = if one() { words::SESSION_END } else { words::SESSIONS_END };
        confirm.get(language).to_owned()
    });
    let end = move |()| {
        let Some(what) = ending.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let (outcome, said) = match what {
                Ending::One(id, _) => (hall.client.ask(EndSession { id }).await, words::SESSION_ENDED),
                Ending::Others => (hall.client.ask(EndOtherSessions {}).await, words::SESSIONS_ENDED),
            };
            if busy.try_set(false).is_some() {
                return;
            }
            ending.set(None);
            match outcome {
                Ok(()) => ui.say(said),
                Err(error) => ui.say_failure(error_words(&error)),
            }
            reload.run(());
            crate::shell::document::focus(crate::shell::HEADING);
        });
    };
    view! {
        <ConfirmDialog
            id="end-session"
            title=title
            text=text
            confirm=confirm
            danger=true
            open=open
            busy=busy
            on_confirm=Callback::new(end)
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn a_terminal_is_called_by_its_kind_and_what_it_says_of_itself() {
        let session = serde_json::json!({"id": "01935a00-0000-7000-8000-000000000001", "terminal": "browser",
            "name": "Firefox · Linux", "began_at": "2026-11-26T01:00:00.000Z", "seen_at": "2026-11-26T01:00:00.000Z",
            "ends_at": "2026-11-26T13:00:00.000Z", "here": true});
        let mut session: SessionView = serde_json::from_value(session).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(name(&session).get(Language::En), "A browser · Firefox · Linux");
        session.name = None;
        assert_eq!(name(&session).get(Language::En), "A browser");
    }
}
