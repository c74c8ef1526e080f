//! What is known of files.

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::files::{FileView, UploadTo};
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, ItemCode, PersonId, UploadId};

use super::Database;
use super::many::{Id, rows_of};
use super::values::{self, Key};
use crate::error::{Error, Result};
use crate::files::{FileStore, MOST_BYTES, MOST_FILES, MOST_OF_CASE, NewFile, StoredFile};
use crate::identity::Reach;

const COLUMNS: &str =
    "id, principal, draft, case_id, path, name, media_type, size, sha256, uploaded_at, released, source, origin";

fn stored(row: &Row<'_>) -> sql::Result<StoredFile> {
    stored_behind(row, 0)
}

/// A file from the [`COLUMNS`] that stand behind the first so many.
fn stored_behind(row: &Row<'_>, first: usize) -> sql::Result<StoredFile> {
    Ok(StoredFile {
        principal: values::id(row, first + 1)?,
        draft: values::optional_id(row, first + 2)?,
        case: values::optional_id(row, first + 3)?,
        path: row.get(first + 4)?,
        released: row.get(first + 10)?,
        origin: values::optional_id(row, first + 12)?,
        view: FileView {
            id: values::id(row, first)?,
            name: row.get(first + 5)?,
            media_type: row.get(first + 6)?,
            size: row.get(first + 7)?,
            sha256: row.get(first + 8)?,
            uploaded_at: values::time(row, first + 9)?,
            source: values::optional_json(row, first + 11)?,
        },
    })
}

/// A file, for a storage command that already runs.
pub(super) fn find(db: &Connection, id: FileId) -> Result<StoredFile> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM file WHERE id = ?1"))?
        .query_row([id.key()], stored)
        .optional()?
        .ok_or_else(Error::not_found)
}

/// Lets whoever may handle the matter of a file pass.
fn admit(db: &Connection, file: &StoredFile, reach: &Reach) -> Result<()> {
    let item = db
        .prepare_cached(
            "SELECT item FROM draft WHERE id = ?1 UNION ALL SELECT item FROM case_record WHERE id = ?2 LIMIT 1",
        )?
        .query_row(
            params![file.draft.map(|id| id.key()), file.case.map(|id| id.key())],
            |row| values::parsed::<ItemCode>(row, 0),
        )
        .optional()?;
    match item {
        Some(item) => reach.admit(file.principal, &item),
        None => Err(Error::not_found()),
    }
}

/// Refuses a draft that is not there any more, or that has been submitted.
pub(super) fn draft_is_open(db: &Connection, draft: DraftId) -> Result<()> {
    let submitted = db
        .prepare_cached("SELECT submitted_case IS NOT NULL FROM draft WHERE id = ?1")?
        .query_row([draft.key()], |row| row.get::<_, bool>(0))
        .optional()?;
    match submitted {
        None => Err(Error::not_found()),
        Some(true) => Err(ErrorCode::DraftSubmitted.into()),
        Some(false) => Ok(()),
    }
}

/// How many files are on their way to a draft or case or from a sender, and how large they will be; `but` one.
pub(super) fn on_the_way(db: &Connection, column: &str, id: [u8; 16], but: Option<UploadId>) -> Result<(u32, u64)> {
    Ok(db
        .prepare_cached(&format!(
            "SELECT count(*), coalesce(sum(size), 0) FROM upload
             WHERE {column} = ?1 AND file IS NULL AND refused IS NULL AND id <> ?2"
        ))?
        .query_row(params![id, but.map_or([0; 16], |id| id.key())], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?)
}

/// Refuses what a draft has no room for, with all that is on its way; `but` is the upload that it is.
pub(super) fn draft_has_room(db: &Connection, draft: DraftId, size: u64, but: Option<UploadId>) -> Result<()> {
    let (files, bytes): (u32, u64) = db
        .prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM file WHERE draft = ?1")?
        .query_row([draft.key()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (coming, coming_bytes) = on_the_way(db, "draft", draft.key(), but)?;
    if files + coming >= MOST_FILES || bytes + coming_bytes + size > MOST_BYTES {
        return Err(ErrorCode::FilesTooMany.into());
    }
    Ok(())
}

/// Refuses what a case has no room for, with all that is on its way.
pub(super) fn case_has_room(db: &Connection, case: CaseId) -> Result<()> {
    let there: u32 = db
        .prepare_cached("SELECT count(*) FROM file WHERE case_id = ?1")?
        .query_row([case.key()], |row| row.get(0))?;
    let (coming, _) = on_the_way(db, "case_id", case.key(), None)?;
    if there + coming >= MOST_OF_CASE {
        return Err(ErrorCode::FilesTooMany.into());
    }
    Ok(())
}

/// The files of a case, oldest first: for a storage command that already runs.
pub(super) fn of_case(db: &Connection, case: CaseId) -> Result<Vec<StoredFile>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM file
         WHERE case_id = ?1 OR draft IN (SELECT draft FROM case_record WHERE id = ?1) ORDER BY uploaded_at, id"
    ))?;
    Ok(statement.query_map([case.key()], stored)?.collect::<sql::Result<_>>()?)
}

