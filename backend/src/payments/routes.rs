//! Payments over HTTP.
//!
//! What citizens pay is asked of the hall's own pages alone, kiosks' included: a site that embeds services was registered for those,
//! and money is none of its business.

use axum::extract::State;
use axum::response::Response;
use onehall_protocol::payments::{
    BeginPayment, CasePayment, NoPayment, NotePayment, PaymentLine, PaymentList, PaymentOf, PaymentState, PaymentWay,
    PaymentsQuery, RefundPayment, StaffPayment,
};
use onehall_protocol::staff::Role;
use onehall_protocol::{CaseId, ErrorCode, IdempotencyKey, Money, PaymentId, Problem, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::flow;
use super::model::{AskRefund, Begin, NoteAtWindow, Owed, StoredPayment, not_possible};
use super::receipt::ReceiptPaper;
use super::simulator::{Condition, Deed, SimulatedPayment, SimulatedProvider};
use super::view;
use crate::cases::model::{Attempt, Viewer};
use crate::cases::results::file_name;
use crate::cases::{authority_of, item_name, payload, tell, typed};
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::files::routes::document_answer;
use crate::http::extract::{IdempotencyKeyHeader, Json, Path, Query, Terminal};
use crate::identity::{Citizen, OwnPages};
use crate::staff::Staff;
use crate::state::AppState;

const LONGEST_REASON: usize = 200;

/// The most payments of one list.
const MOST_LISTED: u32 = 500;

/// Who takes money at a window, and gives it back.
const ROLES: [Role; 2] = [Role::WindowClerk, Role::Issuer];

/// The routes of payments.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(payment, begin))
        .routes(routes!(confirm))
        .routes(routes!(cancel))
        .routes(routes!(receipt))
        .routes(routes!(payment_for_staff, note))
        .routes(routes!(refund))
        .routes(routes!(list))
}

/// The routes of development mode: where play money is paid.
#[must_use]
pub fn development_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(simulated, set_condition))
        .routes(routes!(pay))
}

fn citizens(citizen: &Citizen) -> Viewer {
    Viewer::Citizen(citizen.reach())
}

/// What a case owes as it is now.
async fn as_it_is(state: &AppState, id: CaseId, viewer: Viewer) -> Result<Json<CasePayment>> {
    let owed = state.storage.owed(id, viewer).await?;
    Ok(Json(view::of(state, &owed)))
}

/// What a case owes
///
/// Line by line, how it stands, the payment that is under way, and the receipt. `charge` is absent where the case owes nothing.
#[utoipa::path(get, path = "/cases/{id}/payment", tag = "payments", params(("id" = CaseId, Path)), responses(
    (status = 200, body = CasePayment), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal: in the page of another site"),
    (status = 404, body = Problem, description = "No such case, or another's"),
))]
async fn payment(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<CaseId>,
) -> Result<Json<CasePayment>> {
    as_it_is(&state, id, citizens(&citizen)).await
}

/// Begin a payment
///
/// `amount` is what the citizen saw; where another one is due, nothing is begun. The header `Idempotency-Key` names the attempt.
/// However often it is sent, by whatever terminals, one payment is under way: `payment.pay_at` says what a phone opens, or what a
/// payment terminal is given.
#[utoipa::path(post, path = "/cases/{id}/payment", tag = "payments",
    params(("id" = CaseId, Path), ("Idempotency-Key" = IdempotencyKey, Header, description = "names this attempt")),
    request_body = BeginPayment, responses(
        (status = 200, body = CasePayment), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal: in the page of another site"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "payments/not_possible: `details.why` is a `NoPayment`; \
            request/idempotency_conflict"),
        (status = 503, body = Problem, description = "payments/unavailable: nothing was charged"),
    ))]
async fn begin(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    _: Terminal,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Path(id): Path<CaseId>,
    Json(request): Json<BeginPayment>,
) -> Result<Json<CasePayment>> {
    if request.way == PaymentWay::Cash {
        return Err(not_possible(NoPayment::OtherWay));
    }
    let begin = Begin {
        attempt: Attempt {
            actor: citizen.actor.id,
            key,
            payload: payload("payment", id, &request)?,
        },
        case: id,
        viewer: citizens(&citizen),
        id: PaymentId(state.new_id()),
        way: request.way,
        amount: request.amount,
        terminal: citizen.terminal,
        now: state.clock.now(),
    };
    flow::begin(&state, begin).await?;
    as_it_is(&state, id, citizens(&citizen)).await
}

