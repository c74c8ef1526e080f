//! Uploads that survive a broken connection. After the IETF's resumable uploads for HTTP: begin, append at an offset, ask for
//! the offset, end.
//!
//! Each request's bytes are kept as a part, on the medium and in the database, before they are acknowledged; whichever replica
//! gets the next request goes on from there. A part counts only where the upload stands at its first byte, so nothing comes
//! twice, however often or in which order it is sent. With the last byte the file is judged and made of its parts; who lost
//! that answer asks again and hears the same.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use onehall_forms::AnswerCode;
use onehall_protocol::files::{
    BeginUpload, FileLimits, FileView, MIN_CHUNK_BYTES, UPLOAD_CHUNK_BYTES, UPLOAD_OFFSET, UploadTo, UploadView,
};
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, IdempotencyKey, PersonId, UploadId};
use sha2::{Digest, Sha256};

use super::blobs::Content;
use super::judge::{hash_of, medium};
use super::{Added, FileName, NewFile, NewUpload, Part, Sender, StoredUpload};
use crate::error::{Error, Result};
use crate::state::AppState;

/// How long a sender may send nothing: somebody on a bus with a weak signal, not somebody who holds the line.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How long the bytes of one request may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(240);

/// Where a file may go, as it was judged for its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose matter it belongs to.
    pub principal: PersonId,
    /// The draft that it goes to.
    pub draft: Option<DraftId>,
    /// The case that it goes to.
    pub case: Option<CaseId>,
    /// The question that it answers; none for a result.
    pub path: Option<String>,
    /// Whether its citizen may read it already.
    pub released: bool,
    /// What it may be.
    pub limits: FileLimits,
}

impl Place {
    /// That a file is not taken here, and what is.
    fn refuses(&self, code: ErrorCode) -> Error {
        let types: Vec<&str> = self.limits.types.iter().map(|one| one.media_type()).collect();
        let error = Error::new(code);
        let (error, fault) = match code {
            ErrorCode::FileTooLarge => {
                let details = serde_json::json!({ "max_bytes": self.limits.bytes });
                (error.with_details(details), AnswerCode::FileTooLarge)
            }
            ErrorCode::FileTypeNotAllowed => {
                let details = serde_json::json!({ "types": types });
                (error.with_details(details), AnswerCode::FileTypeNotAccepted)
            }
            _ => return error,
        };
        match &self.path {
            Some(path) => error.with_field(path, fault.as_str()),
            None => error,
        }
    }
}

/// Who sends, and where they may send to.
#[async_trait::async_trait]
pub trait Allowed: Send + Sync {
    /// Who it is.
    fn sender(&self) -> Sender;
    /// Judges a place: asked when an upload begins, and again when its file is made.
    ///
    /// # Errors
    /// `request/not_found` where it is not theirs; `request/invalid_parameter` where no file goes there; `drafts/submitted`,
    /// `cases/out_of_state`.
    async fn place(&self, state: &AppState, to: UploadTo, path: Option<&str>) -> Result<Place>;
}

/// Begins an upload, or finds the one of this key.
///
/// # Errors
/// `files/empty`, `files/too_large`, `files/type_not_allowed` by what is announced; those of [`Allowed::place`] and of
/// [`super::UploadStore::begin_upload`]; why it was refused before.
pub async fn begin(state: &AppState, who: &dyn Allowed, key: IdempotencyKey, begin: BeginUpload) -> Result<UploadView> {
    // Whose draft or case it is comes first.
    let place = who.place(state, begin.to, begin.path.as_deref()).await?;
    let name = FileName::parse(&begin.name)?;
    // What a terminal says that it is counts for nothing: its content does, once it is here.
    if let Some(code) = place.limits.refuses(name.as_str(), "", begin.size) {
        return Err(place.refuses(code));
    }
    if hash_of(&begin.sha256).is_none() {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("sha256", "invalid"));
    }
    if begin
        .media_type
        .as_ref()
        .is_some_and(|media_type| media_type.len() > 200)
    {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("media_type", "too_long"));
    }
    let upload = NewUpload {
        id: UploadId(state.new_id()),
        sender: who.sender(),
        key,
        payload: Sha256::digest(serde_json::to_vec(&begin)?).into(),
        principal: place.principal,
        draft: place.draft,
        case: place.case,
        path: place.path,
        name: name.as_str().to_owned(),
        media_type: begin.media_type,
        size: begin.size,
        sha256: begin.sha256,
        begun_at: state.clock.now(),
    };
    view(&state.storage.begin_upload(upload).await?)
}

/// Where an upload stands.
///
/// # Errors
/// `request/not_found`; why it was refused.
pub async fn status(state: &AppState, who: &dyn Allowed, id: UploadId) -> Result<UploadView> {
    view(&state.storage.upload(id, who.sender()).await?)
}

