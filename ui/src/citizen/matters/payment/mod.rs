//! What a case owes: how that stands, on the page of the case; and how it is paid, on a page of its own.

mod paying;
mod receipt;

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::citizen::GetPayment;
use onehall_protocol::CaseId;
use onehall_protocol::payments::{CasePayment, Charge, PaymentRefusal, PaymentState, PaymentWay};

use self::paying::Paying;
use self::receipt::receipt_view;
use super::receipt::address_at_hall;
use crate::citizen::device::waits;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Fact, Facts, Section};
use crate::design::icon::Icon;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::qr::Qr;
use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::router::use_params_map;
use crate::shell::kiosk::DeviceState;
use crate::shell::{Loaded, PageHeading, Profile, Remote, load, use_ui};
use crate::texts::{Phrase, Words, fill, format, payments as words};
use crate::view::{live, memo, view};

/// What a case owes, kept in step with what happens to it.
fn payment_here(hall: Hall, case: CaseId) -> Loaded<CasePayment> {
    let loaded = load(move || hall.client.ask(GetPayment { case }));
    hall.client.on_event(move |event| match event {
        Event::CaseChanged { id } if id == case => loaded.reload(),
        Event::MayHaveMissed => loaded.reload(),
        _ => {}
    });
    loaded
}

/// On the page of a case: what it owes, or what was paid. Nothing where it never owed anything, or where nobody can say now.
pub(super) fn payment_section(hall: Hall, case: CaseId) -> AnyView {
    let here = payment_here(hall, case);
    let charge = memo(move |_| here.with_ready(|payment| payment.charge.clone()).flatten());
    live(move || charge.get().map(|charge| section(hall, case, &charge)))
}

fn section(hall: Hall, case: CaseId, charge: &Charge) -> AnyView {
    let go = match charge.state {
        PaymentState::Due | PaymentState::Refused => Some(words::GO),
        PaymentState::Begun => Some(words::GO_ON),
        PaymentState::Uncertain => Some(words::SEE),
        PaymentState::Paid | PaymentState::Refunded => None,
    };
    let go = go.map(|label| {
        view! { <div class="buttons"><ButtonLink href=routes::payment(case) label=label icon="wallet"/></div> }
    });
    let (stands, receipt) = (standing(charge), receipt_view(hall, case, charge));
    view! {
        <Section id="payment" title=words::TITLE>
            {stands}
            {receipt}
            {go}
        </Section>
    }
    .into_any()
}

/// How it stands, in one sentence.
fn said(charge: &Charge) -> (Tone, Words) {
    let amount = format::money_words(charge.amount);
    match charge.state {
        PaymentState::Due => (Tone::Attention, words::DUE.with([amount])),
        PaymentState::Begun => (Tone::Info, words::BEGUN.into()),
        PaymentState::Uncertain => (Tone::Attention, words::UNCERTAIN.into()),
        PaymentState::Refused => (Tone::Attention, refused(charge.refusal).into()),
        PaymentState::Paid => (Tone::Good, words::PAID.with([amount])),
        PaymentState::Refunded => (Tone::Info, words::REFUNDED.with([amount])),
    }
}

fn refused(why: Option<PaymentRefusal>) -> Phrase {
    match why {
        Some(PaymentRefusal::Funds) => words::REFUSED_FUNDS,
        Some(PaymentRefusal::Expired) => words::REFUSED_EXPIRED,
        Some(PaymentRefusal::Cancelled) => words::REFUSED_CANCELLED,
        Some(PaymentRefusal::Unreachable) => words::REFUSED_UNREACHABLE,
        Some(PaymentRefusal::Declined) | None => words::REFUSED_DECLINED,
    }
}

fn standing(charge: &Charge) -> AnyView {
    let (tone, said) = said(charge);
    let before = charge.before_result && charge.state != PaymentState::Paid;
    view! {
        <Notice tone=tone>
            <p>{said}</p>
            {before.then(|| view! { <p>{words::BEFORE_RESULT}</p> })}
        </Notice>
    }
    .into_any()
}

