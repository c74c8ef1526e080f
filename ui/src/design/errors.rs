//! What is wrong on a page, all at once, above the form.

use leptos::prelude::*;

use super::icon::Icon;
use crate::shell::document;
use crate::texts::{Words, general};
use crate::view::{effect, live, view};

/// The id of the summary.
pub const SUMMARY: &str = "error-summary";

/// One line of the summary.
#[derive(Clone)]
pub struct SummaryLine {
    /// The id of the control that it leads to; none for an error of the page as a whole.
    pub field: Option<String>,
    /// What is wrong.
    pub words: Words,
}

/// All that is wrong. Takes the focus whenever `errors` is set to something that is not empty; each line leads to its
/// control.
#[component]
pub fn ErrorSummary(
    /// What is wrong; nothing is drawn where it is empty.
    #[prop(into)]
    errors: Signal<Vec<SummaryLine>>,
) -> impl IntoView {
    effect(move || {
        if errors.with(|errors| !errors.is_empty()) {
            request_animation_frame(|| document::focus_into_view(SUMMARY));
        }
    });
    let line = |line: SummaryLine| match line.field {
        None => view! { <li>{line.words}</li> }.into_any(),
        Some(field) => {
            let href = format!("#{field}");
            let lead = move |event: web_sys::MouseEvent| {
                event.prevent_default();
                document::focus_into_view(&field);
            };
            view! { <li><a href=href on:click=lead>{line.words}</a></li> }.into_any()
        }
    };
    live(move || {
        let errors = errors.get();
        (!errors.is_empty()).then(|| {
            view! {
                <div id=SUMMARY class="error-summary" role="alert" tabindex="-1">
                    <h2 class="error-summary-title"><Icon name="circle-alert"/>{general::ERROR_SUMMARY}</h2>
                    <ul class="error-summary-list">{errors.into_iter().map(line).collect_view()}</ul>
                </div>
            }
        })
    })
}
