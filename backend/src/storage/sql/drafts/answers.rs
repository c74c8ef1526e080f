//! What stands in drafts, and what is told of it.

use crate::storage::sql::{Connection, Result as Outcome, Row};
use onehall_protocol::drafts::{AnswerOrigin, PrefillSource, Prefilled};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{Timestamp, WriterId};
use onehall_sync::Rows;
use serde_json::Value;

use super::{lost, merge};
use crate::drafts::StoredDraft;
use crate::error::Result;
use crate::storage::sql::many::{Id, rows_of};
use crate::storage::sql::values::{self, Key};

/// How many answers are told of with where they came from: those given last.
const MOST_ORIGINS: usize = 20;

/// An answer as a draft is told with it.
struct Held {
    path: String,
    value: Value,
    /// From where the hall filled it in, while nobody changed or confirmed it.
    prefilled: Option<PrefillSource>,
    at: u64,
    revision: u64,
    terminal: TerminalKind,
    writer: Option<WriterId>,
    /// Of a group: its rows, where some were taken away.
    rows: Option<Rows>,
}

fn held(row: &Row<'_>) -> Outcome<Held> {
    let prefilled = if row.get(3)? {
        // A draft of the time when there was no other source says none.
        Some(values::optional_json(row, 4)?.unwrap_or(PrefillSource::Profile))
    } else {
        None
    };
    Ok(Held {
        path: row.get(1)?,
        value: values::json(row, 2)?,
        prefilled,
        at: row.get(5)?,
        revision: row.get(6)?,
        terminal: values::named(row, 7)?,
        writer: values::optional_id(row, 8)?,
        rows: values::optional_json(row, 9)?,
    })
}

/// Fills in the answers of drafts, and what is told of them.
pub(super) fn fill_in(db: &Connection, drafts: &mut [StoredDraft]) -> Result<()> {
    let ids: Vec<Id> = drafts.iter().map(|draft| draft.id.key()).collect();
    let sql = "SELECT draft, path, value, prefilled, prefilled_from, stamp_at, revision, terminal, writer,
             CASE WHEN row_gone_at IS NULL THEN NULL ELSE group_rows END
         FROM draft_answer WHERE draft IN ({ids}) ORDER BY draft, path";
    let mut answers = rows_of(db, sql, &ids, held)?;
    let mut lost = lost::of_drafts(db, &ids)?;
    for draft in drafts {
        let id = draft.id.key();
        let held = answers.remove(&id).unwrap_or_default();
        draft.lost = lost.remove(&id).unwrap_or_default();
        draft.latest = latest(&held);
        let gone = held.iter().filter_map(|one| Some((&one.path, one.rows.as_ref()?)));
        let hidden: Vec<String> = gone.flat_map(|(path, rows)| merge::hidden_by(path, rows)).collect();
        for one in held {
            draft.clock = draft.clock.max(one.at);
            if one.value.is_null() || merge::is_hidden(&hidden, &one.path) {
                continue;
            }
            if let Some(source) = one.prefilled {
                let path = one.path.clone();
                draft.prefilled.push(Prefilled { path, source });
            }
            draft.answers.insert(one.path, one.value);
        }
    }
    Ok(())
}

/// Where the answers came from that were given last.
fn latest(held: &[Held]) -> Vec<AnswerOrigin> {
    let mut given: Vec<&Held> = held.iter().filter(|one| one.writer.is_some()).collect();
    // They come in the order of their paths, and those of one revision stay in it.
    given.sort_by_key(|one| std::cmp::Reverse(one.revision));
    let origin = |one: &Held| AnswerOrigin {
        path: one.path.clone(),
        terminal: one.terminal,
        at: Timestamp::from_unix_millis(i64::try_from(one.at).unwrap_or(i64::MAX)),
        writer: one.writer,
        own: false,
    };
    given.into_iter().take(MOST_ORIGINS).map(origin).collect()
}