/// `/matters/{case}/payment`.
#[component]
pub fn PaymentPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let (hall, params) = (use_hall(), use_params_map());
    let case = params.with_untracked(|params| params.get("case").and_then(|id| id.parse::<CaseId>().ok()));
    let Some(case) = case else {
        let to_matters = view! { <ButtonLink href=routes::MATTERS.to_owned() label=fill::TO_MATTERS/> };
        return view! { <Reading><PageHeading title=words::TITLE/>{to_matters}</Reading> }.into_any();
    };
    let paying = Paying::of(hall, case, payment_here(hall, case));
    let here = paying.here;
    // An answer that says what was known draws nothing anew: a button does not go away under a finger.
    let now = memo(move |_| here.with_ready(Clone::clone));
    let failed = memo(move |_| {
        here.state().with(|state| match state {
            Remote::Failed(error) => Some(error.clone()),
            _ => None,
        })
    });
    let body = live(move || match (now.get(), failed.get()) {
        (Some(payment), _) => payment_view(paying, &payment),
        (None, Some(error)) => {
            view! { <ErrorState error=error retry=Callback::new(move |()| here.restart())/> }.into_any()
        }
        (None, None) => view! { <Skeleton kind=SkeletonKind::Text/> }.into_any(),
    });
    // It stands there before it says something, so that whoever does not see it hears of it.
    let stands = live(move || {
        let payment = now.get()?;
        payment.charge.as_ref().map(standing)
    });
    let crumbs = vec![(routes::case(case), Words::from(words::TO_CASE))];
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::TITLE/>
            <div role="status">{stands}</div>
            {body}
        </Reading>
    }
    .into_any()
}

fn payment_view(paying: Paying, payment: &CasePayment) -> AnyView {
    let Some(charge) = &payment.charge else {
        return view! { <p>{words::DESK_NONE}</p> }.into_any();
    };
    let lines = charge.lines.iter();
    let mut facts: Vec<Fact> = lines
        .map(|line| Fact::new(Words::from(&line.name), format::money_words(line.amount)))
        .collect();
    if charge.lines.len() > 1 {
        facts.push(Fact::new(words::TOTAL, format::money_words(charge.amount)));
    }
    let is_over = matches!(charge.state, PaymentState::Paid | PaymentState::Refunded);
    let what = live(move || {
        // Once it is paid it does not matter what a terminal did not know.
        let told = paying.told.get().filter(|_| !is_over);
        told.map(|told| view! { <Notice tone=Tone::Attention><p>{told}</p></Notice> })
    });
    let receipt = receipt_view(paying.hall, paying.case, charge);
    let doing = doing(paying, payment, charge);
    view! {
        <div class="card"><Facts facts=facts/></div>
        <div role="alert">{what}</div>
        {receipt}
        {doing}
    }
    .into_any()
}

/// What there is to do about it.
fn doing(paying: Paying, payment: &CasePayment, charge: &Charge) -> AnyView {
    let at_kiosk = use_ui().profile.get_untracked() == Profile::Kiosk;
    match (charge.state, &charge.payment) {
        (PaymentState::Due | PaymentState::Refused, _) => ways(paying, payment, charge, at_kiosk),
        (PaymentState::Begun, Some(under_way)) if under_way.way == PaymentWay::Code => {
            code(paying, under_way.pay_at.clone(), under_way.until, at_kiosk)
        }
        (PaymentState::Begun, _) => card(paying, charge),
        (PaymentState::Uncertain, _) => {
            let again = Callback::new(move |()| paying.ask());
            let phone = at_kiosk.then(|| on_phone(paying));
            view! {
                <p>{words::UNCERTAIN_TEXT}</p>
                <div class="buttons"><Button label=words::CHECK_AGAIN icon="refresh-cw" busy=paying.busy on_press=again/></div>
                {phone}
            }
            .into_any()
        }
        (PaymentState::Paid | PaymentState::Refunded, _) => ().into_any(),
    }
}

/// The ways to pay, where nothing is under way.
fn ways(paying: Paying, payment: &CasePayment, charge: &Charge, at_kiosk: bool) -> AnyView {
    let amount = charge.amount;
    if payment.ways.is_empty() {
        return view! { <Notice tone=Tone::Info><p>{words::ONLY_WINDOW}</p></Notice> }.into_any();
    }
    let has = |way| payment.ways.contains(&way);
    // Only a kiosk has a terminal for cards.
    let by_card = has(PaymentWay::Card) && at_kiosk;
    let card = live(move || {
        let state = paying.terminal.get().filter(|_| by_card)?;
        Some(match state {
            DeviceState::Ready | DeviceState::Busy => {
                let press = Callback::new(move |()| paying.begin(PaymentWay::Card, amount));
                view! { <Button label=words::BY_CARD icon="wallet" wide=true busy=paying.busy on_press=press/> }
                    .into_any()
            }
            _ => view! { <Notice tone=Tone::Attention><p>{words::CARD_MISSING}</p></Notice> }.into_any(),
        })
    });
    let code = has(PaymentWay::Code).then(|| {
        let press = Callback::new(move |()| paying.begin(PaymentWay::Code, amount));
        view! {
            <Button
                label=words::BY_CODE
                icon="smartphone"
                weight=Weight::Primary
                wide=true
                busy=paying.busy
                on_press=press
            />
        }
    });
    let phone = at_kiosk.then(|| on_phone(paying));
    view! {
        <div class="stack">{code}{card}</div>
        <p class="muted">{words::AT_WINDOW}</p>
        {phone}
    }
    .into_any()
}

