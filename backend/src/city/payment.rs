//! What a service item has its cases pay: `[payment]` in its file.
//!
//! ```toml
//! [payment]
//! computed = "fee"       # what the form computes, by its rule; without it: the sum of [[fees]]
//! before_result = true   # the result is issued only once it is paid
//! ```
//!
//! An item without it tells its fees in the guide, and nobody can pay them here.

use onehall_forms::{ComputedFormat, Kind, Question};
use onehall_protocol::ItemCode;

use super::document::Entry;
use super::finding::{Findings, Sited};

/// What the cases of a service item pay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tariff {
    /// The question of the form that computes the amount; without it, it is the sum of the item's fees.
    pub computed: Option<String>,
    /// Whether the result is issued only once it is paid.
    pub before_result: bool,
}

/// A tariff as it was read, with its lines.
#[derive(Default)]
pub(super) struct SitedTariff {
    pub(super) tariff: Option<Tariff>,
    computed: Option<Sited<String>>,
}

impl SitedTariff {
    /// Reads `[payment]` of an item.
    pub(super) fn read(item: &Entry<'_>) -> SitedTariff {
        let Some(entry) = item.entry("payment") else {
            return SitedTariff::default();
        };
        let computed: Option<Sited<String>> = entry.optional("computed");
        let before_result: Option<Sited<bool>> = entry.optional("before_result");
        entry.close();
        if !item.has("form") {
            item.find("payment", "only an item with a form has cases that can pay");
        }
        if computed.is_none() && !item.holds_any("fees") {
            item.find("payment", "there are no [[fees]] to pay, and no `computed` amount");
        }
        SitedTariff {
            tariff: Some(Tariff {
                computed: computed.as_ref().map(|computed| computed.value.clone()),
                before_result: before_result.is_some_and(|before| before.value),
            }),
            computed,
        }
    }

    /// That the form computes an amount where the tariff says so.
    pub(super) fn check<'q>(
        &self,
        item: &ItemCode,
        question: impl Fn(&str) -> Option<&'q Question>,
        findings: &Findings,
    ) {
        let Some(computed) = &self.computed else { return };
        let is_amount = |question: &Question| {
            matches!(
                question.kind,
                Kind::Computed {
                    format: ComputedFormat::Money,
                    ..
                }
            )
        };
        let id = &computed.value;
        if id.contains('/') || !question(id).is_some_and(is_amount) {
            let reason = format!("the form of items/{item}.toml computes no amount of money `{id}` outside groups");
            findings.add(&computed.place, reason);
        }
    }
}
