//! What cases pay, as a city writes it.

use super::fixture::{Fixture, one_fault};
use crate::city::Tariff;

const ITEM: &str = "items/identity-card.toml";

fn with(payment: &str) -> (Fixture, usize) {
    let fixture = Fixture::new();
    let line = fixture.replace(ITEM, "[output]\n", &format!("[payment]\n{payment}\n[output]\n"));
    (fixture, line)
}

#[test]
fn the_sum_of_the_fees_is_paid_where_the_item_says_that_it_is() {
    let item = "identity-card".parse().unwrap_or_else(|error| panic!("{error}"));
    let city = Fixture::new().load().unwrap_or_else(|findings| panic!("{findings:?}"));
    assert_eq!(
        city.tariff(&item),
        None,
        "fees that a guide tells are paid by nobody here"
    );
    let (fixture, _) = with("before_result = true");
    let city = fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    let paid = Tariff {
        computed: None,
        before_result: true,
    };
    assert_eq!(city.tariff(&item), Some(&paid));
}

#[test]
fn an_amount_that_the_form_does_not_compute_is_told_with_its_line() {
    for (payment, reason) in [
        ("computed = \"fee\"", "computes no amount of money `fee` outside groups"),
        (
            "computed = \"name\"",
            "computes no amount of money `name` outside groups",
        ),
        ("amount = \"20.00\"", "unknown key `amount`"),
    ] {
        let (fixture, line) = with(payment);
        one_fault(&fixture, ITEM, line + 1, reason);
    }
}

#[test]
fn what_nobody_can_apply_for_here_is_paid_by_nobody() {
    let fixture = Fixture::new();
    let passport = "items/passport.toml";
    fixture.replace(passport, "online = false\n", "online = false\npayment = {}\n");
    let told: Vec<_> = fixture.errors().iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|fault| fault.contains("only an item with a form")),
        "{told:?}"
    );
}
