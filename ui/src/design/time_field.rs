//! A time of day, in two fields of 24 hours, for the same reasons as a [day](super::date_field).

use leptos::prelude::*;

use super::field::FieldGroup;
use super::parts::{Part, Parted, Shape, cut, part_fields};
use crate::texts::{Words, general};
use crate::view::view;

/// Hour and minute.
static TIME: Shape = Shape {
    parts: &[
        Part {
            suffix: "",
            label: general::HOUR,
            digits: 2,
        },
        Part {
            suffix: "-minute",
            label: general::MINUTE,
            digits: 2,
        },
    ],
    split: |text| cut(text, ':', 2),
    join: time_text,
};

/// What goes on the wire: `09:05`; what is typed, with a colon, where it is no whole time.
fn time_text(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    if parts.iter().all(|part| part.is_empty()) {
        return String::new();
    }
    let of_two = |part: &&str| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| format!("{part:0>2}"))
    };
    let whole: Option<Vec<String>> = parts.iter().map(of_two).collect();
    whole.map_or_else(|| parts.join(":"), |whole| whole.join(":"))
}

/// A time of day.
#[component]
pub fn TimeField(
    /// The id of the first of the two fields.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The time on the wire, `14:30`; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Called with each change; what is no time comes as typed, with a colon.
    #[prop(into)]
    on_input: Callback<String>,
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
    let fields = part_fields(
        &TIME,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(hour: &str, minute: &str) -> String {
        time_text(&[hour.to_owned(), minute.to_owned()])
    }

    #[test]
    fn a_time_has_two_digits_each_and_what_is_none_stays_as_typed() {
        assert_eq!(typed("9", "5"), "09:05");
        assert_eq!(typed("14", "30"), "14:30");
        assert_eq!(typed("25", "0"), "25:00", "the rules say that there is no such hour");
        assert_eq!(typed("14", ""), "14:");
        assert_eq!(typed("", "30"), ":30");
        assert_eq!(typed("1x", "30"), "1x:30");
        assert_eq!(typed(" ", ""), "");
    }

    #[test]
    fn what_was_half_typed_is_there_again() {
        for text in ["", "14:", ":30", "09:05"] {
            assert_eq!(time_text(&cut(text, ':', 2)), text);
        }
    }
}
