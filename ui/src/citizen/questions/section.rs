//! A section: questions that stand together under a heading of their own.

use leptos::prelude::*;

use super::{Answering, Asked, heading_level, questions};
use crate::design::content::heading;
use crate::design::field::FieldHint;
use crate::view::view;

/// A section. Its heading is the legend of a group, so that it is heard with each question in it and found among the
/// headings of the page.
pub(super) fn section(answering: Answering, asked: &Asked) -> AnyView {
    let level = heading_level(answering, &asked.path);
    let path = asked.path.clone();
    let inside = questions(answering, move |filling| {
        filling.question(&path).map(|section| section.questions)
    });
    let hint = asked.hint(answering);
    let described = hint.is_some().then(|| format!("{}-hint", asked.id));
    let class = match level {
        ..=2 => "form-section",
        _ => "form-section is-inner",
    };
    view! {
        <fieldset class=class id=asked.id.clone() aria-describedby=described>
            <legend class="form-section-legend">{heading(level, "form-section-title", None, asked.label())}</legend>
            <FieldHint id=asked.id.clone() hint=hint/>
            <div class="form-section-body">{inside}</div>
        </fieldset>
    }
    .into_any()
}
