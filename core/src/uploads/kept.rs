//! What was chosen and has not arrived stays on the terminal: its bytes in the store, what is known of it in the journal.
//!
//! The journal says first that there is something, so that bytes which nothing names cannot stay behind; and it knows which
//! tab of a browser is alive, so that no two send the same. A log-out erases both. A kiosk keeps nothing.

use std::sync::atomic::Ordering;

use onehall_client::FileContent;
use onehall_client::citizen::UploadTo;
use onehall_protocol::drafts::AnswerChange;
use onehall_protocol::files::{BeginUpload, FileView};
use onehall_protocol::{CoreError, DraftId, IdempotencyKey, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CITIZENS, Ended, UnderWay};
use crate::drafts::left_alone;
use crate::ports::{StoreError, boxed};
use crate::{Core, json};

/// How long it is waited each time before bytes are read again that could not be read, in milliseconds.
const READ_AGAIN_MS: [u32; 6] = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

/// What is known of a file that is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    key: IdempotencyKey,
    begin: BeginUpload,
}

fn journal_prefix(person: PersonId) -> String {
    format!("{person}/upload/")
}

fn bytes_at(key: IdempotencyKey) -> String {
    format!("uploads/{key}")
}

impl Core {
    /// Keeps a file for a draft; whether it is. One for a case is not: the answers to a supplement go with its page.
    pub(super) async fn keep_upload(&self, key: IdempotencyKey, begin: &BeginUpload, file: &FileContent) -> bool {
        let (Some(journal), Some(person), UploadTo::Draft(_)) = (self.journal(), self.person(), begin.to) else {
            return false;
        };
        let kept = Kept {
            key,
            begin: begin.clone(),
        };
        let Ok(record) = serde_json::to_vec(&kept) else {
            return false;
        };
        let name = format!("{}{key}/{}", journal_prefix(person), self.inner.writer);
        if journal.keep(&name, record).await.is_err() {
            return false;
        }
        if self
            .inner
            .host
            .store
            .put(&bytes_at(key), file.bytes.clone())
            .await
            .is_err()
        {
            journal.forget(&name).await;
            return false;
        }
        true
    }

    /// Forgets a file: it has arrived, or nobody wants it.
    pub(super) async fn forget_upload(&self, key: IdempotencyKey) {
        // Bytes that cannot be taken away are still named, and go the next time.
        if let (Ok(()), Some(journal), Some(person)) = (
            self.inner.host.store.delete(&bytes_at(key)).await,
            self.journal(),
            self.person(),
        ) {
            journal
                .forget(&format!("{}{key}/{}", journal_prefix(person), self.inner.writer))
                .await;
        }
    }

    /// Goes on with what a core that is gone had chosen and not sent.
    pub(crate) async fn take_up_uploads(&self, person: PersonId, left: Vec<(String, Vec<u8>)>) {
        let Some(journal) = self.journal() else { return };
        let prefix = journal_prefix(person);
        for (name, value) in left.into_iter().filter(|(name, _)| name.starts_with(&prefix)) {
            if self.person() != Some(person) {
                return;
            }
            let Ok(mut kept) = json::read::<Kept>(&value) else {
                left_alone("upload");
                continue;
            };
            if self.is_under_way(kept.key) {
                // It is looked again, by a page that was loaded anew: this core is at it.
                continue;
            }
            let store = &self.inner.host.store;
            let bytes = match store.get(&bytes_at(kept.key)).await {
                Ok(Some(bytes)) => Ok(bytes),
                // Memory in place of a disk that cannot be had now: the bytes may be on that one.
                Ok(None) if store.lasting().is_err() => continue,
                Ok(None) => {
                    // Its bytes were never kept: nothing that could be sent.
                    journal.forget(&name).await;
                    continue;
                }
                Err(error) => Err(error),
            };
            kept.begin.to = self.goes_to(kept.begin.to);
            if !matches!(kept.begin.to, UploadTo::Draft(_)) {
                continue;
            }
            // From now on it is this core's, and no other tab's.
            let own = format!("{prefix}{}/{}", kept.key, self.inner.writer);
            if own != name && journal.keep(&own, value).await.is_ok() {
                journal.forget(&name).await;
            }
            let core = self.clone();
            self.inner
                .host
                .spawner
                .spawn(boxed(async move { core.go_on(kept, bytes).await }));
        }
    }

    async fn go_on(&self, kept: Kept, bytes: Result<Vec<u8>, StoreError>) {
        let transfer = u32::MAX - self.inner.uploads.taken_up.fetch_add(1, Ordering::Relaxed);
        let told = UnderWay::of(kept.key, &kept.begin);
        let bytes = boxed(self.read_bytes(bytes, kept.key, transfer, kept.begin.size));
        let mut outcome = self.bring(CITIZENS, kept.begin, bytes, kept.key, transfer).await;
        if let Ok(file) = &outcome
            && let Err(error) = self.attach_arrived(&told, file).await
        {
            outcome = Err(Ended::Failed(error));
        }
        match &outcome {
            Err(Ended::Left) => return,
            // Where only the answer could not be read now, the next start asks the hall for the same file again; where its bytes
            // could not, they may be then.
            Err(Ended::Failed(error)) if error.retryable => {}
            _ => self.forget_upload(kept.key).await,
        }
        self.upload_ended(transfer, told, &outcome);
    }

    /// The bytes of a file that is on its way, where they could not be read: it is tried some times more.
    ///
    /// # Errors
    /// They cannot be read, and stay.
    async fn read_bytes(
        &self,
        mut read: Result<Vec<u8>, StoreError>,
        key: IdempotencyKey,
        transfer: u32,
        size: u64,
    ) -> Result<Vec<u8>, CoreError> {
        for millis in READ_AGAIN_MS {
            if read.is_ok() {
                break;
            }
            self.upload_stands(transfer, None, size, true);
            self.inner.host.timer.sleep(millis).await;
            let again = self.inner.host.store.get(&bytes_at(key)).await;
            read = again.and_then(|bytes| bytes.ok_or(StoreError::Broken));
        }
        read.map_err(|error| CoreError {
            retryable: true,
            ..self.store_error(error)
        })
    }

    /// Adds a file to the answer of a draft, where it is not there.
    pub(crate) async fn attach_file(&self, id: DraftId, path: &str, file: &FileView) -> Result<(), CoreError> {
        let draft = self.look_at_draft(id).await?;
        let mut files = match draft.answers.get(path) {
            Some(Value::Array(files)) => files.clone(),
            _ => Vec::new(),
        };
        let file = serde_json::to_value(file).unwrap_or_default();
        if files.iter().any(|known| known.get("id") == file.get("id")) {
            return Ok(());
        }
        files.push(file);
        let change = AnswerChange {
            path: path.to_owned(),
            value: Value::Array(files),
        };
        self.change_having_seen(id, vec![change], None, Some(draft.summary.revision))
            .await?;
        self.changed_by_itself(id);
        Ok(())
    }
}
