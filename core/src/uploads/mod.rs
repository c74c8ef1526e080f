//! Files on their way to the hall.
//!
//! [`machine`] decides, this drives it: a broken connection goes on where the hall stands, by itself. A file for a draft is
//! kept on the terminal until it has arrived ([`kept`]), so that a core that starts goes on with what the last one left; that
//! core also puts the file into the draft's answer, for the page that chose it is gone.

mod kept;
mod limits;
#[cfg(all(test, feature = "own-terminal"))]
mod limits_tests;
mod machine;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

use futures::channel::oneshot;
use futures::future::{Either, ready, select};
use onehall_client::citizen::UploadTo;
use onehall_client::{Event, FileContent, UploadUnderWay};
use onehall_protocol::files::{BeginUpload, FileView, UPLOAD_OFFSET};
use onehall_protocol::{CoreError, DraftId, ErrorCode, IdempotencyKey, UploadId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ports::{BoxFuture, boxed};
use crate::{Core, api, json, lock};

use machine::{Failed, Machine, Step};

/// Where uploads of citizens are.
const CITIZENS: &str = "";
/// Where those of the console are.
const STAFF: &str = "/staff";

#[derive(Default)]
pub(crate) struct State {
    under_way: Mutex<BTreeMap<u32, UnderWay>>,
    /// How many this core took up by itself: they are numbered from the other end.
    taken_up: AtomicU32,
}

/// A file on its way.
struct UnderWay {
    /// Under which it is kept, if it is.
    key: IdempotencyKey,
    to: UploadTo,
    path: Option<String>,
    name: String,
    size: u64,
    sent: u64,
    waiting: bool,
    id: Option<UploadId>,
    cancel: Option<oneshot::Sender<()>>,
    /// Wakes it out of its waiting.
    hurry: Option<oneshot::Sender<()>>,
}

/// What the hall says of an upload; the file as it is said.
#[derive(Deserialize)]
struct Stands {
    id: UploadId,
    offset: u64,
    chunk: u64,
    #[serde(default)]
    file: Option<Value>,
}

/// How an upload ended before its file was there.
enum Ended {
    /// Its citizen ended it.
    Cancelled,
    /// Its citizen left.
    Left,
    Failed(CoreError),
}

impl UnderWay {
    fn of(key: IdempotencyKey, begin: &BeginUpload) -> UnderWay {
        UnderWay {
            key,
            to: begin.to,
            path: begin.path.clone(),
            name: begin.name.clone(),
            size: begin.size,
            sent: 0,
            waiting: false,
            id: None,
            cancel: None,
            hurry: None,
        }
    }
}

impl State {
    /// Somebody left: their files go no further. What is kept of them stays for them.
    pub(crate) fn forget(&self) {
        lock(&self.under_way).clear();
    }
}

impl Core {
    /// Uploads a file for a question, tells how far it is, goes on after a broken connection, and stops when it is cancelled.
    /// What its question does not take is not sent.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        to: UploadTo,
        path: &str,
        file: FileContent,
        transfer: u32,
    ) -> Result<T, CoreError> {
        if let Some(error) = self.file_refused(to, path, &file) {
            return Err(error);
        }
        let (sender, outcome) = oneshot::channel();
        // By itself: it goes on where whoever chose the file does not wait any longer.
        let (core, begin) = (self.clone(), begin(to, Some(path), &file));
        let bringing = boxed(async move { core.bring_for(sender, begin, file, transfer).await });
        self.inner.host.spawner.spawn(bringing);
        let outcome = outcome.await.unwrap_or(Err(Ended::Left));
        let file = outcome.map_err(|ended| self.ended(ended))?;
        json::read_value(file).map_err(|_| self.error(ErrorCode::InvalidReply))
    }

    /// Brings a file to the hall. Where nobody waits for it any longer it goes into the answer by itself.
    async fn bring_for(
        &self,
        sender: oneshot::Sender<Result<Value, Ended>>,
        begin: BeginUpload,
        file: FileContent,
        transfer: u32,
    ) {
        let key = self.new_key();
        let kept = self.keep_upload(key, &begin, &file).await;
        let told = UnderWay::of(key, &begin);
        let bytes = boxed(ready(Ok(file.bytes)));
        let mut outcome = self.bring(CITIZENS, begin, bytes, key, transfer).await;
        if matches!(outcome, Err(Ended::Left)) {
            return;
        }
        if sender.is_canceled()
            && let Ok(file) = &outcome
            && let Err(error) = self.attach_arrived(&told, file).await
        {
            outcome = Err(Ended::Failed(error));
        }
        if kept {
            self.forget_upload(key).await;
        }
        self.upload_ended(transfer, told, &outcome);
        let _ = sender.send(outcome);
    }

    /// Puts a file that has arrived into the answer of the draft that it is for. One for a case goes with its page.
    async fn attach_arrived(&self, to: &UnderWay, file: &Value) -> Result<(), CoreError> {
        let UploadTo::Draft(draft) = self.goes_to(to.to) else {
            return Ok(());
        };
        let file: FileView = json::read_value(file.clone()).map_err(|_| self.error(ErrorCode::InvalidReply))?;
        let path = to.path.clone().unwrap_or_default();
        self.attach_file(draft, &path, &file).await
    }

    /// Uploads a result.
    pub(crate) async fn upload_result<T: DeserializeOwned>(
        &self,
        case: onehall_protocol::CaseId,
        file: FileContent,
        transfer: u32,
    ) -> Result<T, CoreError> {
        let begin = begin(UploadTo::Case(case), None, &file);
        let bytes = boxed(ready(Ok(file.bytes)));
        let outcome = self.bring(STAFF, begin, bytes, self.new_key(), transfer).await;
        let file = outcome.map_err(|ended| self.ended(ended))?;
        json::read_value(file).map_err(|_| self.error(ErrorCode::InvalidReply))
    }

    fn upload_ended(&self, transfer: u32, one: UnderWay, outcome: &Result<Value, Ended>) {
        let error = match outcome {
            Err(Ended::Failed(error)) => Some(error.clone()),
            _ => None,
        };
        self.emit(&Event::UploadEnded {
            transfer,
            to: one.to,
            path: one.path.unwrap_or_default(),
            name: one.name,
            taken: outcome.is_ok(),
            error,
        });
    }

    fn ended(&self, ended: Ended) -> CoreError {
        match ended {
            Ended::Failed(error) => error,
            Ended::Cancelled | Ended::Left => self.error(ErrorCode::Cancelled),
        }
    }

    /// Ends an upload that is under way.
    pub(crate) fn cancel_upload(&self, transfer: u32) {
        let known = lock(&self.inner.uploads.under_way);
        let cancel = { known }.get_mut(&transfer).and_then(|one| one.cancel.take());
        if let Some(cancel) = cancel {
            let _ = cancel.send(());
        }
    }

    /// The files that are under way to a draft or case.
    pub(crate) fn uploads_to(&self, to: UploadTo) -> Vec<UploadUnderWay> {
        let under_way = lock(&self.inner.uploads.under_way);
        let mut all: Vec<UploadUnderWay> = under_way
            .iter()
            .filter(|(_, one)| one.to == to)
            .map(|(transfer, one)| UploadUnderWay {
                transfer: *transfer,
                path: one.path.clone().unwrap_or_default(),
                name: one.name.clone(),
                size: one.size,
                sent: one.sent,
                waiting: one.waiting,
            })
            .collect();
        all.sort_unstable_by_key(|one| std::cmp::Reverse(one.transfer));
        all
    }

    /// Whether every file that was chosen here for a draft is with the hall. Where not, an upload that ends says so by
    /// `Event::UploadEnded`, or to the page that waits for it.
    pub(crate) fn uploads_finished(&self, draft: DraftId) -> bool {
        let under_way = lock(&self.inner.uploads.under_way);
        !under_way.values().any(|one| one.to == UploadTo::Draft(draft))
    }

    /// A draft turned out to be part of another one: its files go there.
    pub(crate) fn uploads_go_to(&self, draft: DraftId, other: DraftId) {
        for one in lock(&self.inner.uploads.under_way).values_mut() {
            if one.to == UploadTo::Draft(draft) {
                one.to = UploadTo::Draft(other);
            }
        }
    }

    /// A draft is thrown away: nobody wants the files that are on their way to it.
    pub(crate) fn end_uploads_to(&self, draft: DraftId) {
        let mut under_way = lock(&self.inner.uploads.under_way);
        let to = under_way.values_mut().filter(|one| one.to == UploadTo::Draft(draft));
        for cancel in to.filter_map(|one| one.cancel.take()) {
            let _ = cancel.send(());
        }
    }

    /// Whether a file that is kept is on its way already.
    fn is_under_way(&self, key: IdempotencyKey) -> bool {
        let under_way = lock(&self.inner.uploads.under_way);
        under_way.values().any(|one| one.key == key)
    }

    /// How many files are on their way.
    pub(crate) fn uploads_under_way(&self) -> usize {
        lock(&self.inner.uploads.under_way).len()
    }

    /// The connection is back: what waits goes on now.
    pub(crate) fn hurry_uploads(&self) {
        for one in lock(&self.inner.uploads.under_way).values_mut() {
            if let Some(hurry) = one.hurry.take() {
                let _ = hurry.send(());
            }
        }
    }

    /// Brings a file to the hall, or to the end of its way.
    async fn bring(
        &self,
        root: &str,
        begin: BeginUpload,
        bytes: BoxFuture<'_, Result<Vec<u8>, CoreError>>,
        key: IdempotencyKey,
        transfer: u32,
    ) -> Result<Value, Ended> {
        let (cancel, cancelled) = oneshot::channel();
        let one = UnderWay {
            cancel: Some(cancel),
            ..UnderWay::of(key, &begin)
        };
        lock(&self.inner.uploads.under_way).insert(transfer, one);
        let outcome = {
            let carrying = boxed(self.carry(root, &begin, bytes, key, transfer));
            // The first one is looked at first: who has left sends nothing more, least of all in the name of the next.
            match select(cancelled, carrying).await {
                Either::Left((Ok(()), _)) => Err(Ended::Cancelled),
                Either::Left((Err(_), _)) => Err(Ended::Left),
                Either::Right((outcome, _)) => outcome.map_err(Ended::Failed),
            }
        };
        let known = lock(&self.inner.uploads.under_way).remove(&transfer);
        if let (Err(Ended::Cancelled), Some(id)) = (&outcome, known.and_then(|one| one.id)) {
            // Where it does not arrive, the hall sweeps it within a day.
            let (core, place) = (self.clone(), format!("{root}/uploads/{id}"));
            self.inner.host.spawner.spawn(boxed(async move {
                let _ = core.send_only(api::delete(place)).await;
            }));
        }
        outcome
    }

    async fn carry(
        &self,
        root: &str,
        begin: &BeginUpload,
        bytes: BoxFuture<'_, Result<Vec<u8>, CoreError>>,
        mut key: IdempotencyKey,
        transfer: u32,
    ) -> Result<Value, CoreError> {
        let bytes = bytes.await?;
        let mut machine = Machine::new(begin.size);
        loop {
            let request = match machine.next() {
                Step::Wait { millis } => {
                    self.wait_to_upload(transfer, millis).await;
                    machine.waited();
                    continue;
                }
                Step::Begin if self.waits_for_draft(begin.to)? => {
                    // The hall does not have the draft yet: it waits as for the network, and goes on when it has.
                    machine.failed(ErrorCode::Offline, None, self.random());
                    continue;
                }
                Step::Begin => {
                    let begin = BeginUpload {
                        to: self.goes_to(begin.to),
                        ..begin.clone()
                    };
                    api::post(format!("{root}/uploads")).key(key).json(&begin)
                }
                Step::Send { id, offset, length } => {
                    let (core, size) = (self.clone(), begin.size);
                    let told = Box::new(move |sent: u64, _: u64| {
                        core.upload_goes_on(transfer, offset + sent.min(length), size)
                    });
                    let range = usize::try_from(offset).unwrap_or(usize::MAX)
                        ..usize::try_from(offset + length).unwrap_or(usize::MAX);
                    let piece = bytes.get(range).unwrap_or_default().to_vec();
                    api::patch(format!("{root}/uploads/{id}"))
                        .header(UPLOAD_OFFSET, offset.to_string())
                        .bytes("application/partial-upload", piece)
                        .progress(told)
                }
            };
            match self.fetch::<Stands>(request).await {
                Ok(Stands { file: Some(file), .. }) => return Ok(file),
                Ok(Stands { id, offset, chunk, .. }) => {
                    machine.stands(id, offset, chunk);
                    if let Some(one) = lock(&self.inner.uploads.under_way).get_mut(&transfer) {
                        one.id = Some(id);
                    }
                    self.upload_goes_on(transfer, offset, begin.size);
                }
                Err(error) => {
                    let after = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
                    let after = after.and_then(|seconds| u32::try_from(seconds).ok());
                    match machine.failed(error.code, after, self.random()) {
                        Failed::GoesOn => {}
                        Failed::Renewed => key = self.new_key(),
                        Failed::Ends => return Err(error),
                    }
                }
            }
        }
    }

    pub(crate) fn random(&self) -> u32 {
        let mut bytes = [0; 4];
        self.inner.host.rng.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn upload_goes_on(&self, transfer: u32, sent: u64, total: u64) {
        self.upload_stands(transfer, Some(sent), total, false);
    }

    fn upload_stands(&self, transfer: u32, sent: Option<u64>, total: u64, waiting: bool) {
        let sent = {
            let mut under_way = lock(&self.inner.uploads.under_way);
            let Some(one) = under_way.get_mut(&transfer) else {
                return;
            };
            one.sent = sent.unwrap_or(one.sent);
            one.waiting = waiting;
            one.sent
        };
        self.emit(&Event::Upload {
            transfer,
            sent,
            total,
            waiting,
        });
    }

    /// Waits until it is worth trying again, and says that it waits.
    async fn wait_to_upload(&self, transfer: u32, millis: u32) {
        let (hurry, hurried) = oneshot::channel();
        let total = {
            let mut under_way = lock(&self.inner.uploads.under_way);
            let Some(one) = under_way.get_mut(&transfer) else {
                return;
            };
            one.hurry = Some(hurry);
            one.size
        };
        self.upload_stands(transfer, None, total, true);
        select(self.inner.host.timer.sleep(millis), hurried).await;
    }
}

fn begin(to: UploadTo, path: Option<&str>, file: &FileContent) -> BeginUpload {
    BeginUpload {
        to,
        path: path.map(str::to_owned),
        name: file.name.clone(),
        media_type: Some(file.media_type.clone()).filter(|media_type| !media_type.is_empty()),
        size: file.bytes.len() as u64,
        sha256: hex(&Sha256::digest(&file.bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests;