/// The payment of a case that a terminal names; another one of the case, or another's, does not exist.
async fn named(state: &AppState, citizen: &Citizen, id: CaseId, named: PaymentOf) -> Result<StoredPayment> {
    let owed = state.storage.owed(id, citizens(citizen)).await?;
    let payment = owed.payment.filter(|payment| payment.id == named.payment);
    payment.ok_or_else(Error::not_found)
}

/// Ask after a payment
///
/// A terminal has reason to think that something became of it. The hall asks the provider, whose word alone counts; one that
/// does not answer makes the payment `uncertain`, and the hall goes on asking by itself. Sent again, it has no second effect.
#[utoipa::path(post, path = "/cases/{id}/payment/confirmation", tag = "payments", params(("id" = CaseId, Path)),
    request_body = PaymentOf, responses(
        (status = 200, body = CasePayment), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal: in the page of another site"),
        (status = 404, body = Problem, description = "No such case, another's, or not its last payment"),
    ))]
async fn confirm(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    _: Terminal,
    Path(id): Path<CaseId>,
    Json(request): Json<PaymentOf>,
) -> Result<Json<CasePayment>> {
    let payment = named(&state, &citizen, id, request).await?;
    flow::ask(&state, &payment).await?;
    as_it_is(&state, id, citizens(&citizen)).await
}

/// Break a payment off
///
/// The provider is told that it must not be paid any more. One that was paid a moment before is paid, and is told so.
#[utoipa::path(post, path = "/cases/{id}/payment/cancellation", tag = "payments", params(("id" = CaseId, Path)),
    request_body = PaymentOf, responses(
        (status = 200, body = CasePayment), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal: in the page of another site"),
        (status = 404, body = Problem, description = "No such case, another's, or not its last payment"),
    ))]
async fn cancel(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    _: Terminal,
    Path(id): Path<CaseId>,
    Json(request): Json<PaymentOf>,
) -> Result<Json<CasePayment>> {
    let payment = named(&state, &citizen, id, request).await?;
    if payment.state.is_under_way() {
        flow::close(&state, &payment).await?;
    }
    as_it_is(&state, id, citizens(&citizen)).await
}

/// The receipt
///
/// One page, as a PDF in Chinese and English.
#[utoipa::path(get, path = "/cases/{id}/payment/receipt", tag = "payments", params(("id" = CaseId, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal: in the page of another site"),
    (status = 404, body = Problem, description = "No such case, another's, or nothing was paid for it"),
))]
async fn receipt(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<CaseId>,
) -> Result<Response> {
    let owed = state.storage.owed(id, citizens(&citizen)).await?;
    let paper = paper(&state, &owed).ok_or_else(Error::not_found)?;
    let title = Text::new("缴费凭证", "Receipt");
    document_answer(&file_name(&title, &paper.receipt.number), paper.pdf())
}

fn paper(state: &AppState, owed: &Owed) -> Option<ReceiptPaper> {
    let catalog = &state.city.catalog;
    let authority = catalog.authorities.iter().find(|one| one.code == owed.case.authority);
    Some(ReceiptPaper {
        receipt: view::receipt(owed, owed.payment.as_ref()?)?,
        lines: owed.charge.as_ref()?.lines.clone(),
        case_number: owed.case.number.0.clone(),
        item: item_name(state, &owed.case),
        principal: owed.case.principal.name.clone(),
        authority: authority.map(|authority| authority.name.clone()).unwrap_or_default(),
        hall: catalog.city.hall_name.clone(),
        offset: catalog.city.utc_offset_minutes,
    })
}

fn handles(staff: &Staff) -> bool {
    ROLES.into_iter().any(|role| staff.has(role))
}