/// The files of a person's own matters that they may read, oldest first.
pub(super) fn of_person(db: &Connection, person: PersonId) -> Result<Vec<StoredFile>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM file WHERE principal = ?1 AND released = 1 ORDER BY uploaded_at, id"
    ))?;
    Ok(statement
        .query_map([person.key()], stored)?
        .collect::<sql::Result<_>>()?)
}

/// The files of several cases, by case, oldest first. `drafts` are those that the cases were, in the same order.
pub(super) fn of_cases(db: &Connection, cases: &[Id], drafts: &[Id]) -> Result<BTreeMap<Id, Vec<StoredFile>>> {
    let of = |column: &str, ids: &[Id]| {
        let sql = format!("SELECT {column}, {COLUMNS} FROM file WHERE {column} IN ({{ids}})");
        rows_of(db, &sql, ids, |row| stored_behind(row, 1))
    };
    let (mut of_case, mut of_draft) = (of("case_id", cases)?, of("draft", drafts)?);
    let all = cases.iter().zip(drafts).map(|(case, draft)| {
        let files = of_case.remove(case).into_iter().chain(of_draft.remove(draft)).flatten();
        let by_age: BTreeMap<_, _> = files
            .map(|file| ((file.view.uploaded_at, file.view.id), file))
            .collect();
        (*case, by_age.into_values().collect())
    });
    Ok(all.collect())
}

/// Keeps what is known of a new file, inside a storage command that already runs.
pub(super) fn insert(db: &Connection, file: &NewFile) -> Result<()> {
    db.prepare_cached(&format!(
        "INSERT INTO file ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    ))?
    .execute(params![
        file.view.id.key(),
        file.principal.key(),
        file.draft.map(|id| id.key()),
        file.case.map(|id| id.key()),
        file.path,
        file.view.name,
        file.view.media_type,
        file.view.size,
        file.view.sha256,
        file.view.uploaded_at.unix_millis(),
        file.released,
        file.view.source.as_ref().map(values::to_json).transpose()?,
        file.origin.map(|id| id.key()),
    ])?;
    no_doubt(db, file.view.id)
}

/// Notes that nothing names a blob any more, in the command that takes away what did.
pub(super) fn doubt(db: &Connection, blob: FileId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO blob_doubt (blob, since) VALUES (?1, 0) ON CONFLICT (blob) DO UPDATE SET since = 0",
    )?
    .execute([blob.key()])?;
    Ok(())
}

/// Notes that something names a blob, or that it is gone.
pub(super) fn no_doubt(db: &Connection, blob: FileId) -> Result<()> {
    db.prepare_cached("DELETE FROM blob_doubt WHERE blob = ?1")?
        .execute([blob.key()])?;
    Ok(())
}

#[async_trait]
impl FileStore for Database {
    async fn add_file(&self, file: NewFile) -> Result<()> {
        self.write(move |db| {
            if let Some(draft) = file.draft {
                draft_is_open(db, draft)?;
                draft_has_room(db, draft, file.view.size, None)?;
            }
            if let Some(case) = file.case {
                case_has_room(db, case)?;
            }
            insert(db, &file)
        })
        .await
    }

    async fn file(&self, id: FileId, reach: Reach) -> Result<StoredFile> {
        self.read(move |db| {
            let file = find(db, id)?;
            if !file.released {
                return Err(Error::not_found());
            }
            admit(db, &file, &reach)?;
            Ok(file)
        })
        .await
    }

    async fn any_file(&self, id: FileId) -> Result<StoredFile> {
        self.read(move |db| find(db, id)).await
    }

    async fn files_of_case(&self, case: CaseId) -> Result<Vec<StoredFile>> {
        self.read(move |db| of_case(db, case)).await
    }

    async fn taken_over(&self, to: UploadTo, path: String, origin: FileId) -> Result<Option<StoredFile>> {
        let (column, id) = match to {
            UploadTo::Draft(draft) => ("draft", draft.key()),
            UploadTo::Case(case) => ("case_id", case.key()),
        };
        self.read(move |db| {
            let file = db
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM file WHERE {column} = ?1 AND path = ?2 AND origin = ?3"
                ))?
                .query_row(params![id, path, origin.key()], stored)
                .optional()?;
            Ok(file)
        })
        .await
    }

    async fn remove_file(&self, draft: DraftId, file: FileId, reach: Reach) -> Result<()> {
        self.write(move |db| {
            let known = find(db, file)?;
            if known.draft != Some(draft) {
                return Err(Error::not_found());
            }
            admit(db, &known, &reach)?;
            draft_is_open(db, draft)?;
            db.prepare_cached("DELETE FROM file WHERE id = ?1")?
                .execute([file.key()])?;
            doubt(db, file)
        })
        .await
    }
}
