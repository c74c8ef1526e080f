//! The next case that waits for the clerk, once this one does not.

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::staff::GetQueue;
use onehall_protocol::CaseId;
use onehall_protocol::cases::{CaseSummary, QueueQuery};

use crate::console::desk::use_desk;
use crate::console::routes;
use crate::design::button::{ButtonLink, Weight};
use crate::design::content::Section;
use crate::shell::load;
use crate::texts::{Words, console};
use crate::view::view;

/// Leads to the most urgent other case that waits for the clerk.
#[component]
pub(super) fn NextCase(
    /// The case that is done with for now.
    done: CaseId,
) -> impl IntoView {
    let desk = use_desk();
    let queue = load(move || {
        desk.core.ask(GetQueue {
            query: QueueQuery::default(),
        })
    });
    desk.core.on_event(move |event| {
        if matches!(event, Event::QueueChanged | Event::MayHaveMissed) {
            queue.reload();
        }
    });
    // Nothing while it is on its way, or when it does not come: this is help by the way.
    let next: Memo<Option<Option<CaseSummary>>> =
        Memo::new(move |_| queue.with_ready(|page| page.cases.iter().find(|case| case.id != done).cloned()));
    (move || {
        next.get().map(|next| {
            let body = match next {
                Some(case) => {
                    let href = routes::case(case.id);
                    let what = console::NEXT_WHAT.with([Words::from(&case.item_name), case.principal.name.as_str().into()]);
                    view! {
                        <p>{what}</p>
                        <p class="quiet">{case.number.to_string()}</p>
                        <ButtonLink href=Signal::stored(href) label=console::NEXT_OPEN weight=Weight::Primary icon_after="arrow-right" wide=true/>
                    }
                    .into_any()
                }
                None => view! {
                    <p>{console::NEXT_NONE}</p>
                    <ButtonLink href=Signal::stored(desk.queue_address()) label=console::CASE_BACK icon="arrow-left" wide=true/>
                }
                .into_any(),
            };
            view! { <Section id="next" title=console::NEXT><div class="console-next">{body}</div></Section> }
        })
    })
    .into_any()
}
