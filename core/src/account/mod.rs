//! One's own account: sessions on other terminals, who acts for whom, one's data, the end of it. All of it is the hall's to
//! answer; what the core does itself is to keep nothing of a citizen whose session was ended from elsewhere, and to know for
//! whom they may act now.

#[cfg(feature = "own-terminal")]
mod merged;
#[cfg(all(test, feature = "own-terminal"))]
mod tests;

use std::collections::BTreeSet;

use onehall_client::{Event, FileContent};
use onehall_protocol::account::{AnswerDelegation, AskToAct, CloseAccount, InvitationCode, InviteActor, SessionEnd};
use onehall_protocol::identity::Session;
use onehall_protocol::{CoreError, DelegationId, PersonId, SessionId};
use serde::de::DeserializeOwned;

use crate::{Core, api, lock};

impl Core {
    pub(crate) async fn sessions<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/account/sessions")).await
    }

    pub(crate) async fn end_session_elsewhere(&self, id: SessionId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/account/sessions/{id}"))).await
    }

    pub(crate) async fn end_other_sessions(&self) -> Result<(), CoreError> {
        self.send_only(api::delete("/account/sessions")).await
    }

    pub(crate) async fn delegations<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/account/delegations")).await
    }

    pub(crate) async fn invite_actor<T: DeserializeOwned>(&self, invite: &InviteActor) -> Result<T, CoreError> {
        self.fetch(api::post("/account/delegations").json(invite)).await
    }

    pub(crate) async fn ask_to_act<T: DeserializeOwned>(&self, ask: &AskToAct) -> Result<T, CoreError> {
        self.fetch(api::post("/account/delegations/requests").json(ask)).await
    }

    pub(crate) async fn invitation<T: DeserializeOwned>(&self, code: String) -> Result<T, CoreError> {
        self.fetch(api::post("/account/delegations/codes").json(&InvitationCode { code }))
            .await
    }

    pub(crate) async fn answer_delegation<T: DeserializeOwned>(
        &self,
        id: DelegationId,
        answer: &AnswerDelegation,
    ) -> Result<T, CoreError> {
        let answered = self
            .fetch(api::post(format!("/account/delegations/{id}/answer")).json(answer))
            .await?;
        self.look_whom_one_acts_for().await;
        Ok(answered)
    }

    pub(crate) async fn end_delegation(&self, id: DelegationId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/account/delegations/{id}")))
            .await?;
        self.look_whom_one_acts_for().await;
        Ok(())
    }

    #[cfg(feature = "own-terminal")]
    pub(crate) async fn open_for_child<T: DeserializeOwned>(
        &self,
        name: String,
        citizen_id: String,
    ) -> Result<T, CoreError> {
        let child = onehall_protocol::account::OpenForChild { name, citizen_id };
        let opened = self.fetch(api::post("/account/children").json(&child)).await?;
        self.look_whom_one_acts_for().await;
        Ok(opened)
    }

    pub(crate) async fn own_data(&self, child: Option<PersonId>) -> Result<FileContent, CoreError> {
        let path = match child {
            Some(child) => format!("/account/data?child={child}"),
            None => "/account/data".to_owned(),
        };
        self.read_file_at(path).await
    }

    pub(crate) async fn closing<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/account/closing")).await
    }

    pub(crate) async fn send_closing_code<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::post("/account/closing/code")).await
    }

    /// Closes the account. This terminal then holds nothing of its citizen's, as after a log-out.
    pub(crate) async fn close_account(&self, code: String) -> Result<(), CoreError> {
        // The end of the session may be heard before the answer: it counts all the same.
        let close = api::post("/account/closing").json(&CloseAccount { code }).open();
        self.send_only(close).await?;
        // Nobody is logged in any more: what the hall says to that is no failure of the closing.
        let _ = self.log_out(true).await;
        Ok(())
    }

    /// The hall said for whom the citizen may act: where that is not what this terminal knows, the session is read anew.
    pub(crate) async fn acts_for(&self, principals: &BTreeSet<PersonId>) {
        let as_known = {
            let session = lock(&self.inner.identity.session);
            let known = session.as_ref().map(|session| session.principals.iter());
            known.is_none_or(|known| known.map(|person| person.id).collect::<BTreeSet<_>>() == *principals)
        };
        if !as_known {
            self.look_whom_one_acts_for().await;
        }
    }

    async fn look_whom_one_acts_for(&self) {
        let visit = self.visit();
        // Where it cannot be read now, the next pull finds the same difference.
        let Ok(session) = self.fetch::<Session>(api::get("/identity/session")).await else {
            return;
        };
        if self.visit() != visit {
            return;
        }
        // Nothing of one citizen goes on in the name of another: what they left here waits for them.
        if self.person() != Some(session.actor.id) {
            return self.session_ended();
        }
        let before = lock(&self.inner.identity.session).replace(session.clone());
        if before.is_some_and(|before| before.principals == session.principals) {
            return;
        }
        self.keep_session(&session).await;
        self.emit(&Event::SessionChanged { session: Some(session) });
    }

    /// Why the last session here is no more, where its citizen ended it from elsewhere.
    pub(crate) fn why_session_ended(&self) -> Option<SessionEnd> {
        #[cfg(feature = "own-terminal")]
        return *lock(&self.inner.identity.ended);
        #[cfg(not(feature = "own-terminal"))]
        None
    }
}

#[cfg(feature = "own-terminal")]
mod ended {
    use onehall_protocol::CoreError;
    use onehall_protocol::account::SessionEnd;

    use crate::ports::boxed;
    use crate::{Core, api, json, lock};

    impl Core {
        /// The hall refused the session: it has run out, or its citizen ended it from another terminal. Then nothing of theirs
        /// stays here, not even what was never sent: whoever holds this machine now may be somebody else.
        pub(crate) fn session_refused(&self, error: &CoreError) {
            let end: Option<SessionEnd> = json::read_value(error.details["ended"].clone()).ok();
            *lock(&self.inner.identity.ended) = end;
            self.session_ended();
            if end.is_none() {
                return;
            }
            let (core, visit) = (self.clone(), self.visit());
            let erasing = async move {
                core.erase_unsent().await;
                core.erase_copy().await;
                if core.visit() != visit || core.has_session() {
                    return;
                }
                let _ = core.inner.host.store.erase().await;
                // A browser would show its cookie again and again.
                if core.inner.host.secrets.is_none() && core.visit() == visit {
                    let _ = core.send_only(api::delete("/identity/session").open()).await;
                }
            };
            self.inner.host.spawner.spawn(boxed(erasing));
        }

        /// The hall said that the session is over. Why, it says to who asks with it.
        pub(crate) fn session_over(&self) {
            if !self.has_session() {
                return self.session_ended();
            }
            let (core, visit) = (self.clone(), self.visit());
            let asking = async move {
                let _ = core.send(api::get("/identity/session")).await;
                // Where it cannot be asked, it has ended all the same.
                if core.visit() == visit {
                    core.session_ended();
                }
            };
            self.inner.host.spawner.spawn(boxed(asking));
        }
    }
}
