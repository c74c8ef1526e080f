//! The queue: what waits, the most urgent first. It follows what happens while one looks at it, row by row, so that
//! nobody loses their place in it.

use std::collections::BTreeSet;

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::staff::GetQueue;
use onehall_protocol::cases::{CaseStatus, CaseSummary, QueuePage, QueueQuery, QueueScope};
use onehall_protocol::{CaseId, CoreError};

use super::desk::{Desk, use_desk};
use super::routes;
use super::standing::{Urgency, tag_icon, tone, urgency};
use crate::citizen::matters::standing::days_left;
use crate::citizen::place::Wide;
use crate::design::button::{Button, Weight};
use crate::design::navigation::Tabs;
use crate::design::notice::{Tag, Tone};
use crate::design::states::{EmptyState, ErrorState, Skeleton, SkeletonKind, error_words};
use crate::design::text_field::TextField;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{Loaded, PageHeading, Remote, load, use_ui};
use crate::texts::{Phrase, Words, console, counted, format, general};
use crate::view::view;

/// Which part of the queue is asked for. It stands in the address: one comes back to it.
#[derive(Clone, PartialEq)]
struct Asked {
    scope: QueueScope,
    search: String,
}

/// The part of the queue that is shown.
#[derive(Clone)]
struct Shown {
    page: QueuePage,
    /// How many pages of it.
    pages: u32,
}

#[derive(Clone, PartialEq)]
enum Stage {
    Loading,
    Failed(CoreError),
    Empty,
    There,
}

async fn fetch(desk: Desk, asked: Asked, pages: u32) -> Result<Shown, CoreError> {
    let query = |after| QueueQuery {
        scope: asked.scope,
        state: None,
        search: (!asked.search.is_empty()).then(|| asked.search.clone()),
        after,
    };
    let mut page = desk.core.ask(GetQueue { query: query(None) }).await?;
    let mut fetched = 1;
    while fetched < pages && page.more {
        let after = page.cases.last().map(|case| case.id);
        let next = desk.core.ask(GetQueue { query: query(after) }).await?;
        // A case that moved between two pages stands once.
        let known: BTreeSet<CaseId> = page.cases.iter().map(|case| case.id).collect();
        page.cases
            .extend(next.cases.into_iter().filter(|case| !known.contains(&case.id)));
        page.more = next.more;
        fetched += 1;
    }
    Ok(Shown { page, pages })
}

