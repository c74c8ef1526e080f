//! From a guide to a draft: who applies, and for whom.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::OpenDraft;
use onehall_protocol::catalog::{Audience, ItemSummary};
use onehall_protocol::drafts::StartDraft;
use onehall_protocol::identity::{PersonKind, PersonView, Session};
use onehall_protocol::{CoreError, ErrorCode, ItemCode, PersonId};

use crate::citizen::account::{levels_of, too_low};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::choices::{ChoiceOption, Radios};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::states::{EmptyState, ErrorState, Skeleton, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_params_map};
use crate::shell::{PageHeading, Remote, use_ui};
use crate::texts::{Phrase, Words, fill, general};
use crate::view::{effect, live, memo, view};

/// `/apply/{item}`: chooses for whom, opens the draft, and goes there.
#[component]
pub fn StartPage() -> impl IntoView {
    let (hall, params) = (use_hall(), use_params_map());
    let code = memo(move |_| params.with(|params| params.get("item").and_then(|code| code.parse::<ItemCode>().ok())));
    let item = memo(move |_| {
        let catalog = hall.catalog_now()?;
        let code = code.get()?;
        catalog.items.iter().find(|item| item.code == code).cloned()
    });
    let navigate = use_navigate();
    effect(move || {
        let nobody = hall.session_known.get() && hall.session.with(Option::is_none);
        if let Some(item) = item.get().filter(|item| nobody && item.online) {
            let options = NavigateOptions {
                replace: true,
                ..Default::default()
            };
            navigate(&routes::login(&routes::apply(&item.code)), options);
        }
    });
    live(move || {
        let waits = hall.catalog.state().with(|state| matches!(state, Remote::Loading));
        if waits || !hall.session_known.get() {
            return page(
                fill::APPLY_TITLE.into(),
                view! { <Skeleton kind=SkeletonKind::Form/> }.into_any(),
            );
        }
        if let Some(error) = hall.catalog.state().with(|state| match state {
            Remote::Failed(error) => Some(error.clone()),
            _ => None,
        }) {
            let retry = Callback::new(move |()| hall.catalog.restart());
            let state = view! { <ErrorState error=error retry=retry/> }.into_any();
            return page(fill::APPLY_TITLE.into(), state);
        }
        let Some(item) = item.get() else {
            return refused(fill::NO_SUCH_ITEM, routes::SERVICES.to_owned());
        };
        if !item.online {
            return refused(fill::NOT_ONLINE, routes::item(&item.code));
        }
        match hall.session.get() {
            // Asked to log in by the effect above, and led back here.
            None => page(
                fill::APPLY_TITLE.into(),
                view! { <Skeleton kind=SkeletonKind::Form/> }.into_any(),
            ),
            Some(session) => for_whom(&item, &session),
        }
    })
}

fn page(title: Words, body: AnyView) -> AnyView {
    view! {
        <div class="reading">
            <PageHeading title=title/>
            {body}
        </div>
    }
    .into_any()
}

fn refused(why: Phrase, href: String) -> AnyView {
    let body = view! {
        <EmptyState icon="file-text" title=why>
            <ButtonLink href=href label=fill::SEE_GUIDE weight=Weight::Primary/>
        </EmptyState>
    };
    page(fill::APPLY_TITLE.into(), body.into_any())
}

/// For whom one may apply: whose kind the service is for.
fn may_apply(item: &ItemSummary, session: &Session) -> Vec<PersonView> {
    let wanted = |person: &&PersonView| {
        item.audience.contains(&match person.kind {
            PersonKind::Citizen => Audience::Citizen,
            PersonKind::LegalPerson => Audience::LegalPerson,
        })
    };
    session.principals.iter().filter(wanted).cloned().collect()
}

fn for_whom(item: &ItemSummary, session: &Session) -> AnyView {
    let principals = may_apply(item, session);
    match principals.as_slice() {
        [] => {
            let companies = item.audience.contains(&Audience::LegalPerson);
            refused(
                if companies {
                    fill::FOR_NOBODY
                } else {
                    fill::FOR_NOBODY_CITIZEN
                },
                routes::item(&item.code),
            )
        }
        [only] => opening(item.code.clone(), only.id),
        several => choose(item, several, session.actor.id),
    }
}

/// Opens the draft at once: there is nothing to choose.
fn opening(item: ItemCode, principal: PersonId) -> AnyView {
    let error = RwSignal::new(None::<CoreError>);
    let open = opener(item.clone(), error);
    open.run(principal);
    let retry = Callback::new(move |()| {
        error.set(None);
        open.run(principal);
    });
    let ui = use_ui();
    let offline = move |error: &Option<CoreError>| error.as_ref().is_some_and(|error| error.code == ErrorCode::Offline);
    effect(move || {
        // By itself, as it says.
        if ui.online.get() && error.with_untracked(offline) {
            retry.run(());
        }
    });
    let body = move || match error.get() {
        Some(failed) if failed.code == ErrorCode::Offline => starts_later(&item),
        Some(failed) => not_opened(&item, failed, Some(retry)),
        None => view! { <p role="status">{fill::OPENING}</p><Skeleton kind=SkeletonKind::Form/> }.into_any(),
    };
    page(fill::APPLY_TITLE.into(), body.into_any())
}

