//! A day, in three fields: year, month, day.
//!
//! Not the browser's calendar: a birthday is typed faster than it is found there, three fields work the same on every
//! terminal (a kiosk has no picker of its own), by keyboard, and at twice the text size.

use leptos::prelude::*;
use onehall_protocol::Date;

use super::field::FieldGroup;
use super::parts::{Part, Parted, Shape, cut, part_fields};
use crate::texts::{Phrase, Words, general};
use crate::view::view;

/// Year, month and day.
pub static DAY: Shape = Shape {
    parts: &[
        Part {
            suffix: "",
            label: general::YEAR,
            digits: 4,
        },
        Part {
            suffix: "-month",
            label: general::MONTH,
            digits: 2,
        },
        Part {
            suffix: "-day",
            label: general::DAY,
            digits: 2,
        },
    ],
    split: day_parts,
    join: day_text,
};

/// The parts of a day on the wire, `2026-11-03`; of anything else, what it holds between hyphens.
fn day_parts(text: &str) -> Vec<String> {
    let parts = cut(text, '-', 3).into_iter();
    parts.map(|part| part.trim_start_matches('0').to_owned()).collect()
}

/// What goes on the wire: `2026-11-03`; what is typed, with hyphens, where it is no day.
fn day_text(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    if parts.iter().all(|part| part.is_empty()) {
        return String::new();
    }
    day_of(&parts).map_or_else(|| parts.join("-"), |date| date.to_string())
}

/// The day, where the parts are one.
fn day_of(parts: &[&str]) -> Option<Date> {
    let [year, month, day] = parts else { return None };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A day.
#[component]
pub fn DateField(
    /// The id of the first of the three fields.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The day on the wire, `2026-11-03`; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Called with each change; what is no day comes as typed, with hyphens.
    #[prop(into)]
    on_input: Callback<String>,
    /// Called when one of the fields is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// What helps to fill it.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let fields = part_fields(
        &DAY,
        &id,
        Parted {
            value,
            on_input,
            on_leave,
            error,
        },
    );
    view! { <FieldGroup id=id label=label hint=hint error=error optional=optional>{fields}</FieldGroup> }.into_any()
}

/// Two days: from one to the other.
#[component]
pub fn DateRangeField(
    /// The id of the first of the six fields.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The first day on the wire; empty for none.
    #[prop(into)]
    from: Signal<String>,
    /// The last day on the wire; empty for none.
    #[prop(into)]
    to: Signal<String>,
    /// Called with both, as [`DateField`] calls with one.
    #[prop(into)]
    on_input: Callback<(String, String)>,
    /// Called when one of the fields is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// What helps to fill it.
    #[prop(optional_no_strip)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let end = |id: String, name: Phrase, value: Signal<String>, on_input: Callback<String>| {
        let name_id = format!("{id}-name");
        let fields = part_fields(
            &DAY,
            &id,
            Parted {
                value,
                on_input,
                on_leave,
                error,
            },
        );
        view! {
            <div class="range-end" role="group" aria-labelledby=name_id.clone()>
                <p class="range-end-name" id=name_id>{name}</p>
                {fields}
            </div>
        }
        .into_any()
    };
    let first = end(
        id.clone(),
        general::FROM_DAY,
        from,
        Callback::new(move |from| on_input.run((from, to.get_untracked()))),
    );
    let last = end(
        format!("{id}-to"),
        general::TO_DAY,
        to,
        Callback::new(move |to| on_input.run((from.get_untracked(), to))),
    );
    view! {
        <FieldGroup id=id label=label hint=hint error=error optional=optional>
            <div class="range-ends">{first}{last}</div>
        </FieldGroup>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(parts: [&str; 3]) -> String {
        day_text(&parts.map(str::to_owned))
    }

    #[test]
    fn a_day_survives_its_parts() {
        let parts = day_parts("2026-11-03");
        assert_eq!(parts, ["2026", "11", "3"]);
        assert_eq!(day_text(&parts), "2026-11-03");
    }

    #[test]
    fn nothing_typed_is_no_answer_and_half_a_day_is_kept() {
        assert_eq!(typed(["", " ", ""]), "");
        assert_eq!(day_parts(""), ["", "", ""]);
        assert_eq!(typed(["1987", "2", ""]), "1987-2-");
    }

    #[test]
    fn a_day_that_is_none_stays_as_typed() {
        assert_eq!(typed(["2026", "02", "30"]), "2026-02-30");
        assert_eq!(typed(["87", "2", "3"]), "87-2-3", "a year of two digits is no year");
    }
}
