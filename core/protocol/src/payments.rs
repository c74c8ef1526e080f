//! Payments: what a case owes, how it is paid, and what shows that it was.
//!
//! Amounts are [`Money`]: yuan (CNY) as decimal texts with two digits. What is owed the hall decides, from the fees of the
//! service item; an amount that a terminal sends is what its citizen saw, is compared, and never charged.

use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, CaseId, CaseNumber, Date, Money, PaymentId, Text, Timestamp};

/// How a case stands that owes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PaymentState {
    /// It is to be paid.
    Due,
    /// A payment was begun, and nobody knows yet what becomes of it.
    Begun,
    /// It is paid.
    Paid,
    /// The last payment came to nothing, and nothing was charged. It is still to be paid.
    Refused,
    /// It was paid and has been given back.
    Refunded,
    /// A payment was begun, and the provider does not say what became of it. It is asked again; nothing else can be begun.
    Uncertain,
}

impl PaymentState {
    /// Whether a payment can be begun.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, PaymentState::Due | PaymentState::Refused)
    }

    /// Whether a payment is under way.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, PaymentState::Begun | PaymentState::Uncertain)
    }
}

/// By which way something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PaymentWay {
    /// With a phone: the terminal shows a code, or opens its address.
    Code,
    /// With a card, at a payment terminal.
    Card,
    /// With cash at a window, where a clerk notes it.
    Cash,
}

/// Why a payment came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PaymentRefusal {
    /// The bank said no, without a reason.
    Declined,
    /// There was not enough money.
    Funds,
    /// Nobody paid in time.
    Expired,
    /// Its citizen broke it off.
    Cancelled,
    /// The provider could not be reached, and holds nothing of it.
    Unreachable,
}

/// Why nothing can be begun: `details.why` of `payments/not_possible`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NoPayment {
    /// The case owes nothing, or nothing any more.
    NothingDue,
    /// Another amount is due than the one that was sent.
    OtherAmount,
    /// Another payment is under way.
    UnderWay,
    /// It is paid already.
    Paid,
    /// It is not paid, so nothing can be given back.
    NotPaid,
    /// It cannot be paid this way here.
    OtherWay,
}

/// One line of what is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeeLine {
    /// What is paid for.
    pub name: Text,
    /// How much.
    pub amount: Money,
}

/// What a case owes, and what came of it. Answers `GET /api/v1/cases/{id}/payment`, and whatever changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CasePayment {
    /// What it owes or owed; none where it never owed anything, or ended without a result that is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<Charge>,
    /// By which ways it can be paid now; empty where there is nothing to be paid.
    pub ways: Vec<PaymentWay>,
}

/// What a case owes, fixed when its answers were handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Charge {
    /// What for.
    pub lines: Vec<FeeLine>,
    /// All of it.
    pub amount: Money,
    /// How it stands.
    pub state: PaymentState,
    /// Whether the result is issued only once it is paid.
    pub before_result: bool,
    /// The payment that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentUnderWay>,
    /// Why the last payment came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<PaymentRefusal>,
    /// What shows that it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<PaymentReceipt>,
}

/// A payment that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentUnderWay {
    /// Which.
    pub id: PaymentId,
    /// By which way.
    pub way: PaymentWay,
    /// What a phone opens (a code shows it), or what a payment terminal is given; none until the provider has said it. An
    /// address that begins with `/` is one of the hall's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_at: Option<String>,
    /// Until when it can be paid.
    pub until: Timestamp,
}

/// What shows that something was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentReceipt {
    /// Its number: that of the case, and the place of the payment among those of the case (`LC-20261123-000042-7-P1`).
    pub number: String,
    /// By which way.
    pub way: PaymentWay,
    /// How much.
    pub amount: Money,
    /// When.
    pub paid_at: Timestamp,
    /// The provider's number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_at: Option<Timestamp>,
}

/// Begins a payment: `POST /api/v1/cases/{id}/payment`, with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginPayment {
    /// By which way: a code or a card.
    pub way: PaymentWay,
    /// The amount that the citizen saw: another one is refused.
    pub amount: Money,
}

/// Names a payment of a case: to have the hall ask after it, or to break it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentOf {
    /// Which.
    pub payment: PaymentId,
}

/// A clerk notes what was paid at the window: `POST /api/v1/staff/cases/{id}/payment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotePayment {
    /// The amount that was taken: another than the one that is due is refused.
    pub amount: Money,
}

/// A clerk gives back what was paid: `POST /api/v1/staff/cases/{id}/payment/refund`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundPayment {
    /// Why, at most 200 characters.
    pub reason: String,
}

/// One line in the history of a case's payments, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentStep {
    /// When.
    pub at: Timestamp,
    /// By which way it was to be paid.
    pub way: PaymentWay,
    /// How the payment stood then.
    pub state: PaymentState,
    /// The clerk who noted it; none where nobody of the staff did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clerk: Option<String>,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The payments of a case, as staff see them. Answers `GET /api/v1/staff/cases/{id}/payment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPayment {
    /// As its citizen sees it.
    pub payment: CasePayment,
    /// What happened, the oldest first.
    pub steps: Vec<PaymentStep>,
    /// Whether this clerk may note a payment or give one back.
    pub may_handle: bool,
}

/// One payment in the list of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentLine {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub case_number: CaseNumber,
    /// The name of the service item.
    pub item_name: Text,
    /// By which way.
    pub way: PaymentWay,
    /// How much.
    pub amount: Money,
    /// How the payment stands: paid, refunded or uncertain.
    pub state: PaymentState,
    /// When it was paid; when it was begun, where it is uncertain.
    pub at: Timestamp,
    /// The clerk who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clerk: Option<String>,
}

/// The day of which payments are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentsQuery {
    /// The city's day; today without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
}

/// What was paid to an authority on a day. Answers `GET /api/v1/staff/payments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentList {
    /// The authority.
    pub authority: AuthorityCode,
    /// The payments, the last first; at most 500.
    pub payments: Vec<PaymentLine>,
    /// What was paid by a provider and not given back.
    pub by_provider: Money,
    /// What was taken at windows and not given back.
    pub at_windows: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_reads_on_the_wire_as_documented() {
        let charge = Charge {
            lines: vec![FeeLine {
                name: Text::new("证件工本费", "Cost of the licence"),
                amount: Money::from_fen(1000),
            }],
            amount: Money::from_fen(1000),
            state: PaymentState::Begun,
            before_result: true,
            payment: None,
            refusal: Some(PaymentRefusal::Declined),
            receipt: None,
        };
        let text = serde_json::to_string(&charge).unwrap_or_default();
        assert_eq!(
            text,
            r#"{"lines":[{"name":{"zh-CN":"证件工本费","en":"Cost of the licence"},"amount":"10.00"}],"amount":"10.00","state":"begun","before_result":true,"refusal":"declined"}"#
        );
        assert_eq!(serde_json::from_str::<Charge>(&text).ok(), Some(charge));
    }

    #[test]
    fn an_amount_is_a_decimal_text_and_nothing_else() {
        for body in [
            r#"{"way":"code","amount":10}"#,
            r#"{"way":"code","amount":"1e1"}"#,
            r#"{"way":"code","amount":"10.00","state":"paid"}"#,
        ] {
            assert!(serde_json::from_str::<BeginPayment>(body).is_err(), "{body}");
        }
    }
}
