//! The answers of a case, page by page, with the files that belong to them.

use leptos::prelude::*;

use super::reading::NamedFile;
use super::viewer::FileLine;
use crate::citizen::questions::shown::{self, ShownAnswer, ShownPage};
use crate::texts::Words;
use crate::view::view;

/// A page of the form with its answers.
pub(super) fn answer_page(page: &ShownPage) -> AnyView {
    let row = |title: Words| view! { <h4 class="console-row-title">{title}</h4> }.into_any();
    view! {
        <section class="console-page card">
            <h3 class="console-page-title">{Words::from(&page.title)}</h3>
            {shown::lines_view(page.lines.clone(), row, answer)}
        </section>
    }
    .into_any()
}

fn answer(answer: &ShownAnswer) -> AnyView {
    if answer.files.is_empty() {
        return shown::value_view(answer);
    }
    let file_line = |file: &onehall_protocol::files::FileView| {
        let named = NamedFile {
            label: Words::from(&answer.label),
            file: file.clone(),
        };
        view! { <FileLine named=named/> }
    };
    view! { <ul class="console-files">{answer.files.iter().map(file_line).collect_view()}</ul> }.into_any()
}