async fn for_staff(state: &AppState, staff: &Staff, id: CaseId) -> Result<Json<StaffPayment>> {
    let viewer = Viewer::Authority(authority_of(staff)?);
    let owed = state.storage.owed(id, viewer).await?;
    let steps = state.storage.payment_steps(id).await?;
    Ok(Json(StaffPayment {
        payment: view::of(state, &owed),
        steps: steps.into_iter().map(view::step).collect(),
        may_handle: handles(staff),
    }))
}

/// The payments of a case of the clerk's authority
///
/// What it owes, and what happened with it: which clerk took what, and when.
#[utoipa::path(get, path = "/staff/cases/{id}/payment", tag = "payments", params(("id" = CaseId, Path)), responses(
    (status = 200, body = StaffPayment), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem, description = "No such case, or another authority's"),
), security(("staff" = [])))]
async fn payment_for_staff(
    State(state): State<AppState>,
    staff: Staff,
    Path(id): Path<CaseId>,
) -> Result<Json<StaffPayment>> {
    for_staff(&state, &staff, id).await
}

/// Note what was paid at the window
///
/// In cash, by a clerk of a window or of the issue, whose name and the time stand with it. Noted twice by the same clerk, it is one
/// payment; while a payment is under way elsewhere nothing is taken.
#[utoipa::path(post, path = "/staff/cases/{id}/payment", tag = "payments", params(("id" = CaseId, Path)),
    request_body = NotePayment, responses(
        (status = 200, body = StaffPayment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "payments/not_possible: `details.why` is a `NoPayment`"),
    ), security(("staff" = [])))]
async fn note(
    State(state): State<AppState>,
    staff: Staff,
    Terminal(terminal): Terminal,
    Path(id): Path<CaseId>,
    Json(request): Json<NotePayment>,
) -> Result<Json<StaffPayment>> {
    let authority = authority_of(&staff)?;
    if !handles(&staff) {
        return Err(ErrorCode::Forbidden.into());
    }
    let note = NoteAtWindow {
        case: id,
        authority,
        id: PaymentId(state.new_id()),
        amount: request.amount,
        clerk: (staff.id, staff.name.clone()),
        terminal,
        now: state.clock.now(),
    };
    let owed = state.storage.note_payment(note).await?;
    tracing::info!(case = %id, staff = %staff.id, "a payment was noted at a window");
    tell(&state, &owed.case);
    for_staff(&state, &staff, id).await
}

/// Give back what was paid
///
/// All of it, once. What a provider took goes back by the provider, and is asked for again until that has happened; what was taken
/// at a window the clerk gives back. Asks for the second factor of a moment ago.
#[utoipa::path(post, path = "/staff/cases/{id}/payment/refund", tag = "payments", params(("id" = CaseId, Path)),
    request_body = RefundPayment, responses(
        (status = 200, body = StaffPayment), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "identity/forbidden; identity/step_up_required"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "payments/not_possible"),
        (status = 422, body = Problem, description = "cases/incomplete: `reason`"),
    ), security(("staff" = [])))]
async fn refund(
    State(state): State<AppState>,
    staff: Staff,
    Terminal(terminal): Terminal,
    Path(id): Path<CaseId>,
    Json(request): Json<RefundPayment>,
) -> Result<Json<StaffPayment>> {
    let authority = authority_of(&staff)?;
    if !handles(&staff) {
        return Err(ErrorCode::Forbidden.into());
    }
    let now = state.clock.now();
    staff.require_proof(now)?;
    let refusal = || Error::new(ErrorCode::ActionIncomplete);
    let reason = typed(Some(request.reason), "reason", LONGEST_REASON, refusal)?;
    let refund = AskRefund {
        case: id,
        authority,
        clerk: (staff.id, staff.name.clone()),
        reason: reason.ok_or_else(|| refusal().with_field("reason", "required"))?,
        terminal,
        now,
    };
    let owed = state.storage.ask_refund(refund).await?;
    tracing::info!(case = %id, staff = %staff.id, "a payment is to be given back");
    tell(&state, &owed.case);
    let goes_back = |payment: &StoredPayment| payment.state != PaymentState::Refunded;
    if let Some(payment) = owed.payment.filter(goes_back) {
        flow::refund(&state, &payment).await?;
    }
    for_staff(&state, &staff, id).await
}

