//! What is to be changed in the file, and what else the author should know of it.

use leptos::prelude::*;
use serde_json::Value;

use super::state::{Desk, use_desk};
use crate::design::button::Button;
use crate::design::notice::{Notice, Tone};
use crate::preview::wire::SeenFinding;
use crate::texts::{Words, preview};
use crate::view::view;

/// The findings; nothing where there are none.
#[component]
pub fn Findings() -> impl IntoView {
    let desk = use_desk();
    view! {
        {move || (!desk.connected.get()).then(|| view! {
            <Notice tone=Tone::Attention title=preview::NOT_CONNECTED><p>{preview::NOT_CONNECTED_TEXT}</p></Notice>
        })}
        {move || desk.other_version.get().then(|| view! {
            <Notice tone=Tone::Bad><p>{preview::OTHER_VERSION}</p></Notice>
        })}
        {move || {
            let findings = desk.seen.with(|seen| seen.as_ref().map(|seen| seen.findings.clone()));
            findings.filter(|findings| !findings.is_empty()).map(list)
        }}
        {move || desk.submitted.get().map(|submission| submitted(desk, &submission))}
        {move || {
            let report = desk.report.get();
            let (lists, calendar) =
                report.map_or_else(Default::default, |report| (report.no_lists.clone(), report.no_calendar));
            let lists = lists.into_iter().map(|list| preview::NO_LIST.with([list.into()]));
            let calendar = calendar.then(|| Words::from(preview::NO_CALENDAR));
            lists.chain(calendar).map(remark).collect_view()
        }}
    }
    .into_any()
}

fn remark(words: Words) -> AnyView {
    view! { <Notice tone=Tone::Info><p>{words}</p></Notice> }.into_any()
}

fn list(findings: Vec<SeenFinding>) -> AnyView {
    let lines = findings.into_iter().map(finding).collect_view();
    view! {
        <section class="desk-part desk-findings" aria-labelledby="desk-findings">
            <h2 id="desk-findings" class="desk-part-title">{preview::FINDINGS_TITLE}</h2>
            <ol class="findings">{lines}</ol>
        </section>
    }
    .into_any()
}

fn finding(finding: SeenFinding) -> AnyView {
    let SeenFinding {
        path,
        code,
        message,
        place,
        excerpt,
    } = finding;
    let place = place.map(|(line, column)| preview::LINE.with([line.to_string().into(), column.to_string().into()]));
    view! {
        <li class="finding">
            <p class="finding-place">
                {place.map(|place| view! { <strong>{place}</strong> })}
                <code class="finding-code">{code}</code>
            </p>
            <p class="finding-message">{Words::from(&message)}</p>
            {(!excerpt.is_empty()).then(|| view! { <pre class="finding-line"><code>{excerpt}</code></pre> })}
            {(!path.is_empty()).then(|| view! { <p class="finding-path"><code>{path}</code></p> })}
        </li>
    }
    .into_any()
}

/// What would have been sent.
fn submitted(desk: Desk, submission: &Value) -> AnyView {
    let text = serde_json::to_string_pretty(submission).unwrap_or_default();
    view! {
        <Notice tone=Tone::Good title=preview::SUBMITTED role="status">
            <p>{preview::SUBMITTED_TEXT}</p>
            <pre class="desk-json" tabindex="0"><code>{text}</code></pre>
            <Button label=preview::CLOSE on_press=Callback::new(move |()| desk.submitted.set(None))/>
        </Notice>
    }
    .into_any()
}
