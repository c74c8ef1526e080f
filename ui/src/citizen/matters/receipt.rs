//! The receipt of an application: its number, what happens next, a code that leads to it.

use leptos::prelude::*;
use onehall_client::citizen::GetHallAddress;
use onehall_protocol::cases::CaseView;

use super::loaded::{CaseHere, LoadedCase, authority_words, case_here};
use super::receipt_picture::{Picture, save_picture};
use super::standing::about_time;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::printing::slip_button;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Fact, Facts};
use crate::design::icon::Icon;
use crate::design::qr::Qr;
use crate::shell::kiosk::Slip;
use crate::shell::{PageHeading, document, use_ui};
use crate::texts::{Words, devices, fill, format, general};
use crate::view::{live, memo, view};

/// `/matters/{case}/receipt`: after a submission, and whenever one wants it again.
#[component]
pub fn ReceiptPage() -> impl IntoView {
    view! { <LoggedIn>{case_here(true).view(receipt_view)}</LoggedIn> }.into_any()
}

/// Where the code leads: the case, at the address that this terminal knows the hall by. In a shell that is not the page's own.
fn case_address(hall: Hall, case: &CaseView) -> RwSignal<String> {
    let path = routes::case(case.summary.id);
    let origin = window().location().origin().unwrap_or_default();
    let address = RwSignal::new(format!("{origin}{path}"));
    leptos::task::spawn_local(async move {
        let known = hall.client.ask(GetHallAddress {}).await.unwrap_or_default();
        if !known.is_empty() {
            let _ = address.try_set(format!("{known}{path}"));
        }
    });
    address
}

/// What the receipt says, name by name.
fn facts(hall: Hall, case: &CaseView, offset: i32) -> Vec<(Words, Words)> {
    let summary = &case.summary;
    vec![
        (fill::RECEIPT_ITEM.into(), Words::from(&summary.item_name)),
        (fill::RECEIPT_FOR.into(), summary.principal.name.as_str().into()),
        (
            fill::RECEIPT_AT.into(),
            format::moment_words(summary.submitted_at, offset),
        ),
        (
            fill::RECEIPT_AUTHORITY.into(),
            authority_words(hall, summary.authority.clone()),
        ),
    ]
}

fn receipt_view(here: CaseHere, loaded: LoadedCase) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let case = loaded.case;
    let offset = ui.utc_offset.get_untracked();
    let number = case.summary.number.to_string();
    let address = case_address(hall, &case);
    let told = facts(hall, &case, offset);
    let on_paper = told.clone();
    let shown = told
        .iter()
        .map(|(name, value)| Fact::new(name.clone(), value.clone()))
        .collect();
    let next = memo(move |_| {
        here.now
            .with(|now| now.as_ref().map(|loaded| loaded.case.summary.status.clone()))
    });
    let what_next = move || {
        next.get().map(|status| {
            let times = about_time(&status, &ui.hotline.get());
            view! {
                <p>{Words::from(&status.next)}</p>
                {times.into_iter().map(|time| view! { <p>{time}</p> }).collect_view()}
            }
        })
    };
    let save = {
        let number = number.clone();
        move |()| {
            let language = ui.language.get_untracked();
            let picture = Picture {
                hall: hall
                    .catalog_now()
                    .map(|catalog| catalog.city.hall_name.get(language).to_owned())
                    .unwrap_or_default(),
                title: fill::RECEIPT_HEAD.get(language).to_owned(),
                number_name: fill::RECEIPT_NUMBER.get(language).to_owned(),
                number: number.clone(),
                facts: told
                    .iter()
                    .map(|(name, value)| (name.get(language), value.get(language)))
                    .collect(),
                address: address.get_untracked(),
                below: fill::RECEIPT_QR.get(language).to_owned(),
            };
            if save_picture(&picture) {
                ui.say(fill::RECEIPT_SAVED);
            } else {
                ui.say_failure(fill::RECEIPT_NOT_SAVED);
            }
        }
    };
    let copied = number.clone();
    let copy = move |()| {
        let write = window().navigator().clipboard().write_text(&copied);
        leptos::task::spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(write).await {
                Ok(_) => ui.say(general::COPIED),
                Err(_) => ui.say_failure(fill::NUMBER_NOT_COPIED),
            }
        });
    };
    let print = if document::cannot("print") {
        let number = number.clone();
        slip_button(devices::PRINT_RECEIPT, move || {
            let language = ui.language.get_untracked();
            let line = |(name, value): &(Words, Words)| format!("{}  {}", name.get(language), value.get(language));
            let title = hall
                .catalog_now()
                .map(|catalog| catalog.city.hall_name.get(language).to_owned());
            Slip {
                title: title.unwrap_or_default(),
                big: fill::RECEIPT_HEAD.get(language).to_owned(),
                lines: std::iter::once(format!("{}  {number}", fill::RECEIPT_NUMBER.get(language)))
                    .chain(on_paper.iter().map(line))
                    .collect(),
                code: Some(address.get_untracked()),
                below: fill::RECEIPT_QR.get(language).to_owned(),
            }
        })
    } else {
        view! { <Button label=fill::RECEIPT_PRINT icon="printer" on_press=Callback::new(|()| drop(window().print()))/> }
            .into_any()
    };
    let save = (!document::cannot("save"))
        .then(|| view! { <Button label=fill::RECEIPT_SAVE icon="download" on_press=Callback::new(save)/> });
    view! {
        <Reading>
            <div class="receipt">
                <div class="receipt-head">
                    <Icon name="circle-check" class="icon-huge"/>
                    <PageHeading title=fill::RECEIPT_TITLE/>
                    <p class="receipt-name">{fill::RECEIPT_NUMBER}</p>
                    <p class="receipt-number">{number}</p>
                    <Button label=fill::COPY_NUMBER icon="copy" weight=Weight::Quiet on_press=Callback::new(copy)/>
                </div>
                <div class="receipt-body">
                    <div class="receipt-facts">
                        <Facts facts=shown/>
                    </div>
                    <div class="receipt-code">
                        {live(move || view! { <Qr text=address.get() label=fill::RECEIPT_QR/> })}
                        <p>{fill::RECEIPT_QR}</p>
                    </div>
                </div>
                <div class="receipt-next">
                    <h2 class="section-title">{fill::RECEIPT_NEXT}</h2>
                    {what_next}
                    <p class="receipt-keep">{fill::RECEIPT_KEEP}</p>
                </div>
            </div>
            <div class="buttons no-print">
                <ButtonLink href=routes::case(case.summary.id) label=fill::RECEIPT_FOLLOW weight=Weight::Primary/>
                {print}
                {save}
            </div>
        </Reading>
    }
    .into_any()
}
