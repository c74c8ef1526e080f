//! The queue: what waits, the most urgent first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Event;
use onehall_client::staff::GetQueue;
use onehall_protocol::cases::{CaseSummary, QueuePage, QueueQuery, QueueScope};

use super::desk::use_desk;
use super::routes;
use crate::citizen::matters::standing::{Glance, days_left, glance};
use crate::citizen::place::Wide;
use crate::design::button::{Button, Weight};
use crate::design::choices::{ChoiceOption, Radios};
use crate::design::content::{Column, Table};
use crate::design::notice::{Tag, Tone};
use crate::design::states::{EmptyState, SkeletonKind, error_words};
use crate::design::text_field::TextField;
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Words, console, counted, format, general};

const SCOPES: [(QueueScope, &str); 3] =
    [(QueueScope::Mine, "mine"), (QueueScope::Authority, "authority"), (QueueScope::Ended, "ended")];

fn scope_of(name: &str) -> QueueScope {
    SCOPES.into_iter().find(|(_, known)| *known == name).map_or(QueueScope::Mine, |(scope, _)| scope)
}

/// The colour of where a case stands.
pub(super) fn tone(glance: Glance) -> Tone {
    match glance {
        Glance::Late | Glance::Refused => Tone::Bad,
        Glance::You | Glance::Paused => Tone::Attention,
        Glance::Good => Tone::Good,
        Glance::Running => Tone::Info,
        Glance::Over => Tone::Plain,
    }
}

/// The queue.
#[component]
pub fn QueuePageView() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let scope = RwSignal::new("mine".to_owned());
    let typed = RwSignal::new(String::new());
    let search = RwSignal::new(String::new());
    let query = move || QueueQuery {
        scope: scope.with(|scope| scope_of(scope)),
        state: None,
        search: search.with(|search| (!search.is_empty()).then(|| search.clone())),
        after: None,
    };
    let queue = load(move || desk.core.ask(GetQueue { query: query() }));
    desk.core.on_event(move |event| {
        if matches!(event, Event::QueueChanged | Event::MayHaveMissed | Event::CaseChanged { .. }) {
            queue.reload();
        }
    });
    let more_busy = RwSignal::new(false);
    let more = Callback::new(move |()| {
        let after = queue.with_ready(|page| page.cases.last().map(|case| case.id)).flatten();
        let query = QueueQuery { after, ..untrack(query) };
        more_busy.set(true);
        spawn_local(async move {
            let answer = desk.core.ask(GetQueue { query }).await;
            let _ = more_busy.try_set(false);
            match answer {
                Ok(next) => append(queue, next),
                Err(error) => ui.say_failure(error_words(&error)),
            }
        });
    });
    let find = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        search.set(typed.get_untracked().trim().to_owned());
    };
    let scopes = vec![
        ChoiceOption::new("mine", console::SCOPE_MINE),
        ChoiceOption::new("authority", console::SCOPE_AUTHORITY),
        ChoiceOption::new("ended", console::SCOPE_ENDED),
    ];
    view! {
        <Wide>
            <PageHeading title=console::QUEUE_TITLE/>
            <div class="console-filters">
                <Radios id="scope" label=console::SCOPE options=scopes value=scope inline=true
                    on_change=Callback::new(move |chosen| scope.set(chosen))/>
                <form class="console-search" role="search" on:submit=find>
                    <TextField id="queue-search" label=console::QUEUE_SEARCH value=typed
                        on_input=Callback::new(move |text| typed.set(text))/>
                    <Button label=general::SEARCH icon="search" submit=true/>
                </form>
            </div>
            {queue.view(SkeletonKind::Rows, move |page| {
                let page = page.clone();
                if page.cases.is_empty() {
                    let text = match (search.with(|search| search.is_empty()), scope.with(|scope| scope == "mine")) {
                        (false, _) => console::QUEUE_EMPTY_SEARCH,
                        _ => console::QUEUE_EMPTY_MINE,
                    };
                    return view! { <EmptyState icon="inbox" title=console::QUEUE_EMPTY text=text/> }.into_any();
                }
                let overdue = (page.overdue > 0).then(|| {
                    let words = console::QUEUE_OVERDUE.with([page.overdue.to_string().into()]);
                    view! { <Tag label=words tone=Tone::Bad icon="clock-alert"/> }
                });
                let total = usize::try_from(page.total).unwrap_or(usize::MAX);
                view! {
                    <p class="console-count" role="status">
                        {counted(total, console::QUEUE_TOTAL_ONE, console::QUEUE_TOTAL)}" "{overdue}
                    </p>
                    <Table caption=console::QUEUE_TITLE caption_hidden=true columns=columns()
                        rows=page.cases.iter().map(|case| row(case, ui.utc_offset.get())).collect()/>
                    {page.more.then(|| view! {
                        <p class="console-more"><Button label=console::QUEUE_MORE weight=Weight::Secondary busy=more_busy on_press=more/></p>
                    })}
                }
                .into_any()
            })}
        </Wide>
    }
    .into_any()
}

fn append(queue: Loaded<QueuePage>, next: QueuePage) {
    let joined = queue.with_ready(|page| {
        let mut cases = page.cases.clone();
        cases.extend(next.cases.iter().filter(|case| page.cases.iter().all(|known| known.id != case.id)).cloned());
        QueuePage { cases, ..next.clone() }
    });
    if let Some(joined) = joined {
        queue.put(joined);
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::new(console::COLUMN_NUMBER),
        Column::new(console::COLUMN_ITEM),
        Column::new(console::COLUMN_PRINCIPAL),
        Column::new(console::COLUMN_STATE),
        Column::new(console::COLUMN_DUE),
        Column::new(console::COLUMN_SUBMITTED),
    ]
}

fn row(case: &CaseSummary, utc_offset: i32) -> Vec<AnyView> {
    let status = &case.status;
    let href = routes::case(case.id);
    let due = match status.due {
        None => view! { <span class="quiet">{console::NO_DUE}</span> }.into_any(),
        Some(due) => {
            let left = status.days_left.map(days_left);
            view! { {format::date_words(due)} {left.map(|left| view! { <span class="quiet">{left}</span> })} }.into_any()
        }
    };
    vec![
        view! { <a href=href class="console-number">{case.number.to_string()}</a> }.into_any(),
        view! { {Words::from(&case.item_name)} }.into_any(),
        view! { {case.principal.name.clone()} }.into_any(),
        view! { <Tag label=Words::from(&status.step_name) tone=tone(glance(status))/> }.into_any(),
        due,
        view! { {format::moment_words(case.submitted_at, utc_offset)} }.into_any(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_found_by_its_name() {
        for (scope, name) in SCOPES {
            assert_eq!(scope_of(name), scope);
        }
    }
}
