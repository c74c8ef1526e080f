//! `/authorize`: an application of somebody else asks the citizen to log in there with their account here.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetAuthorization, GrantAuthorization, RefuseAuthorization};
use onehall_protocol::authorization::{self, AuthorizationStep, AuthorizationView};
use onehall_protocol::identity::Session;
use onehall_protocol::{CoreError, ErrorCode, Text};

use super::onward::Onward;
use super::scopes::Choice;
use super::{failed, known_as, level_notice, told};
use crate::citizen::frame::use_leaving;
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::notice::{Notice, Tone};
use crate::design::states::{Skeleton, SkeletonKind, error_words};
use crate::router::use_query_map;
use crate::shell::{Loaded, PageHeading, Remote, load, use_ui};
use crate::texts::{authorization as words, frame};
use crate::view::{live, memo, view};

/// `/authorize?request=…`
#[component]
pub fn AuthorizePage() -> impl IntoView {
    let (hall, query) = (use_hall(), use_query_map());
    let request = memo(move |_| query.with(|query| query.get("request").unwrap_or_default()));
    // Who is logged in decides what comes next: for another session the question is read anew.
    let who = memo(move |_| {
        let session = || {
            hall.session
                .with(|session| session.as_ref().map(|one| (one.actor.id, one.assurance)))
        };
        hall.session_known.get().then(session)
    });
    // Above the question: who goes on is not asked again because the session changes meanwhile.
    let onward = RwSignal::new(None::<Onward>);
    live(move || match (onward.get(), who.get()) {
        (Some(onward), _) => onward.view(),
        (None, None) => view! { <Reading><Skeleton kind=SkeletonKind::Text/></Reading> }.into_any(),
        (None, Some(_)) => question(hall, request.get(), onward),
    })
}

fn question(hall: Hall, request: String, onward: RwSignal<Option<Onward>>) -> AnyView {
    let named = StoredValue::new(request);
    let asked = load(move || {
        hall.client.ask(GetAuthorization {
            request: named.get_value(),
        })
    });
    let question = Question {
        hall,
        request: named,
        asked,
        onward,
        busy: RwSignal::new(None),
        failed: RwSignal::new(None),
    };
    live(move || {
        asked.state().with(|state| match state {
            Remote::Loading => view! { <Reading><Skeleton kind=SkeletonKind::Form/></Reading> }.into_any(),
            Remote::Failed(error) if error.code == ErrorCode::NotFound => gone(),
            Remote::Failed(error) => {
                let retry = Callback::new(move |()| asked.restart());
                failed(words::ABOVE.into(), error.clone(), retry)
            }
            Remote::Ready(view) => question.view(view),
        })
    })
}

/// A question that is shown, and its answer under way.
#[derive(Clone, Copy)]
struct Question {
    hall: Hall,
    request: StoredValue<String>,
    asked: Loaded<AuthorizationView>,
    onward: RwSignal<Option<Onward>>,
    /// What is under way.
    busy: RwSignal<Option<Answer>>,
    /// Why the last answer did not arrive.
    failed: RwSignal<Option<CoreError>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Allow,
    Refuse,
}

impl Question {
    fn view(self, asked: &AuthorizationView) -> AnyView {
        let session = self.hall.session.get_untracked();
        match (asked.next, session) {
            (AuthorizationStep::LogIn, None) => self.log_in(asked),
            (AuthorizationStep::LogIn, Some(session)) => self.log_in_again(asked, &session),
            (AuthorizationStep::RaiseLevel, Some(session)) => self.raise_level(asked, &session),
            (AuthorizationStep::Ask, Some(session)) => self.ask(asked, &session),
            (AuthorizationStep::GoBack, _) => self.by_itself(asked, Answer::Refuse),
            (AuthorizationStep::GoOn, Some(_)) => self.by_itself(asked, Answer::Allow),
            // The hall knows a session that this page does not: it ended a moment ago.
            (_, None) => self.log_in(asked),
        }
    }

    fn framed(self, asked: &AuthorizationView, rest: AnyView) -> AnyView {
        let title = words::TITLE.with([(&asked.client.name).into()]);
        let operator = words::OPERATOR.with([(&asked.client.operator).into()]);
        view! {
            <Reading>
                <PageHeading title=title above=words::ABOVE/>
                <p class="lead">{operator}</p>
                {rest}
                {live(move || self.failed.get().map(|error| view! {
                    <Notice tone=Tone::Bad role="alert"><p>{error_words(&error)}</p></Notice>
                }))}
            </Reading>
        }
        .into_any()
    }

    fn log_in(self, asked: &AuthorizationView) -> AnyView {
        // For the page of the login, and not by its address: that would reach the logs of whatever lies between.
        let phone = asked.phone.as_ref();
        self.hall
            .login_hint
            .set_value(phone.map(|phone| phone.as_str().to_owned()));
        let here = self.request.with_value(|request| routes::authorize(request));
        let rest = view! {
            <p>{words::LOG_IN_TEXT}</p>
            <div class="buttons">
                <ButtonLink href=routes::login(&here) label=frame::LOG_IN weight=Weight::Primary icon="log-in"/>
                {self.without(&asked.client.name)}
            </div>
        };
        self.framed(asked, rest.into_any())
    }

