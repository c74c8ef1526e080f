//! Files on their way, in the database.

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::{ErrorCode, FileId, PersonId, StaffId, Timestamp, UploadId};

use super::Database;
use super::files::{case_has_room, doubt, draft_has_room, draft_is_open, find, insert, no_doubt, on_the_way};
use super::values::{self, Key};
use crate::error::{Error, Result};
use crate::files::{
    Added, Finished, MOST_A_DAY, MOST_UNFINISHED, NewFile, NewUpload, Part, Sender, StoredUpload, UploadStore,
};

const COLUMNS: &str = "id, sender, staff, key, payload, principal, draft, case_id, path, name, media_type, size, sha256, \
                       begun_at, received, file, refused";

/// Uploads that nobody finished in time, or that nobody can finish any more: found by the index of those without a file.
const UNFINISHED: &str = "SELECT id FROM upload WHERE file IS NULL AND (begun_at < ?1 OR
     (draft IS NOT NULL AND draft NOT IN (SELECT id FROM draft WHERE submitted_case IS NULL)))";
/// Uploads that became files so long ago that nobody asks any more.
const FINISHED: &str = "SELECT id FROM upload WHERE file IS NOT NULL AND begun_at < ?1";

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

/// An upload whose file is not read yet.
type Half = (StoredUpload, Option<FileId>);

fn stored(row: &Row<'_>) -> sql::Result<Half> {
    let staff: bool = row.get(2)?;
    let sender = if staff {
        Sender::Staff(values::id::<StaffId>(row, 1)?)
    } else {
        Sender::Citizen(values::id::<PersonId>(row, 1)?)
    };
    let refused = match row.get::<_, Option<String>>(16)? {
        Some(_) => Some(values::named(row, 16)?),
        None => None,
    };
    let upload = StoredUpload {
        new: NewUpload {
            id: values::id(row, 0)?,
            sender,
            key: values::id(row, 3)?,
            payload: row.get(4)?,
            principal: values::id(row, 5)?,
            draft: values::optional_id(row, 6)?,
            case: values::optional_id(row, 7)?,
            path: row.get(8)?,
            name: row.get(9)?,
            media_type: row.get(10)?,
            size: row.get(11)?,
            sha256: row.get(12)?,
            begun_at: values::time(row, 13)?,
        },
        received: row.get(14)?,
        file: None,
        refused,
    };
    Ok((upload, values::optional_id(row, 15)?))
}

