//! A repeating group: rows that one adds, changes and removes on the page itself.

use leptos::prelude::*;
use onehall_forms::Kind;
use onehall_protocol::Text;

use super::shown::row_title;
use super::{Answering, Asked, control_id, heading_level, questions};
use crate::design::button::{Button, Weight};
use crate::design::content::heading;
use crate::design::dialog::ConfirmDialog;
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::notice::{Tag, Tone};
use crate::shell::{document, use_ui};
use crate::texts::{Words, fill};
use crate::view::{effect, keyed, memo, view};

/// As many rows as the format takes where a form sets no other number.
const MOST_ROWS: u32 = 50;

/// What every row of a group needs. Cheap to copy.
#[derive(Clone, Copy)]
struct Group {
    answering: Answering,
    path: StoredValue<String>,
    label: StoredValue<Text>,
    /// The level of the headings that name its rows.
    level: usize,
    /// The row that is asked about: shall it be removed?
    leaving: RwSignal<Option<String>>,
}

/// A repeating group.
pub(super) fn group(answering: Answering, asked: Asked) -> AnyView {
    let Kind::Group {
        min_rows,
        max_rows,
        row_label,
        ..
    } = &asked.question.kind
    else {
        return ().into_any();
    };
    let (least, most) = (*min_rows as usize, max_rows.unwrap_or(MOST_ROWS) as usize);
    let group = Group {
        answering,
        path: StoredValue::new(asked.path.clone()),
        label: StoredValue::new(row_label.clone()),
        level: heading_level(answering, &asked.path),
        leaving: RwSignal::new(None),
    };
    let rows = memo(move |_| {
        answering.filling.with(|filling| {
            let question = group.path.with_value(|path| filling.question(path));
            let rows = question.map(|question| question.rows).unwrap_or_default();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        })
    });
    let add_id = asked.id.clone();
    let add = move |()| {
        let path = group.path.get_value();
        if let Some(id) = answering.add_row(&path) {
            let row = format!("{path}/{id}");
            answering.open_rows.update(|open| {
                open.insert(row.clone());
            });
            request_animation_frame(move || focus_row(&row));
        }
    };
    let full = Signal::derive(move || rows.with(Vec::len) >= most);
    let label = Words::from(row_label);
    let none = label.clone();
    let add_label = fill::ADD_ROW.with([label]);
    let props = FieldGroupProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .hint(Some(limits(asked.hint(answering), least, most)))
        .error(asked.error)
        .optional(asked.optional && least == 0)
        .children(Box::new(move || {
            view! {
                <div class="form-rows">
                    {keyed(move || rows.get(), Clone::clone, move |id: String| row_view(group, id, rows))}
                    {move || rows.with(Vec::is_empty).then(|| {
                        view! { <p class="rows-none">{fill::ROWS_NONE.with([none.clone()])}</p> }
                    })}
                </div>
                <div class="rows-add">
                    <Button id=add_id label=add_label icon="plus" disabled=full on_press=Callback::new(add)/>
                    {move || full.get().then(|| {
                        view! { <p class="field-hint">{fill::ROWS_FULL.with([most.to_string().into()])}</p> }
                    })}
                </div>
            }
            .into_any()
        }));
    view! {
        {FieldGroup(props.build())}
        {leaving(group, &asked.id, rows)}
    }
    .into_any()
}

/// Moves the focus to the first question of a row.
fn focus_row(row: &str) {
    document::focus_into_view(&heading_id(row));
}

fn heading_id(row: &str) -> String {
    format!("{}.row", control_id(row))
}

/// How many rows there may be, behind what else helps.
fn limits(help: Option<Words>, least: usize, most: usize) -> Words {
    let (from, to) = (Words::from(least.to_string()), Words::from(most.to_string()));
    let said = if least > 0 {
        fill::ROWS_BETWEEN.with([from, to])
    } else {
        fill::ROWS_AT_MOST.with([to])
    };
    match help {
        None => said,
        Some(help) => Words::made(move |language| format!("{} {}", help.get(language), said.get(language))),
    }
}

impl Group {
    fn row_path(self, id: &str) -> String {
        self.path.with_value(|path| format!("{path}/{id}"))
    }

    /// What names a row, followed while it is filled.
    fn title(self, id: &str) -> Words {
        let id = id.to_owned();
        let title = memo(move |_| {
            self.answering.filling.with(|filling| {
                let group = self.path.with_value(|path| filling.question(path))?;
                let at = group.rows.iter().position(|row| row.id == id)?;
                Some(row_title(&group, at, group.rows[at].title.as_deref()))
            })
        });
        Words::made(move |language| {
            title
                .get()
                .map(|title| title.get(language).to_owned())
                .unwrap_or_default()
        })
    }

    /// Whether something is wrong in a row.
    fn wrong(self, id: &str) -> Memo<bool> {
        let prefix = format!("{}/", self.row_path(id));
        memo(move |_| {
            self.answering
                .filling
                .with(|filling| filling.errors().iter().any(|error| error.path.starts_with(&prefix)))
        })
    }
}

