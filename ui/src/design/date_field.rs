//! A day, in three fields: year, month, day.
//!
//! Not the browser's calendar: a birthday is typed faster than it is found there, three fields work the same on every
//! terminal (a kiosk has no picker of its own), by keyboard, and at twice the text size.

use leptos::prelude::*;
use onehall_protocol::Date;

use super::field::{FieldGroup, leave};
use crate::texts::{Phrase, Words, general};
use crate::view::{effect, view};

/// The three parts as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateParts {
    /// The year.
    pub year: String,
    /// The month, 1 to 12.
    pub month: String,
    /// The day of the month.
    pub day: String,
}

impl DateParts {
    /// The parts of a day on the wire, `2026-11-03`; of anything else, what it holds between hyphens.
    #[must_use]
    pub fn from_wire(text: &str) -> DateParts {
        let mut parts = text.splitn(3, '-').map(|part| part.trim_start_matches('0').to_owned());
        DateParts {
            year: parts.next().unwrap_or_default(),
            month: parts.next().unwrap_or_default(),
            day: parts.next().unwrap_or_default(),
        }
    }

    /// What goes on the wire: `2026-11-03`; empty where nothing is typed; what is typed, with hyphens, where it is no
    /// day, so that the rules can say so.
    #[must_use]
    pub fn to_wire(&self) -> String {
        let (year, month, day) = (self.year.trim(), self.month.trim(), self.day.trim());
        if year.is_empty() && month.is_empty() && day.is_empty() {
            return String::new();
        }
        self.day()
            .map_or_else(|| format!("{year}-{month}-{day}"), |date| date.to_string())
    }

    /// The day, where the parts are one.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        let year = self.year.trim();
        if year.len() != 4 {
            return None;
        }
        Date::new(
            year.parse().ok()?,
            self.month.trim().parse().ok()?,
            self.day.trim().parse().ok()?,
        )
        .ok()
    }
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
    /// Called with each change, as [`DateParts::to_wire`] writes it.
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
    let parts = RwSignal::new(DateParts::from_wire(&value.get_untracked()));
    // What comes from elsewhere (another terminal, a reload) comes in; what this field itself said does not come back
    // and take a zero away that is just being typed.
    effect(move || {
        let outside = value.get();
        if parts.with_untracked(|parts| parts.to_wire() != outside) {
            parts.set(DateParts::from_wire(&outside));
        }
    });
    let part = move |id: String, label: Phrase, most: u8, read: fn(&mut DateParts) -> &mut String| {
        let on_part = move |event: web_sys::Event| {
            parts.update(|parts| *read(parts) = event_target_value(&event));
            on_input.run(parts.with_untracked(DateParts::to_wire));
        };
        let for_label = id.clone();
        view! {
            <div class="date-part">
                <input
                    id=id
                    class=if most == 4 { "input input-year" } else { "input input-tiny" }
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    data-keyboard="digits"
                    maxlength=most.to_string()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || parts.with(|parts| read(&mut parts.clone()).clone())
                    on:input=on_part
                    on:blur=move |_| leave(on_leave)
                />
                <label class="date-part-label" for=for_label>{label}</label>
            </div>
        }
        .into_any()
    };
    let (month_id, day_id) = (format!("{id}-month"), format!("{id}-day"));
    view! {
        <FieldGroup id=id.clone() label=label hint=hint error=error optional=optional>
            <div class="date-parts">
                {part(id, general::YEAR, 4, |parts| &mut parts.year)}
                {part(month_id, general::MONTH, 2, |parts| &mut parts.month)}
                {part(day_id, general::DAY, 2, |parts| &mut parts.day)}
            </div>
        </FieldGroup>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::DateParts;

    #[test]
    fn a_day_survives_its_parts() {
        let parts = DateParts::from_wire("2026-11-03");
        assert_eq!(
            (parts.year.as_str(), parts.month.as_str(), parts.day.as_str()),
            ("2026", "11", "3")
        );
        assert_eq!(parts.to_wire(), "2026-11-03");
    }

    #[test]
    fn nothing_typed_is_no_answer_and_half_a_day_is_kept() {
        assert_eq!(DateParts::default().to_wire(), "");
        let half = DateParts {
            year: "1987".to_owned(),
            month: "2".to_owned(),
            day: String::new(),
        };
        assert_eq!(half.to_wire(), "1987-2-");
        assert_eq!(half.day(), None);
    }

    #[test]
    fn a_day_that_is_none_stays_as_typed() {
        let parts = DateParts {
            year: "2026".to_owned(),
            month: "02".to_owned(),
            day: "30".to_owned(),
        };
        assert_eq!(parts.to_wire(), "2026-02-30");
        assert_eq!(parts.day(), None);
    }

    #[test]
    fn a_year_of_two_digits_is_no_year() {
        let parts = DateParts {
            year: "87".to_owned(),
            month: "2".to_owned(),
            day: "3".to_owned(),
        };
        assert_eq!(parts.day(), None);
    }
}
