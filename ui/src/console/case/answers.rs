//! The answers of a case, page by page, with the files that belong to them.

use leptos::prelude::*;

use super::reading::NamedFile;
use super::viewer::FileLine;
use crate::citizen::questions::shown::{self, ShownAnswer, ShownLine, ShownPage};
use crate::texts::Words;

/// A page of the form with its answers.
pub(super) fn answer_page(page: &ShownPage) -> AnyView {
    // The rows of a group are lists of their own, each below what names it.
    let mut lists: Vec<(Option<Words>, Vec<AnyView>)> = vec![(None, Vec::new())];
    let mut in_row = false;
    for line in &page.lines {
        match line {
            ShownLine::Row { title } => {
                in_row = true;
                lists.push((Some(Words::from(title)), Vec::new()));
            }
            ShownLine::Answer(answer) => {
                if in_row && !answer.path.contains('/') {
                    in_row = false;
                    lists.push((None, Vec::new()));
                }
                if let Some((_, lines)) = lists.last_mut() {
                    lines.push(answer_line(answer));
                }
            }
        }
    }
    let lists = lists.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(row, lines)| {
        view! {
            {row.map(|row| view! { <h4 class="console-row-title">{row}</h4> })}
            <dl class="facts">{lines}</dl>
        }
    });
    view! {
        <section class="console-page card">
            <h3 class="console-page-title">{Words::from(&page.title)}</h3>
            {lists.collect_view()}
        </section>
    }
    .into_any()
}

fn answer_line(answer: &ShownAnswer) -> AnyView {
    let label = Words::from(&answer.label);
    let value = if answer.files.is_empty() {
        shown::value_view(answer)
    } else {
        let files = answer.files.iter().map(|file| {
            let named = NamedFile { label: label.clone(), file: file.clone() };
            view! { <FileLine named=named/> }
        });
        view! { <ul class="console-files">{files.collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="fact">
            <dt class="fact-name">{label}</dt>
            <dd class="fact-value">{value}</dd>
        </div>
    }
    .into_any()
}