fn row_view(group: Group, id: String, _rows: Memo<Vec<String>>) -> AnyView {
    let answering = group.answering;
    let path = group.row_path(&id);
    let (title, wrong) = (group.title(&id), group.wrong(&id));
    let open = {
        let path = path.clone();
        memo(move |_| answering.open_rows.with(|open| open.contains(&path)))
    };
    let heading_id = heading_id(&path);
    let shut = {
        let (path, heading) = (path.clone(), heading_id.clone());
        move |()| {
            let prefix = format!("{path}/");
            let errors = answering.filling.with_untracked(onehall_forms::Filling::errors);
            let errors: Vec<_> = errors
                .into_iter()
                .filter(|error| error.path.starts_with(&prefix))
                .collect();
            let first = errors.first().map(|error| control_id(&error.path));
            answering.show(errors.into_iter().map(|error| error.path));
            match first {
                Some(first) => document::focus_into_view(&first),
                None => {
                    answering.open_rows.update(|open| {
                        open.remove(&path);
                    });
                    document::focus_into_view(&heading);
                }
            }
        }
    };
    let unfold = {
        let path = path.clone();
        move |()| {
            answering.open_rows.update(|open| {
                open.insert(path.clone());
            });
            let path = path.clone();
            request_animation_frame(move || focus_row(&path));
        }
    };
    let body = {
        let (group_path, id) = (group.path, id.clone());
        move || {
            let id = id.clone();
            questions(answering, move |filling| {
                let group = group_path.with_value(|path| filling.question(path))?;
                group.rows.into_iter().find(|row| row.id == id).map(|row| row.questions)
            })
        }
    };
    let (edit_label, remove_label) = (
        fill::EDIT_ROW.with([title.clone()]),
        fill::REMOVE_ROW.with([title.clone()]),
    );
    let ask = Callback::new(move |()| group.leaving.set(Some(id.clone())));
    let (shut, unfold) = (Callback::new(shut), Callback::new(unfold));
    view! {
        <section class="form-row" class:is-open=move || open.get() aria-labelledby=heading_id.clone()>
            <div class="form-row-head">
                {heading(group.level, "form-row-title", Some(heading_id), title)}
                {move || (wrong.get() && !open.get()).then(|| {
                    view! { <Tag label=fill::ROW_INCOMPLETE tone=Tone::Attention icon="triangle-alert"/> }
                })}
                <div class="form-row-actions">
                    {
                        let edit_label = edit_label.clone();
                        move || (!open.get()).then(|| {
                            let label = edit_label.clone();
                            view! { <Button label=label icon="pencil" weight=Weight::Quiet on_press=unfold/> }
                        })
                    }
                    <Button label=remove_label icon="trash-2" icon_only=true weight=Weight::Quiet on_press=ask/>
                </div>
            </div>
            {move || open.get().then(|| view! {
                <div class="form-row-body">
                    {body()}
                    <Button label=fill::ROW_DONE icon="check" on_press=shut/>
                </div>
            })}
        </section>
    }
    .into_any()
}

/// Asks before a row goes, and says afterwards that it went.
fn leaving(group: Group, id: &str, rows: Memo<Vec<String>>) -> AnyView {
    let ui = use_ui();
    let open = RwSignal::new(false);
    effect(move || open.set(group.leaving.with(Option::is_some)));
    effect(move || {
        if !open.get() && group.leaving.with_untracked(Option::is_some) {
            group.leaving.set(None);
        }
    });
    let named = Words::made(move |language| {
        let leaving = group.leaving.get();
        group.answering.filling.with_untracked(|filling| {
            let question = group.path.with_value(|path| filling.question(path));
            let found = question.zip(leaving).and_then(|(question, id)| {
                let at = question.rows.iter().position(|row| row.id == id)?;
                Some(
                    row_title(&question, at, question.rows[at].title.as_deref())
                        .get(language)
                        .to_owned(),
                )
            });
            found.unwrap_or_default()
        })
    });
    let add_id = id.to_owned();
    let confirmed = move |()| {
        let Some(row) = group.leaving.get_untracked() else {
            return;
        };
        group.path.with_value(|path| group.answering.remove_row(path, &row));
        group.leaving.set(None);
        ui.say(fill::ROW_REMOVED.with([Words::from(group.label.get_value())]));
        // The row's own button is gone: the focus goes to the next row, or to where one adds another.
        let next = rows.get_untracked().first().map(|row| heading_id(&group.row_path(row)));
        let target = next.unwrap_or_else(|| add_id.clone());
        request_animation_frame(move || document::focus_into_view(&target));
    };
    view! {
        <ConfirmDialog
            id=format!("{id}.remove")
            title=fill::REMOVE_ROW_ASK.with([named])
            text=fill::REMOVE_ROW_TEXT
            confirm=crate::texts::general::REMOVE
            danger=true
            open=open
            on_confirm=Callback::new(confirmed)
        />
    }
    .into_any()
}
