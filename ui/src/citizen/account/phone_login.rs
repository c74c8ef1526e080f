//! `/login/phone`: this desktop or kiosk is let in by a phone. Only in a shell, whose core holds a key; a browser has none.

use std::time::Duration;

use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{AwaitPhoneLogin, BeginPhoneLogin};
use onehall_client::{PhoneLogin, PhoneLoginEnd};
use onehall_protocol::{CoreError, ErrorCode};

use super::login::{wait_words, welcome};
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::notice::{Notice, Tone};
use crate::design::qr::Qr;
use crate::design::states::{Skeleton, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, Ui, use_ui};
use crate::texts::{Words, phone_login as words};
use crate::view::{effect, live, view};

/// How far it is.
#[derive(Clone)]
enum Step {
    Beginning,
    /// What the screen shows, until a phone has answered.
    Shown(PhoneLogin),
    Refused,
    Expired,
    Failed(Words),
}

#[derive(Clone, Copy)]
struct Page {
    hall: Hall,
    ui: Ui,
    step: RwSignal<Step>,
    /// Seconds that are left.
    left: RwSignal<u32>,
    /// Ends what is waited for.
    waiting: StoredValue<Option<AbortHandle>>,
}

/// The page. Goes back to `?next=` once somebody is logged in.
#[component]
pub fn PhoneLoginPage() -> impl IntoView {
    let page = Page {
        hall: use_hall(),
        ui: use_ui(),
        step: RwSignal::new(Step::Beginning),
        left: RwSignal::new(0),
        waiting: StoredValue::new(None),
    };
    let (query, navigate) = (use_query_map(), use_navigate());
    let next = query.with_untracked(|query| routes::safe_next(query.get("next").as_deref()).to_owned());
    let countdown = set_interval_with_handle(move || page.tick(), Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(countdown) = countdown {
            countdown.clear();
        }
        // Whoever goes away is not logged in here by a phone that answers later.
        page.stop();
    });
    let onward = next.clone();
    effect(move || {
        if page.hall.logged_in() {
            let options = NavigateOptions {
                replace: true,
                ..Default::default()
            };
            navigate(&onward, options);
        }
    });
    page.begin();
    let again = Callback::new(move |()| page.begin());
    view! {
        <Reading>
            <PageHeading title=words::TITLE/>
            {live(move || page.step.with(|step| page.shown(step, again)))}
            <div class="buttons">
                <ButtonLink href=routes::login(&next) label=words::BY_CODE weight=Weight::Quiet/>
            </div>
        </Reading>
    }
    .into_any()
}

impl Page {
    fn shown(self, step: &Step, again: Callback<()>) -> AnyView {
        let over = |tone, said: Words| {
            view! {
                <Notice tone=tone role="alert"><p>{said}</p></Notice>
                <div class="buttons"><Button label=words::AGAIN weight=Weight::Primary on_press=again/></div>
            }
            .into_any()
        };
        match step {
            Step::Beginning => view! { <Skeleton kind=SkeletonKind::Text/> }.into_any(),
            Step::Shown(login) => self.code(login),
            Step::Refused => over(Tone::Attention, words::REFUSED.into()),
            Step::Expired => over(Tone::Info, words::EXPIRED.into()),
            Step::Failed(why) => over(Tone::Bad, why.clone()),
        }
    }

    fn code(self, login: &PhoneLogin) -> AnyView {
        let left = Words::made(move |language| words::LEFT.with([self.left.get().to_string().into()]).get(language));
        view! {
            <p class="lead">{words::LEAD}</p>
            <div class="phone-login">
                <Qr text=login.address.clone() label=words::TITLE/>
                <dl class="phone-login-facts">
                    <dt>{words::NUMBER}</dt>
                    <dd class="phone-login-number">{login.number.clone()}</dd>
                    <dt>{words::CODE}</dt>
                    <dd class="phone-login-code">{login.code.clone()}</dd>
                </dl>
            </div>
            <p role="timer">{left}</p>
            <p class="small muted">{words::CARE}</p>
        }
        .into_any()
    }

    fn tick(self) {
        if self.left.get_untracked() > 0 {
            self.left.update(|left| *left -= 1);
        }
    }

    fn stop(self) {
        if let Some(waiting) = self.waiting.try_update_value(Option::take).flatten() {
            waiting.abort();
        }
    }

    fn begin(self) {
        self.stop();
        self.step.set(Step::Beginning);
        let (work, handle) = abortable(async move { self.log_in().await });
        self.waiting.set_value(Some(handle));
        spawn_local(async move {
            if let Ok(Err(error)) = work.await {
                let _ = self.step.try_set(Step::Failed(why(&error)));
            }
        });
    }

    async fn log_in(self) -> Result<(), CoreError> {
        let login = self.hall.client.ask(BeginPhoneLogin {}).await?;
        let _ = self.left.try_set(login.expires_in);
        let _ = self.step.try_set(Step::Shown(login));
        let step = match self.hall.client.ask(AwaitPhoneLogin {}).await? {
            PhoneLoginEnd::Granted(session) => {
                welcome(self.ui, &session.actor.name);
                let _ = self.hall.session.try_set(Some(session));
                return Ok(());
            }
            PhoneLoginEnd::Refused => Step::Refused,
            PhoneLoginEnd::Expired => Step::Expired,
        };
        let _ = self.step.try_set(step);
        Ok(())
    }
}

fn why(error: &CoreError) -> Words {
    match error.code {
        ErrorCode::NotFound => words::UNKNOWN.into(),
        _ => wait_words(error),
    }
}
