//! How a case ended, and the document to have.

use leptos::prelude::*;
use onehall_protocol::cases::CaseResult;

use super::case::{file_button, reader};
use crate::citizen::Hall;
use crate::design::button::{Button, Weight};
use crate::design::content::{Fact, Facts, Section};
use crate::shell::{document, use_ui};
use crate::texts::{Words, format, matters as words};
use crate::view::view;

/// The result.
pub(super) fn result_section(hall: Hall, result: CaseResult) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let mut facts = vec![Fact::new(words::RESULT_AT, format::moment_words(result.at, offset))];
    facts.extend(
        result
            .document_number
            .map(|number| Fact::new(words::RESULT_NUMBER, number)),
    );
    facts.extend(
        result
            .reason
            .filter(|reason| !reason.is_empty())
            .map(|reason| Fact::new(words::RESULT_REASON, reason)),
    );
    let download = result.file.map(|file| {
        if document::cannot("save") {
            return view! { <div class="buttons">{file_button(hall, file)}</div> }.into_any();
        }
        let label: Words = words::RESULT_DOWNLOAD.with([file.name.as_str().into()]);
        let size = format::size(file.size);
        let (busy, read) = reader(hall, file);
        view! {
            <div class="buttons">
                <Button label=label icon="download" weight=Weight::Primary busy=busy on_press=read/>
                <span class="result-size">{size}</span>
            </div>
        }
        .into_any()
    });
    view! {
        <Section id="result" title=words::RESULT>
            <div class="card">
                <Facts facts=facts/>
                {download}
            </div>
        </Section>
    }
    .into_any()
}
