//! A case by its number, as somebody types it from the receipt in their hand.

use leptos::prelude::*;
use onehall_client::citizen::ListCases;

use crate::citizen::matters::case_row;
use crate::citizen::{routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::states::{EmptyState, SkeletonKind};
use crate::shell::load;
use crate::texts::{find, frame};
use crate::view::{live, view};

/// Digits of a case's number: day, running number, check digit.
const DIGITS: usize = 15;

/// A number as it is compared: hyphens, spaces and small letters make no difference. None where the text is no number of
/// a case: letters of the city, then [`DIGITS`] digits.
#[must_use]
pub fn case_number(text: &str) -> Option<String> {
    let bare: String = text
        .chars()
        .filter(|character| !matches!(character, '-' | ' ' | '－'))
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let digits = bare.trim_start_matches(|character: char| character.is_ascii_uppercase());
    let sound = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) && bare.len() > DIGITS;
    sound.then_some(bare)
}

/// The case of this number, where it is one of the citizen's; the way to log in where nobody is.
pub fn case_by_number(number: String, typed: String) -> AnyView {
    let hall = use_hall();
    live(move || {
        let (number, typed) = (number.clone(), typed.clone());
        if !hall.session_known.get() {
            return ().into_any();
        }
        if hall.session.with(Option::is_none) {
            let login = routes::login(&routes::search(&typed));
            return view! {
                <EmptyState icon="files" title=find::CASE_LOG_IN.with([typed.into()]) text=find::CASE_LOG_IN_TEXT>
                    <ButtonLink href=login label=frame::LOG_IN weight=Weight::Primary/>
                </EmptyState>
            }
            .into_any();
        }
        let cases = load(move || hall.client.ask(ListCases {}));
        cases.view(SkeletonKind::Rows, move |cases| {
            let found = cases
                .iter()
                .find(|case| case_number(&case.number.0).as_ref() == Some(&number));
            match found {
                Some(case) => view! { <ul class="rows">{case_row(hall, case)}</ul> }.into_any(),
                None => view! {
                    <EmptyState icon="search-x" title=find::CASE_NONE.with([typed.clone().into()]) text=find::CASE_NONE_TEXT/>
                }
                .into_any(),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::case_number;

    #[test]
    fn a_number_is_known_however_it_is_typed() {
        for typed in ["LC-20261123-000042-7", "lc20261123 000042 7", "LC－20261123－000042－7"] {
            assert_eq!(case_number(typed).as_deref(), Some("LC202611230000427"), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_case_is_searched_as_words() {
        for typed in [
            "",
            "身份证",
            "LC",
            "202611230000427",
            "LC-20261123-00042-7",
            "LC-20261123-000042-77",
            "身20261123-000042-7",
        ] {
            assert_eq!(case_number(typed), None, "{typed}");
        }
    }
}