/// With the file that it became; nothing where that is gone again.
fn whole(db: &Connection, half: Option<Half>) -> Result<Option<StoredUpload>> {
    let Some((mut upload, file)) = half else {
        return Ok(None);
    };
    if let Some(file) = file {
        match find(db, file) {
            Ok(file) => upload.file = Some(file.view),
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(upload))
}

fn by_key(db: &Connection, upload: &NewUpload) -> Result<Option<StoredUpload>> {
    let half = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM upload WHERE sender = ?1 AND key = ?2"))?
        .query_row(params![*upload.sender.id().as_bytes(), upload.key.key()], stored)
        .optional()?;
    whole(db, half)
}

fn find_upload(db: &Connection, id: UploadId) -> Result<StoredUpload> {
    let half = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM upload WHERE id = ?1"))?
        .query_row([id.key()], stored)
        .optional()?;
    whole(db, half)?.ok_or_else(Error::not_found)
}

fn own(db: &Connection, id: UploadId, sender: Sender) -> Result<StoredUpload> {
    let upload = find_upload(db, id)?;
    if upload.new.sender == sender {
        Ok(upload)
    } else {
        Err(Error::not_found())
    }
}

/// Whether there is room for one more: in its draft or case, and among what its sender has on the way.
fn has_room(db: &Connection, upload: &NewUpload) -> Result<()> {
    if let Some(draft) = upload.draft {
        draft_is_open(db, draft)?;
        draft_has_room(db, draft, upload.size, None)?;
    }
    if let Some(case) = upload.case {
        case_has_room(db, case)?;
    }
    let (unfinished, _) = on_the_way(db, "sender", *upload.sender.id().as_bytes(), None)?;
    if unfinished >= MOST_UNFINISHED {
        return Err(Error::too_many(60));
    }
    let yesterday = upload.begun_at.plus_seconds(-DAY).unix_millis();
    let of_the_day: u32 = db
        .prepare_cached("SELECT count(*) FROM upload WHERE sender = ?1 AND begun_at > ?2")?
        .query_row(params![*upload.sender.id().as_bytes(), yesterday], |row| row.get(0))?;
    if of_the_day >= MOST_A_DAY {
        return Err(Error::too_many(3600));
    }
    Ok(())
}

fn parts_of(db: &Connection, id: UploadId) -> Result<Vec<Part>> {
    let mut statement =
        db.prepare_cached("SELECT start, length, blob FROM upload_part WHERE upload = ?1 ORDER BY start")?;
    let parts = statement.query_map([id.key()], |row| {
        Ok(Part {
            start: row.get(0)?,
            length: row.get(1)?,
            blob: values::id(row, 2)?,
        })
    })?;
    Ok(parts.collect::<sql::Result<_>>()?)
}

/// Forgets the parts of an upload; gives their blobs.
fn take_parts(db: &Connection, id: UploadId) -> Result<Vec<FileId>> {
    let parts = parts_of(db, id)?;
    for part in &parts {
        doubt(db, part.blob)?;
    }
    db.prepare_cached("DELETE FROM upload_part WHERE upload = ?1")?
        .execute([id.key()])?;
    Ok(parts.into_iter().map(|part| part.blob).collect())
}

pub(super) fn forget(db: &Connection, id: UploadId) -> Result<Vec<FileId>> {
    let parts = take_parts(db, id)?;
    db.prepare_cached("DELETE FROM upload WHERE id = ?1")?
        .execute([id.key()])?;
    Ok(parts)
}

fn add(db: &Connection, id: UploadId, part: &Part) -> Result<Added> {
    let upload = find_upload(db, id)?;
    let ended = upload.file.is_some() || upload.refused.is_some();
    if ended || upload.received != part.start || part.start + part.length > upload.new.size {
        return Ok(Added::Elsewhere(upload.received));
    }
    let received = part.start + part.length;
    // Compared once more in the statement: two replicas may have read the same.
    let moved = db
        .prepare_cached("UPDATE upload SET received = ?3 WHERE id = ?1 AND received = ?2")?
        .execute(params![id.key(), part.start, received])?;
    if moved == 0 {
        return Ok(Added::Elsewhere(find_upload(db, id)?.received));
    }
    db.prepare_cached("INSERT INTO upload_part (upload, start, length, blob) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.key(), part.start, part.length, part.blob.key()])?;
    no_doubt(db, part.blob)?;
    Ok(Added::Kept(received))
}

fn finish(db: &Connection, id: UploadId, file: &NewFile) -> Result<Finished> {
    let upload = find_upload(db, id)?;
    if let Some(view) = upload.file {
        return Ok(Finished {
            view,
            useless: vec![file.view.id],
        });
    }
    if let Some(code) = upload.refused {
        return Err(code.into());
    }
    // Of two requests one marks it. It may stay longer than its file does: what that was called is not kept here.
    let mine = db
        .prepare_cached(
            "UPDATE upload SET file = ?2, path = NULL, name = '', media_type = NULL, sha256 = ''
             WHERE id = ?1 AND file IS NULL AND refused IS NULL",
        )?
        .execute(params![id.key(), file.view.id.key()])?;
    if mine == 0 {
        return Err(Error::new(ErrorCode::Unavailable));
    }
    if let Some(draft) = file.draft {
        draft_is_open(db, draft)?;
        draft_has_room(db, draft, file.view.size, Some(id))?;
    }
    insert(db, file)?;
    Ok(Finished {
        view: file.view.clone(),
        useless: take_parts(db, id)?,
    })
}

#[async_trait]
impl UploadStore for Database {
    async fn begin_upload(&self, upload: NewUpload) -> Result<StoredUpload> {
        self.write(move |db| {
            if let Some(known) = by_key(db, &upload)? {
                return if known.new.payload == upload.payload {
                    Ok(known)
                } else {
                    Err(ErrorCode::IdempotencyConflict.into())
                };
            }
            has_room(db, &upload)?;
            // One whose file is gone again leaves its key to a new one.
            db.prepare_cached("DELETE FROM upload WHERE sender = ?1 AND key = ?2")?
                .execute(params![*upload.sender.id().as_bytes(), upload.key.key()])?;
            db.prepare_cached(&format!(
                "INSERT INTO upload ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, NULL, NULL)"
            ))?
            .execute(params![
                upload.id.key(),
                *upload.sender.id().as_bytes(),
                matches!(upload.sender, Sender::Staff(_)),
                upload.key.key(),
                upload.payload,
                upload.principal.key(),
                upload.draft.map(|id| id.key()),
                upload.case.map(|id| id.key()),
                upload.path,
                upload.name,
                upload.media_type,
                upload.size,
                upload.sha256,
                upload.begun_at.unix_millis(),
            ])?;
            find_upload(db, upload.id)
        })
        .await
    }

    async fn upload(&self, id: UploadId, sender: Sender) -> Result<StoredUpload> {
        self.read(move |db| own(db, id, sender)).await
    }

    async fn add_part(&self, id: UploadId, part: Part) -> Result<Added> {
        self.write(move |db| add(db, id, &part)).await
    }

    async fn parts(&self, id: UploadId) -> Result<Vec<Part>> {
        self.read(move |db| parts_of(db, id)).await
    }

    async fn finish_upload(&self, id: UploadId, file: NewFile) -> Result<Finished> {
        self.write(move |db| finish(db, id, &file)).await
    }

    async fn refuse_upload(&self, id: UploadId, why: ErrorCode) -> Result<Vec<FileId>> {
        let why = values::name(&why)?;
        self.write(move |db| {
            let refused = db
                .prepare_cached("UPDATE upload SET refused = ?2 WHERE id = ?1 AND file IS NULL")?
                .execute(params![id.key(), why])?;
            if refused == 0 {
                Ok(Vec::new())
            } else {
                take_parts(db, id)
            }
        })
        .await
    }

    async fn end_upload(&self, id: UploadId, sender: Sender) -> Result<Vec<FileId>> {
        self.write(move |db| {
            own(db, id, sender)?;
            forget(db, id)
        })
        .await
    }

    async fn sweep_uploads(&self, before: Timestamp, finished_before: Timestamp) -> Result<Vec<FileId>> {
        self.write(move |db| {
            let mut blobs = Vec::new();
            for (sql, before) in [(UNFINISHED, before), (FINISHED, finished_before)] {
                let old = db
                    .prepare_cached(sql)?
                    .query_map([before.unix_millis()], |row| values::id(row, 0))?
                    .collect::<sql::Result<Vec<UploadId>>>()?;
                for id in old {
                    blobs.extend(forget(db, id)?);
                }
            }
            Ok(blobs)
        })
        .await
    }

    async fn expect_blob(&self, blob: FileId, now: Timestamp) -> Result<()> {
        self.write(move |db| {
            db.prepare_cached("INSERT INTO blob_doubt (blob, since) VALUES (?1, ?2)")?
                .execute(params![blob.key(), now.unix_millis()])?;
            Ok(())
        })
        .await
    }

    async fn useless_blobs(&self, before: Timestamp) -> Result<Vec<FileId>> {
        self.write(move |db| {
            // What something names is in no doubt, whatever was noted.
            db.prepare_cached(
                "DELETE FROM blob_doubt WHERE since < ?1
                     AND (blob IN (SELECT id FROM file) OR blob IN (SELECT blob FROM upload_part))",
            )?
            .execute([before.unix_millis()])?;
            Ok(db
                .prepare_cached("SELECT blob FROM blob_doubt WHERE since < ?1 ORDER BY since LIMIT 1000")?
                .query_map([before.unix_millis()], |row| values::id(row, 0))?
                .collect::<sql::Result<Vec<FileId>>>()?)
        })
        .await
    }

    async fn blobs_gone(&self, blobs: Vec<FileId>) -> Result<()> {
        self.write(move |db| {
            for blob in &blobs {
                no_doubt(db, *blob)?;
            }
            Ok(())
        })
        .await
    }
}