/// A draft that was not opened: where the level is too low, the way to raise it and back.
fn not_opened(item: &ItemCode, error: CoreError, retry: Option<Callback<()>>) -> AnyView {
    match (levels_of(&error), retry) {
        (Some((required, has)), _) => too_low(required, has, &routes::apply(item)),
        (None, Some(retry)) => view! { <ErrorState error=error retry=retry/> }.into_any(),
        (None, None) => view! { <ErrorState error=error/> }.into_any(),
    }
}

/// Neither the hall can be reached nor is the form on this device, or the device keeps nothing: whatever was begun before is here.
fn starts_later(item: &ItemCode) -> AnyView {
    let guide = routes::item(item);
    view! {
        <EmptyState icon="wifi-off" title=fill::START_OFFLINE text=fill::START_OFFLINE_TEXT>
            <ButtonLink href=guide label=fill::SEE_GUIDE weight=Weight::Primary/>
            <ButtonLink href=routes::MATTERS label=fill::START_OFFLINE_DRAFTS/>
        </EmptyState>
    }
    .into_any()
}

/// Opens the draft for a principal and goes there. Going back leads to where one came from, not to here.
fn opener(item: ItemCode, failed: RwSignal<Option<CoreError>>) -> Callback<PersonId> {
    let (hall, navigate) = (use_hall(), use_navigate());
    Callback::new(move |principal| {
        let item = item.clone();
        spawn_local(async move {
            let start = StartDraft {
                item,
                principal: Some(principal),
                begun: None,
            };
            match hall.client.ask(OpenDraft { start }).await {
                Ok(draft) => {
                    let options = NavigateOptions {
                        replace: true,
                        ..NavigateOptions::default()
                    };
                    navigate(&routes::draft(draft.summary.id), options);
                }
                Err(error) => {
                    let _ = failed.try_set(Some(error));
                }
            }
        });
    })
}

fn choose(item: &ItemSummary, principals: &[PersonView], actor: PersonId) -> AnyView {
    let (chosen, errors) = (RwSignal::new(String::new()), RwSignal::new(Vec::<SummaryLine>::new()));
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<CoreError>));
    let options: Vec<ChoiceOption> = principals
        .iter()
        .map(|person| {
            let name = Words::from(person.name.as_str());
            let label = if person.id == actor {
                fill::FOR_MYSELF.with([name])
            } else if person.kind == PersonKind::LegalPerson {
                fill::FOR_COMPANY.with([name])
            } else {
                fill::FOR_PERSON.with([name])
            };
            ChoiceOption::new(person.id.to_string(), label).with_hint(person.number.clone().map(Words::from))
        })
        .collect();
    let open = opener(item.code.clone(), failed);
    let code = item.code.clone();
    let start = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match chosen.get_untracked().parse::<PersonId>() {
            Ok(principal) if !busy.get_untracked() => {
                errors.set(Vec::new());
                busy.set(true);
                open.run(principal);
            }
            Ok(_) => {}
            Err(_) => errors.set(vec![SummaryLine {
                field: Some("principal".to_owned()),
                words: fill::FOR_WHOM_CHOOSE.into(),
            }]),
        }
    };
    let error = Signal::derive(move || errors.with(|errors| errors.first().map(|line| line.words.clone())));
    effect(move || {
        if failed.with(Option::is_some) {
            busy.set(false);
        }
    });
    let body = view! {
        <ErrorSummary errors=errors/>
        {move || failed.get().map(|error| not_opened(&code, error, None))}
        <form class="fill-form" novalidate=true on:submit=start>
            <Radios
                id="principal"
                label=fill::FOR_WHOM
                hint=fill::FOR_WHOM_HELP
                options=Signal::stored(options)
                value=chosen
                on_change=Callback::new(move |value| chosen.set(value))
                error=error
            />
            <div class="fill-actions">
                <Button label=general::CONTINUE weight=Weight::Primary icon_after="arrow-right" submit=true busy=busy/>
                <ButtonLink href=routes::item(&item.code) label=general::BACK icon="arrow-left"/>
            </div>
        </form>
    };
    page(Words::from(&item.name), body.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, kind: &str) -> serde_json::Value {
        serde_json::json!({"id": format!("01935a00-0000-7000-8000-00000000000{id}"), "kind": kind, "name": id})
    }

    #[test]
    fn one_applies_only_for_whom_the_service_is_for() {
        let session = serde_json::json!({"actor": person("1", "citizen"), "phone": "138****0001", "assurance": "L2",
            "principals": [person("1", "citizen"), person("2", "legal_person")], "expires_at": "2026-11-23T09:00:00.000Z"});
        let session: Session = serde_json::from_value(session).unwrap_or_else(|error| panic!("{error}"));
        let names = |audience: &[&str]| {
            let item = serde_json::json!({"code": "a", "name": {"zh-CN": "一", "en": "one"}, "summary": {"zh-CN": "一", "en": "one"},
                "kind": "01", "authority": "a", "themes": [], "audience": audience, "channels": [], "promptness": "2",
                "promised_days": 1, "online": true, "keywords": [], "pinyin": ""});
            let item: ItemSummary = serde_json::from_value(item).unwrap_or_else(|error| panic!("{error}"));
            may_apply(&item, &session)
                .into_iter()
                .map(|person| person.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&["citizen"]), ["1"]);
        assert_eq!(names(&["legal_person"]), ["2"]);
        assert_eq!(names(&["citizen", "legal_person"]), ["1", "2"]);
    }
}
