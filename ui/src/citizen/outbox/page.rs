//! Something that waits on this device: what it is, what becomes of it, and what can be done.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{CancelQueued, ListQueued, RetryQueued};
use onehall_client::{Event, Queued, QueuedAbout, QueuedState, TakenBack};
use onehall_protocol::{CaseId, IdempotencyKey};

use super::{name, place, tag};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Fact, Facts};
use crate::design::dialog::ConfirmDialog;
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::{EmptyState, Skeleton, SkeletonKind, error_words};
use crate::router::{NavigateOptions, use_navigate, use_params_map};
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Phrase, Words, format, outbox as words};
use crate::view::{live, memo, view};

/// `/queue/{id}`.
#[component]
pub fn QueuedPage() -> impl IntoView {
    view! { <LoggedIn>{queued_view()}</LoggedIn> }.into_any()
}

/// Where one goes when it has arrived.
fn arrived(about: QueuedAbout, case: CaseId) -> String {
    match about {
        QueuedAbout::Submission(_) => routes::receipt(case),
        _ => routes::case(case),
    }
}

fn queued_view() -> AnyView {
    let (hall, params, navigate) = (use_hall(), use_params_map(), use_navigate());
    let id = memo(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<IdempotencyKey>().ok())));
    let queued = load(move || {
        let list = hall.client.ask(ListQueued {});
        let id = id.get();
        async move { Ok(list.await?.into_iter().find(|queued| Some(queued.id) == id)) }
    });
    // What it was about, to know it again when it arrives.
    let about = StoredValue::new(None::<QueuedAbout>);
    let now = memo(move |_| queued.with_ready(Clone::clone));
    let leave = Callback::new(move |(href, replace): (String, bool)| {
        let options = NavigateOptions {
            replace,
            ..NavigateOptions::default()
        };
        navigate(&href, options);
    });
    hall.client.on_event(move |event| match event {
        Event::OutboxChanged => queued.reload(),
        Event::OutboxSent { about: sent, case, .. } if about.try_get_value() == Some(Some(sent)) => {
            leave.run((arrived(sent, case), true));
        }
        _ => {}
    });
    let kind = memo(move |_| now.with(|now| now.as_ref().map(|queued| queued.as_ref().map(Standing::of))));
    live(move || match kind.get() {
        None => view! { <Reading><Skeleton kind=SkeletonKind::Text/></Reading> }.into_any(),
        Some(None) => gone(),
        Some(Some(standing)) => match now.get_untracked().flatten() {
            Some(here) => {
                about.set_value(Some(here.about));
                standing_view(hall, here, standing, queued, leave)
            }
            None => gone(),
        },
    })
}

/// What the page is about. As long as it stays the same, the page is not drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Waiting,
    NotKept,
    Left,
    Elsewhere,
    Refused,
    Conflict,
}

impl Standing {
    fn of(queued: &Queued) -> Standing {
        match &queued.state {
            QueuedState::Refused { .. } => Standing::Refused,
            QueuedState::Conflict { .. } => Standing::Conflict,
            QueuedState::Elsewhere => Standing::Elsewhere,
            _ if !queued.kept => Standing::NotKept,
            _ if queued.left => Standing::Left,
            _ => Standing::Waiting,
        }
    }

    fn title(self) -> Phrase {
        match self {
            Standing::Waiting => words::TITLE_WAITING,
            Standing::NotKept => words::TITLE_NOT_KEPT,
            Standing::Left => words::TITLE_LEFT,
            Standing::Elsewhere => words::TITLE_ELSEWHERE,
            Standing::Refused => words::TITLE_REFUSED,
            Standing::Conflict => words::TITLE_CONFLICT,
        }
    }

    fn decided(self) -> bool {
        matches!(self, Standing::Refused | Standing::Conflict)
    }
}

fn gone() -> AnyView {
    view! {
        <Reading>
            <PageHeading title=words::TITLE_GONE/>
            <EmptyState icon="inbox" title=words::TITLE_GONE text=words::GONE_TEXT>
                <ButtonLink href=routes::MATTERS label=words::TO_MATTERS weight=Weight::Primary/>
            </EmptyState>
        </Reading>
    }
    .into_any()
}

type Leave = Callback<(String, bool)>;

fn standing_view(
    hall: Hall,
    queued: Queued,
    standing: Standing,
    loaded: Loaded<Option<Queued>>,
    leave: Leave,
) -> AnyView {
    let ui = use_ui();
    let offset = ui.utc_offset.get_untracked();
    let state = memo(move |_| {
        let now = loaded.with_ready(|now| now.as_ref().map(|now| now.state.clone()));
        now.flatten().unwrap_or(QueuedState::Waiting)
    });
    let left = standing == Standing::Left;
    let tag_now = live(move || {
        let (label, tone, icon) = state.with(|state| tag(state, left));
        view! { <Tag label=label tone=tone icon=icon/> }
    });
    let facts = vec![
        Fact::new(words::WHAT, name(queued.about, &queued.title)),
        Fact::new(words::SINCE, format::moment_words(queued.queued_at, offset)),
        Fact::drawn(words::STATE, tag_now),
    ];
    let asking = RwSignal::new(false);
    view! {
        <Reading>
            <PageHeading title=standing.title()/>
            {explanation(&queued, standing)}
            <div class="card"><Facts facts=facts/></div>
            {actions(hall, &queued, standing, state, asking)}
            {take_back_dialog(hall, &queued, asking, leave)}
        </Reading>
    }
    .into_any()
}

