//! First answers of a new draft, from what the hall knows of the person already: data given once is not asked again.

use onehall_forms::{Definition, Kind, Question};
use onehall_protocol::drafts::Answers;
use onehall_protocol::identity::Profile;
use serde_json::{Value, json};

/// The answers that the profile gives to a form. Questions inside repeating groups start empty: their rows do not exist.
#[must_use]
pub fn prefilled_answers(definition: &Definition, profile: &Profile) -> Answers {
    let questions = definition.pages.iter().flat_map(|page| &page.questions);
    questions
        .filter_map(|question| Some((question.id.clone(), value(question, profile)?)))
        .collect()
}

fn value(question: &Question, profile: &Profile) -> Option<Value> {
    let key = question.prefill.as_deref()?;
    let text = |key: &str| profile.values.get(key).filter(|value| !value.is_empty());
    match &question.kind {
        Kind::Address {} => {
            let (region, detail) = (text(&format!("{key}.region"))?, text(&format!("{key}.detail"))?);
            Some(json!({ "region": region, "detail": detail }))
        }
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Phone {}
        | Kind::Email {}
        | Kind::CitizenId {}
        | Kind::OrganisationCode {} => Some(json!(text(key)?)),
        // A profile holds no dates, amounts or choices, and nobody agrees to a declaration by having an account.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_hall_knows_is_not_asked_again_and_nothing_else_is_made_up() -> Result<(), serde_json::Error> {
        let text = |id: &str, kind: &str, prefill: Option<&str>| {
            let mut question = json!({ "id": id, "kind": kind, "label": { "zh-CN": id, "en": id } });
            if let Some(prefill) = prefill {
                question["prefill"] = json!(prefill);
            }
            if kind == "declaration" {
                question["statement"] = json!({ "zh-CN": "x", "en": "x" });
            }
            question
        };
        let definition: Definition = serde_json::from_value(json!({
            "schema": "onehall-form/1", "code": "f", "version": 1, "title": { "zh-CN": "表", "en": "Form" },
            "pages": [{ "id": "p", "title": { "zh-CN": "页", "en": "Page" }, "questions": [
                text("name", "text", Some("person.name")),
                text("home", "address", Some("person.address")),
                text("firm", "text", Some("organisation.name")),
                text("agree", "declaration", Some("person.name")),
                text("other", "text", None),
            ]}],
        }))?;
        let mut profile = Profile::default();
        for (key, value) in [
            ("person.name", "陈雨"),
            ("person.address.region", "兰川市"),
            ("person.address.detail", "河滨路1号"),
        ] {
            profile.values.insert(key.to_owned(), value.to_owned());
        }
        let expected = Answers::from([
            ("home".to_owned(), json!({ "region": "兰川市", "detail": "河滨路1号" })),
            ("name".to_owned(), json!("陈雨")),
        ]);
        assert_eq!(prefilled_answers(&definition, &profile), expected);
        Ok(())
    }
}
