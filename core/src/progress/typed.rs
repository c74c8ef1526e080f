//! What is typed for a supplement stays on the terminal until it is handed in: a page that is loaded anew, or a program that
//! starts again, has it. It is the citizen's own and encrypted like all that is kept of them; a log-out destroys it, so that the
//! citizen is asked first. A public machine has it in memory until its citizen leaves.

use onehall_client::TypedSupplement;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, CoreError, ErrorCode, PersonId, Timestamp};

use crate::ports::{StoreError, Write};
use crate::{Core, json, lock};

/// Where all that was typed lies.
const SEGMENT: &str = "supplement";

/// Where all that a person typed lies.
fn place(person: PersonId) -> String {
    format!("{SEGMENT}/{person}/")
}

fn key(person: PersonId, case: CaseId) -> String {
    format!("{}{case}", place(person))
}

impl Core {
    /// Keeps what was typed for a supplement, or forgets it. Gives whether it outlives the program: a public machine keeps
    /// nothing, and of what cannot be kept the page says so.
    pub(crate) async fn keep_supplement(&self, id: CaseId, typed: Option<TypedSupplement>) -> Result<bool, CoreError> {
        let person = self.person().ok_or_else(|| self.error(ErrorCode::NotLoggedIn))?;
        if self.inner.terminal == TerminalKind::Kiosk {
            let mut here = lock(&self.inner.progress.typed);
            match typed {
                Some(typed) => here.insert(id, typed),
                None => here.remove(&id),
            };
            return Ok(false);
        }
        let (store, key) = (&self.inner.host.store, key(person, id));
        let kept = match typed {
            Some(typed) => match serde_json::to_vec(&typed) {
                Ok(bytes) => store.put(&key, bytes).await.is_ok(),
                Err(_) => false,
            },
            None => store.delete(&key).await.is_ok(),
        };
        Ok(kept && store.lasting().is_ok())
    }

    /// How many supplements are typed here and not handed in: a log-out destroys them.
    pub(crate) async fn typed_supplements(&self) -> usize {
        let Some(person) = self.person() else { return 0 };
        let here = lock(&self.inner.progress.typed).len();
        let kept = match self.inner.host.store.scan(&place(person)).await {
            Ok(kept) => kept.len(),
            // Where nothing may be kept, nothing is.
            Err(StoreError::Forbidden) => 0,
            // There may be some: the citizen is asked.
            Err(_) => 1,
        };
        here + kept
    }

    /// What was typed for the supplement that was asked for then.
    ///
    /// # Errors
    /// It cannot be read now: whoever typed into an empty form would type over it.
    pub(crate) async fn typed_supplement(
        &self,
        id: CaseId,
        requested_at: Timestamp,
    ) -> Result<Option<TypedSupplement>, CoreError> {
        let person = self.person().ok_or_else(|| self.error(ErrorCode::NotLoggedIn))?;
        if self.inner.terminal == TerminalKind::Kiosk {
            let here = lock(&self.inner.progress.typed).get(&id).cloned();
            return Ok(here.filter(|typed| typed.requested_at == requested_at));
        }
        let (store, key) = (&self.inner.host.store, key(person, id));
        let bytes = match store.get(&key).await {
            Ok(Some(bytes)) => bytes,
            // Where nothing may be kept, nothing is.
            Ok(None) | Err(StoreError::Forbidden) => return Ok(None),
            Err(error) => return Err(self.unread(error)),
        };
        // Of a later version, whose update was taken back: it stays for the one that can read it, unless the citizen begins anew.
        let typed = json::read::<TypedSupplement>(&bytes).map_err(|_| self.unread(StoreError::Newer))?;
        if typed.requested_at == requested_at {
            return Ok(Some(typed));
        }
        let _ = store.delete(&key).await;
        Ok(None)
    }

    /// What others than this person typed here: who, for which case, and how it is kept.
    pub(crate) async fn typed_by_others(&self, person: PersonId) -> Vec<(PersonId, CaseId, Vec<u8>)> {
        let kept = self.inner.host.store.scan(SEGMENT).await.unwrap_or_default();
        let parsed = kept.into_iter().filter_map(|(key, typed)| {
            let (other, case) = key.strip_prefix(SEGMENT)?.strip_prefix('/')?.split_once('/')?;
            Some((other.parse::<PersonId>().ok()?, case.parse::<CaseId>().ok()?, typed))
        });
        parsed.filter(|(other, ..)| *other != person).collect()
    }

    /// What was typed by those whom this person `was` is theirs.
    pub(crate) async fn inherit_typed(
        &self,
        person: PersonId,
        was: &[PersonId],
        typed: Vec<(PersonId, CaseId, Vec<u8>)>,
    ) {
        let typed = typed.into_iter().filter(|(other, ..)| was.contains(other));
        let writes: Vec<Write> = typed
            .flat_map(|(other, case, value)| {
                let kept = Write::Put {
                    key: key(person, case),
                    value,
                };
                [kept, Write::Delete { key: key(other, case) }]
            })
            .collect();
        if !writes.is_empty() {
            // What is not kept so stays as it was, for the next start.
            let _ = self.inner.host.store.batch(writes).await;
        }
    }

    fn unread(&self, error: StoreError) -> CoreError {
        CoreError {
            retryable: true,
            ..self.store_error(error)
        }
    }
}