/// Ends an upload; nothing of it stays. The file of one that is whole stays: it is taken away like any other.
///
/// # Errors
/// `request/not_found`.
pub async fn end(state: &AppState, who: &dyn Allowed, id: UploadId) -> Result<()> {
    let blobs = state.storage.end_upload(id, who.sender()).await?;
    state.files.remove(&blobs).await;
    Ok(())
}

fn view(upload: &StoredUpload) -> Result<UploadView> {
    match upload.refused {
        Some(code) => Err(code.into()),
        None => Ok(UploadView {
            id: upload.new.id,
            offset: upload.received,
            size: upload.new.size,
            chunk: UPLOAD_CHUNK_BYTES,
            file: upload.file.clone(),
        }),
    }
}

/// Says where an upload goes on.
fn elsewhere(offset: u64) -> Error {
    Error::new(ErrorCode::UploadOffset).with_details(serde_json::json!({ "offset": offset }))
}

/// Adds bytes at `offset`. Once the last ones are there, the file is judged and made.
///
/// # Errors
/// `files/upload_offset` where it goes on elsewhere; `request/body_too_large` where more comes than may; what judging the whole file says.
/// Where the connection broke: `request/invalid_body` or `backend/timed_out`, to nobody; what came is kept.
pub async fn append(state: &AppState, who: &dyn Allowed, id: UploadId, offset: u64, body: Body) -> Result<UploadView> {
    let mut upload = state.storage.upload(id, who.sender()).await?;
    let known = view(&upload)?;
    if known.file.is_some() {
        return Ok(known);
    }
    if offset != upload.received {
        return Err(elsewhere(upload.received));
    }
    let _sending = state.files.sending(who.sender().id())?;
    if upload.received < upload.new.size {
        let (bytes, broken) = received(body, (upload.new.size - offset).min(UPLOAD_CHUNK_BYTES)).await?;
        let length = bytes.len() as u64;
        // Crumbs are not worth a part, and many of them would be a burden.
        if length < MIN_CHUNK_BYTES && offset + length < upload.new.size {
            return Err(broken.unwrap_or_else(|| {
                Error::new(ErrorCode::InvalidBody).with_details(serde_json::json!({ "min_bytes": MIN_CHUNK_BYTES }))
            }));
        }
        let blob = keep(state, Content::of(bytes)).await?;
        let part = Part {
            start: offset,
            length,
            blob,
        };
        match state.storage.add_part(id, part).await {
            Ok(Added::Kept(received)) => upload.received = received,
            Ok(Added::Elsewhere(received)) => {
                state.files.remove(&[blob]).await;
                return Err(elsewhere(received));
            }
            // Whether it was kept is known once the upload is asked for; where not, the blob is swept.
            Err(error) => return Err(error),
        }
        if let Some(error) = broken.filter(|_| upload.received < upload.new.size) {
            return Err(error);
        }
    }
    if upload.received < upload.new.size {
        return view(&upload);
    }
    finish(state, who, upload).await
}

/// Reads at most `most` bytes. Where the connection breaks or stalls, what came and why it ended.
async fn received(body: Body, most: u64) -> Result<(Vec<u8>, Option<Error>)> {
    let mut bytes = Vec::new();
    let mut content = body.into_data_stream();
    let ends = tokio::time::Instant::now() + LONGEST_REQUEST;
    loop {
        let patience = ends.min(tokio::time::Instant::now() + LONGEST_PAUSE);
        match tokio::time::timeout_at(patience, content.next()).await {
            Err(_) => return Ok((bytes, Some(Error::new(ErrorCode::TimedOut)))),
            Ok(None) => return Ok((bytes, None)),
            Ok(Some(Err(_))) => return Ok((bytes, Some(Error::new(ErrorCode::InvalidBody)))),
            Ok(Some(Ok(piece))) => {
                if bytes.len() as u64 + piece.len() as u64 > most {
                    return Err(
                        Error::new(ErrorCode::BodyTooLarge).with_details(serde_json::json!({ "max_bytes": most }))
                    );
                }
                bytes.extend_from_slice(&piece);
            }
        }
    }
}

/// Makes the file of an upload whose bytes are all here.
///
/// # Errors
/// What refuses it for good (it is noted, and nothing of it stays), and what passes: then another request tries again.
async fn finish(state: &AppState, who: &dyn Allowed, upload: StoredUpload) -> Result<UploadView> {
    let (id, sender) = (upload.new.id, who.sender());
    let error = match make(state, who, &upload.new).await {
        Ok(file) => {
            let done = StoredUpload {
                file: Some(file),
                ..upload
            };
            return view(&done);
        }
        Err(error) => error,
    };
    // Another request may have been quicker, and taken the parts away from under this one.
    let now = state.storage.upload(id, sender).await?;
    if now.file.is_some() || now.refused.is_some() {
        return view(&now);
    }
    if refuses(error.code()) {
        let blobs = state.storage.refuse_upload(id, error.code()).await?;
        state.files.remove(&blobs).await;
    }
    Err(error)
}