    fn log_in_again(self, asked: &AuthorizationView, session: &Session) -> AnyView {
        let leaving = use_leaving();
        let rest = view! {
            <p>{words::AGAIN_TEXT.with([known_as(session)])}</p>
            <div class="buttons">
                <Button
                    label=words::AGAIN
                    weight=Weight::Primary
                    icon="log-in"
                    busy=leaving.busy
                    on_press=leaving.staying()
                />
                {self.without(&asked.client.name)}
            </div>
        };
        self.framed(asked, rest.into_any())
    }

    fn raise_level(self, asked: &AuthorizationView, session: &Session) -> AnyView {
        let name = &asked.client.name;
        let here = self.request.with_value(|request| routes::authorize(request));
        let notice = level_notice(
            name.into(),
            asked.assurance,
            session.assurance,
            &here,
            words::LEVEL_BACK,
        );
        let rest = view! { {notice}<div class="buttons">{self.without(name)}</div> };
        self.framed(asked, rest.into_any())
    }

    /// The consent: who, what always, what else and why, for how long, and both answers.
    fn ask(self, asked: &AuthorizationView, session: &Session) -> AnyView {
        let (ui, leaving) = (use_ui(), use_leaving());
        let choice = Choice::of(&asked.scopes, ui.profile.get_untracked());
        let allow = Callback::new(move |()| self.answer(Answer::Allow, choice.given()));
        let refuse = Callback::new(move |()| self.answer(Answer::Refuse, Vec::new()));
        let rest = view! {
            <div class="asked-who">
                <p>{words::WHO.with([known_as(session)])}</p>
                <Button label=words::ANOTHER weight=Weight::Quiet busy=leaving.busy on_press=leaving.staying()/>
            </div>
            {choice.view()}
            <p class="small">{words::TAKE_BACK}<a href=routes::CONSENTS>{words::CONSENTS}</a></p>
            <div class="buttons">
                <Button label=words::ALLOW weight=Weight::Primary busy=self.is(Answer::Allow) on_press=allow/>
                <Button label=words::REFUSE busy=self.is(Answer::Refuse) on_press=refuse/>
            </div>
        };
        self.framed(asked, rest.into_any())
    }

    /// Nothing is asked: all was allowed before, or the application does not want its citizen to be asked.
    fn by_itself(self, asked: &AuthorizationView, answer: Answer) -> AnyView {
        let scopes: Vec<String> = match answer {
            Answer::Allow => asked.scopes.iter().map(|asked| asked.scope.clone()).collect(),
            Answer::Refuse => Vec::new(),
        };
        let scopes = StoredValue::new(scopes);
        let again = Callback::new(move |()| self.answer(answer, scopes.get_value()));
        again.run(());
        let title = words::TITLE.with([(&asked.client.name).into()]);
        live(move || {
            let title = title.clone();
            match self.failed.get() {
                Some(error) => failed(title, error, again),
                None => view! {
                    <Reading>
                        <PageHeading title=title/>
                        <p class="lead" role="status">{words::GOING}</p>
                        <Skeleton kind=SkeletonKind::Text/>
                    </Reading>
                }
                .into_any(),
            }
        })
    }

    /// The way back for who does not log in.
    fn without(self, name: &Text) -> AnyView {
        let refuse = Callback::new(move |()| self.answer(Answer::Refuse, Vec::new()));
        let label = words::LOG_IN_NOT.with([name.into()]);
        view! { <Button label=label busy=self.is(Answer::Refuse) on_press=refuse/> }.into_any()
    }

    fn is(self, answer: Answer) -> Signal<bool> {
        Signal::derive(move || self.busy.get() == Some(answer))
    }

    /// Answers, and goes on.
    fn answer(self, answer: Answer, scopes: Vec<String>) {
        // A second press, or the other one, while the first is under way.
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.busy.set(Some(answer));
        self.failed.set(None);
        let (request, client) = (self.request.get_value(), self.hall.client);
        let name = self
            .asked
            .with_ready(|asked| asked.client.name.clone())
            .unwrap_or_default();
        spawn_local(async move {
            let outcome = match answer {
                Answer::Allow => client.ask(GrantAuthorization { request, scopes }).await,
                Answer::Refuse => client.ask(RefuseAuthorization { request }).await,
            };
            self.answered(outcome, name);
        });
    }

    fn answered(self, outcome: Result<authorization::Onward, CoreError>, name: Text) {
        match outcome {
            Ok(authorization::Onward { location }) => {
                let onward = Onward { name, location };
                onward.go();
                let _ = self.onward.try_set(Some(onward));
            }
            // What has to come first changed: the question is read anew, and says so.
            Err(error) if matches!(error.code, ErrorCode::Forbidden | ErrorCode::LevelTooLow) => {
                let _ = self.busy.try_set(None);
                self.asked.restart();
            }
            Err(error) => {
                let _ = self.busy.try_set(None);
                if error.code == ErrorCode::NotFound {
                    let _ = self.asked.state().try_set(Remote::Failed(error));
                } else {
                    let _ = self.failed.try_set(Some(error));
                }
            }
        }
    }
}

/// Nobody waits for this answer: it is too late, was given, or the address was never one of this hall's.
fn gone() -> AnyView {
    let after = view! {
        <div class="buttons buttons-center"><ButtonLink href=routes::HOME label=words::GONE_HOME/></div>
    };
    let title = words::GONE_TITLE.into();
    told("hourglass", "state", title, words::GONE_TEXT, after.into_any())
}
