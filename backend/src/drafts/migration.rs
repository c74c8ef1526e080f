//! What becomes of an open draft whose form has a newer version: it moves where no answer is lost by that and nothing
//! turns round, else it stays with its version. Decided whenever the draft is read, so that it is never older than it has
//! to be; a submitted draft and its case are never asked.

use std::sync::Arc;

use onehall_forms::{Context, Difference, Form, Lists, Migration, Reason, diff, evaluate, migrate};
use onehall_protocol::cases::Poke;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerChange, Answers, SaveDraft};
use onehall_protocol::form_change::{FormChange, FormPoint};
use onehall_protocol::{Date, DraftId};
use serde_json::Value;

use super::routes::known_already;
use super::{FirstAnswer, MoveDraft, StoredDraft};
use crate::beside;
use crate::error::Result;
use crate::events::Channel;
use crate::identity::{Citizen, Reach};
use crate::state::AppState;

/// The most differences or reasons that a reply tells of: people read no more, and a form may have ten thousand questions.
const MOST_TOLD: usize = 100;

/// Takes an open draft along to the newest version of its item's form, if it may go. Gives the draft as it is now, and
/// what to tell the citizen of it.
pub(super) async fn take_along(
    state: &AppState,
    citizen: &Citizen,
    draft: StoredDraft,
) -> Result<(StoredDraft, Option<FormChange>)> {
    let Some(newest) = newest(state, &draft) else {
        let told = told_of_a_move(state, &draft).await?;
        return Ok((draft, told));
    };
    if newest.code != draft.form.code {
        let change = pinned_to_another_form(state, newest);
        return Ok((draft, change));
    }
    // A version that the city has no longer can be compared with nothing: the draft is shown as it is.
    let (Some(before), Some(after)) = (form(state, &draft.form), form(state, &newest)) else {
        return Ok((draft, None));
    };
    let kept = own_answers(&draft, &after);
    let answers = match decided(state, &before, &after, kept).await? {
        Migration::Moves { answers } => answers,
        Migration::Pinned { reasons } => {
            let reasons = reasons.iter().map(|reason| reason_point(reason, &before));
            let reasons = reasons.take(MOST_TOLD).collect();
            return Ok((draft, Some(FormChange::Pinned { newest, reasons })));
        }
    };
    let prefilled = newly_known(state, citizen, &draft, &before, &after, &answers).await?;
    let reach = citizen.reach();
    let Some(moved) = moved(state, &reach, &draft, newest, &answers, prefilled).await? else {
        // Somebody else took it along meanwhile, and whoever reads it here is told, too; or a terminal saved: as it is now it is
        // decided on when it is read next.
        let now = state.storage.draft(draft.id, reach).await?;
        let told = told_of_a_move(state, &now).await?;
        return Ok((now, told));
    };
    let told = told_of_a_move(state, &moved).await?;
    Ok((moved, told))
}

/// Takes a draft back to the version that it came from, for a terminal that fills that version and was never told of the
/// move: what it saves is asked for there alone. Gives whether the draft is back; it is not where nothing of this holds, or
/// where something would be lost by going back.
pub(super) async fn take_back(state: &AppState, reach: &Reach, id: DraftId, save: &SaveDraft) -> Result<bool> {
    let draft = state.storage.draft(id, reach.clone()).await?;
    let Some(version) = draft.moved_from else {
        return Ok(false);
    };
    let from = FormReference {
        code: draft.form.code.clone(),
        version,
    };
    let (Some(before), Some(now)) = (form(state, &from), form(state, &draft.form)) else {
        return Ok(false);
    };
    let mut given = save.changes.iter().filter(|change| !change.value.is_null());
    if !given.all(|change| before.question(&change.path).is_some()) {
        return Ok(false);
    }
    match decided(state, &now, &before, own_answers(&draft, &before)).await? {
        Migration::Moves { answers } => {
            let back = moved(state, reach, &draft, from, &answers, Vec::new()).await?;
            Ok(back.is_some())
        }
        Migration::Pinned { .. } => Ok(false),
    }
}

/// The answers that a version of the form may not lose: all but those that the hall filled in, nobody confirmed, and this
/// version does not ask for.
fn own_answers(draft: &StoredDraft, to: &Form) -> Answers {
    let mut answers = draft.answers.clone();
    for prefilled in &draft.prefilled {
        if to.question(&prefilled.path).is_none() {
            answers.remove(&prefilled.path);
        }
    }
    answers
}

