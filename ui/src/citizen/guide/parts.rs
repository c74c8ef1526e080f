//! The other parts of a guide: fees, steps, result, halls, law, questions.

use leptos::prelude::*;
use onehall_protocol::Text;
use onehall_protocol::catalog::{Catalog, Fee, FrequentQuestion, LegalBasis, Output, ServiceItem};

use super::facts::level_name;
use crate::citizen::directory::hall_card;
use crate::citizen::items::{authority_name, kind_name};
use crate::citizen::routes;
use crate::design::button::ButtonLink;
use crate::design::content::{Column, Disclosure, Fact, Facts, Table};
use crate::design::navigation::{StepRow, StepState, Timeline};
use crate::texts::{Words, counted, format, guide};
use crate::view::view;

/// Conditions.
pub fn conditions(conditions: &[Text]) -> AnyView {
    let rows = conditions.iter().map(|condition| {
        let condition: Words = condition.into();
        view! { <li>{condition}</li> }.into_any()
    });
    view! { <ul class="bullets">{rows.collect_view()}</ul> }.into_any()
}

/// Fees.
pub fn fees(fees: &[Fee]) -> AnyView {
    if fees.is_empty() {
        return view! { <p>{guide::FREE}</p> }.into_any();
    }
    let columns = vec![
        Column::new(guide::FEE),
        Column::new(guide::FEE_AMOUNT).with_class("number"),
        Column::new(guide::FEE_NOTE),
    ];
    let rows = fees.iter().map(|fee| {
        let name: Words = (&fee.name).into();
        let note = fee.note.as_ref().map(Words::from);
        let basis = fee.basis.as_ref().map(|basis| guide::FEE_BASIS.with([basis.into()]));
        vec![
            view! { {name} }.into_any(),
            view! { {format::money_words(fee.amount)} }.into_any(),
            view! {
                {note.map(|note| view! { <p>{note}</p> })}
                {basis.map(|basis| view! { <p class="small muted">{basis}</p> })}
            }
            .into_any(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    view! { <Table caption=guide::FEES columns=columns rows=rows caption_hidden=true/> }.into_any()
}

/// The way, step by step.
pub fn steps(item: &ServiceItem) -> AnyView {
    let rows = item.steps.iter().map(|step| {
        let days = step
            .days
            .map(|days| counted(usize::from(days), guide::STEP_DAYS_ONE, guide::STEP_DAYS_MORE));
        let notes = std::iter::once(Words::from(&step.what)).chain(days).collect();
        StepRow {
            name: (&step.name).into(),
            notes,
            state: StepState::Ahead,
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <div class="guide-steps"><Timeline steps=Signal::stored(rows)/></div>
        <p class="small muted">{guide::TIME_NOTE}</p>
    }
    .into_any()
}

/// For how long a result is valid: in years where it is whole years.
fn validity(months: u16) -> Words {
    if months >= 12 && months.is_multiple_of(12) {
        counted(usize::from(months / 12), guide::YEARS_ONE, guide::YEARS_MORE)
    } else {
        counted(usize::from(months), guide::MONTHS_ONE, guide::MONTHS_MORE)
    }
}

/// What comes out.
pub fn result(output: &Output) -> AnyView {
    let mut facts = vec![
        Fact::new(guide::RESULT_NAME, &output.name),
        Fact::new(guide::RESULT_DELIVERY, &output.delivery),
    ];
    if let Some(months) = output.valid_months {
        facts.push(Fact::new(guide::RESULT_VALID, validity(months)));
    }
    view! { <Facts facts=facts/> }.into_any()
}

/// The halls that offer it.
pub fn halls(item: &ServiceItem, catalog: &Catalog) -> AnyView {
    let cards = item
        .halls
        .iter()
        .filter_map(|code| catalog.halls.iter().find(|hall| hall.code == *code));
    let cards: Vec<_> = cards.map(hall_card).collect();
    let visit = routes::halls_for(&item.summary.code);
    view! {
        <p><ButtonLink href=visit label=guide::VISIT icon="calendar-days"/></p>
        <ul class="grid">{cards}</ul>
    }
    .into_any()
}

/// The basis in law.
pub fn law(basis: &[LegalBasis]) -> AnyView {
    let rows = basis.iter().map(|basis| {
        let title: Words = (&basis.title).into();
        let article = basis.article.as_ref().map(Words::from);
        view! { <li>{title}{article.map(|article| view! { <span class="muted">" "{article}</span> })}</li> }.into_any()
    });
    view! { <ul class="bullets">{rows.collect_view()}</ul> }.into_any()
}

/// What people ask.
pub fn questions(questions: &[FrequentQuestion]) -> AnyView {
    let rows = questions.iter().map(|question| {
        let answer: Words = (&question.answer).into();
        view! { <Disclosure summary=&question.question><p>{answer}</p></Disclosure> }
    });
    view! { <div class="disclosures">{rows.collect_view()}</div> }.into_any()
}

/// Codes and the like: for who needs to name the service exactly.
pub fn codes(item: &ServiceItem, catalog: &Catalog) -> AnyView {
    let mut facts = Vec::new();
    if let Some(authority) = authority_name(catalog, &item.summary.authority) {
        facts.push(Fact::new(guide::AUTHORITY, authority));
    }
    facts.push(Fact::new(guide::KIND, kind_name(item.summary.kind)));
    facts.push(Fact::new(guide::LEVEL, level_name(item.level)));
    facts.push(Fact::new(guide::AREA, &item.area));
    facts.push(Fact::new(guide::CATALOG_CODE, item.catalog_code.as_str()));
    facts.push(Fact::new(guide::TASK_CODE, item.task_code.as_str()));
    view! {
        <Facts facts=facts/>
        <p class="small muted">{guide::UPDATED.with([format::date_words(item.updated)])}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::validity;

    #[test]
    fn whole_years_are_said_as_years() {
        assert_eq!(validity(240).get(Language::En), "20 years");
        assert_eq!(validity(12).get(Language::ZhCn), "1 年");
        assert_eq!(validity(18).get(Language::En), "18 months");
        assert_eq!(validity(6).get(Language::En), "6 months");
    }
}
