//! What shows that something was paid.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::ReadPaymentReceipt;
use onehall_protocol::CaseId;
use onehall_protocol::payments::{Charge, PaymentWay};

use crate::citizen::matters::receipt::address_at_hall;
use crate::citizen::printing::slip_button;
use crate::citizen::{Hall, routes};
use crate::design::button::Button;
use crate::design::content::{Fact, Facts};
use crate::design::states::error_words;
use crate::shell::kiosk::Slip;
use crate::shell::{document, use_ui};
use crate::texts::{Phrase, Words, devices, format, payments as words};
use crate::view::view;

/// The receipt of what was paid, to be had as this terminal can; nothing where nothing was.
pub(super) fn receipt_view(hall: Hall, case: CaseId, charge: &Charge) -> AnyView {
    let Some(receipt) = &charge.receipt else {
        return ().into_any();
    };
    let ui = use_ui();
    let offset = ui.utc_offset.get_untracked();
    let mut told: Vec<(Words, Words)> = vec![
        (words::RECEIPT_NUMBER.into(), receipt.number.as_str().into()),
        (words::TOTAL.into(), format::money_words(receipt.amount)),
        (words::RECEIPT_WAY.into(), way(receipt.way).into()),
        (words::RECEIPT_AT.into(), format::moment_words(receipt.paid_at, offset)),
    ];
    if let Some(reference) = &receipt.reference {
        told.push((words::RECEIPT_REFERENCE.into(), reference.as_str().into()));
    }
    if let Some(back) = receipt.refunded_at {
        told.push((words::RECEIPT_REFUNDED.into(), format::moment_words(back, offset)));
    }
    let facts = told
        .iter()
        .map(|(name, value)| Fact::new(name.clone(), value.clone()))
        .collect();
    let paper = if document::cannot("save") {
        let address = address_at_hall(hall, routes::case(case));
        slip_button(devices::PRINT_RECEIPT, move || {
            let language = ui.language.get_untracked();
            let title = hall
                .catalog_now()
                .map(|catalog| catalog.city.hall_name.get(language).to_owned());
            Slip {
                title: title.unwrap_or_default(),
                big: words::RECEIPT.get(language).to_owned(),
                lines: told
                    .iter()
                    .map(|(name, value)| format!("{}  {}", name.get(language), value.get(language)))
                    .collect(),
                code: Some(address.get_untracked()),
                below: words::RECEIPT_BELOW.get(language).to_owned(),
            }
        })
    } else {
        save_button(hall, case)
    };
    view! {
        <div class="card">
            <Facts facts=facts/>
            <div class="buttons">{paper}</div>
        </div>
    }
    .into_any()
}

fn save_button(hall: Hall, case: CaseId) -> AnyView {
    let (ui, busy) = (use_ui(), RwSignal::new(false));
    let save = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match hall.client.ask(ReadPaymentReceipt { case }).await {
                Ok(content) => {
                    document::save_file(&content.name, &content.media_type, &content.bytes);
                    ui.say(words::RECEIPT_SAVED);
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
            let _ = busy.try_set(false);
        });
    });
    view! { <Button label=words::RECEIPT_SAVE icon="download" busy=busy on_press=save/> }.into_any()
}

/// How it was paid.
fn way(way: PaymentWay) -> Phrase {
    match way {
        PaymentWay::Code => words::WAY_CODE,
        PaymentWay::Card => words::WAY_CARD,
        PaymentWay::Cash => words::WAY_CASH,
    }
}