/// What the hall knows of that only the newer version asks. Nothing, where with it anything else would be shown, hidden,
/// wrong or right: a move turns nothing round.
async fn newly_known(
    state: &AppState,
    citizen: &Citizen,
    draft: &StoredDraft,
    before: &Arc<Form>,
    after: &Arc<Form>,
    answers: &Answers,
) -> Result<Vec<FirstAnswer>> {
    // Rows of a group that was there are the citizen's own, in whatever a row asks besides.
    let is_new = |path: &str| before.question(path.split('/').next().unwrap_or(path)).is_none();
    let mut asks = after.definition().asked().filter(|question| question.prefill.is_some());
    if !asks.any(|question| is_new(&question.id)) {
        return Ok(Vec::new());
    }
    let mut known = known_already(state, citizen, draft.principal, after).await?;
    known.retain(|first| is_new(&first.path) && !answers.contains_key(&first.path));
    let (form, context, answers) = (Arc::clone(after), context(state, before, after), answers.clone());
    beside::run("fill in a draft that moves", move || {
        let mut with = answers.clone();
        with.extend(known.iter().map(|first| (first.path.clone(), first.value.clone())));
        let of_the_citizen = |with: Answers| {
            let mut evaluation = evaluate(&form, with, context.clone());
            evaluation.submitted.retain(|path, _| answers.contains_key(path));
            evaluation.errors.retain(|error| answers.contains_key(&error.path));
            (evaluation.submitted, evaluation.errors)
        };
        let turns_round = of_the_citizen(with) != of_the_citizen(answers.clone());
        if turns_round { Vec::new() } else { known }
    })
    .await
}

/// Decides whether the draft may go from one version to another. A large form takes a while: not on a thread that serves
/// others.
async fn decided(state: &AppState, from: &Arc<Form>, to: &Arc<Form>, answers: Answers) -> Result<Migration> {
    let context = context(state, from, to);
    let (from, to) = (Arc::clone(from), Arc::clone(to));
    beside::run("compare two versions of a form", move || {
        migrate(&from, &to, &answers, &context)
    })
    .await
}

/// Moves the draft as it was decided; nothing where it changed meanwhile.
async fn moved(
    state: &AppState,
    reach: &Reach,
    draft: &StoredDraft,
    to: FormReference,
    answers: &Answers,
    prefilled: Vec<FirstAnswer>,
) -> Result<Option<StoredDraft>> {
    let command = MoveDraft {
        id: draft.id,
        reach: reach.clone(),
        from: draft.form.clone(),
        to,
        revision: draft.revision,
        changes: changes(&draft.answers, answers),
        prefilled,
        now: state.clock.now(),
    };
    let moved = state.storage.move_draft(command).await?;
    if let Some(moved) = &moved {
        // A terminal that has the draft open fills the other version.
        let poke = Poke::Draft { id: moved.id };
        state.events.poke(&Channel::Person(moved.principal), &poke);
    }
    Ok(moved)
}

/// The form of the draft's item, where it is another or a newer one than the draft's.
fn newest(state: &AppState, draft: &StoredDraft) -> Option<FormReference> {
    let newest = state.city.item(&draft.item)?.form.clone()?;
    let newer = newest.code != draft.form.code || newest.version > draft.form.version;
    newer.then_some(newest)
}

/// What a move is told with, until somebody was told.
async fn told_of_a_move(state: &AppState, draft: &StoredDraft) -> Result<Option<FormChange>> {
    let Some(version) = draft.moved_from else {
        return Ok(None);
    };
    let from = FormReference {
        code: draft.form.code.clone(),
        version,
    };
    let (Some(before), Some(after)) = (form(state, &from), form(state, &draft.form)) else {
        return Ok(None);
    };
    let differences = beside::run("compare two versions of a form", move || diff(&before, &after)).await?;
    Ok(Some(FormChange::Moved {
        from,
        to: draft.form.clone(),
        differences: differences.iter().map(difference_point).take(MOST_TOLD).collect(),
    }))
}

/// The item has another form altogether: what two forms call alike need not be the same.
fn pinned_to_another_form(state: &AppState, newest: FormReference) -> Option<FormChange> {
    let label = form(state, &newest)?.definition().title.clone();
    let reasons = vec![FormPoint {
        path: String::new(),
        label,
        code: "other_form".to_owned(),
    }];
    Some(FormChange::Pinned { newest, reasons })
}

fn form(state: &AppState, reference: &FormReference) -> Option<Arc<Form>> {
    let content = state.city.form(&reference.code, reference.version)?;
    Some(Arc::clone(&content.form))
}

/// Today, with all that either version needs.
fn context(state: &AppState, before: &Form, after: &Form) -> Context {
    let codes = before.lists().into_iter().chain(after.lists());
    let lists = codes
        .filter_map(|code| state.city.list(code))
        .map(|list| list.list.clone());
    Context {
        as_of: today(state),
        calendar: Some(Arc::clone(&state.city.calendar)),
        lists: Lists::new(lists),
    }
}

fn today(state: &AppState) -> Date {
    let offset = state.city.catalog.city.utc_offset_minutes;
    state.clock.now().at_offset(offset).0
}

/// What has to be written so that `before` becomes `after`.
fn changes(before: &Answers, after: &Answers) -> Vec<AnswerChange> {
    let change = |path: &String, value: &Value| AnswerChange {
        path: path.clone(),
        value: value.clone(),
    };
    before
        .iter()
        .filter_map(|(path, value)| match after.get(path) {
            Some(same) if same == value => None,
            other => Some(change(path, other.unwrap_or(&Value::Null))),
        })
        .collect()
}

fn difference_point(difference: &Difference) -> FormPoint {
    FormPoint {
        path: difference.path.clone(),
        label: difference.label.clone(),
        code: difference.change.code().to_owned(),
    }
}

fn reason_point(reason: &Reason, before: &Form) -> FormPoint {
    FormPoint {
        path: reason.path.clone(),
        label: reason.label(before),
        code: reason.why.code().to_owned(),
    }
}
