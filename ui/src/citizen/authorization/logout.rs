//! `/logout`: an application of somebody else wants the citizen logged out of the hall, too.
//!
//! Anybody can send a browser here, so the page asks; only where the application has shown that it means this very session it
//! does not. It logs out like the button at the top of every page, and asks as that does where something would be lost.

use leptos::prelude::*;
use onehall_client::citizen::GetLogout;
use onehall_protocol::ErrorCode;
use onehall_protocol::authorization::{LogoutStep, LogoutView};

use super::{failed, told};
use crate::citizen::frame::use_leaving;
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::states::{Skeleton, SkeletonKind};
use crate::router::use_query_map;
use crate::shell::{PageHeading, Remote, load};
use crate::texts::{Words, authorization as words, frame};
use crate::view::{live, memo, view};

/// `/logout?request=…`
#[component]
pub fn LogoutPage() -> impl IntoView {
    let (hall, query) = (use_hall(), use_query_map());
    let request = memo(move |_| query.with(|query| query.get("request").unwrap_or_default()));
    // Once nobody is logged in any more, the wish is read anew: it then says where to go. Not before the hall knows of it.
    let leaving = use_leaving();
    let who = memo(move |was: Option<&Option<bool>>| match leaving.busy.get() {
        true => was.copied().flatten(),
        false => hall.session_known.get().then(|| hall.session.with(Option::is_some)),
    });
    live(move || match who.get() {
        None => view! { <Reading><Skeleton kind=SkeletonKind::Text/></Reading> }.into_any(),
        Some(_) => wish(hall, request.get()),
    })
}

fn wish(hall: Hall, request: String) -> AnyView {
    let named = StoredValue::new(request);
    let wished = load(move || {
        hall.client.ask(GetLogout {
            request: named.get_value(),
        })
    });
    live(move || {
        wished.state().with(|state| match state {
            Remote::Loading => view! { <Reading><Skeleton kind=SkeletonKind::Text/></Reading> }.into_any(),
            Remote::Failed(error) if error.code == ErrorCode::NotFound => told(
                "hourglass",
                "state",
                words::LOGOUT_GONE_TITLE.into(),
                words::LOGOUT_GONE_TEXT,
                home(),
            ),
            Remote::Failed(error) => {
                let retry = Callback::new(move |()| wished.restart());
                failed(words::LOGOUT_TITLE.into(), error.clone(), retry)
            }
            Remote::Ready(wished) => match wished.next {
                LogoutStep::Ask => ask(wished),
                LogoutStep::GoOn => going(),
                LogoutStep::GoBack => gone_back(wished),
            },
        })
    })
}

fn ask(wished: &LogoutView) -> AnyView {
    let leaving = use_leaving();
    let who = wished.client.as_ref().map(|client| {
        let asks = words::LOGOUT_ASKS.with([(&client.name).into()]);
        view! { <p class="lead">{asks}</p> }
    });
    let stay = wished.location.clone().unwrap_or_else(|| routes::HOME.to_owned());
    view! {
        <Reading>
            <PageHeading title=words::LOGOUT_TITLE/>
            {who}
            <p>{words::LOGOUT_TEXT}</p>
            <div class="buttons">
                <Button
                    label=frame::LOG_OUT
                    weight=Weight::Primary
                    icon="log-out"
                    busy=leaving.busy
                    on_press=leaving.staying()
                />
                <ButtonLink href=stay label=words::LOGOUT_STAY/>
            </div>
        </Reading>
    }
    .into_any()
}

/// Logs out at once. Where something would be lost by that, the dialog over this page asks; the button begins anew.
fn going() -> AnyView {
    let leaving = use_leaving();
    leaving.staying().run(());
    view! {
        <Reading>
            <PageHeading title=words::LOGOUT_GOING/>
            <div class="buttons">
                <Button label=frame::LOG_OUT icon="log-out" busy=leaving.busy on_press=leaving.staying()/>
            </div>
        </Reading>
    }
    .into_any()
}

/// Nobody is logged in: on to where the application wants its citizen, if it said where.
fn gone_back(wished: &LogoutView) -> AnyView {
    let after = match (&wished.client, &wished.location) {
        (Some(client), Some(location)) => {
            let _ = window().location().replace(location);
            let label: Words = words::ONWARD_GO.with([(&client.name).into()]);
            view! {
                <div class="buttons buttons-center">
                    <ButtonLink href=location.clone() label=label weight=Weight::Primary icon_after="arrow-right"/>
                </div>
            }
            .into_any()
        }
        _ => home(),
    };
    let title = words::LOGGED_OUT_TITLE.into();
    told("circle-check", "state state-good", title, words::LOGGED_OUT_TEXT, after)
}

fn home() -> AnyView {
    view! { <div class="buttons buttons-center"><ButtonLink href=routes::HOME label=words::GONE_HOME/></div> }
        .into_any()
}
