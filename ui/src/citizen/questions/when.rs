//! Questions that one answers with a day, a time of day, or a span of days.

use leptos::prelude::*;
use onehall_forms::normalise;
use serde_json::Value;

use super::{Answering, Asked, hinted, typed};
use crate::design::date_field::{DateField, DateFieldProps, DateRangeField, DateRangeFieldProps};
use crate::design::time_field::{TimeField, TimeFieldProps};

/// A text that is typed part by part: as the answer, and what takes and leaves it. What lies between its parts is not
/// called wrong before all of them hold something.
fn parted(
    answering: Answering,
    asked: &Asked,
    is_whole: fn(Option<&Value>) -> bool,
) -> (Signal<String>, Callback<String>, Callback<()>) {
    let answer = answering.answer(asked.path.clone());
    let (path, left) = (asked.path.clone(), asked.path.clone());
    let kind = StoredValue::new(asked.question.kind.clone());
    let value = Signal::derive(move || typed::typed_of(answer.get().as_ref()));
    let on_input = Callback::new(move |text: String| {
        answering.change(&path, kind.with_value(|kind| normalise(kind, &text)));
    });
    let on_leave = Callback::new(move |()| {
        if is_whole(answering.answer_now(&left).as_ref()) {
            answering.left(&left);
        }
    });
    (value, on_input, on_leave)
}

/// A day.
pub(super) fn day(answering: Answering, asked: &Asked) -> AnyView {
    let (value, on_input, on_leave) = parted(answering, asked, typed::is_whole_day);
    let props = DateFieldProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(value)
        .on_input(on_input)
        .on_leave(on_leave)
        .error(asked.error)
        .optional(asked.optional);
    hinted!(DateField, props, asked.hint(answering))
}

/// A time of day.
pub(super) fn time(answering: Answering, asked: &Asked) -> AnyView {
    let (value, on_input, on_leave) = parted(answering, asked, typed::is_whole_time);
    let props = TimeFieldProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(value)
        .on_input(on_input)
        .on_leave(on_leave)
        .hint(asked.hint(answering))
        .error(asked.error)
        .optional(asked.optional);
    TimeField(props.build()).into_any()
}

/// From one day to another.
pub(super) fn range(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let (path, left) = (asked.path.clone(), asked.path.clone());
    let end = |name: &'static str| Signal::derive(move || typed::part(answer.get().as_ref(), name));
    let (from, to) = (end("from"), end("to"));
    let on_input = Callback::new(move |(from, to): (String, String)| {
        answering.change(&path, typed::parts_answer(&[("from", from), ("to", to)]));
    });
    let on_leave = Callback::new(move |()| {
        let whole = |end: Signal<String>| typed::is_whole_day(Some(&end.get_untracked().into()));
        if whole(from) && whole(to) {
            answering.left(&left);
        }
    });
    let props = DateRangeFieldProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .from(from)
        .to(to)
        .on_input(on_input)
        .on_leave(on_leave)
        .hint(asked.hint(answering))
        .error(asked.error)
        .optional(asked.optional);
    DateRangeField(props.build()).into_any()
}
