//! What a case owes: by the tariff of its item, from what its form computed or from the item's fees.

use onehall_forms::{Evaluation, Form};
use onehall_protocol::Money;
use onehall_protocol::catalog::ServiceItem;
use onehall_protocol::payments::FeeLine;
use serde_json::Value;

use super::model::NewCharge;
use crate::city::Tariff;
use crate::error::{Error, Result};

/// What a case with these answers owes; none where nothing.
///
/// # Errors
/// `backend/internal` where the form computes what is no amount, or more than can be counted: such a case must not be taken as
/// one that owes nothing.
pub fn of(
    tariff: Option<&Tariff>,
    item: &ServiceItem,
    form: &Form,
    evaluation: &Evaluation,
) -> Result<Option<NewCharge>> {
    let Some(tariff) = tariff else { return Ok(None) };
    let lines = match &tariff.computed {
        None => item.fees.iter().map(|fee| (fee.name.clone(), fee.amount)).collect(),
        Some(id) => match (form.question(id), evaluation.computed.get(id)) {
            (Some(question), Some(value)) => vec![(question.label.clone(), amount(value)?)],
            // Hidden, or a question that an older version of the form does not have.
            _ => Vec::new(),
        },
    };
    let mut sum = Some(0i64);
    let mut charge = NewCharge {
        lines: Vec::new(),
        before_result: tariff.before_result,
    };
    for (name, amount) in lines {
        if amount < Money::ZERO {
            return Err(Error::broken("read an amount that a case owes: it is negative"));
        }
        sum = sum.and_then(|sum| sum.checked_add(amount.fen()));
        if amount > Money::ZERO {
            charge.lines.push(FeeLine { name, amount });
        }
    }
    if sum.is_none() {
        return Err(Error::broken("add up what a case owes"));
    }
    Ok(Some(charge).filter(|charge| !charge.lines.is_empty()))
}

/// An amount that a form computed: a decimal text, or a number.
fn amount(value: &Value) -> Result<Money> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    text.parse()
        .map_err(|_| Error::broken("read an amount that a form computed"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_forms::{Context, evaluate};
    use onehall_protocol::drafts::Answers;
    use serde_json::json;

    use super::*;
    use crate::testing::demo_city;

    fn form(rule: Value) -> Arc<Form> {
        let text = |id: &str| json!({"zh-CN": id, "en": id});
        let definition = json!({
            "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("demo"),
            "pages": [{"id": "page", "title": text("page"), "questions": [
                {"id": "copies", "kind": "number", "label": text("copies")},
                {"id": "fee", "kind": "computed", "label": text("fee"), "value": rule, "format": "money"},
            ]}],
        });
        Arc::new(Form::from_value(&definition).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn owed(rule: Value, copies: Value) -> Result<Option<Money>> {
        let form = form(rule);
        let answers: Answers = [("copies".to_owned(), copies)].into();
        let day = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
        let evaluation = evaluate(&form, answers, Context::on(day));
        let city = demo_city();
        let item = city.items().next().cloned().unwrap_or_else(|| panic!("no item"));
        let tariff = Tariff {
            computed: Some("fee".to_owned()),
            before_result: false,
        };
        of(Some(&tariff), &item, &form, &evaluation).map(|charge| charge.map(|charge| charge.amount()))
    }

    #[test]
    fn the_rule_of_the_form_decides_and_nothing_is_lost_in_binary() {
        let rule = json!({"*": [{"var": "copies"}, 0.1]});
        assert_eq!(owed(rule.clone(), json!(3)).ok(), Some(Some(Money::from_fen(30))));
        assert_eq!(owed(rule, json!(0)).ok(), Some(None), "nothing to pay is no charge");
    }

    #[test]
    fn an_amount_below_nothing_or_that_nobody_knows_is_no_case_that_owes_nothing() {
        assert!(owed(json!({"-": [0, {"var": "copies"}]}), json!(1)).is_err());
        assert!(owed(json!({"/": [1, {"var": "copies"}]}), json!(0)).is_err());
    }
}
