//! Answers that the hall filled in: where each comes from, and the citizen's word that it is still right.

use std::collections::BTreeMap;

use leptos::prelude::*;
use onehall_protocol::Timestamp;
use onehall_protocol::drafts::{AnswerChange, PrefillSource, Prefilled};
use onehall_protocol::files::FileSource;

use super::answering::named;
use super::{Answering, control_id};
use crate::design::button::{Button, Weight};
use crate::design::notice::{Notice, Tag, Tone};
use crate::shell::{Ui, document};
use crate::texts::{Words, counted, format, reuse};
use crate::view::{live, memo, view};

/// Where the answers come from that were filled in and that nobody changed or confirmed, by path.
pub type Sources = BTreeMap<String, PrefillSource>;

/// The sources by path.
pub(super) fn by_path(prefilled: Vec<Prefilled>) -> Sources {
    let mut sources = Sources::new();
    for one in prefilled {
        sources.insert(one.path, one.source);
    }
    sources
}

fn day(at: Timestamp, ui: Ui) -> Words {
    Words::made(move |language| format::date(at.at_offset(ui.utc_offset.get()).0, language))
}

/// Where an answer comes from, as it stands below its field. A company's profile is no person's.
fn source_words(source: &PrefillSource, of_organisation: bool, ui: Ui) -> Words {
    match source {
        PrefillSource::Profile if of_organisation => reuse::FROM_ORGANISATION.into(),
        PrefillSource::Profile => reuse::FROM_PROFILE.into(),
        PrefillSource::Case {
            number, item_name, at, ..
        } => reuse::FROM_CASE.with([day(*at, ui), item_name.into(), number.0.as_str().into()]),
        PrefillSource::Certificate { name, number, at, .. } => match number {
            Some(number) => reuse::FROM_CERTIFICATE_NUMBER.with([day(*at, ui), name.into(), number.as_str().into()]),
            None => reuse::FROM_CERTIFICATE.with([day(*at, ui), name.into()]),
        },
    }
}

/// Where a file comes from that was taken over.
pub(super) fn file_source_words(source: &FileSource, ui: Ui) -> Words {
    match source {
        FileSource::Case { item_name, at, .. } => reuse::OFFER_CASE.with([day(*at, ui), item_name.into()]),
        FileSource::ECertificate { name, number, at, .. } => match number {
            Some(number) => reuse::OFFER_CERTIFICATE_NUMBER.with([name.into(), number.as_str().into(), day(*at, ui)]),
            None => reuse::OFFER_CERTIFICATE.with([name.into(), day(*at, ui)]),
        },
    }
}

impl Answering {
    /// Where the answer at a path comes from, while nobody changed or confirmed it.
    pub fn source_of(self, path: &str) -> Option<Words> {
        let ui = self.uploads.ui();
        self.prefilled.with(|prefilled| {
            let source = prefilled.get(path)?;
            if said_by_its_group(prefilled, path) {
                return Some(reuse::IN_ROW.into());
            }
            Some(source_words(source, self.asks_of_organisation(path), ui))
        })
    }

    /// Whether a question asks for data of an organisation.
    fn asks_of_organisation(self, path: &str) -> bool {
        self.filling.with_untracked(|filling| {
            let name = filling
                .form()
                .question(path)
                .and_then(|question| question.prefill.as_deref());
            name.is_some_and(|name| name.starts_with("organisation."))
        })
    }