/// The queue.
#[component]
pub(super) fn QueuePageView() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let query = use_query_map();
    let navigate = use_navigate();
    let asked = Memo::new(move |_| {
        query.with(|query| Asked {
            scope: query
                .get("scope")
                .map_or(QueueScope::Mine, |name| routes::scope_of(&name)),
            search: query.get("q").unwrap_or_default().trim().to_owned(),
        })
    });
    let typed = RwSignal::new(asked.with_untracked(|asked| asked.search.clone()));
    let pages = RwSignal::new(1_u32);
    let queue: Loaded<Shown> = load(move || {
        let (asked, wanted) = (asked.get(), pages.get());
        async move {
            let answer = fetch(desk, asked, wanted).await;
            if let (Err(error), true) = (&answer, wanted > 1) {
                // What is there stays; the button can be pressed again.
                ui.say_failure(error_words(error));
                let _ = pages.try_set(1);
            }
            answer
        }
    });
    // Cases that came by themselves while one looks at this part.
    let seen: RwSignal<Option<BTreeSet<CaseId>>> = RwSignal::new(None);
    Effect::new(move |last: Option<Asked>| {
        let now = asked.get();
        desk.at_queue(routes::queue(now.scope, &now.search));
        if last.is_some_and(|last| last != now) {
            typed.set(now.search.clone());
            seen.set(None);
            pages.set(1);
            // Another part: what is shown is not it.
            queue.state().set(Remote::Loading);
        }
        now
    });
    Effect::new(move || {
        let ids = queue.with_ready(|shown| shown.page.cases.iter().map(|case| case.id).collect::<BTreeSet<_>>());
        if let (Some(ids), true) = (ids, seen.with_untracked(Option::is_none)) {
            seen.set(Some(ids));
        }
    });
    desk.core.on_event(move |event| {
        if matches!(event, Event::QueueChanged | Event::MayHaveMissed) {
            queue.reload();
        }
    });
    let go = {
        Callback::new(move |(scope, search): (QueueScope, String)| {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
            };
            navigate(&routes::queue(scope, &search), options);
        })
    };
    let find = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go.run((
            asked.with_untracked(|asked| asked.scope),
            typed.get_untracked().trim().to_owned(),
        ));
    };
    let clear = Callback::new(move |()| {
        go.run((asked.with_untracked(|asked| asked.scope), String::new()));
        crate::shell::document::focus("queue-search");
    });
    let scope = Signal::derive(move || routes::scope_name(asked.with(|asked| asked.scope)).to_owned());
    let choose = Callback::new(move |name: String| {
        go.run((
            routes::scope_of(&name),
            asked.with_untracked(|asked| asked.search.clone()),
        ));
    });
    let tab = |scope, name: Phrase| (routes::scope_name(scope).to_owned(), Words::from(name), None);
    let tabs = vec![
        tab(QueueScope::Mine, console::SCOPE_MINE),
        tab(QueueScope::Authority, console::SCOPE_AUTHORITY),
        tab(QueueScope::Ended, console::SCOPE_ENDED),
    ];
    let stage = Memo::new(move |_| {
        queue.state().with(|state| match state {
            Remote::Loading => Stage::Loading,
            Remote::Failed(error) => Stage::Failed(error.clone()),
            Remote::Ready(shown) if shown.page.cases.is_empty() => Stage::Empty,
            Remote::Ready(_) => Stage::There,
        })
    });
    view! {
        <Wide>
            <PageHeading title=console::QUEUE_TITLE/>
            <div class="console-filters">
                <Tabs label=console::SCOPE tabs=Signal::stored(tabs) value=scope on_change=choose/>
                <form class="console-search" role="search" on:submit=find>
                    <TextField id="queue-search" label=console::QUEUE_SEARCH value=typed
                        on_input=Callback::new(move |text| typed.set(text))/>
                    <Button label=general::SEARCH icon="search" submit=true/>
                    {move || asked.with(|asked| !asked.search.is_empty()).then(|| view! {
                        <Button label=console::QUEUE_SEARCH_CLEAR icon="x" weight=Weight::Quiet on_press=clear/>
                    })}
                </form>
            </div>
            <QueueCount queue=queue/>
            {move || match stage.get() {
                Stage::Loading => view! { <Skeleton kind=SkeletonKind::Rows/> }.into_any(),
                Stage::Failed(error) => {
                    view! { <ErrorState error=error retry=Callback::new(move |()| queue.restart())/> }.into_any()
                }
                Stage::Empty => empty(&asked.get()),
                Stage::There => {
                    let ended = asked.with(|asked| asked.scope == QueueScope::Ended);
                    view! { <QueueTable queue=queue ended=ended seen=seen pages=pages/> }.into_any()
                }
            }}
        </Wide>
    }
    .into_any()
}

/// How many there are, and how many of them are late; read out when it changes.
#[component]
fn QueueCount(
    /// What is shown.
    queue: Loaded<Shown>,
) -> impl IntoView {
    let counts = Memo::new(move |_| queue.with_ready(|shown| (shown.page.total, shown.page.overdue)));
    let body = move || {
        counts.get().filter(|(total, _)| *total > 0).map(|(total, overdue)| {
            let total = usize::try_from(total).unwrap_or(usize::MAX);
            let late = (overdue > 0).then(|| {
                let words = console::QUEUE_OVERDUE.with([overdue.to_string().into()]);
                view! { <Tag label=words tone=Tone::Bad icon="clock-alert"/> }
            });
            view! { <span>{counted(total, console::QUEUE_TOTAL_ONE, console::QUEUE_TOTAL)}</span>{late} }
        })
    };
    view! { <div class="console-count" role="status">{body}</div> }.into_any()
}

fn empty(asked: &Asked) -> AnyView {
    let (icon, title, text) = match (asked.search.is_empty(), asked.scope) {
        (false, _) => ("search-x", console::QUEUE_EMPTY_FOUND, console::QUEUE_EMPTY_SEARCH),
        (true, QueueScope::Mine) => ("inbox", console::QUEUE_EMPTY_MINE, console::QUEUE_EMPTY_TEXT),
        (true, QueueScope::Authority) => ("inbox", console::QUEUE_EMPTY, console::QUEUE_EMPTY_TEXT),
        (true, QueueScope::Ended) => ("inbox", console::QUEUE_EMPTY_ENDED, console::QUEUE_EMPTY_ENDED_TEXT),
    };
    view! { <EmptyState icon=icon title=title text=text/> }.into_any()
}

