//! The account: who is logged in, for whom they may act; and the display settings.

use leptos::prelude::*;
use onehall_protocol::identity::{AssuranceLevel, Session};

use super::settings::{CountingSettings, DisplaySettings};
use crate::citizen::frame::use_leaving;
use crate::citizen::place::Reading;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Fact, Facts, Section};
use crate::design::states::{Skeleton, SkeletonKind};
use crate::shell::{PageHeading, Profile, use_ui};
use crate::texts::{Phrase, Words, account, authorization, contacts, format, frame, insight, level, login, passkeys};
use crate::view::view;

/// What a level is called.
#[must_use]
pub fn assurance_name(level: AssuranceLevel) -> Phrase {
    match level {
        AssuranceLevel::L1 => login::ASSURANCE_L1,
        AssuranceLevel::L2 => login::ASSURANCE_L2,
        AssuranceLevel::L3 => login::ASSURANCE_L3,
    }
}

/// The account page. The display settings are for everybody.
#[component]
pub fn AccountPage() -> impl IntoView {
    let hall = use_hall();
    view! {
        <Reading>
            <PageHeading title=login::ACCOUNT_TITLE/>
            {move || {
                if !hall.session_known.get() {
                    return view! { <Skeleton kind=SkeletonKind::Text/> }.into_any();
                }
                match hall.session.get() {
                    Some(session) => person(&session),
                    None => view! {
                        <div class="card">
                            <p class="card-title">{login::NOT_LOGGED_IN}</p>
                            <p>{login::NOT_LOGGED_IN_TEXT}</p>
                            <ButtonLink
                                href=routes::login(routes::ACCOUNT)
                                label=frame::LOG_IN
                                weight=Weight::Primary
                                icon="log-in"
                            />
                        </div>
                    }
                    .into_any(),
                }
            }}
            <Section id="settings" title=login::SETTINGS_TITLE>
                <p class="muted">{login::SETTINGS_HINT}</p>
                <DisplaySettings/>
            </Section>
            <Section id="counting" title=insight::SETTINGS_TITLE><CountingSettings/></Section>
        </Reading>
    }
    .into_any()
}

/// What is done with the account on a terminal of one's own: a kiosk stands in public, a mini-app in somebody else's app.
fn own_links() -> AnyView {
    if matches!(use_ui().profile.get_untracked(), Profile::Kiosk | Profile::MiniApp) {
        return ().into_any();
    }
    view! {
        <ButtonLink href=routes::CONTACTS label=contacts::SEE icon="smartphone"/>
        <ButtonLink href=routes::PASSKEYS label=passkeys::SEE icon="key-round"/>
        <ButtonLink href=routes::SESSIONS label=account::SESSIONS icon="monitor-smartphone"/>
        <ButtonLink href=routes::DELEGATIONS label=account::DELEGATIONS icon="users"/>
        <ButtonLink href=routes::OWN_DATA label=account::OWN_DATA icon="download"/>
    }
    .into_any()
}

fn person(session: &Session) -> AnyView {
    let ui = use_ui();
    let leaving = use_leaving();
    let actor = &session.actor;
    let name: Words = if actor.name.is_empty() {
        login::NAME_UNKNOWN.into()
    } else {
        actor.name.as_str().into()
    };
    let mut facts = vec![
        Fact::new(login::NAME, name),
        Fact::new(login::PHONE, session.phone.as_str()),
    ];
    if let Some(number) = &actor.number {
        facts.push(Fact::new(login::NUMBER, number.as_str()));
    }
    let see = view! { <a href=routes::LEVEL>{level::SEE}</a> };
    facts.push(Fact::new(login::ASSURANCE, assurance_name(session.assurance)).with_action(see.into_any()));
    let others = session.principals.iter().filter(|principal| principal.id != actor.id);
    let others: Vec<String> = others.map(|principal| principal.name.clone()).collect();
    if !others.is_empty() {
        facts.push(Fact::new(login::PRINCIPALS, others.join("\n")));
    }
    facts.push(Fact::new(
        login::SESSION_UNTIL,
        format::moment_words(session.expires_at, ui.utc_offset.get_untracked()),
    ));
    view! {
        <div class="card">
            <Facts facts=facts/>
            <div class="buttons">
                {own_links()}
                <ButtonLink href=routes::CONSENTS label=authorization::CONSENTS icon="key-round"/>
                <Button label=frame::LOG_OUT icon="log-out" busy=leaving.busy on_press=leaving.callback()/>
            </div>
        </div>
    }
    .into_any()
}