/// What was paid to the clerk's authority on a day
///
/// Today without `day`. The last first, with the sums of what was taken at windows and by the provider.
#[utoipa::path(get, path = "/staff/payments", tag = "payments",
    params(("day" = Option<onehall_protocol::Date>, Query, description = "the city's day")), responses(
    (status = 200, body = PaymentList), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem),
), security(("staff" = [])))]
async fn list(
    State(state): State<AppState>,
    staff: Staff,
    Query(query): Query<PaymentsQuery>,
) -> Result<Json<PaymentList>> {
    let authority = authority_of(&staff)?;
    let offset = state.city.catalog.city.utc_offset_minutes;
    let day = query.day.unwrap_or_else(|| state.clock.now().at_offset(offset).0);
    let (from, until) = (begin_of(day, offset), begin_of(day.plus_days(1), offset));
    let found = state
        .storage
        .payments_between(authority.clone(), from, until, MOST_LISTED)
        .await?;
    let sum = |at_window: bool| {
        let kept = found
            .iter()
            .map(|one| &one.payment)
            .filter(|payment| payment.state == PaymentState::Paid && (payment.way == PaymentWay::Cash) == at_window);
        Money::from_fen(kept.fold(0i64, |sum, payment| sum.saturating_add(payment.amount.fen())))
    };
    let (by_provider, at_windows) = (sum(false), sum(true));
    let name = |code| match state.city.item(code) {
        Some(item) => item.summary.name.clone(),
        None => Text::new(code.as_str(), code.as_str()),
    };
    let payments = found.iter().map(|listed| PaymentLine {
        case_id: listed.payment.case,
        case_number: listed.number.clone(),
        item_name: name(&listed.item),
        way: listed.payment.way,
        amount: listed.payment.amount,
        state: listed.payment.state,
        at: listed.payment.paid_at.unwrap_or(listed.payment.begun_at),
        clerk: listed.payment.clerk.as_ref().map(|(_, name)| name.clone()),
    });
    Ok(Json(PaymentList {
        authority,
        payments: payments.collect(),
        by_provider,
        at_windows,
    }))
}

/// How the provider of development mode is to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetCondition {
    /// From now on.
    condition: Condition,
}

/// What the one who pays does in development mode.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Pay {
    /// This.
    deed: Deed,
}

fn simulator(state: &AppState) -> Result<&SimulatedProvider> {
    state.simulated_payments.as_deref().ok_or_else(Error::not_found)
}

/// Payments that the simulated provider knows of, the newest first
#[utoipa::path(get, path = "/dev/payments", tag = "development",
    responses((status = 200, body = [SimulatedPayment])))]
async fn simulated(State(state): State<AppState>) -> Result<Json<Vec<SimulatedPayment>>> {
    Ok(Json(simulator(&state)?.payments()))
}

/// Say how the simulated provider is to be from now on
#[utoipa::path(post, path = "/dev/payments", tag = "development", request_body = SetCondition,
    responses((status = 200, body = [SimulatedPayment])))]
async fn set_condition(
    State(state): State<AppState>,
    _: Terminal,
    Json(request): Json<SetCondition>,
) -> Result<Json<Vec<SimulatedPayment>>> {
    simulator(&state)?.set(request.condition);
    Ok(Json(simulator(&state)?.payments()))
}

/// Pay with play money, or be refused
///
/// What a phone does that opened the address of a code, or the network behind a payment terminal.
#[utoipa::path(post, path = "/dev/payments/{id}", tag = "development", params(("id" = PaymentId, Path)),
    request_body = Pay, responses((status = 200, body = SimulatedPayment),
        (status = 404, body = Problem, description = "Nothing is to be paid under this id")))]
async fn pay(
    State(state): State<AppState>,
    _: Terminal,
    Path(id): Path<PaymentId>,
    Json(request): Json<Pay>,
) -> Result<Json<SimulatedPayment>> {
    simulator(&state)?.act(id, request.deed).map(Json)
}