#[component]
fn QueueTable(
    /// What is shown.
    queue: Loaded<Shown>,
    /// What has ended is shown: it has no last day, but one on which it ended.
    ended: bool,
    /// The cases that were there when one began to look.
    seen: RwSignal<Option<BTreeSet<CaseId>>>,
    /// How many pages are wanted.
    pages: RwSignal<u32>,
) -> impl IntoView {
    let cases = move || queue.with_ready(|shown| shown.page.cases.clone()).unwrap_or_default();
    // A row is drawn anew only when its case has moved, or its last day has come nearer.
    let key = |case: &CaseSummary| (case.id, case.version, case.status.days_left);
    let more = Memo::new(move |_| queue.with_ready(|shown| shown.page.more).unwrap_or(false));
    let busy = Signal::derive(move || queue.with_ready(|shown| shown.pages < pages.get()).unwrap_or(false));
    let last = if ended {
        console::COLUMN_ENDED
    } else {
        console::COLUMN_DUE
    };
    let heads = [
        console::COLUMN_NUMBER,
        console::COLUMN_ITEM,
        console::COLUMN_PRINCIPAL,
        console::COLUMN_STATE,
        last,
        console::COLUMN_SUBMITTED,
    ];
    view! {
        <div class="table-holder">
            <table class="table console-queue">
                <caption class="table-caption visually-hidden">{console::QUEUE_TITLE}</caption>
                <thead class="table-head">
                    <tr>{heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                </thead>
                <tbody>
                    <For each=cases key=key children=move |case| row(case, ended, seen)/>
                </tbody>
            </table>
        </div>
        {move || more.get().then(|| view! {
            <p class="console-more">
                <Button label=console::QUEUE_MORE busy=busy on_press=Callback::new(move |()| pages.update(|pages| *pages += 1))/>
            </p>
        })}
    }
    .into_any()
}

fn row(case: CaseSummary, ended: bool, seen: RwSignal<Option<BTreeSet<CaseId>>>) -> AnyView {
    let ui = use_ui();
    let status = &case.status;
    let id = case.id;
    let is_new = move || seen.with(|seen| seen.as_ref().is_some_and(|seen| !seen.contains(&id)));
    let (submitted_at, updated_at) = (case.submitted_at, case.updated_at);
    let due = if ended {
        view! { {move || format::moment(updated_at, ui.utc_offset.get(), ui.language.get())} }.into_any()
    } else {
        due_view(status)
    };
    let late = urgency(status) == Urgency::Overdue && !ended;
    view! {
        <tr class="table-row" class:console-late=late>
            <th scope="row" class="table-cell" data-column=console::COLUMN_NUMBER>
                <a href=routes::case(id) class="console-number">{case.number.to_string()}</a>
                {move || is_new().then(|| view! { " "<Tag label=console::QUEUE_NEW tone=Tone::Good icon="bell"/> })}
            </th>
            <td class="table-cell" data-column=console::COLUMN_ITEM>{Words::from(&case.item_name)}</td>
            <td class="table-cell" data-column=console::COLUMN_PRINCIPAL>{case.principal.name.clone()}</td>
            <td class="table-cell" data-column=console::COLUMN_STATE>
                <Tag label=Words::from(&status.step_name) tone=tone(status) icon=tag_icon(status)/>
            </td>
            <td class="table-cell" data-column=if ended { console::COLUMN_ENDED } else { console::COLUMN_DUE }>{due}</td>
            <td class="table-cell" data-column=console::COLUMN_SUBMITTED>
                {move || format::moment(submitted_at, ui.utc_offset.get(), ui.language.get())}
            </td>
        </tr>
    }
    .into_any()
}

/// The last day of a step, and how urgent it is: by an icon and in words, not by colour alone.
pub(super) fn due_view(status: &CaseStatus) -> AnyView {
    let Some(due) = status.due else {
        return view! { <span class="quiet">{console::NO_DUE}</span> }.into_any();
    };
    let left = status.days_left;
    let how = match (urgency(status), left) {
        (Urgency::Overdue, Some(days)) => {
            let days = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
            let words = counted(days, console::DUE_OVER_ONE, console::DUE_OVER);
            view! { <Tag label=words tone=Tone::Bad icon="clock-alert"/> }.into_any()
        }
        (Urgency::Today, _) => view! { <Tag label=console::DUE_TODAY tone=Tone::Attention icon="clock"/> }.into_any(),
        (_, Some(days)) => view! { <span class="quiet">{days_left(days)}</span> }.into_any(),
        (_, None) => ().into_any(),
    };
    view! { <span class="console-due"><span>{format::date_words(due)}</span>{how}</span> }.into_any()
}
