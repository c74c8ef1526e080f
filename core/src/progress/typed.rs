//! What is typed for a supplement stays on the terminal until it is handed in: a page that is loaded anew, or a program that
//! starts again, has it. It is the citizen's own and encrypted like all that is kept of them; a log-out destroys it.

use onehall_client::TypedSupplement;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, CoreError, ErrorCode, PersonId, Timestamp};

use crate::{Core, json};

fn key(person: PersonId, case: CaseId) -> String {
    format!("supplement/{person}/{case}")
}

impl Core {
    /// Keeps what was typed for a supplement, or forgets it. Gives whether it outlives the program: a public machine keeps
    /// nothing, and of what cannot be kept the page says so.
    pub(crate) async fn keep_supplement(&self, id: CaseId, typed: Option<TypedSupplement>) -> Result<bool, CoreError> {
        let person = self.person().ok_or_else(|| self.error(ErrorCode::NotLoggedIn))?;
        if self.inner.terminal == TerminalKind::Kiosk {
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

    /// What was typed for the supplement that was asked for then.
    pub(crate) async fn typed_supplement(
        &self,
        id: CaseId,
        requested_at: Timestamp,
    ) -> Result<Option<TypedSupplement>, CoreError> {
        let person = self.person().ok_or_else(|| self.error(ErrorCode::NotLoggedIn))?;
        let (store, key) = (&self.inner.host.store, key(person, id));
        // What cannot be read is typed anew.
        let Ok(Some(bytes)) = store.get(&key).await else {
            return Ok(None);
        };
        let typed = json::read::<TypedSupplement>(&bytes).ok();
        let typed = typed.filter(|typed| typed.requested_at == requested_at);
        if typed.is_none() {
            let _ = store.delete(&key).await;
        }
        Ok(typed)
    }
}