    /// The citizen says that these answers are still right: to answer the same again is to confirm it. What stands in the
    /// rows of a group is confirmed with it.
    pub fn confirm(self, paths: &[String]) {
        let stands_in = |path: &String| {
            paths.iter().any(|confirmed| {
                path.strip_prefix(confirmed.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let mut changes = Vec::new();
        self.prefilled.update(|prefilled| {
            prefilled.retain(|path, _| {
                let confirmed = stands_in(path);
                if confirmed {
                    let value = self.answer_now(path).unwrap_or_default();
                    let path = path.clone();
                    changes.push(AnswerChange { path, value });
                }
                !confirmed
            });
        });
        if !changes.is_empty() {
            self.keep(changes);
        }
    }

    /// What was filled in and stands on a page, as long as nobody changed or confirmed it.
    fn filled_in_on(self, page: &str) -> Vec<String> {
        let filling = self.filling.read();
        let here = |path: &&String| filling.page_of(path) == Some(page) && filling.question(path).is_some();
        self.prefilled
            .with(|prefilled| prefilled.keys().filter(here).cloned().collect())
    }

    /// The citizen goes on from a page: all that was filled in on it stood before them, with where it comes from.
    pub fn confirm_page(self, page: &str) {
        let paths = untrack(|| self.filled_in_on(page));
        self.confirm(&paths);
    }

    /// The draft was read anew: what was changed or confirmed on another terminal is not marked here any more.
    pub fn prefilled_now(self, prefilled: &[Prefilled]) {
        let still = |path: &String| prefilled.iter().any(|one| one.path == *path);
        let gone = self
            .prefilled
            .try_with_untracked(|here| here.keys().any(|path| !still(path)));
        if gone == Some(true) {
            self.prefilled.update(|here| here.retain(|path, _| still(path)));
        }
    }

    fn question_named(self, path: String) -> Words {
        Words::made(move |language| self.filling.with_untracked(|filling| named(filling, &path, language)))
    }
}

/// Whether the group around says for all of its rows where they come from, and is confirmed for all of them.
fn said_by_its_group(prefilled: &Sources, path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(group, _)| prefilled.contains_key(group))
}

/// A question that was filled in, with the button that confirms it; any other one as it is.
pub(super) fn marked(answering: Answering, path: &str, question: AnyView) -> AnyView {
    let filled_in = answering
        .prefilled
        .with_untracked(|prefilled| prefilled.contains_key(path));
    if !filled_in {
        return question;
    }
    let label = answering.question_named(path.to_owned());
    let (here, path) = (path.to_owned(), path.to_owned());
    let button = reuse::STILL_RIGHT_OF.with([label.clone()]);
    // Whether it is untouched, and whether it is confirmed here.
    let untouched = memo(move |_| {
        answering.prefilled.with(|prefilled| {
            let untouched = prefilled.contains_key(&here);
            (untouched, untouched && !said_by_its_group(prefilled, &here))
        })
    });
    let confirm = move || {
        answering.confirm(std::slice::from_ref(&path));
        // The button is gone: whoever stood on it goes on in the field that it spoke of.
        document::focus(&control_id(&path));
        answering.uploads.ui().say(reuse::CONFIRMED.with([label.clone()]));
    };
    let confirm = StoredValue::new(confirm);
    view! {
        <div class="filled-in" class:is-untouched=move || untouched.get().0>
            {question}
            {move || untouched.get().1.then(|| view! {
                <Button
                    label=button.clone()
                    weight=Weight::Quiet
                    icon="check"
                    on_press=Callback::new(move |()| confirm.with_value(|confirm| confirm()))
                />
            })}
        </div>
    }
    .into_any()
}

/// Above the button that goes on from a page: that it confirms what was filled in on it.
pub fn page_notice(answering: Answering, page: String) -> AnyView {
    let some = memo(move |_| !answering.filled_in_on(&page).is_empty());
    live(move || {
        some.get()
            .then(|| view! { <p class="field-hint">{reuse::GOING_ON_CONFIRMS}</p> })
    })
}

/// The answers that are shown, were filled in, and wait for the citizen's word. A group stands for its rows.
fn waiting(answering: Answering) -> Vec<String> {
    answering.filling.with(|filling| {
        answering.prefilled.with(|prefilled| {
            let shown = |path: &&String| filling.question(path).is_some();
            prefilled.keys().filter(shown).cloned().collect()
        })
    })
}

/// The id of the notice on the check.
const NOTICE: &str = "filled-in";

/// On the check: how many answers were filled in and are not confirmed, and the one button that confirms them.
pub fn check_notice(answering: Answering) -> AnyView {
    let paths = memo(move |_| waiting(answering));
    let had_some = paths.with_untracked(|paths| !paths.is_empty());
    if !had_some {
        return ().into_any();
    }
    let confirm = Callback::new(move |()| {
        let paths = paths.get_untracked();
        answering.confirm(&paths);
        document::focus(NOTICE);
    });
    let inside = live(move || {
        let count = paths.with(|paths| {
            let answers = answering.filling.with_untracked(|filling| {
                let is_answer =
                    |path: &&String| filling.question(path).is_some_and(|question| question.rows.is_empty());
                paths.iter().filter(is_answer).count()
            });
            answers.max(usize::from(!paths.is_empty()))
        });
        if count == 0 {
            return view! { <Notice tone=Tone::Good><p>{reuse::CHECK_CONFIRMED}</p></Notice> }.into_any();
        }
        let title = counted(count, reuse::CHECK_ONE, reuse::CHECK_MORE);
        view! {
            <Notice tone=Tone::Info title=title>
                <p>{reuse::CHECK_TEXT}</p>
                <Button label=reuse::CHECK_CONFIRM icon="check" on_press=confirm/>
            </Notice>
        }
        .into_any()
    });
    view! { <div id=NOTICE tabindex="-1">{inside}</div> }.into_any()
}

/// On the check: the tag of an answer that was filled in and is not confirmed.
pub fn check_tag(answering: Answering, path: &str) -> AnyView {
    let path = path.to_owned();
    live(move || {
        let label = answering.prefilled.with(|prefilled| {
            Some(match prefilled.get(&path)? {
                PrefillSource::Profile if answering.asks_of_organisation(&path) => reuse::TAG_ORGANISATION,
                PrefillSource::Profile => reuse::TAG_PROFILE,
                PrefillSource::Case { .. } => reuse::TAG_CASE,
                PrefillSource::Certificate { .. } => reuse::TAG_CERTIFICATE,
            })
        });
        label.map(|label| view! { " " <Tag label=label tone=Tone::Info icon="history"/> })
    })
}
