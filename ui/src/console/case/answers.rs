//! The answers of a case, page by page, with the files that belong to them; after a supplement beside those before it.

use leptos::prelude::*;
use onehall_protocol::cases::EarlierAnswers;

use super::compare::{Change, Compared, Comparison};
use super::reading::{NamedFile, Reading};
use super::viewer::FileLine;
use super::{Now, part};
use crate::citizen::questions::shown::{self, ShownAnswer, ShownPage};
use crate::design::choices::{ChoiceOption, Select};
use crate::design::notice::{Tag, Tone};
use crate::shell::use_ui;
use crate::texts::{Words, console, fill, format};
use crate::view::{live, memo, view};

/// The value of "compare with nothing".
const NOTHING: &str = "none";

/// The answers, and where a supplement changed some of them, what they were compared with which.
pub(super) fn answers_view(now: Now, reading: Memo<Reading>) -> AnyView {
    let ui = use_ui();
    let earlier = part(now, |now| now.case.earlier.clone());
    let earlier = memo(move |_| earlier.get().unwrap_or_default());
    // Nothing said, the last ones before now: they tell what came of what was asked for.
    let chosen: RwSignal<Option<String>> = RwSignal::new(None);
    let against = memo(move |_| {
        let last = earlier.with(|earlier| earlier.last().map(|last| last.revision.to_string()));
        chosen.get().or(last).unwrap_or_default()
    });
    let comparison = memo(move |_| {
        let answers = earlier.with(|earlier| {
            let mut all = earlier.iter();
            all.find(|one| one.revision.to_string() == against.get())
                .map(|one| one.answers.clone())
        })?;
        let before = now.with(|now| {
            let now = now.as_ref()?;
            let utc_offset = ui.utc_offset.get();
            Some(Reading::earlier(&now.form, &now.case.case, answers, utc_offset))
        })?;
        Some(reading.with(|reading| Comparison::of(&before.pages, &reading.pages)))
    });
    let options = Signal::derive(move || {
        let utc_offset = ui.utc_offset.get();
        let mut options = vec![ChoiceOption::new(NOTHING, console::COMPARE_NONE)];
        options.extend(earlier.with(|earlier| {
            earlier
                .iter()
                .rev()
                .map(|one| option(one, utc_offset))
                .collect::<Vec<_>>()
        }));
        options
    });
    let choose = Callback::new(move |revision: String| chosen.set(Some(revision)));
    let any = memo(move |_| earlier.with(|earlier| !earlier.is_empty()));
    view! {
        {live(move || any.get().then(|| view! {
            <div class="console-compare">
                <Select id="compare" label=console::COMPARE_WITH options=options value=against on_change=choose always=true/>
                <p class="console-compared" role="status">{move || comparison.with(|comparison| comparison.as_ref().map(counts))}</p>
            </div>
        }))}
        {live(move || match comparison.get() {
            Some(comparison) => comparison.pages.iter().map(|page| answer_page(page, &comparison)).collect_view(),
            None => reading.with(|reading| {
                let nothing = Comparison::default();
                reading.pages.iter().map(|page| answer_page(page, &nothing)).collect_view()
            }),
        })}
    }
    .into_any()
}

fn option(earlier: &EarlierAnswers, utc_offset: i32) -> ChoiceOption {
    let at = format::moment_words(earlier.at, utc_offset);
    let label = match earlier.revision {
        1 => console::COMPARE_FIRST.with([at]),
        later => console::COMPARE_LATER.with([(later - 1).to_string().into(), at]),
    };
    ChoiceOption::new(earlier.revision.to_string(), label)
}

fn counts(comparison: &Comparison) -> AnyView {
    let counts = [Change::Changed, Change::Added, Change::Removed].map(|change| comparison.count(change));
    let words: Words = if counts == [0, 0, 0] {
        console::COMPARE_SAME.into()
    } else {
        console::COMPARE_COUNT.with(counts.map(|count| count.to_string().into()))
    };
    view! { <span>{words}</span> }.into_any()
}

/// A page of the form with its answers.
fn answer_page(page: &ShownPage, comparison: &Comparison) -> AnyView {
    let value = |answer: &ShownAnswer| match comparison.changes.get(&answer.path) {
        Some(compared) => sides(compared),
        None => value_view(answer),
    };
    view! {
        <section class="console-page card">
            <h3 class="console-page-title">{Words::from(&page.title)}</h3>
            {shown::lines_view(page.lines.clone(), 4, "console-row-title", value)}
        </section>
    }
    .into_any()
}

/// An answer as it was and as it is.
fn sides(compared: &Compared) -> AnyView {
    let (tone, icon) = match compared.change {
        Change::Changed => (Tone::Attention, "pencil"),
        Change::Added => (Tone::Good, "plus"),
        Change::Removed => (Tone::Bad, "minus"),
    };
    let side = |name: crate::texts::Phrase, answer: &Option<ShownAnswer>| {
        let value = match answer {
            Some(answer) => value_view(answer),
            None => view! { <span class="not-answered">{fill::NOT_ANSWERED}</span> }.into_any(),
        };
        view! { <div class="compared-side"><p class="compared-name">{name}</p>{value}</div> }.into_any()
    };
    view! {
        <div class="compared">
            <Tag label=compared.change.word() tone=tone icon=icon/>
            <div class="compared-sides">
                {side(console::COMPARE_BEFORE, &compared.before)}
                {side(console::COMPARE_NOW, &compared.now)}
            </div>
        </div>
    }
    .into_any()
}

fn value_view(answer: &ShownAnswer) -> AnyView {
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