/// A code that a phone scans, and the way on a phone itself.
fn code(paying: Paying, pay_at: Option<String>, until: onehall_protocol::Timestamp, at_kiosk: bool) -> AnyView {
    let ui = use_ui();
    let until = words::CODE_TEXT.with([format::moment_words(until, ui.utc_offset.get_untracked())]);
    let shown = match pay_at {
        None => view! { <p role="status">{words::NOT_READY}</p> }.into_any(),
        Some(pay_at) => {
            // One of the hall's own is the simulator's.
            let address = if pay_at.starts_with('/') {
                address_at_hall(paying.hall, pay_at)
            } else {
                RwSignal::new(pay_at)
            };
            // On a public machine nothing is opened that is somebody else's page.
            let here = (!at_kiosk).then(|| {
                view! {
                    <a class="button button-secondary" href=move || address.get() target="_blank" rel="noopener">
                        <Icon name="external-link"/>
                        <span class="button-label">{words::CODE_OPEN}</span>
                    </a>
                }
            });
            view! {
                <div class="card receipt-code">
                    <p class="lead">{words::CODE_TITLE}</p>
                    {live(move || view! { <Qr text=address.get() label=words::CODE_LABEL/> })}
                    <p>{until}</p>
                    {here}
                </div>
            }
            .into_any()
        }
    };
    view! { {shown}{buttons(paying, None)} }.into_any()
}

/// A card is waited for, or was not held there.
fn card(paying: Paying, charge: &Charge) -> AnyView {
    let amount = charge.amount;
    let under_way = charge.payment.clone();
    live(move || {
        if paying.at_terminal.get() {
            return waits("wallet", words::CARD_WAITS, Some(words::CARD_WAITS_TEXT));
        }
        let usable = matches!(paying.terminal.get(), Some(DeviceState::Ready | DeviceState::Busy));
        let again = under_way.clone().filter(|_| usable).map(|under_way| {
            let press = Callback::new(move |()| paying.take_card(&under_way, amount));
            view! { <Button label=words::CARD_AGAIN icon="wallet" busy=paying.busy on_press=press/> }.into_any()
        });
        view! { <p>{words::CARD_BEGUN}</p>{buttons(paying, again)} }.into_any()
    })
}

/// What can be done with what is under way.
fn buttons(paying: Paying, more: Option<AnyView>) -> AnyView {
    let ask = Callback::new(move |()| paying.ask());
    let cancel = Callback::new(move |()| paying.cancel());
    view! {
        <div class="buttons">
            {more}
            <Button label=words::CHECK icon="refresh-cw" busy=paying.busy on_press=ask/>
            <Button label=words::CANCEL weight=Weight::Quiet busy=paying.busy on_press=cancel/>
        </div>
    }
    .into_any()
}

/// Hands the matter over to the citizen's own phone.
fn on_phone(paying: Paying) -> AnyView {
    let address = address_at_hall(paying.hall, routes::payment(paying.case));
    view! {
        <div class="card receipt-code">
            <p class="lead">{words::ON_PHONE}</p>
            {live(move || view! { <Qr text=address.get() label=words::ON_PHONE_LABEL/> })}
            <p>{words::ON_PHONE_TEXT}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onehall_protocol::{Language, Money};

    use super::*;

    #[test]
    fn each_way_in_which_a_payment_came_to_nothing_says_that_nothing_was_charged() {
        let all = [
            PaymentRefusal::Declined,
            PaymentRefusal::Funds,
            PaymentRefusal::Expired,
            PaymentRefusal::Cancelled,
            PaymentRefusal::Unreachable,
        ];
        let texts: BTreeSet<&str> = all.iter().map(|why| refused(Some(*why)).get(Language::ZhCn)).collect();
        assert_eq!(texts.len(), all.len(), "{texts:?}");
        assert!(texts.iter().all(|text| text.contains("没有扣款")), "{texts:?}");
    }

    #[test]
    fn who_owes_is_told_how_much_and_who_may_have_paid_is_told_not_to_pay_again() {
        let charge = |state| Charge {
            lines: Vec::new(),
            amount: Money::from_fen(2000),
            state,
            before_result: false,
            payment: None,
            refusal: None,
            receipt: None,
        };
        let text = |state| said(&charge(state)).1.get(Language::ZhCn);
        assert_eq!(text(PaymentState::Due), "请缴纳 20.00 元");
        assert!(text(PaymentState::Uncertain).contains("不要重复支付"));
    }
}
