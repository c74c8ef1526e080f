//! What was paid to the clerk's authority on a day: at windows, by whom it was taken, and online.

use leptos::prelude::*;
use onehall_client::staff::ListPayments;
use onehall_protocol::Date;
use onehall_protocol::payments::{PaymentLine, PaymentList, PaymentsQuery};
use onehall_protocol::staff::Role;

use super::case::{state_words, way_words};
use super::desk::use_desk;
use super::{not_allowed, routes};
use crate::citizen::apply::today;
use crate::citizen::place::Wide;
use crate::design::button::ButtonLink;
use crate::design::content::{Column, Table};
use crate::design::notice::Tag;
use crate::design::states::{EmptyState, SkeletonKind};
use crate::router::use_query_map;
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Words, format, payments as words};
use crate::view::{live, view};

/// The list of a day; for who takes money at a window.
#[component]
pub(super) fn PaymentsPage() -> impl IntoView {
    let (desk, ui, query) = (use_desk(), use_ui(), use_query_map());
    if !untrack(|| desk.takes_payments()) {
        return not_allowed(words::LIST);
    }
    let day = Memo::new(move |_| {
        let asked = query.with(|query| query.get("day").and_then(|day| day.parse::<Date>().ok()));
        asked.unwrap_or_else(|| today(ui))
    });
    let payments: Loaded<PaymentList> = load(move || {
        let query = PaymentsQuery { day: Some(day.get()) };
        desk.core.ask(ListPayments { query })
    });
    let days = live(move || {
        let day = day.get();
        let to = |days: i64| routes::payments(day.plus_days(days));
        view! {
            <div class="buttons">
                <ButtonLink href=to(-1) label=words::LIST_BEFORE icon="chevron-left"/>
                <ButtonLink href=to(1) label=words::LIST_AFTER icon_after="chevron-right"/>
            </div>
            <p class="lead">{format::date_words(day)}</p>
        }
    });
    view! {
        <Wide>
            <PageHeading title=words::LIST/>
            {days}
            {payments.view(SkeletonKind::Rows, shown)}
        </Wide>
    }
    .into_any()
}

fn shown(list: &PaymentList) -> AnyView {
    if list.payments.is_empty() {
        return view! { <EmptyState icon="inbox" title=words::LIST_NONE/> }.into_any();
    }
    let columns = vec![
        Column::new(words::LIST_CASE),
        Column::new(words::LIST_FOR),
        Column::new(words::RECEIPT_AT),
        Column::new(words::RECEIPT_WAY),
        Column::new(words::LIST_AMOUNT).with_class("number"),
        Column::new(words::LIST_STATE),
        Column::new(words::LIST_CLERK),
    ];
    let offset = use_ui().utc_offset.get_untracked();
    let rows = list.payments.iter().map(|line| row(line, offset)).collect();
    let sums = [list.by_provider, list.at_windows].map(amount);
    view! {
        <p class="console-count" role="status">{words::LIST_SUMS.with(sums)}</p>
        <Table caption=words::LIST caption_hidden=true columns=columns rows=rows/>
    }
    .into_any()
}

/// An amount; nothing is nothing here, and not free.
fn amount(amount: onehall_protocol::Money) -> Words {
    Words::made(move |language| format::money(amount, language))
}

fn row(line: &PaymentLine, offset: i32) -> Vec<AnyView> {
    let text = |words: Words| view! { {words} }.into_any();
    let (tone, state) = state_words(line.state);
    let case = view! { <a href=routes::case(line.case_id)>{line.case_number.to_string()}</a> };
    vec![
        case.into_any(),
        text(Words::from(&line.item_name)),
        text(format::moment_words(line.at, offset)),
        text(way_words(line.way).into()),
        text(amount(line.amount)),
        view! { <Tag label=state tone=tone/> }.into_any(),
        text(line.clerk.clone().unwrap_or_else(|| "—".to_owned()).into()),
    ]
}

/// Who takes money at a window.
pub(super) const TAKERS: [Role; 2] = [Role::WindowClerk, Role::Issuer];