async fn make(state: &AppState, who: &dyn Allowed, upload: &NewUpload) -> Result<FileView> {
    let to = match (upload.draft, upload.case) {
        (Some(draft), _) => UploadTo::Draft(draft),
        (None, Some(case)) => UploadTo::Case(case),
        (None, None) => return Err(Error::broken("find the place of an upload")),
    };
    let place = who.place(state, to, upload.path.as_deref()).await?;
    let parts = state.storage.parts(upload.id).await?;
    if parts.iter().map(|part| part.length).sum::<u64>() != upload.size {
        return Err(Error::broken("find the parts of an upload"));
    }
    let media_type = state.files.judge(upload, &parts).await?;
    if !place.limits.types.contains(&media_type) {
        return Err(place.refuses(ErrorCode::FileTypeNotAllowed));
    }
    let id = match parts.as_slice() {
        // One part is the file already.
        [whole] => copy(state, whole.blob).await?,
        parts => keep(state, state.files.content(upload, parts)?).await?,
    };
    let file = NewFile {
        view: FileView {
            id,
            name: upload.name.clone(),
            media_type: media_type.media_type().to_owned(),
            size: upload.size,
            sha256: upload.sha256.clone(),
            uploaded_at: state.clock.now(),
            source: None,
        },
        principal: place.principal,
        draft: place.draft,
        case: place.case,
        path: place.path,
        released: place.released,
        origin: None,
    };
    match state.storage.finish_upload(upload.id, file).await {
        Ok(finished) => {
            state.files.remove(&finished.useless).await;
            Ok(finished.view)
        }
        Err(error) => {
            // Unless nobody knows whether it was kept.
            if error.code() != ErrorCode::Unavailable {
                state.files.remove(&[id]).await;
            }
            Err(error)
        }
    }
}

/// Whether an error refuses a file for good; another one passes.
fn refuses(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::FileEmpty
            | ErrorCode::FileTypeNotAllowed
            | ErrorCode::FileContentMismatch
            | ErrorCode::FileInfected
            | ErrorCode::FileDamaged
            | ErrorCode::FilesTooMany
            | ErrorCode::DraftSubmitted
            | ErrorCode::ActionOutOfState
            | ErrorCode::NotFound
            | ErrorCode::InvalidParameter
    )
}

/// Keeps bytes as a blob. It is noted before, so that it is swept where nothing comes to name it.
///
/// # Errors
/// `backend/internal` or `backend/unavailable` where the medium fails.
pub async fn keep(state: &AppState, content: Content) -> Result<FileId> {
    let id = FileId(state.new_id());
    state.storage.expect_blob(id, state.clock.now()).await?;
    state.files.blobs.put(id, content).await.map_err(medium)?;
    Ok(id)
}

/// Keeps the bytes of a blob as another one. They were looked through when they came.
///
/// # Errors
/// `request/not_found` where the bytes are gone; `backend/internal` where the medium fails.
pub async fn copy(state: &AppState, from: FileId) -> Result<FileId> {
    let id = FileId(state.new_id());
    state.storage.expect_blob(id, state.clock.now()).await?;
    match state.files.blobs.copy(from, id).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::not_found()),
        copied => copied.map(|()| id).map_err(medium),
    }
}

/// The offset in the header of a request.
pub(super) fn offset_of(headers: &axum::http::HeaderMap) -> Result<u64> {
    headers
        .get(UPLOAD_OFFSET)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| Error::new(ErrorCode::InvalidParameter).with_field(UPLOAD_OFFSET, "invalid"))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::body::Bytes;
    use futures::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_sends_nothing_holds_the_line_for_nobody_and_what_came_is_kept() {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"some"))]);
        let stalled = Body::from_stream(first.chain(stream::pending()));
        let (really, begun) = (Instant::now(), tokio::time::Instant::now());
        let (bytes, broken) = received(stalled, 100).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (bytes.as_slice(), broken.map(|error| error.code())),
            (&b"some"[..], Some(ErrorCode::TimedOut))
        );
        assert_eq!(begun.elapsed(), LONGEST_PAUSE);
        assert!(really.elapsed() < LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn nor_does_who_sends_a_byte_now_and_then() {
        let drops = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(15)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b".")), ()))
        });
        let begun = tokio::time::Instant::now();
        let (bytes, broken) = received(Body::from_stream(drops), 1000)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert!((15..=16).contains(&bytes.len()));
        assert_eq!(broken.map(|error| error.code()), Some(ErrorCode::TimedOut));
        assert_eq!(begun.elapsed(), LONGEST_REQUEST);
    }
}
