//! What was asked for, thing by thing: changed, or said to be right as it stands. And what was typed for it before.

use std::collections::BTreeSet;

use leptos::prelude::*;
use onehall_protocol::drafts::Answers;
use serde_json::Value;

use super::HandingIn;
use super::changes::is_untouched;
use crate::citizen::questions::control_id;
use crate::design::button::{Button, Weight};
use crate::design::choices::Checkbox;
use crate::design::errors::SummaryLine;
use crate::design::notice::{Notice, Tone};
use crate::texts::{Words, matters as words};
use crate::view::{live, memo, view};

impl HandingIn {
    /// Says that what was typed before is here again, and takes it away for who wants to begin anew.
    pub(super) fn left_before(self) -> AnyView {
        let anew = Callback::new(move |()| {
            self.keeping.keep(None);
            let before = self.before.get_value();
            self.answering.filling.update(|filling| {
                let mut first = filling.answers();
                first.values_mut().for_each(|value| *value = Value::Null);
                first.extend(before);
                filling.set_all(first);
            });
            self.confirmed.set(BTreeSet::new());
            self.errors.set(Vec::new());
            self.began_anew.set(true);
        });
        live(move || {
            (!self.began_anew.get()).then(|| {
                view! {
                    <Notice tone=Tone::Info>
                        <p>{words::SUPPLEMENT_AGAIN}</p>
                        <Button label=words::SUPPLEMENT_ANEW weight=Weight::Quiet icon="refresh-cw" on_press=anew/>
                    </Notice>
                }
            })
        })
    }

    /// What was asked for and waits for the citizen's word, in the order of the page: it is as it was, and nobody said that it
    /// is right.
    pub(super) fn open_in(self, now: &Answers) -> Vec<String> {
        let mut open = self.in_order.get_value();
        let confirmed = self.confirmed.get_untracked();
        self.before
            .with_value(|before| open.retain(|path| !confirmed.contains(path) && is_untouched(before, now, path)));
        open
    }

    /// Below what was asked for, while it is as it was and not wrong: that it is right so.
    pub(super) fn right_as_it_is(self, path: String) -> AnyView {
        let (at, shown_at, error_at) = (path.clone(), path.clone(), path.clone());
        let as_it_was = memo(move |_| {
            self.answering.filling.with(|filling| {
                let sound = filling
                    .question(&shown_at)
                    .is_none_or(|question| question.errors.is_empty());
                sound
                    && self
                        .before
                        .with_value(|before| is_untouched(before, &filling.answers(), &shown_at))
            })
        });
        let id = format!("right.{}", control_id(&path));
        let checked = Signal::derive(move || self.confirmed.with(|confirmed| confirmed.contains(&at)));
        let error = Signal::derive(move || {
            let open = self.open.with(|open| open.contains(&error_at)) && !checked.get();
            open.then(|| Words::from(words::SUPPLEMENT_OPEN))
        });
        let confirm = Callback::new(move |right: bool| {
            self.confirmed.update(|confirmed| {
                if right {
                    confirmed.insert(path.clone());
                } else {
                    confirmed.remove(&path);
                }
            });
            self.keep();
        });
        live(move || {
            as_it_was.get().then(|| {
                view! {
                    <Checkbox
                        id=id.clone()
                        label=words::SUPPLEMENT_RIGHT
                        checked=checked
                        on_change=confirm
                        error=error
                    />
                }
            })
        })
    }

    /// The lines of what waits for an answer.
    pub(super) fn open_lines(self, open: &[String]) -> Vec<SummaryLine> {
        let line = |path: &String| {
            let label = self.answering.filling.with_untracked(|filling| {
                let question = filling.form().question(path);
                question.map(|question| Words::from(&question.label))
            });
            SummaryLine {
                field: Some(control_id(path)),
                words: words::SUPPLEMENT_OPEN_OF.with([label.unwrap_or_else(|| path.clone().into())]),
            }
        };
        open.iter().map(line).collect()
    }
}