/// What becomes of it, plainly.
fn explanation(queued: &Queued, standing: Standing) -> AnyView {
    let ui = use_ui();
    let kept = queued.kept && !standing.decided();
    if kept {
        ui.keep_for_good();
    }
    let says = |lines: Vec<Phrase>| {
        let lines = lines.into_iter().map(|line| view! { <p>{line}</p> });
        let clearable = live(move || {
            let told = kept && ui.may_be_cleared.get();
            told.then(|| view! { <p>{words::CLEARABLE}</p> })
        });
        view! { <Notice tone=Tone::Attention>{lines.collect_view()}{clearable}</Notice> }.into_any()
    };
    match (standing, &queued.state) {
        (_, QueuedState::Refused { error }) => {
            let (why, then) = (error_words(error), decided_words(queued.about, true));
            view! { <Notice tone=Tone::Bad><p>{why}</p><p>{then}</p></Notice> }.into_any()
        }
        (_, QueuedState::Conflict { error }) => {
            let (why, then) = (error_words(error), decided_words(queued.about, false));
            view! { <Notice tone=Tone::Attention><p>{why}</p><p>{then}</p></Notice> }.into_any()
        }
        (Standing::Elsewhere, _) => {
            let notice = view! { <Notice tone=Tone::Info><p>{words::ELSEWHERE_TEXT}</p></Notice> };
            notice.into_any()
        }
        (Standing::NotKept, _) => says(vec![words::BY_ITSELF, words::LEGAL_TIME, words::DO_NOT_CLOSE]),
        (Standing::Left, _) => says(vec![words::LEFT_TEXT, words::LEGAL_TIME, words::MAY_CLOSE]),
        _ => says(vec![words::BY_ITSELF, words::LEGAL_TIME, words::MAY_CLOSE]),
    }
}

/// What it means that nothing goes on by itself, and what its citizen can do.
fn decided_words(about: QueuedAbout, refused: bool) -> Phrase {
    match (about, refused) {
        (QueuedAbout::Submission(_), true) => words::REFUSED_TEXT,
        (QueuedAbout::Submission(_), false) => words::CONFLICT_TEXT,
        (_, true) => words::REFUSED_TEXT_CASE,
        (_, false) => words::CONFLICT_TEXT_CASE,
    }
}

fn actions(
    hall: Hall,
    queued: &Queued,
    standing: Standing,
    state: Memo<QueuedState>,
    asking: RwSignal<bool>,
) -> AnyView {
    let (ui, id) = (use_ui(), queued.id);
    if standing == Standing::Elsewhere {
        let back = view! { <ButtonLink href=routes::MATTERS label=words::TO_MATTERS weight=Weight::Primary/> };
        return view! { <div class="buttons">{back}</div> }.into_any();
    }
    let sending = Signal::derive(move || state.with(|state| matches!(state, QueuedState::Sending)));
    let send = Callback::new(move |()| {
        spawn_local(async move {
            if let Err(error) = hall.client.ask(RetryQueued { id }).await {
                ui.say_failure(error_words(&error));
            }
        });
    });
    let (href, look) = place(queued);
    let first = if standing.decided() {
        view! { <ButtonLink href=href label=look weight=Weight::Primary/> }.into_any()
    } else {
        view! { <Button label=words::SEND_NOW icon="send" weight=Weight::Primary busy=sending on_press=send/> }
            .into_any()
    };
    let again = (standing == Standing::Refused)
        .then(|| view! { <Button label=words::TRY_AGAIN icon="refresh-cw" busy=sending on_press=send/> });
    let remove = if standing.decided() {
        words::REMOVE
    } else {
        words::TAKE_BACK
    };
    view! {
        <div class="buttons">
            {first}
            {again}
            <Button label=remove icon="undo-2" on_press=Callback::new(move |()| asking.set(true))/>
            <ButtonLink href=routes::MATTERS label=words::TO_MATTERS/>
        </div>
    }
    .into_any()
}

fn take_back_dialog(hall: Hall, queued: &Queued, asking: RwSignal<bool>, leave: Leave) -> AnyView {
    let (ui, busy, id, about) = (use_ui(), RwSignal::new(false), queued.id, queued.about);
    let (text, after) = match about {
        QueuedAbout::Submission(draft) => (words::TAKE_BACK_DRAFT, routes::draft(draft)),
        QueuedAbout::Supplement(case) | QueuedAbout::Withdrawal(case) | QueuedAbout::Rating(case) => {
            (words::TAKE_BACK_CASE, routes::case(case))
        }
    };
    let take_back = move |()| {
        busy.set(true);
        let after = after.clone();
        spawn_local(async move {
            let outcome = hall.client.ask(CancelQueued { id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match outcome {
                Ok(TakenBack::TakenBack) => {
                    ui.say(words::TAKEN_BACK);
                    leave.run((after, true));
                }
                Ok(TakenBack::Arrived { case }) => {
                    ui.say(Words::from(words::TOO_LATE));
                    leave.run((arrived(about, case), true));
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
        });
    };
    view! {
        <ConfirmDialog
            id="take-back"
            title=words::TAKE_BACK_ASK
            text=text
            confirm=words::TAKE_BACK
            danger=true
            open=asking
            busy=busy
            on_confirm=Callback::new(take_back)
        />
    }
    .into_any()
}
